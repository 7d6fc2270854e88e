"""Sync that can be seen: the quiet line, the warning, and the lines that are read over the phone."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.phone_acts import everything_is_received, picture, tap
from tests.e2e.test_own_pages import enrolled, go

# Makes the waiting entries older, or more of them, as after days without a network.
AGE = """([days, copies]) => new Promise((done) => {
  const opening = indexedDB.open('workstation')
  opening.onsuccess = () => {
    const writing = opening.result.transaction('entries', 'readwrite')
    const entries = writing.objectStore('entries')
    entries.getAll().onsuccess = ({ target }) => {
      const old = new Date(Date.now() - days * 24 * 3600_000).toISOString()
      const [entry] = target.result.filter(({ state }) => state === 'recorded' || state === 'waiting')
      entries.put({ ...entry, state: 'waiting', seq: 1, recorded_at: old })
      for (let seq = 2; seq <= copies; seq++) {
        const { order, ...more } = entry
        entries.add({ ...more, id: crypto.randomUUID(), state: 'waiting', seq, recorded_at: old })
      }
    }
    writing.oncomplete = () => done(opening.result.close())
  }
})"""
ADVICE = "请连上网，点这里发出"


def line(page: Page):
    return page.get_by_role("banner").get_by_role("status")


def aged(page: Page, *, days: float, copies: int = 1) -> None:
    page.evaluate(AGE, [days, copies])
    page.reload()


def test_the_line_says_how_much_waits_and_how_long(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    expect(line(page)).to_have_text(re.compile(r"^全部已收到 \d\d:\d\d\s*$"))
    page.context.set_offline(True)
    tap(page, "到站登记")
    expect(line(page)).to_have_text("待发 1")
    aged(page, days=2.1)
    expect(line(page)).to_have_text("待发 1 · 最早一条等了 2 天")
    picture(page, "line-two-days")
    aged(page, days=3.1)
    expect(line(page)).to_contain_text("待发 1 · 最早一条等了 3 天")
    expect(line(page)).to_contain_text(ADVICE)
    picture(page, "line-warning")
    line(page).get_by_role("link").click()
    expect(page.get_by_role("button", name="现在就发")).to_be_visible()
    page.context.set_offline(False)
    everything_is_received(page)
    expect(page.get_by_text(ADVICE)).to_have_count(0)


def test_five_waiting_records_warn(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    page.context.set_offline(True)
    tap(page, "到站登记")
    aged(page, days=0, copies=4)
    expect(line(page)).to_have_text("待发 4")
    page.evaluate(AGE, [0, 2])
    page.reload()
    expect(line(page)).to_contain_text("待发 5")
    expect(line(page)).to_contain_text(ADVICE)


def test_a_phone_tells_how_it_is_in_numbered_lines(demo: Demo, phone: Browser) -> None:
    page = enrolled(demo, phone)
    everything_is_received(page)
    page.context.set_offline(True)
    tap(page, "到站登记")
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("button", name="现在就发").click()
    page.get_by_role("link", name="手机情况").click()
    lines = page.locator("main ol > li")
    expect(lines).to_have_count(14)
    for number, said in {
        0: "版本",
        5: "1 条，最早",
        7: "连不上服务器",
        8: "相差不到 2 秒",
        9: "MB",
        11: "242 个站",
        12: "打得开",
        13: "没有回音",
    }.items():
        expect(lines.nth(number)).to_contain_text(said)
    expect(lines.nth(10)).to_contain_text(re.compile("答应"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制这几行").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[1].startswith("1. 版本：")
    assert "14. 最近的回答：" in copied
    assert max(len(one) for one in copied.splitlines()) < 60  # short enough to be read out
    picture(page, "diagnosis")

    with page.expect_download() as download:
        page.get_by_role("button", name="导出没发出的 1 条").click()
    assert download.value.suggested_filename.endswith(".json")
    page.context.set_offline(False)
    page.get_by_role("button", name="现在就连一次").click()
    expect(lines.nth(5)).to_contain_text("没有")
    expect(lines.nth(13)).to_contain_text("收下了（200）")
    go(page, "me")
    expect(page.get_by_role("link", name="发不出去怎么办")).to_be_visible()
