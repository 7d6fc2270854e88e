"""The same app by the keyboard, in English, and by a finger that pulls the page down."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.measuring import Look, take
from tests.e2e.member_views import first_home, go

SMALL_AND_HUGE = Look("small", 320, 640, "huge")
HAN = re.compile(r"[\u4e00-\u9fff]")
# What it does not say itself: names of stations and topics, and what people wrote.
SAID_BY_THE_APP = (
    "h1:not(.print-only), h2:not(.title), button:not(.row, .choice), label:not(.topic, :has(option)), nav a"
)
NOT_BEHIND_ANYTHING = """() => {
  const one = document.activeElement
  const { left, right, top, bottom } = one.getBoundingClientRect()
  const points = [[(left + right) / 2, (top + bottom) / 2], [left + 4, top + 4], [right - 4, bottom - 4]]
  return points.some(([x, y]) => {
    const seen = document.elementFromPoint(x, y)
    return seen && (one.contains(seen) || seen.contains(one))
  })
}"""


# Of a control that is hidden behind its label, the label has the frame.
IS_FRAMED = """() => {
  const framed = (one) => one && parseFloat(getComputedStyle(one).outlineWidth) >= 2
    && getComputedStyle(one).outlineStyle !== 'none'
  return framed(document.activeElement) || framed(document.activeElement.closest('label'))
}"""


def by_tab(page: Page) -> list[str]:
    """The addresses and words that Tab comes to, from the top to the end of the page."""
    page.evaluate("document.activeElement.blur()")
    found: list[str] = []
    while True:
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(({ hash, textContent, tagName }) => tagName === 'BODY' ? '' : hash || textContent || tagName)"
            "(document.activeElement)"
        )
        if not name or (found and name == found[0]):
            return found
        assert page.evaluate(NOT_BEHIND_ANYTHING), f"{name} has the focus, but cannot be seen"
        assert page.evaluate(IS_FRAMED), f"{name} has the focus, but no frame"
        found.append(name.strip())


def test_every_page_is_reached_by_the_keyboard_and_begins_at_its_heading(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    first_home(page, demo)
    reached = set(by_tab(page))
    for tab in ("#/reception", "#/records", "#/me"):
        page.keyboard.press("Tab")  # 跳到正文 comes first on every page
        expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
        page.locator(f"nav a[href='{tab}']").press("Enter")
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_focused()
        expect(page).to_have_title(f"{heading.inner_text()} · 委员工作站")
        reached |= set(by_tab(page))
    assert reached >= {"#/", "#/reception", "#/records", "#/me", "#/code", "#/rescue", "#/diagnosis"}
    assert reached >= {"#/plan", "#/my-months", "#/in-my-name", "#/keeping", "#/tablet"}
    assert reached >= {"到站登记", "开始值班", "保存", "退出登录"}
    assert any(re.fullmatch(r"#/records/[\w-]+", name) for name in reached)


def test_the_focus_is_never_behind_what_is_fixed_on_a_small_phone_with_huge_type(
    demo: Demo, phone: Browser
) -> None:
    page = phone.open()
    first_home(page, demo)
    for path in ("", "reception", "me"):
        go(page, demo, path)
        take(page, SMALL_AND_HUGE)
        by_tab(page)


def test_english_is_one_choice_away_and_leaves_no_chinese_behind(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    first_home(page, demo)
    go(page, demo, "me")
    page.get_by_label("语言").select_option(label="English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for path in ("", "reception", "records", "me", "plan", "my-months", "in-my-name", "rescue", "code"):
        go(page, demo, path)
        words = page.locator(SAID_BY_THE_APP).all_inner_texts()
        assert [word for word in words if HAN.search(word) and "Language" not in word] == [], path


def test_pulling_the_page_down_sends_at_once(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    first_home(page, demo)
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *points: tuple[int, int]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (200, 200))
    for y in (220, 250):
        touch("touchMove", (200, y))
    expect(page.get_by_text("再往下拉，就收发一次")).to_be_visible()
    for y in (290, 340):
        touch("touchMove", (200, y))
    expect(page.get_by_text("松开，现在就收发")).to_be_visible()
    with page.expect_request("**/api/v1/sync"):
        touch("touchEnd")
    expect(page.get_by_text("松开，现在就收发")).to_have_count(0)
