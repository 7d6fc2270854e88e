"""The office's coverage page in a real browser: what it says first, what it opens, that it stays fresh."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESK, Browser
from tests.e2e.measuring import OFFICE_LOOKS, faults
from tests.e2e.member_views import member_of
from tests.e2e.office_views import go, sign_in
from tests.e2e.other_people import another_phone, local_now
from tests.e2e.served import Network, serving

FRESH_MS = 60_000
NUMBER = re.compile(r"[\d,]+")


@pytest.fixture(scope="module")
def network(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("office")) as served:
        yield served


@pytest.fixture
def office(network: Network, desk: Browser) -> Page:
    """The office's desk, signed in, with the coverage page open."""
    page, secrets = desk.open(size=DESK), network.demo.secrets["office"]
    page.goto(f"{network.demo.url}/staff")
    sign_in(page, account=secrets["account"], password=secrets["password"])
    go(page, network.demo, "coverage")
    return page


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def headed(page: Page, name: str) -> Locator:
    """One of the totals, by its heading."""
    return section(page, "合计").locator("div", has=page.locator("dt", has_text=name)).last


def total(page: Page, name: str) -> int:
    figure = (
        section(page, "合计").locator("div", has=page.locator("dt", has_text=name)).last.get_by_role("link")
    )
    return int(NUMBER.findall(figure.inner_text())[0].replace(",", ""))


def test_three_sentences_and_one_list_come_first(office: Page) -> None:
    head = office.locator(".head")
    sentences = head.locator(".sentences p")
    expect(sentences).to_have_count(3)
    expect(sentences.nth(0)).to_contain_text("个街道中")
    expect(sentences.nth(1)).to_contain_text("一周前")
    expect(sentences.nth(2)).to_have_text(re.compile("^(先办：|眼下没有)"))
    expect(head.get_by_role("listitem")).to_have_count(5)
    expect(head.get_by_role("listitem").first.locator(".fix")).not_to_be_empty()
    assert head.bounding_box()["y"] < section(office, "今天").bounding_box()["y"]  # type: ignore[index]  # both are shown


def test_today_names_what_goes_on_and_who_waits_longest(office: Page) -> None:
    today = section(office, "今天")
    for heading in ("正在值班", "一小时内开始", "今天排定", "等回复的接待"):
        expect(today.get_by_role("heading", name=heading)).to_be_visible()
    waiting = today.locator("section", has=office.get_by_role("heading", name="等回复的接待"))
    days = [int(text) for text in re.findall(r"已等 (\d+) 天", waiting.inner_text())]
    assert days
    assert days == sorted(days, reverse=True)


def test_rows_open_in_place_by_keyboard_and_the_address_keeps_them(office: Page, network: Network) -> None:
    table = office.locator(".coverage > .table")
    district = table.get_by_role("button", name=re.compile("^展开")).first
    district.focus()
    office.keyboard.press("Enter")
    expect(table.locator("th.in-1").first).to_be_visible()
    street = table.locator("th.in-1").get_by_role("button").first
    street.focus()
    office.keyboard.press("Enter")
    station = table.locator("th.in-2").first
    expect(station).to_be_visible()
    name = station.inner_text()
    assert "open=" in office.url
    expect(table.get_by_role("img").first).to_have_accessible_name(re.compile("近 12 周"))
    office.reload()
    expect(table.locator("th.in-2").first).to_have_text(name, use_inner_text=True)


def test_figures_open_their_facts_down_to_the_receipt(office: Page) -> None:
    for heading, title in (("值班（次）", "值班"), ("接待（人次）", "接待"), ("参与委员", "全部记录")):
        counted = total(office, heading)
        headed(office, heading).get_by_role("link").click()
        expect(office.get_by_role("heading", level=1, name=title)).to_be_visible()
        said = office.get_by_text(re.compile("共 [0-9,]+ 条"))
        expect(said).to_be_visible()
        if title == "值班":
            assert int(NUMBER.findall(said.inner_text())[-1].replace(",", "")) == counted
        office.locator("summary").first.click()
        expect(office.get_by_text(re.compile("^收到于")).first).to_be_visible()
        office.get_by_role("link", name="回到覆盖").click()
        expect(section(office, "合计")).to_be_visible()


def test_a_count_of_stations_opens_just_those(office: Page) -> None:
    link = office.locator(".coverage > .table tr.sum").get_by_role("link").first
    stations = int(link.inner_text().replace(",", ""))
    link.click()
    expect(office.get_by_text("只列“站点”所计的行")).to_be_visible()
    expect(office.locator(".coverage > .table").get_by_text(f"共 {stations} 行")).to_be_visible()


def test_figures_go_up_by_themselves_and_nothing_flickers(office: Page, network: Network) -> None:
    before = total(office, "值班（次）")
    weeks = section(office, "各站每周")
    weeks.scroll_into_view_if_needed()
    expect(weeks.get_by_role("row")).to_have_count(21)
    expect(office.locator(".skeleton")).to_have_count(0)
    office.evaluate("window.here = document.querySelector('.totals dl')")
    office.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          if (document.querySelector('.skeleton, .stale')) window.seen.push('empty or pale') })
          .observe(document.body, { childList: true, subtree: true, attributes: true }) }"""
    )
    _, code, _ = member_of(network.demo)
    somebody = another_phone(network.demo, member=code)
    station = network.demo.secrets["liaison"]["station_id"]
    somebody.send("shift_start", {"station_id": station}, at=local_now())
    expect(headed(office, "值班（次）").get_by_role("link")).to_have_text(f"{before + 1:,}", timeout=FRESH_MS)
    expect(section(office, "今天").get_by_text(re.compile("起$")).first).to_be_visible()
    assert office.evaluate("document.contains(window.here) && window.seen") == []


def test_charts_stand_beside_tables_with_the_same_figures(office: Page) -> None:
    trend = section(office, "两率趋势")
    trend.scroll_into_view_if_needed()
    expect(trend.get_by_role("img")).to_be_visible()
    expect(trend.locator("circle title")).to_have_count(13)
    trend.get_by_text("列成表").click()
    expect(trend.get_by_role("row")).to_have_count(14)
    hours = section(office, "什么时候有人值班")
    hours.scroll_into_view_if_needed()
    expect(hours.get_by_role("row")).to_have_count(8)
    weeks = section(office, "各站每周")
    weeks.scroll_into_view_if_needed()
    expect(weeks.get_by_role("columnheader")).to_have_count(13)
    expect(weeks.get_by_role("row")).to_have_count(21)


def test_groups_of_any_kind_lead_to_their_stations(office: Page, network: Network) -> None:
    for by in ("area", "sector", "kind"):
        go(office, network.demo, f"coverage?by={by}")
        group = (
            office.locator(".coverage > .table tbody tr").nth(1).get_by_role("rowheader").get_by_role("link")
        )
        name = group.inner_text()
        group.click()
        expect(office.locator(".coverage > .table tr.sum th")).to_contain_text(name)
        expect(office.get_by_role("combobox")).to_contain_text(name)


def test_gaps_are_one_list_by_days_and_narrow_by_kind(office: Page, network: Network) -> None:
    go(office, network.demo, "gaps")
    since = office.locator("main ol .since").all_inner_texts()
    days = [10**6 if text == "从未" else int(text.split()[0]) for text in since if text]
    assert days == sorted(days, reverse=True)
    office.get_by_text(re.compile(r"^缺项 \d")).click()
    expect(office).to_have_url(re.compile("gap=not_tangible"))
    expect(office.locator("main ol li").first).to_contain_text("缺：")


def test_on_paper_the_table_stands_before_the_map(office: Page) -> None:
    office.emulate_media(media="print")
    table, outlines = (office.locator(f".coverage > .{name}").bounding_box() for name in ("table", "map"))
    assert table["y"] < outlines["y"]  # type: ignore[index]  # both are shown
    expect(office.get_by_role("button", name="下载 CSV")).to_be_hidden()


@pytest.mark.parametrize("path", ["coverage", "gaps", "facts?figure=shifts"])
def test_everybody_can_use_it_at_any_width(office: Page, network: Network, path: str) -> None:
    go(office, network.demo, path)
    if path == "coverage":
        section(office, "各站每周").scroll_into_view_if_needed()
        expect(section(office, "各站每周").get_by_role("row")).to_have_count(21)
    assert faults(office, OFFICE_LOOKS) == []
