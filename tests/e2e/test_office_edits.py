"""The office imports and edits in a real browser: nothing changes before it is seen and confirmed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.conftest import DESK, Browser, Demo
from tests.e2e.door_acts import a_station
from tests.e2e.measuring import OFFICE_LOOKS, faults
from tests.e2e.member_views import member_of, network_of
from tests.e2e.office_views import give_held_entries, go, sign_in
from tests.e2e.phone_acts import picture
from tests.e2e.served import serving

HEAD = "编码,名称,类型,区,街道,纬度,经度,开放时间\n"


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with serving(demo_folder, tmp_path_factory.mktemp("office")) as network:
        yield network.demo


def opened(browser: Browser, demo: Demo, who: str = "office") -> Page:
    page = browser.open(size=DESK)
    page.goto(f"{demo.url}/staff")
    account = demo.secrets[who]
    sign_in(page, account=account["account"], password=account["password"])
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    return page


@pytest.fixture
def office(desk: Browser, demo: Demo) -> Page:
    return opened(desk, demo)


def look_at(page: Page, name: str) -> None:
    """What is shown now is for everybody, at the desk and on a phone."""
    picture(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, f"{name}-phone")
    found = faults(page, OFFICE_LOOKS)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert not found, found


def choose(page: Page, name: str, text: str) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]  # a TypedDict there


def choose_datum(page: Page) -> None:
    page.get_by_label("文件里的经纬度是从哪里来的").select_option("gcj02")


def stations_file(*rows: str) -> str:
    return HEAD + "\n".join(rows) + "\n"


NEW = "NEW-1,新建委员工作站,委员工作站,福田区,福田街道,22.5431,114.0579,周三 9:00–11:00"


def test_a_file_is_looked_at_row_by_row_and_written_by_one_confirmation(office: Page, demo: Demo) -> None:
    go(office, demo, "import")
    expect(office.get_by_text("先选经纬度的来源")).to_be_visible()
    choose_datum(office)
    choose(office, "坏.csv", stations_file(NEW, "BAD-1,,茶馆,福田区,福田街道,99,abc,"))
    expect(office.get_by_text("处要改")).to_be_visible()
    expect(office.get_by_role("row", name="3 类型 「茶馆」不在可选范围")).to_be_visible()
    expect(office.get_by_role("button", name="确认写入")).to_have_count(0)
    look_at(office, "import-errors")

    station = a_station(demo)
    changed = f"{station.code},改过名的站,委员工作站,福田区,,22.5431,114.0579,"
    choose(office, "站点.csv", stations_file(NEW, changed))
    expect(office.get_by_text("新增 1 行", exact=True)).to_be_visible()
    expect(office.get_by_role("row", name="改过名的站")).to_contain_text(station.name)
    look_at(office, "import-look")
    go(office, demo, "import")
    assert stations_named(office, demo, station.name) == [station.name], "looking changes nothing"

    choose_datum(office)
    choose(office, "站点.csv", stations_file(NEW))
    office.get_by_role("button", name="确认写入：新增 1 行，修改 0 行").click()
    expect(office.get_by_text("已写入 站点.csv")).to_be_visible()
    assert stations_named(office, demo, "新建委员") == ["新建委员工作站"]
    choose_datum(office)
    choose(office, "站点.csv", stations_file(NEW))
    expect(office.get_by_text("没有要写入的")).to_be_visible()


def stations_named(page: Page, demo: Demo, words: str) -> list[str]:
    """As the server has them, by the field that finds one for the plan."""
    go(page, demo, "plans")
    page.get_by_role("searchbox", name="按站名查找站点").fill(words)
    expect(page.get_by_text(re.compile("^找到 [0-9]+ 个"))).to_be_visible()
    options = page.get_by_role("combobox", name="站点", exact=True).get_by_role("option").all_inner_texts()
    go(page, demo, "import")
    return options[1:]


def fill_form(page: Page, *, address: str, reason: str) -> None:
    page.get_by_role("button", name="修改资料").click()
    page.get_by_label("地址").fill(address)
    page.get_by_label("原因（必填）").fill(reason)


def test_an_edit_keeps_who_and_why_and_can_be_taken_back(office: Page, demo: Demo) -> None:
    station = a_station(demo)
    go(office, demo, f"coverage/stations/{station.id}")
    fill_form(office, address="深南大道 1 号", reason="搬了")
    item = office.get_by_role("group", name="统一标识")
    item.get_by_label("已达到").check()
    item.get_by_label("核对人").fill("李检查")
    item.get_by_label("核对日期").fill("2026-11-01")
    look_at(office, "station-form")
    office.get_by_role("button", name="保存").click()
    row = office.locator("ol > li").filter(has_text="搬了").first
    expect(row).to_contain_text("深南大道 1 号")
    expect(office.get_by_text("李检查").first).to_be_visible()
    look_at(office, "station-history")

    row.get_by_role("button", name="撤销这次修改").click()
    office.get_by_label("原因（必填）").fill("弄错了")
    office.get_by_role("dialog").get_by_role("button", name="撤销这次修改").click()
    expect(office.get_by_text("撤销第")).to_be_visible()
    expect(
        office.locator("p", has_text="深南大道 1 号").filter(has=office.locator("text=开放"))
    ).to_have_count(0)


def test_the_second_of_two_officers_sees_both_and_chooses(
    playwright: Playwright, chromium: str, tmp_path: Path, office: Page, demo: Demo
) -> None:
    other = Browser(playwright, chromium=chromium, profile=tmp_path / "other")
    try:
        path = f"coverage/stations/{a_station(demo).id}"
        second = opened(other, demo)
        go(second, demo, path)
        fill_form(second, address="乙路 2 号", reason="我看的是乙路")
        go(office, demo, path)
        fill_form(office, address="甲路 1 号", reason="我看的是甲路")
        office.get_by_role("button", name="保存").click()
        expect(office.locator("ol > li").filter(has_text="我看的是甲路")).to_be_visible()

        second.get_by_role("button", name="保存").click()
        expect(second.get_by_role("heading", name="别人刚刚改过")).to_be_visible()
        expect(second.get_by_text("甲路 1 号")).to_be_visible()
        look_at(second, "station-conflict")
        second.get_by_role("radio", name="您的 乙路 2 号").check()
        second.get_by_role("button", name="按选的保存").click()
        row = second.locator("ol > li").filter(has_text="我看的是乙路")
        expect(row).to_contain_text("甲路 1 号 → 乙路 2 号")
        picture(second, "station-chosen")
    finally:
        other.close()


def test_a_stations_page_shows_shifts_topics_people_and_the_plan(office: Page, demo: Demo) -> None:
    go(office, demo, f"coverage/stations/{demo.secrets['liaison']['station_id']}")
    for heading in ("值班", "今后两周的排班", "接待主题", "本站人员", "修改记录"):
        expect(office.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(
        office.get_by_role("table", name="接待主题").or_(office.get_by_text("没有接待记录"))
    ).to_be_visible()
    office.get_by_role("heading", name="本站人员").scroll_into_view_if_needed()
    look_at(office, "station-record")
    office.get_by_role("link", name="去排班").click()
    expect(office.get_by_role("combobox", name="站点")).not_to_have_value("")


def test_held_entries_of_one_reason_are_closed_together(office: Page, demo: Demo) -> None:
    give_held_entries(demo)
    go(office, demo, "held")
    office.get_by_role("checkbox", name="选这一条").first.check()
    picked = office.get_by_role("status").filter(has_text="已选 1 条")
    expect(picked).to_contain_text("系统里还没有这个站点")
    office.get_by_role("button", name="选上本页同样原因的").click()
    look_at(office, "held-together")
    office.get_by_role("button", name="关闭所选").click()
    office.get_by_label("原因（必填）").fill("站点已经撤了")
    office.get_by_role("dialog").get_by_role("button", name="关闭所选").click()
    expect(office.get_by_text("2 条已办好")).to_be_visible()
    go(office, demo, "held?state=closed")
    expect(office.get_by_text("站点已经撤了").first).to_be_visible()


def test_a_topic_is_added_and_renamed_with_a_reason(office: Page, demo: Demo) -> None:
    go(office, demo, "settings")
    office.get_by_role("button", name="增加主题").click()
    office.get_by_label("编码（以后不变）").fill("parks")
    office.get_by_label("名称").fill("公园绿地")
    office.get_by_label("原因（必填）").fill("群众常提")
    look_at(office, "setting-form")
    office.get_by_role("button", name="保存").click()
    office.get_by_role("button", name="改名 公园绿地").click()
    office.get_by_label("名称").fill("公园和绿地")
    office.get_by_label("原因（必填）").fill("说法变了")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("“公园绿地”改为“公园和绿地”")).to_be_visible()
    look_at(office, "settings")


def test_a_liaison_sees_the_history_and_cannot_edit(desk: Browser, demo: Demo) -> None:
    page = opened(desk, demo, "liaison")
    expect(page.get_by_role("link", name="导入")).to_have_count(0)
    go(page, demo, f"coverage/stations/{demo.secrets['liaison']['station_id']}")
    expect(page.get_by_role("heading", name="修改记录")).to_be_visible()
    expect(page.get_by_role("button", name="修改资料")).to_have_count(0)


def test_a_shift_is_planned_and_taken_out_and_put_back(office: Page, demo: Demo) -> None:
    station = a_station(demo)
    go(office, demo, f"plans?week=2030-01-07&station={station.id}")
    expect(office.get_by_text("这一周还没有排班")).to_be_visible()
    office.get_by_role("combobox", name="委员", exact=True).select_option(index=1)
    office.get_by_role("button", name="排一班").click()
    row = office.get_by_role("row", name="01-07 周一 09:00–11:30")
    expect(row).to_contain_text(station.name)
    expect(office.get_by_text("已排：")).to_be_visible()
    office.get_by_role("button", name="排一班").click()
    expect(office.get_by_text("这段时间已经排了班")).to_be_visible()
    look_at(office, "plans")

    row.get_by_role("button", name="取消").click()
    office.get_by_label("原因（必填）").fill("换人")
    office.get_by_role("button", name="取消这一班").click()
    expect(row).to_have_count(0)
    office.get_by_role("button", name="恢复").click()
    expect(row).to_be_visible()
    office.get_by_text("最近的改动").click()
    expect(office.get_by_text("换人")).to_be_visible()
    look_at(office, "plans-history")


def first(demo: Demo, query: str) -> str:
    with network_of(demo) as database:
        return str(database.execute(query).fetchone()[0])


def test_a_paper_ledger_is_looked_at_and_comes_in_once(desk: Browser, demo: Demo) -> None:
    station, (_, member, _) = a_station(demo), member_of(demo)
    page = opened(desk, demo, "office")
    go(page, demo, "import?sheet=ledger")
    head = "类别,站点,委员,日期,开始,结束,人数,主题,摘要\n"
    topic = first(demo, "SELECT name FROM topics ORDER BY position")
    book = f"{head}接待,{station.code},{member},2025-03-05,09:40,,3,{topic},电梯坏了\n"
    choose(page, "台账.csv", book + f"值班,{station.code},{member},2025-03-05,09:00,,,,\n")
    expect(page.get_by_role("row", name="3 结束 必填")).to_be_visible()
    choose(page, "台账.csv", book)
    expect(page.get_by_role("row", name="电梯坏了")).to_contain_text(station.name)
    look_at(page, "import-ledger")
    page.get_by_role("button", name="确认写入：新增 1 行").click()
    expect(page.get_by_text("已写入 台账.csv")).to_be_visible()
    choose(page, "台账.csv", book)
    expect(page.get_by_text("没有要写入的")).to_be_visible()


def test_streets_are_shaded_where_their_outlines_came_in(office: Page, demo: Demo) -> None:
    """A synthetic outline: a square around the station."""
    station = a_station(demo)
    go(office, demo, "import?sheet=outlines")
    office.get_by_label("文件里的经纬度是从哪里来的").select_option("wgs84")
    west, south, east, north = (
        station.lon - 0.01,
        station.lat - 0.01,
        station.lon + 0.01,
        station.lat + 0.01,
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    code = first(demo, "SELECT code FROM divisions WHERE level = 'street' ORDER BY code")
    street = {"properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    choose(office, "街道.geojson", json.dumps({"type": "FeatureCollection", "features": [street]}))
    office.get_by_role("button", name="确认写入：新增 1 行").click()
    expect(office.get_by_text("已写入 街道.geojson")).to_be_visible()
    go(office, demo, "coverage")
    expect(office.get_by_role("list", name="底色：街道的覆盖")).to_be_visible()
    expect(office.locator(".outlines [class^='street-']")).to_have_count(1)
    look_at(office, "streets")
