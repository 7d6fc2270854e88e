"""One's own pages: records, months back, my months, what others did in my name, and the duty plan."""

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.other_people import another_phone, liaison, local_now, plan
from tests.e2e.phone_acts import enrol, everything_is_received, picture, tap
from tests.live_server import ROOT

AXE = ROOT / "static" / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
NO_RECEIPTS = """() => new Promise((done) => {
  const opening = indexedDB.open('workstation')
  opening.onsuccess = () => {
    const writing = opening.result.transaction('receipts', 'readwrite')
    writing.objectStore('receipts').clear()
    writing.oncomplete = () => done(opening.result.close())
  }
})"""


def ask(demo: Demo, sql: str) -> list[tuple[str, ...]]:
    database = sqlite3.connect(demo.data_dir / "workstation.db")
    return database.execute(sql).fetchall()


def member_code(demo: Demo) -> str:
    """Whose code the demo gives first."""
    return ask(demo, "SELECT code FROM members WHERE role = 'member' ORDER BY code LIMIT 1")[0][0]


def station_of(demo: Demo, member: str) -> tuple[str, str]:
    """Id and code of a station of this member."""
    return ask(
        demo,
        "SELECT stations.id, stations.code FROM stations JOIN station_members ON station_id = stations.id"
        f" JOIN members ON members.id = member_id WHERE members.code = '{member}' ORDER BY stations.code",
    )[0]


def enrolled(demo: Demo, phone: Browser) -> Page:
    page = phone.open()
    page.add_init_script(path=AXE)
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    return page


def go(page: Page, path: str) -> None:
    page.goto(f"{page.url.partition('#')[0]}#/{path}")


def breaks_no_rule(page: Page) -> None:
    found = page.evaluate("() => axe.run().then(({ violations }) => violations.map(({ id }) => id))")
    assert found == []


def test_a_record_is_found_by_kind_and_by_any_word(demo: Demo, phone: Browser) -> None:
    member = member_code(demo)
    other = another_phone(demo, member=member)
    station, _ = station_of(demo, member)
    other.receives(station, at=local_now() - timedelta(days=2), summary="希望修好凉亭")
    page = enrolled(demo, phone)
    tap(page, "到站登记")
    everything_is_received(page)
    page.get_by_role("link", name="记录", exact=True).click()

    row = page.get_by_role("link").filter(has_text="到站登记").first
    expect(row).to_contain_text("回执")
    expect(row).to_contain_text("记于")
    expect(row).to_contain_text("收到")
    picture(page, "records")

    page.get_by_label("看哪些").select_option(label="接待")
    expect(page.get_by_role("link").filter(has_text="接待").first).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link").filter(has_text="到站登记")).to_have_count(0)
    page.get_by_label("看哪些").select_option(label="全部")
    page.get_by_label("找记录").fill("凉亭")
    expect(page.get_by_role("heading", name="找到 1 条")).to_be_visible()
    page.get_by_role("main").get_by_role("link").click()
    expect(page.get_by_text("希望修好凉亭")).to_be_visible()
    picture(page, "record")
    for name in ("更正", "撤回"):
        page.get_by_role("button", name=name).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        breaks_no_rule(page)
        page.get_by_role("button", name="关闭").click()
    page.get_by_role("link", name="返回记录").click()
    page.get_by_label("找记录").fill("没有这种事")
    expect(page.get_by_text("没有找到")).to_be_visible()
    breaks_no_rule(page)


def test_what_needs_attention_stands_first_with_what_to_do(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    page.context.set_offline(True)
    tap(page, "到站登记")
    page.evaluate(
        """() => new Promise((done) => {
          const opening = indexedDB.open('workstation')
          opening.onsuccess = () => {
            const writing = opening.result.transaction('entries', 'readwrite')
            const entries = writing.objectStore('entries')
            entries.getAll().onsuccess = ({ target }) => {
              const old = new Date(Date.now() - 4 * 24 * 3600_000).toISOString()
              for (const entry of target.result)
                entries.put({ ...entry, state: 'waiting', seq: 1, recorded_at: old })
            }
            writing.oncomplete = () => done(opening.result.close())
          }
        })"""
    )
    go(page, "records")
    expect(page.get_by_role("heading", name="先看这几条")).to_be_visible()
    expect(page.get_by_text("等了 4 天还没发出")).to_be_visible()
    breaks_no_rule(page)


def test_months_back_come_from_the_server_and_stay_for_when_there_is_none(demo: Demo, phone: Browser) -> None:
    member = member_code(demo)
    other = another_phone(demo, member=member)
    station, _ = station_of(demo, member)
    long_ago = local_now() - timedelta(days=200)
    other.receives(station, at=long_ago, summary="很久以前的一件事")
    page = enrolled(demo, phone)
    everything_is_received(page)
    page.evaluate(NO_RECEIPTS)  # what this phone holds after months and a new one: nothing of then
    go(page, "records")
    months = page.get_by_role("main").get_by_role("heading", name=re.compile(r"^\d+ 年 \d+ 月"))
    end = page.get_by_text("更早的没有了")
    while not end.is_visible():
        shown = months.count()
        page.get_by_role("button", name="看更早的").click()
        expect(months.nth(shown).or_(end)).to_be_visible()
    expect(months.last).to_have_text(f"{long_ago.year} 年 {long_ago.month} 月")
    picture(page, "records-back")

    page.context.set_offline(True)
    page.reload()
    page.get_by_label("找记录").fill("很久以前")
    page.get_by_role("main").get_by_role("link").filter(has_text="接待").click()
    expect(page.get_by_text("很久以前的一件事")).to_be_visible()


def test_my_months_add_up_can_be_copied_printed_and_read_offline(demo: Demo, phone: Browser) -> None:
    member = member_code(demo)
    other = another_phone(demo, member=member)
    station, _ = station_of(demo, member)
    year = local_now().year - 3
    began = local_now().replace(year=year, month=5, day=6, hour=9, minute=0)
    shift = other.send("shift_start", {"station_id": station}, at=began)
    other.send("shift_end", {"shift_id": shift}, at=began + timedelta(hours=2, minutes=30))
    other.receives(station, at=began, summary="接待一次", headcount=4)
    page = enrolled(demo, phone)
    everything_is_received(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="我的", exact=True).click()
    picture(page, "me")
    page.get_by_role("link", name="我的履职").click()
    page.get_by_label("年份").select_option(str(year))
    expect(page.get_by_role("heading", name=f"{year} 年 5 月")).to_be_visible()
    expect(page.get_by_text("2.5 小时").first).to_be_visible()
    picture(page, "my-months")

    page.get_by_role("button", name="复制成文字").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"{year} 年 5 月：值班 1 次、2.5 小时；接待 1 次、4 人次；到站登记 0 次" in copied

    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="打印").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{year} 年履职")
    picture(page, "my-months-print")
    page.emulate_media(media="screen")

    page.context.set_offline(True)
    page.reload()
    page.get_by_label("年份").select_option(str(year))
    expect(page.get_by_text("现在没有网络，显示的是")).to_be_visible()
    expect(page.get_by_text("2.5 小时").first).to_be_visible()


def test_a_year_never_fetched_is_counted_from_this_phone_and_says_so(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    page.context.set_offline(True)
    go(page, "my-months")
    expect(page.get_by_text("暂计：没有网络")).to_be_visible()
    breaks_no_rule(page)


def test_an_entry_in_my_name_is_denied_offline_with_one_tap(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    member = ask(demo, f"SELECT id FROM members WHERE code = '{member_code(demo)}'")[0][0]
    helper = liaison(demo)
    station = demo.secrets["liaison"]["station_id"]
    entry = helper.send("check_in", {"station_id": station, "purpose": "duty"}, on_behalf_of=member)
    page.reload()  # the start of the app asks for what is new
    go(page, "in-my-name")
    expect(page.get_by_text("替您记了：到站登记")).to_be_visible(timeout=30_000)
    picture(page, "in-my-name")
    go(page, "me")
    expect(page.get_by_text("1 条新的")).to_be_visible()
    go(page, "records")
    expect(page.get_by_text("有 1 条是别人以您名义")).to_be_visible()

    page.context.set_offline(True)
    page.get_by_role("link", name="去看看").click()
    page.get_by_role("button", name="不是我").click()
    expect(page.get_by_text("已存本机")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("您已说不对：已收到")).to_be_visible(timeout=60_000)
    said = ask(demo, f"SELECT body, state FROM receipts WHERE target_id = '{entry}'")
    assert len(said) == 1
    assert "本人否认" in said[0][0]
    assert ask(demo, f"SELECT withdrawn FROM check_ins WHERE id = '{entry}'") == [(1,)]


def test_a_correction_by_others_is_put_back_with_one_tap(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    member = ask(demo, f"SELECT id FROM members WHERE code = '{member_code(demo)}'")[0][0]
    station = demo.secrets["liaison"]["station_id"]
    helper, now = liaison(demo), local_now()
    entry = helper.send("check_in", {"station_id": station, "purpose": "duty"}, on_behalf_of=member, at=now)
    stated = (now - timedelta(days=1)).isoformat()
    changes = {"stated_at": stated, "note": "实为昨天"}
    helper.send("correction", {"target_id": entry, "changes": changes, "reason": "核对"})
    page.reload()
    go(page, "in-my-name")
    expect(page.get_by_text("更正了您的记录：到站登记")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("实为昨天")).to_be_visible()
    picture(page, "in-my-name-correction")
    page.get_by_role("button", name="不同意，改回去").click()
    expect(page.get_by_text("您已说不对：已收到")).to_be_visible(timeout=60_000)
    assert ask(demo, f"SELECT note, day FROM check_ins WHERE id = '{entry}'") == [(None, str(now.date()))]


def test_an_undone_objection_was_never_said(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    member = ask(demo, f"SELECT id FROM members WHERE code = '{member_code(demo)}'")[0][0]
    station = demo.secrets["liaison"]["station_id"]
    helper = liaison(demo)
    entry = helper.send("check_in", {"station_id": station, "purpose": "duty"}, on_behalf_of=member)
    page.reload()
    go(page, "in-my-name")
    page.get_by_role("button", name="不是我").click(timeout=30_000)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="不是我")).to_be_visible()
    assert ask(demo, f"SELECT count(*) FROM receipts WHERE target_id = '{entry}'") == [(0,)]
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_role("heading", name="看过的")).to_be_visible()
    expect(page.get_by_role("button", name="不是我")).to_have_count(0)
    breaks_no_rule(page)


def test_the_duty_plan_goes_into_the_calendar_and_names_colleagues(
    demo: Demo, phone: Browser, tmp_path: Path
) -> None:
    member = member_code(demo)
    _, station = station_of(demo, member)
    [(colleague, name)] = ask(
        demo, f"SELECT code, name FROM members WHERE role = 'member' AND code != '{member}' LIMIT 1"
    )
    tomorrow = (local_now() + timedelta(days=1)).date()
    plan(demo, tmp_path, [(station, member, 1), (station, member, 8), (station, colleague, 2)])
    page = enrolled(demo, phone)
    everything_is_received(page)
    go(page, "plan")
    expect(page.get_by_text("明天").first).to_be_visible()
    expect(page.get_by_text(name).first).to_be_visible()
    picture(page, "plan")

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("现在没有网络，显示的是")).to_be_visible()
    expect(page.get_by_text(name).first).to_be_visible()
    page.evaluate(
        "navigator.canShare = () => false"
    )  # Chromium on a desk shares files, on a test machine to nobody
    with page.expect_download() as download:
        page.get_by_role("button", name="加到手机日历").click()
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "duty.ics"
    assert f"DTSTART:{tomorrow:%Y%m%d}T010000Z" in content
    breaks_no_rule(page)


@pytest.mark.parametrize("path", ["my-months", "in-my-name", "plan", "records"])
def test_an_empty_page_says_what_will_stand_there(demo: Demo, phone: Browser, path: str) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    go(page, path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    picture(page, f"{path}-start")
