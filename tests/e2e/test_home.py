"""The home page: which station, how far, and acts that keep their place whatever the position does."""

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser
from tests.e2e.phone_acts import enrol, everything_is_received, picture, tap
from tests.e2e.positions import TIMED_OUT, asked, by_hand, give, give_none
from tests.e2e.served import Network, serving

FAR = (39.9042, 116.4074)
NEXT_DOOR_M = 120
ON_DUTY = re.compile(r"正在值班 \d 分")
ACTS = (".acts > :nth-child(2)", ".acts > :nth-child(3)", ".acts > :nth-child(4)")


class Town:
    """The served network, and three of its stations of which the first two lie next door to each other."""

    def __init__(self, network: Network) -> None:
        self.network = network
        found = self.ask("SELECT id, name, lat, lon FROM stations WHERE status = 'open' ORDER BY code")
        self.first, self.next_door = found[0], found[1]
        apart = sorted(found[2:], key=lambda one: abs(one[2] - found[0][2]) + abs(one[3] - found[0][3]))
        self.apart = apart[-1]
        lat = self.first[2] + NEXT_DOOR_M / 111_195
        self.ask("UPDATE stations SET lat = ?, lon = ? WHERE id = ?", lat, self.first[3], self.next_door[0])

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with sqlite3.connect(self.network.demo.data_dir / "workstation.db") as database:
            return database.execute(sql, values).fetchall()

    def last(self, table: str) -> tuple:
        """Station, verdict and evidence of what was kept last."""
        [found] = self.ask(
            f"SELECT {table}.station_id, {table}.verdict, {table}.evidence FROM {table}"
            f" JOIN receipts ON entry_id = {table}.id ORDER BY receipt_no DESC LIMIT 1"
        )
        return found

    def phone(self, phone: Browser, **how: str) -> Page:
        """Enrolled, with a position given by hand."""
        page = phone.open()
        by_hand(page, **how)
        enrol(page, url=self.network.url, code=self.network.code())
        everything_is_received(page)
        return page


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with serving(demo_folder, tmp_path_factory.mktemp("home")) as network:
        yield Town(network)


@pytest.fixture
def town(served: Town) -> Town:
    served.network.begin()
    return served


def arrived(town: Town, page: Page) -> None:
    """A start of the app freezes and sends what was tapped before."""
    page.reload()
    deadline = time.monotonic() + 30
    while not town.network.kept():
        assert time.monotonic() < deadline, "nothing arrives"
        page.wait_for_timeout(50)


def front(page: Page) -> str:
    return page.locator(".acts .name").inner_text().strip()


def at(station: tuple) -> tuple[float, float]:
    return station[2], station[3]


def places(page: Page) -> list[tuple[float, float]]:
    """Top and height of the place of each act, on the page."""
    scrolled = page.evaluate("scrollY")
    boxes = [page.locator(act).bounding_box() for act in ACTS]
    return [(round(box["y"] + scrolled), round(box["height"])) for box in boxes if box]


def test_a_position_is_asked_for_by_a_tap_and_never_when_the_app_starts(town: Town, phone: Browser) -> None:
    page = town.phone(phone)
    own = town.ask("SELECT name FROM stations JOIN station_members ON stations.id = station_id")
    assert asked(page) == 0
    assert front(page) in {name for (name,) in own}
    expect(page.get_by_role("heading", name="您的站")).to_be_visible()

    tap(page, "到站登记")
    assert asked(page) == 1
    expect(page.get_by_text("手机会问能否用位置")).to_be_visible()
    give_none(page, TIMED_OUT)
    expect(page.get_by_text("一时定不了位，已照常登记。")).to_be_visible()
    arrived(town, page)
    assert town.last("check_ins")[1:] == ("no_fix", 1)


def test_a_position_that_is_denied_gets_one_sentence_that_helps_and_keeps_nobody(
    town: Town, phone: Browser
) -> None:
    page = phone.open(allow=())
    enrol(page, url=town.network.url, code=town.network.code())
    page.get_by_role("button", name="看最近的站").click()
    expect(page.get_by_text("没有允许定位，按您的站排列。要改，请到手机设置里")).to_be_visible()
    tap(page, "到站登记")
    expect(page.get_by_text("没有允许定位，已照常登记。要改，请到手机设置里")).to_be_visible()


def test_stations_come_nearest_first_and_a_better_position_puts_them_right(
    town: Town, phone: Browser
) -> None:
    page = town.phone(phone)
    page.get_by_role("button", name="看最近的站").click()
    before = places(page)
    give(page, at(town.apart), accuracy_m=3000)
    expect(page.locator(".acts .name")).to_have_text(town.apart[1])
    expect(page.get_by_text("请在手机设置里给浏览器打开“精确位置”")).to_be_visible()
    give(page, (town.first[2] - 0.001, town.first[3]))
    expect(page.locator(".acts .name")).to_have_text(town.first[1])
    expect(page.locator(".acts")).to_contain_text("约 110 米 · 北")
    expect(page.get_by_role("main").get_by_role("listitem").last).to_contain_text("·")
    assert places(page) == before


def test_a_position_that_jumps_moves_neither_the_station_nor_the_acts(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, at(town.first))
    expect(page.locator(".acts .name")).to_have_text(town.first[1])
    before = places(page)
    for accuracy_m in (80, 2500):
        give(page, at(town.apart), accuracy_m=accuracy_m)
    assert (front(page), places(page)) == (town.first[1], before)


def test_a_tap_means_the_station_that_could_be_read(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, at(town.apart), accuracy_m=50)
    expect(page.locator(".acts .name")).to_have_text(town.apart[1])
    page.wait_for_timeout(500)  # long enough to have been read
    page.evaluate(
        """async ([lat, lon]) => {
          const now = performance.now()
          performance.now = () => now
          givePosition(lat, lon, 10)
          await new Promise((done) => setTimeout(done, 50))
          performance.now = () => now + 50 // also where the machine took longer
          document.querySelector('.acts .act').click()
        }""",
        [*at(town.first)],
    )
    expect(page.get_by_text(f"到站登记 · {town.apart[1]}")).to_be_visible()


def test_a_made_up_position_is_recorded_like_any_other(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, at(town.apart), accuracy_m=0)
    tap(page, "到站登记")
    arrived(town, page)
    assert town.last("check_ins") == (town.apart[0], "inside", 2)


def test_starting_duty_is_presence_too_and_stays_in_sight_on_every_page(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, at(town.apart))
    before = places(page)
    tap(page, "开始值班")
    expect(page.get_by_text(f"也算到站 · {town.apart[1]}")).to_be_visible()
    assert places(page) == before
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("", "reception", "records", "me", "plan"):
        page.goto(f"{town.network.url}/#/{path}")
        expect(page.get_by_role("heading", name=ON_DUTY)).to_be_in_viewport(ratio=1)
        picture(page, f"on-duty-{path or 'home'}")
    arrived(town, page)
    assert town.last("shifts") == (town.apart[0], "inside", 2)


def test_between_two_fences_one_is_asked_once_and_never_waited_for(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, at(town.first))
    question = page.get_by_role("heading", name="您在哪个站？")
    expect(question).to_be_visible()
    before = places(page)
    tap(page, "到站登记")
    page.get_by_role("main").get_by_role("button", name=town.next_door[1]).first.click()
    expect(question).to_have_count(0)
    expect(page.get_by_text(f"到站登记 · {town.next_door[1]}")).to_be_visible()
    assert places(page) == before
    arrived(town, page)
    assert town.last("check_ins") == (town.next_door[0], "inside", 2)
    assert len(town.network.kept()) == 1

    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    give(page, at(town.first))
    expect(page.locator(".acts .name")).to_have_text(town.next_door[1])
    expect(question).to_have_count(0)


def test_a_position_that_comes_after_the_tap_offers_the_station_where_one_is(
    town: Town, phone: Browser
) -> None:
    page = town.phone(phone)
    own = front(page)
    tap(page, "开始值班")
    give(page, at(town.apart))
    expect(page.get_by_role("heading", name="您在哪个站？")).to_be_visible()
    assert front(page) == own
    page.get_by_role("main").get_by_role("button", name=town.apart[1]).first.click()
    expect(page.get_by_text(f"开始值班 · 也算到站 · {town.apart[1]}")).to_be_visible()
    arrived(town, page)
    assert town.last("shifts") == (town.apart[0], "inside", 2)


def test_far_from_all_one_can_check_in_and_is_told_what_is_noted(town: Town, phone: Browser) -> None:
    page = town.phone(phone, state="granted")
    give(page, FAR)
    expect(page.get_by_text("公里，也可以登记，会如实记下距离。")).to_be_visible()
    tap(page, "到站登记")
    arrived(town, page)
    assert town.last("check_ins")[1:] == ("outside", 1)


def test_without_a_network_the_stored_list_is_in_order_and_every_act_is_large_enough(
    town: Town, phone: Browser
) -> None:
    page = town.phone(phone, state="granted")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    give(page, at(town.apart))
    expect(page.locator(".acts .name")).to_have_text(town.apart[1])
    heights = [page.locator(f"{act} > *").first.bounding_box()["height"] for act in ACTS]
    assert sorted(heights) == [60, 60, 76]
    tap(page, "到站登记")
    picture(page, "home-offline-saved")
