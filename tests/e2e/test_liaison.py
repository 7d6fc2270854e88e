"""A liaison's phone: today at the own stations, and entering for a member with and without a network."""

import json
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.other_people import another_phone, local_now
from tests.e2e.phone_acts import ACTIVE, enrol, everything_is_received, picture
from tests.e2e.test_own_pages import ask, go, member_code

SENT_MS = 60_000
DONE = ("check_ins", "shifts", "planned_shifts")


def own_station(demo: Demo) -> str:
    return str(demo.secrets["liaison"]["station_id"])


def idle_member(demo: Demo) -> tuple[str, str]:
    """Code and name of a member of the liaison's station for whom there is nothing today.

    The demo is another one every day, and on some days nobody there is idle: then somebody joins them.
    """
    busy = " UNION ".join(f"SELECT member_id FROM {table} WHERE day = ?" for table in DONE)
    with closing(sqlite3.connect(demo.data_dir / "workstation.db")) as database, database:
        network, member, code, name = database.execute(
            "SELECT network_id, id, code, name FROM members"
            f" WHERE role = 'member' AND id NOT IN ({busy}) ORDER BY code LIMIT 1",
            [str(local_now().date())] * len(DONE),
        ).fetchone()
        joins = "INSERT OR IGNORE INTO station_members (network_id, station_id, member_id) VALUES (?, ?, ?)"
        database.execute(joins, (network, own_station(demo), member))
    return code, name


def plan_now(demo: Demo, member: str) -> None:
    """A turn of today that goes on at the liaison's station. Not by an import, which plans no past."""
    now = local_now()
    began = max(now - timedelta(minutes=30), now.replace(hour=0, minute=0, second=0)).astimezone(UTC)
    times = [at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in (began, began + timedelta(hours=3))]
    with closing(sqlite3.connect(demo.data_dir / "workstation.db")) as database, database:
        database.execute(
            "INSERT INTO planned_shifts (network_id, id, station_id, member_id, starts_at, ends_at, day)"
            " SELECT network_id, ?, ?, id, ?, ?, ? FROM members WHERE code = ?",
            (str(uuid.uuid4()), own_station(demo), *times, str(local_now().date()), member),
        )


def signed_in(demo: Demo, phone: Browser) -> Page:
    """The liaison's phone, ready to work without a network."""
    page = phone.open()
    page.goto(f"{demo.url}/#/sign-in")
    secrets = demo.secrets["liaison"]
    page.get_by_label("账号").fill(secrets["account"])
    page.get_by_label("密码").fill(secrets["password"])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    page.wait_for_function(ACTIVE)
    return page


def section(page: Page, heading: str):
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading))


def test_who_is_due_is_entered_without_a_network(demo: Demo, phone: Browser) -> None:
    code, name = idle_member(demo)
    plan_now(demo, code)
    page = signed_in(demo, phone)
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("link", name="本站今天").click()
    expect(section(page, "今天谁值班")).to_contain_text("到点了，还没有记录")
    picture(page, "liaison")

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("现在没有网络，显示的是")).to_be_visible()
    page.get_by_role("link", name=f"为{name}代录").click()
    expect(page.get_by_label("为谁")).to_contain_text(name)
    page.get_by_label("值班", exact=True).check()
    picture(page, "liaison-enter")
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()
    page.get_by_role("link", name="返回本站今天", exact=True).click()
    expect(section(page, "我今天代录的")).to_contain_text(f"代 {name} 记")

    page.goto(f"{demo.url}/#/")
    expect(page.get_by_role("button", name="开始值班")).to_be_visible()  # it is not the liaison's own shift
    page.context.set_offline(False)
    everything_is_received(page)
    [(kind, state, whose, evidence)] = ask(
        demo,
        "SELECT kind, state, name, evidence FROM receipts JOIN members ON members.id = member_id"
        f" WHERE entered_by_id IS NOT NULL AND members.code = '{code}' ORDER BY receipt_no DESC LIMIT 1",
    )
    assert (kind, state, whose, evidence) == ("shift_start", "accepted", name, 0)
    go(page, "liaison")
    expect(section(page, "今天谁值班")).to_contain_text("到")
    expect(section(page, "正在值班")).to_contain_text(name)
    section(page, "正在值班").get_by_role("button", name="代为结束").click()
    expect(page.get_by_text("已存本机").first).to_be_visible()


def minute(moment: datetime) -> str:
    """As it is typed into a field of date and time."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_a_shift_that_is_over_is_entered_with_both_times_and_can_be_undone(
    demo: Demo, phone: Browser
) -> None:
    page = signed_in(demo, phone)
    everything_is_received(page)
    before = len(ask(demo, "SELECT 1 FROM receipts"))
    go(page, "enter-for")
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_text("请选为谁代录。")).to_be_visible()
    page.get_by_label("为谁").select_option(index=1)
    page.get_by_label("在哪个站").select_option(own_station(demo))
    page.get_by_label("值班", exact=True).check()
    page.get_by_label("就是现在").uncheck()
    began = local_now() - timedelta(hours=1)
    page.get_by_label("几时开始").fill(minute(began))
    page.get_by_label("已经结束").check()
    page.get_by_label("几时结束").fill(minute(began - timedelta(minutes=1)))
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_text("结束要晚于开始")).to_be_visible()
    page.get_by_label("几时结束").fill(minute(began + timedelta(minutes=1)))
    page.get_by_role("button", name="存下").click()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="存下")).to_be_visible()
    page.get_by_label("为谁").select_option(index=1)
    page.get_by_role("button", name="存下").click()
    expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()
    page.wait_for_function(
        "() => !document.querySelector('main').innerText.includes('撤销')", timeout=SENT_MS
    )
    everything_is_received(page)
    kinds = [
        row[0] for row in ask(demo, f"SELECT kind FROM receipts ORDER BY receipt_no LIMIT -1 OFFSET {before}")
    ]
    assert kinds == ["check_in"]  # the two that were undone are never heard of


def test_a_reply_that_was_given_leaves_the_list(demo: Demo, phone: Browser) -> None:
    code, _ = idle_member(demo)
    member = another_phone(demo, member=code)
    asked = "盼着有人回话的一件事"
    body = {
        "station_id": own_station(demo),
        "started_at": local_now().replace(year=2020).isoformat(),  # so that it stands first
        "channel": "walk_in",
        "party_kind": "person",
        "headcount": 1,
        "topic": member.topics()[0],
        "summary": asked,
        "answered_on_spot": False,
        "wants_reply": True,
    }
    reception = member.send("reception", body)
    page = signed_in(demo, phone)
    go(page, "liaison")
    row = section(page, "等回复的接待").get_by_role("listitem").filter(has_text=asked)
    row.get_by_role("button", name="已经回复").click()
    expect(row.get_by_role("button", name="撤销")).to_be_visible()
    expect(row).to_have_count(0, timeout=SENT_MS)
    everything_is_received(page)
    [(said,)] = ask(demo, f"SELECT body FROM receipts WHERE target_id = '{reception}'")
    assert json.loads(said)["changes"] == {"wants_reply": False}
    assert ask(demo, f"SELECT wants_reply FROM receptions WHERE id = '{reception}'") == [(0,)]


def test_a_member_has_no_such_page(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    page.get_by_role("link", name="我的", exact=True).click()
    expect(page.get_by_role("link", name="我的履职")).to_be_visible()
    expect(page.get_by_role("link", name="本站今天")).to_have_count(0)
    go(page, "liaison")
    expect(page.get_by_text("这一页给联络员用")).to_be_visible()
    assert member_code(demo)
