"""Undo for ten seconds, then corrections and withdrawals as entries, and an end that was forgotten."""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser
from tests.e2e.other_people import LOCAL, another_phone, local_now, plan
from tests.e2e.phone_acts import everything_is_received, picture, tap
from tests.e2e.served import Network, serving

FROZEN_WITHIN_MS = 30_000
# Clicks there in the very moment in which 撤销 comes or goes: from outside a busy machine may come too late.
CLICK_WHEN = """([x, y, isThere]) => {
  const look = (_, watching) => {
    if (!!document.querySelector('.undo') !== isThere) return
    watching.disconnect()
    document.elementFromPoint(x, y).dispatchEvent(new MouseEvent('click', { bubbles: true }))
    window.hasClicked = true
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
}"""
CLICK_TWICE = "([x, y]) => [1, 2].forEach(() => document.elementFromPoint(x, y).click())"


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("undo")) as network:
        yield network


@pytest.fixture
def network(served: Network) -> Network:
    return served.begin()


def ask(network: Network, sql: str) -> list[tuple]:
    with sqlite3.connect(network.demo.data_dir / "workstation.db") as database:
        return database.execute(sql).fetchall()


def arrived(network: Network, page: Page, *, entries: int) -> list[tuple[str, dict]]:
    """Kind and body of what the server got in this test, once it has that many."""
    page.reload()
    deadline = time.monotonic() + 30
    while len(network.kept()) < entries:
        assert time.monotonic() < deadline, f"{len(network.kept())} of {entries} arrived"
        page.wait_for_timeout(50)
    ids = ",".join(f"'{each.entry_id}'" for each in network.kept())
    found = ask(network, f"SELECT kind, body FROM receipts WHERE entry_id IN ({ids}) ORDER BY receipt_no")
    return [(kind, json.loads(body)) for kind, body in found]


def member_code(network: Network, page: Page) -> str:
    """Whose phone this is."""
    member = page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open('workstation-sessions').onsuccess = ({ target: { result } }) => {
            result.transaction('sessions').objectStore('sessions').get('member').onsuccess = (found) => {
              result.close()
              done(found.target.result.me.member.id)
            }
          }
        })"""
    )
    return str(ask(network, f"SELECT code FROM members WHERE id = '{member}'")[0][0])


def opened_record(page: Page, kind: str) -> None:
    page.get_by_role("link", name="记录", exact=True).click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").filter(has_text=kind).first.click()
    expect(page.get_by_role("button", name="撤回")).to_be_visible()


def test_a_shaking_finger_neither_records_twice_nor_undoes(network: Network, phone: Browser) -> None:
    page = network.new_phone(phone)
    everything_is_received(page)
    button = page.get_by_role("button", name="到站登记")
    box = button.bounding_box()
    assert box
    place = [box["x"] + box["width"] - 20, box["y"] + box["height"] / 2]  # where 撤销 will be
    page.evaluate(CLICK_WHEN, [*place, True])
    page.evaluate(CLICK_TWICE, place)
    page.wait_for_function("() => window.hasClicked")
    expect(page.get_by_role("button", name="撤销")).to_be_visible()
    assert [kind for kind, _ in arrived(network, page, entries=1)] == ["check_in"]


def test_a_finger_that_comes_too_late_for_undo_does_not_end_the_shift(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    everything_is_received(page)
    tap(page, "开始值班")
    undo = page.get_by_role("button", name="撤销")
    box = undo.bounding_box()
    assert box
    page.evaluate(CLICK_WHEN, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, False])
    page.wait_for_function("() => window.hasClicked", timeout=FROZEN_WITHIN_MS)
    expect(page.get_by_role("button", name="结束值班")).to_be_visible()
    assert [kind for kind, _ in arrived(network, page, entries=1)] == ["shift_start"]

    tap(page, "结束值班")
    undo.click()
    expect(page.get_by_role("heading", name="正在值班")).to_be_visible()
    assert len(network.kept()) == 1


def test_a_correction_and_a_withdrawal_have_a_reason_and_an_undo_of_their_own(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    everything_is_received(page)
    tap(page, "到站登记")
    page.reload()
    opened_record(page, "到站登记")
    page.get_by_role("button", name="更正").click()
    page.get_by_label("实际时间").fill(f"{local_now() - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_label("为什么更正").fill("早到了一小时")
    page.get_by_role("button", name="存下更正").click()
    expect(page.get_by_text("已存本机 ✓ 更正")).to_be_visible()
    expect(page.get_by_text("改为：")).to_be_visible()
    picture(page, "record-corrected")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("改为：")).to_have_count(0)

    page.get_by_role("button", name="撤回").click()
    page.get_by_label("为什么撤回").fill("点错了站")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已存本机 ✓ 撤回")).to_be_visible()
    kept = arrived(network, page, entries=2)
    assert [kind for kind, _ in kept] == ["check_in", "withdrawal"]
    assert kept[1][1]["reason"] == "点错了站"


def test_an_end_that_was_forgotten_is_offered_as_planned_and_takes_one_tap(
    network: Network, phone: Browser, tmp_path: Path
) -> None:
    page = network.new_phone(phone)
    code = member_code(network, page)
    [(station_id, station)] = ask(
        network, "SELECT id, code FROM stations WHERE status = 'open' ORDER BY code LIMIT 1"
    )
    plan(network.demo, tmp_path, [(station, code, -1)])
    yesterday = local_now() - timedelta(days=1)
    other = another_phone(network.demo, member=code)
    shift = other.send("shift_start", {"station_id": station_id}, at=yesterday.replace(hour=9, minute=5))
    network.begin()
    page.reload()
    expect(page.get_by_text("值班安排是到 12:00。")).to_be_visible()
    picture(page, "home-forgotten")
    page.get_by_role("button", name="就是 12:00 结束").click()
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="就是 12:00 结束").click()
    expect(page.get_by_text("已存本机")).to_be_visible()
    [(kind, body)] = arrived(network, page, entries=1)
    assert (kind, body["shift_id"]) == ("shift_end", shift)
    assert datetime.fromisoformat(body["stated_at"]).astimezone(LOCAL).hour == 12
    expect(page.get_by_text("还没有写结束时间")).to_have_count(0)
    [(ended_at,)] = ask(network, f"SELECT ended_at FROM shifts WHERE id = '{shift}'")
    assert ended_at is not None


def test_an_end_that_nobody_planned_is_offered_as_it_likely_was_and_can_be_told_otherwise(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    code = member_code(network, page)
    [(station_id,)] = ask(network, "SELECT id FROM stations WHERE status = 'open' ORDER BY code DESC LIMIT 1")
    began = (local_now() - timedelta(days=1)).replace(hour=14, minute=0)
    another_phone(network.demo, member=code).send("shift_start", {"station_id": station_id}, at=began)
    network.begin()
    page.reload()
    expect(page.get_by_text("大概是 17:00 结束的吧。")).to_be_visible()
    page.get_by_role("button", name="补写结束时间").click()
    page.get_by_label("几时结束的").fill(f"{began + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_text("已存本机")).to_be_visible()
    [(kind, body)] = arrived(network, page, entries=1)
    assert kind == "shift_end"
    assert datetime.fromisoformat(body["stated_at"]).astimezone(LOCAL).hour == 16
