"""Where records are easily lost: browsers that forget, a sign-out, a browser that promises nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.conftest import FLAGS, PHONE, Browser
from tests.e2e.phone_acts import enrol, everything_is_received, tap
from tests.e2e.served import Network, look_at, serving

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; PJD110 Build/UKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50.2701(0x28003252) WeChat/arm64 NetType/WIFI"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
FROM_HOME_SCREEN = "Object.defineProperty(navigator, 'standalone', { value: true })"
# What Safari and Firefox do in a private window; Chromium hides the difference.
NO_FILES = (
    "navigator.storage.getDirectory = () => Promise.reject(new DOMException('private', 'SecurityError'))"
)
NO_DATABASE = "Object.defineProperty(window, 'indexedDB', { value: undefined })"


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("edges")) as network:
        yield network


@pytest.fixture
def network(served: Network) -> Network:
    return served.begin()


@contextmanager
def other_browser(
    playwright: Playwright, chromium: str, *, user_agent: str | None = None, script: str = ""
) -> Iterator[Page]:
    """A window without a profile, as a private one is, that says it is another browser."""
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    context = browser.new_context(user_agent=user_agent, viewport=PHONE, locale="zh-CN", has_touch=True)
    context.grant_permissions(["geolocation"])
    if script:
        context.add_init_script(script)
    yield context.new_page()
    browser.close()


def open_sign_out(page: Page) -> None:
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("button", name="退出登录").click()


def test_signing_out_with_unsent_records_offers_to_send_to_export_or_to_stay(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    network.wire.is_cut = True
    tap(page, "到站登记")
    open_sign_out(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("还有 1 条没有发出")).to_be_visible()
    look_at(page, "sign-out-unsent")
    dialog.get_by_role("button", name="现在就发").click()
    expect(dialog.get_by_text("现在发不出去，记录都还在。")).to_be_visible()
    dialog.get_by_role("button", name="先不退出").click()
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="退出登录").click()
    dialog.get_by_role("button", name="导出成文件再说").click()
    expect(page.get_by_role("button", name="导出没发出的 1 条")).to_be_visible()

    open_sign_out(page)
    network.wire.is_cut = False
    dialog.get_by_role("button", name="现在就发").click()
    expect(dialog.get_by_text("记录都已收到")).to_be_visible()
    expect(dialog.get_by_role("button", name="现在就发")).to_have_count(0)
    dialog.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登记这台手机")).to_be_visible()
    assert [each.seq for each in network.kept()] == [1]


def test_a_person_in_wechat_is_told_to_leave_and_moves_with_a_code(
    network: Network, phone: Browser, playwright: Playwright, chromium: str
) -> None:
    with other_browser(playwright, chromium, user_agent=WECHAT) as page:
        page.goto(f"{network.url}/#/enrol/{network.code()}")
        expect(page.get_by_role("heading", name="请换到浏览器打开")).to_be_visible()
        expect(page.get_by_text("选“在浏览器打开”")).to_be_visible()
        look_at(page, "wechat-enrol")
        page.get_by_role("button", name="用这个码登记").click()
        expect(page.get_by_role("button", name="到站登记")).to_be_visible()
        look_at(page, "wechat-home")
        tap(page, "到站登记")
        page.get_by_role("link", name="怎样放稳").click()
        page.get_by_role("button", name="取码").click()
        code = page.locator("strong.code").inner_text()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=network.url)
        page.get_by_role("button", name="复制链接").click()
        expect(page.get_by_text("已复制。")).to_be_visible()
        link = page.evaluate("() => navigator.clipboard.readText()")
        look_at(page, "wechat-keeping")
        page.get_by_role("link", name="首页").click()
        everything_is_received(page)
        name = name_of(page)

    assert link.endswith(f"/#/enrol/{code}")
    better = phone.open()
    enrol(better, url=network.url, code=code)
    expect(better.get_by_text("微信")).to_have_count(0)
    tap(better, "开始值班")
    better.reload()
    everything_is_received(better)
    assert name_of(better) == name
    assert len({each.member_id for each in network.kept()}) == 1
    assert len({each.device_id for each in network.kept()}) == 2


def name_of(page: Page) -> str:
    page.get_by_role("link", name="我的").click()
    cell = page.locator(".van-cell", has_text="姓名")
    return cell.inner_text()


def test_safari_says_that_it_forgets_and_how_to_get_to_the_home_screen_where_a_code_takes_the_person(
    network: Network, playwright: Playwright, chromium: str
) -> None:
    with other_browser(playwright, chromium, user_agent=SAFARI) as page:
        page.goto(f"{network.url}/#/enrol")
        expect(page.get_by_text("7 天没有打开")).to_be_visible()
        expect(page.get_by_text("添加到主屏幕")).to_be_visible()
        page.get_by_label("登记码").fill(network.code())
        page.get_by_role("button", name="用这个码登记").click()
        expect(page.get_by_text("没发出的记录可能被系统删掉")).to_be_visible()
        expect(page.get_by_role("button", name="到站登记")).to_be_visible()
        look_at(page, "ios-home")
        page.get_by_role("link", name="怎样放稳").click()
        page.get_by_role("button", name="取码").click()
        code = page.locator("strong.code").inner_text()
        look_at(page, "ios-keeping")

    with other_browser(playwright, chromium, user_agent=SAFARI, script=FROM_HOME_SCREEN) as page:
        page.goto(network.url)
        expect(page.get_by_label("登记码")).to_be_visible()
        expect(page.get_by_text("7 天没有打开")).to_have_count(0)
        page.get_by_label("登记码").fill(code)
        page.get_by_role("button", name="用这个码登记").click()
        expect(page.get_by_role("button", name="到站登记")).to_be_visible()
        expect(page.get_by_text("7 天没有打开")).to_have_count(0)


def test_a_browser_that_promises_nothing_is_asked_again_and_what_helps_is_said(
    network: Network, playwright: Playwright, chromium: str
) -> None:
    with other_browser(playwright, chromium) as page:
        enrol(page, url=network.url, code=network.code())
        page.get_by_role("link", name="我的").click()
        page.get_by_role("link", name="记录放得稳不稳").click()
        expect(page.get_by_text("还没有答应长期保存")).to_be_visible()
        expect(page.get_by_text("无痕窗口一关，里面的记录就没有了")).to_be_visible()
        page.get_by_role("button", name="请浏览器长期保存").click()
        expect(page.get_by_text("浏览器这次没有答应。")).to_be_visible()
        expect(page.get_by_role("heading", name="加到主屏幕")).to_be_visible()
        look_at(page, "not-kept")
        promise_storage(page, origin=network.url)
        page.get_by_role("button", name="请浏览器长期保存").click()
        expect(page.get_by_text("浏览器答应了")).to_be_visible()
        expect(page.get_by_role("button", name="请浏览器长期保存")).to_have_count(0)


def promise_storage(page: Page, *, origin: str) -> None:
    """What a browser does for a page that was put on the home screen."""
    browser = page.context.new_cdp_session(page)
    context = browser.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    permission = {"permission": {"name": "persistent-storage"}, "setting": "granted", "origin": origin}
    browser.send("Browser.setPermission", permission | {"browserContextId": context})


def test_a_private_window_says_so_before_a_code_is_spent(
    network: Network, playwright: Playwright, chromium: str
) -> None:
    with other_browser(playwright, chromium, script=NO_FILES) as page:
        page.goto(f"{network.url}/#/enrol")
        expect(page.get_by_text("这是无痕窗口")).to_be_visible()
        look_at(page, "private")
    with other_browser(playwright, chromium, script=NO_DATABASE) as page:
        page.goto(f"{network.url}/#/enrol")
        expect(page.get_by_text(re.compile("不能保存记录（可能是无痕模式"))).to_be_visible()


def test_a_sign_out_without_a_network_leaves_the_records_for_their_owners_return(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="取码").click()
    code = page.locator("strong.code").inner_text()
    page.get_by_role("link", name="首页").click()
    network.wire.is_cut = True
    tap(page, "到站登记")
    open_sign_out(page)
    page.get_by_role("button", name="不等了，退出登录").click()
    expect(page.get_by_role("heading", name="登记这台手机")).to_be_visible()
    network.wire.is_cut = False
    page.goto("about:blank")
    enrol(page, url=network.url, code=code)
    everything_is_received(page)
    assert [each.seq for each in network.kept()] == [1]
