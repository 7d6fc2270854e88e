"""The screen at a station's door, and the phone that reads it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.conftest import DESK, Browser, Demo
from tests.e2e.door_acts import TABLET, Station, a_station, digits, door_link, film, put_at_door
from tests.e2e.phone_acts import enrol, everything_is_received, picture, tap
from tests.live_server import ROOT

AXE = ROOT / "static" / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture
def tablet(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(playwright, chromium=chromium, profile=tmp_path / "tablet")
    yield browser
    browser.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())  # not as a script of the page, which its policy would refuse
    found: list[str] = page.evaluate(
        "() => axe.run().then(({ violations }) => violations.map(({ id }) => id))"
    )
    return found


def last_check_in(demo: Demo) -> tuple[str, int, str]:
    """Station, evidence and flags of what came last."""
    sql = "SELECT station_id, evidence, flags FROM check_ins ORDER BY occurred_at DESC LIMIT 1"
    with sqlite3.connect(demo.data_dir / "workstation.db") as database:
        return tuple(database.execute(sql).fetchone())


def go_to(phone: Browser, station: Station) -> None:
    phone.context.set_geolocation({"latitude": station.lat, "longitude": station.lon, "accuracy": 10})


def check_in_and_send(page: Page) -> None:
    tap(page, "到站登记")
    expect(page.get_by_text("已存本机")).to_have_count(0)
    everything_is_received(page)


def test_a_screen_that_starts_offline_shows_what_the_server_takes(
    demo: Demo, tablet: Browser, phone: Browser
) -> None:
    station = a_station(demo)
    door = tablet.open(size=TABLET)
    put_at_door(door, door_link(demo, station))
    tablet.context.set_offline(True)
    door.reload()
    expect(door.get_by_role("heading", name=station.name)).to_be_visible()

    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    go_to(phone, station)
    page.reload()
    expect(page.get_by_text("离您最近")).to_be_visible()
    page.get_by_role("link", name="扫到站码").click()
    expect(page.get_by_text("请输入门口屏上的六位数字")).to_be_visible()  # this machine has no camera
    picture(page, "code-denied")
    page.get_by_label("六位数字").fill(digits(door))
    page.get_by_role("button", name="用这个码").click()
    expect(page.get_by_role("link", name="到站码已取到")).to_be_visible()
    picture(page, "home-code-taken")
    check_in_and_send(page)
    assert last_check_in(demo)[:2] == (station.id, 3)


def test_the_camera_reads_the_code_and_knows_the_station_by_it(
    demo: Demo, tablet: Browser, phone: Browser, tmp_path: Path
) -> None:
    station, seen = a_station(demo), tmp_path / "seen.y4m"
    door = tablet.open(size=TABLET)
    put_at_door(door, door_link(demo, station))
    flags = (*CAMERA, f"--use-file-for-fake-video-capture={seen}")
    page = phone.open(allow=("geolocation", "camera"), flags=flags)
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    phone.context.set_offline(True)  # the scanner too was stored with the app
    film(seen, f"{demo.url}/#/code/{station.code}/{digits(door)}")
    page.get_by_role("link", name="扫到站码").click()
    expect(page.get_by_role("link", name="到站码已取到")).to_be_visible()
    expect(page.get_by_text(station.name).first).to_be_visible()
    phone.context.set_offline(False)
    check_in_and_send(page)
    # The phone itself says that it is elsewhere: then a code is worth as much as a fix.
    assert last_check_in(demo)[:2] == (station.id, 2)


def test_another_code_is_said_to_be_none_and_the_camera_goes_on(
    demo: Demo, phone: Browser, tmp_path: Path
) -> None:
    seen = tmp_path / "seen.y4m"
    film(seen, "https://example.cn/menu/137")  # the reader misses it straight, and reads it turned
    page = phone.open(
        allow=("geolocation", "camera"), flags=(*CAMERA, f"--use-file-for-fake-video-capture={seen}")
    )
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    page.get_by_role("link", name="扫到站码").click()
    expect(page.get_by_text("这不是门口屏的码")).to_be_visible()
    picture(page, "code-scanner")
    assert violations(page) == []
    page.get_by_label("六位数字").fill("12")
    page.get_by_role("button", name="用这个码").click()
    expect(page.get_by_role("alert")).to_contain_text("六位数字")
    page.get_by_role("link", name="返回首页").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()


def test_a_code_that_follows_the_tap_still_goes_with_it(demo: Demo, phone: Browser) -> None:
    page = phone.open(flags=CAMERA[:1])  # there is a camera, and the person says no
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    tap(page, "到站登记")
    page.get_by_role("link", name="扫到站码").click()
    expect(page.get_by_text("没有允许用相机")).to_be_visible()
    page.get_by_label("六位数字").fill("000 000")
    page.get_by_role("button", name="用这个码").click()
    expect(page.get_by_text("已存本机")).to_have_count(0)
    everything_is_received(page)
    _, evidence, flags = last_check_in(demo)
    # A wrong one, which was sent, is noted and refuses nothing.
    assert (evidence in (1, 2), "code_unverified" in flags) == (True, True)


def test_the_address_in_the_code_opens_the_app_with_it(demo: Demo, phone: Browser) -> None:
    station = a_station(demo)
    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    page.goto(f"{demo.url}/#/code/{station.code}/012345")
    expect(page.get_by_role("link", name="到站码已取到")).to_be_visible()
    expect(page.get_by_text("您选的站")).to_be_visible()
    assert "012345" not in page.url


def test_the_office_puts_a_screen_at_a_door_and_stops_it(demo: Demo, tablet: Browser, desk: Browser) -> None:
    station, office = a_station(demo), desk.open(size=DESK)
    account = demo.secrets["office"]
    office.goto(f"{demo.url}/staff")
    office.get_by_label("账号").fill(account["account"])
    office.get_by_label("密码").fill(account["password"])
    office.get_by_role("button", name="登录").click()
    expect(office.get_by_role("heading").first).to_be_visible()
    office.goto(f"{demo.url}/staff#/coverage/stations/{station.id}")
    office.get_by_role("button", name="发登记码").click()
    code = office.locator(".large").inner_text()
    picture(office, "office-door-code")

    door = tablet.open(size=TABLET)
    put_at_door(door, f"{demo.url}/door#{code}")
    office.reload()
    office.get_by_role("button", name="丢了").click()
    assert violations(office) == []
    office.get_by_role("button", name="停用并换密钥").click()
    expect(office.get_by_text("停用", exact=False).last).to_be_visible()
    expect(office.get_by_role("button", name="丢了")).to_have_count(0)

    door.reload()
    expect(door.get_by_text("这块屏已停用")).to_be_visible()
    expect(door.locator(".digits")).to_have_count(0)
    tablet.context.set_offline(True)
    door.reload()
    expect(door.get_by_label("门口屏的登记码")).to_be_visible()  # it holds nothing any more


def test_a_screen_breaks_no_rule_of_axe_and_prints_its_sign(demo: Demo, tablet: Browser) -> None:
    station = a_station(demo)
    door = tablet.open(size=TABLET)
    door.goto(f"{demo.url}/door")
    expect(door.get_by_role("button", name="登记这块屏")).to_be_visible()
    assert violations(door) == []
    door.get_by_label("门口屏的登记码").fill("ABCD-EFGH-JKMN")
    door.get_by_role("button", name="登记这块屏").click()
    expect(door.get_by_role("alert")).to_contain_text("此码不对")
    put_at_door(door, door_link(demo, station))
    for scheme in ("light", "dark"):
        door.emulate_media(color_scheme=scheme)
        picture(door, f"door-{scheme}")
        assert violations(door) == []
    door.emulate_media(media="print")
    expect(door.locator(".sign")).to_contain_text(station.name)
    expect(door.locator(".sign")).to_contain_text(f"{demo.url}/")
    expect(door.locator(".digits")).to_be_hidden()


def test_a_screen_stays_lit_also_after_somebody_looked_at_another_page(demo: Demo, tablet: Browser) -> None:
    door = tablet.open(size=TABLET, allow=("screen-wake-lock",))
    door.add_init_script(
        "window.locks = []; const real = navigator.wakeLock.request.bind(navigator.wakeLock);"
        "navigator.wakeLock.request = (kind) => real(kind).then((lock) => (locks.push(lock), lock))"
    )
    put_at_door(door, door_link(demo, a_station(demo)))
    door.wait_for_function("() => locks.some((lock) => !lock.released)")
    door.evaluate("() => locks[0].release()")  # as the browser does when the page is hidden
    door.wait_for_function("() => locks.length > 1 && !locks.at(-1).released")
    expect(door.get_by_text("不能让屏幕常亮")).to_have_count(0)


def test_a_screen_with_a_wrong_clock_says_so_and_shows_the_right_code(demo: Demo, tablet: Browser) -> None:
    door = tablet.open(size=TABLET)
    put_at_door(door, door_link(demo, a_station(demo)))
    slow = "const now = Date.now; Date.now = () => now() - (localStorage.getItem('slow') ? 600_000 : 0)"
    door.add_init_script(slow)
    # Codes change every 30 seconds, and three readings may take longer: one round within two steps is enough.
    assert any(shows_the_right_code_when_slow(door) for _ in range(4))


def shows_the_right_code_when_slow(door: Page) -> bool:
    """Whether it shows, ten minutes slow, the digits of just before or just after with the right time."""
    before = digits(door)
    door.evaluate("() => localStorage.setItem('slow', 'yes')")
    door.reload()
    expect(door.get_by_text("慢了 10 分钟")).to_be_visible()
    shown = digits(door)
    picture(door, "door-slow")
    door.evaluate("() => localStorage.removeItem('slow')")
    door.reload()
    expect(door.get_by_text("慢了 10 分钟")).to_have_count(0)
    return shown in (before, digits(door))


def test_a_member_agrees_to_be_named_at_the_door(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    page.get_by_role("link", name="我的").click()
    box = page.get_by_role("checkbox", name="门口屏可以显示我的姓名")
    expect(box).not_to_be_checked()
    box.check()
    page.reload()
    expect(page.get_by_role("checkbox", name="门口屏可以显示我的姓名")).to_be_checked()
    phone.context.set_offline(True)
    page.get_by_role("checkbox", name="门口屏可以显示我的姓名").click()
    expect(page.get_by_text("要连上网才能改")).to_be_visible()
    expect(page.get_by_role("checkbox", name="门口屏可以显示我的姓名")).to_be_checked()
    assert violations(page) == []
