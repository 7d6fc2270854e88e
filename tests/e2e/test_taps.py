"""Each main act from a code in the hand to its end, by the screen alone, in as many taps as the docs say."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.phone_acts import everything_is_received, kept, picture
from tests.live_server import ROOT

TABLE_ROW = re.compile(r"^\| (\S[^|]*?) +\| (\d+) \|", re.MULTILINE)
COUNTING = """() => {
  window.taps = 0
  addEventListener('pointerup', () => (window.taps += 1), true)
}"""


def documented() -> dict[str, int]:
    text = (ROOT / "docs" / "members-app.md").read_text()
    return {act: int(taps) for act, taps in TABLE_ROW.findall(text)}


def taps_of(page: Page, act: Callable[[], None]) -> int:
    before = page.evaluate("window.taps")
    act()
    return int(page.evaluate("window.taps")) - int(before)


def home(page: Page) -> None:
    page.get_by_role("link", name="首页").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()


def test_each_main_act_takes_no_more_taps_than_the_docs_say(demo: Demo, phone: Browser) -> None:
    before = len(kept(demo))
    page = phone.open()
    page.add_init_script(f"({COUNTING})()")
    page.goto(f"{demo.url}/#/enrol")
    code = demo.secrets["member_codes"][0]
    picture(page, "first-enrol")

    def enrols() -> None:
        page.get_by_label("登记码").fill(code)
        page.get_by_role("button", name="用这个码登记").click()
        expect(page.get_by_role("button", name="到站登记")).to_be_visible()

    def checks_in() -> None:
        page.get_by_role("button", name="到站登记").click()
        expect(page.get_by_text("已存本机")).to_be_visible()

    def starts() -> None:
        page.get_by_role("button", name="开始值班").click()
        expect(page.get_by_role("heading", name="正在值班")).to_be_visible()

    def ends() -> None:
        page.get_by_role("button", name="结束值班").click(timeout=30_000)
        expect(page.get_by_role("heading", name="正在值班")).to_have_count(0)

    def writes_least() -> None:
        page.get_by_role("link", name="写接待").click()
        page.get_by_text("教育", exact=True).click()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()

    def writes_more() -> None:
        page.get_by_role("link", name="写接待").click()
        page.get_by_role("button", name="加一人").click()
        page.get_by_text("教育", exact=True).click()
        page.get_by_label("摘要").click()
        page.keyboard.insert_text("希望增加校车")
        page.get_by_text("已现场答复").click()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()

    assert taps_of(page, enrols) == 1
    counted = {"到站登记": taps_of(page, checks_in), "开始值班": taps_of(page, starts)}
    counted["接待, least"] = taps_of(page, writes_least)
    home(page)
    counted["接待, with people, summary and answer"] = taps_of(page, writes_more)
    home(page)
    counted["结束值班"] = taps_of(page, ends)
    assert counted == documented()
    assert max(counted.values()) <= 6
    page.reload()
    everything_is_received(page)
    assert len(kept(demo)) == before + 5
