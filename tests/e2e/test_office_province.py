"""The office's coverage page of a network with so many stations that it draws and fetches in another way."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.conftest import DESK, Browser
from tests.e2e.office_views import go, sign_in
from tests.e2e.served import Network, serving
from workstation.ids import new_id

COPIES = 8
MANY = 2_000  # static/pwa/src/staff/rules/large.ts
ROWS = "/api/v1/coverage?"
WEEKS = "/api/v1/coverage/weeks?"


def multiply_stations(database: Path) -> int:
    """Puts eight more beside each station of the demo, where nobody ever came. Returns how many there are."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    stations = [dict(row) for row in connection.execute("SELECT * FROM stations")]
    more = [beside(station, nth) for station in stations for nth in range(1, COPIES + 1)]
    names = ", ".join(stations[0])
    values = ", ".join(f":{name}" for name in stations[0])
    connection.executemany(f"INSERT INTO stations ({names}) VALUES ({values})", more)
    connection.commit()
    connection.close()
    return len(stations) + len(more)


def beside(station: dict, nth: int) -> dict:
    place = {"lat": station["lat"] + nth / 2_000, "lon": station["lon"] + nth / 2_000}
    own = {"id": new_id(), "code": f"{station['code']}-{nth}", "name": f"{station['name']}分站{nth}"}
    return station | place | own


@pytest.fixture(scope="module")
def network(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("province")
    shutil.copytree(demo_folder, folder / "large")
    assert multiply_stations(folder / "large" / "workstation.db") > MANY
    with serving(folder / "large", folder) as served:
        yield served


@pytest.fixture
def office(network: Network, desk: Browser) -> Page:
    page, secrets = desk.open(size=DESK), network.demo.secrets["office"]
    page.goto(f"{network.demo.url}/staff")
    sign_in(page, account=secrets["account"], password=secrets["password"])
    expect(page.get_by_role("button", name="登录")).to_have_count(0)
    go(page, network.demo, "coverage")
    return page


def table(page: Page) -> Locator:
    return page.locator(".coverage > .table")


def said(answer: dict) -> dict[str, list[str]]:
    """Shifts and hours of duty by station, as the API answered."""
    return {
        row["name"]: [f"{row['shifts']['low']:,}", f"{row['duty_hours']['low']:.1f}"]
        for row in answer["rows"]
    }


def agree(page: Page, answer: dict) -> None:
    """Each station of an answer stands in the table once, with the answer's figures."""
    heads = [text.strip(" ▲▼") for text in table(page).locator("thead th").all_inner_texts()]
    columns = [heads.index(name) for name in ("值班（次）", "值班（小时）")]
    assert answer["rows"]
    for name, figures in said(answer).items():
        row = table(page).get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        expect(row).to_have_count(1)
        shown = row.locator("th, td").all_inner_texts()
        assert [shown[column].split("–")[0] for column in columns] == figures


def is_rows_of_stations(answer: Response) -> bool:
    return ROWS in answer.url and "by=station" in answer.url


def test_a_network_of_thousands_is_one_picture_and_rows_come_as_they_are_seen(
    office: Page, network: Network
) -> None:
    asked: list[str] = []
    office.on("request", lambda request: asked.append(request.url))
    office.reload()
    map_of_all = office.get_by_role("application")
    expect(map_of_all).to_have_accessible_name(re.compile("2178 个站点"))
    expect(office.locator(".map canvas")).to_be_visible()
    expect(office.locator(".map [data-key]")).to_have_count(0)

    map_of_all.scroll_into_view_if_needed()
    map_of_all.hover()
    name = office.locator(".tip strong")
    expect(name).to_be_visible()
    station = name.inner_text()
    map_of_all.click()
    expect(office.get_by_role("heading", level=1, name=station, exact=True)).to_be_visible()
    office.go_back()

    table(office).get_by_role("button", name=re.compile("^展开")).first.click()
    street = table(office).locator("th.in-1").first
    with office.expect_response(is_rows_of_stations) as answered:
        street.get_by_role("button").click()
    expect(table(office).locator("th.in-2").first).to_be_visible()
    agree(office, answered.value.json())

    with office.expect_response(is_rows_of_stations) as answered:
        office.get_by_text("按站点", exact=True).click()
    expect(table(office).get_by_text("第 1 / 44 页，共 2178 行")).to_be_visible()
    agree(office, answered.value.json())
    with office.expect_response(is_rows_of_stations) as answered:
        table(office).get_by_role("button", name="下一页").click()
    agree(office, answered.value.json())

    weeks = office.get_by_role("region", name="各站每周", exact=True)
    weeks.scroll_into_view_if_needed()
    names = weeks.locator("tbody th")
    expect(names).to_have_count(20)
    seen = names.all_inner_texts()
    weeks.get_by_role("button", name="下一页").click()
    expect(weeks.get_by_text("第 2 / 109 页，共 2178 行")).to_be_visible()
    assert not set(names.all_inner_texts()) & set(seen)
    weeks.get_by_role("button", name="上一页").click()
    expect(names).to_have_text(seen, use_inner_text=True)

    office.get_by_role("searchbox").fill("分站8")
    expect(table(office).get_by_text("第 1 / 5 页，共 242 行")).to_be_visible()
    expect(table(office).locator("tbody th").last).to_contain_text("分站8")
    office.get_by_role("searchbox").fill("")

    office.get_by_role("combobox").select_option(label="盐田区")
    expect(office.locator(".map canvas")).to_have_count(0)
    office.get_by_role("combobox").select_option(label="全部范围")
    expect(office.locator(".map canvas")).to_be_visible()
    expect(table(office).get_by_text("共 2178 行")).to_be_visible()
    of_all = [url for url in asked if ROWS in url and "by=station" in url and "within=" not in url]
    assert of_all
    assert [url for url in of_all if "ids=" not in url] == []
    of_weeks = [url for url in asked if WEEKS in url and "by=station" in url and "within=" not in url]
    assert of_weeks
    assert [url for url in of_weeks if "limit=20" not in url] == []


def test_what_is_missing_in_thousands_of_stations_comes_page_by_page(office: Page, network: Network) -> None:
    go(office, network.demo, "gaps")
    lines = office.locator("main ol li")
    expect(lines).to_have_count(50)
    first = lines.first.inner_text()
    office.get_by_role("button", name="下一页").click()
    expect(office.get_by_text(re.compile("^第 2 /"))).to_be_visible()
    expect(lines.first).not_to_have_text(first, use_inner_text=True)
    lines.first.get_by_role("link").click()
    expect(office).to_have_url(re.compile("/coverage/stations/"))
    office.go_back()
    expect(office.get_by_text(re.compile("^第 2 /"))).to_be_visible()
    office.get_by_role("button", name="上一页").click()
    expect(lines.first).to_have_text(first, use_inner_text=True)
    office.get_by_text(re.compile(r"^待同步 \d")).click()
    expect(office.get_by_text("同样多的，最久没同步的在前")).to_be_visible()
