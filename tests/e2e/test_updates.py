"""A new version never interrupts: it waits for calm or a tap, and what was open comes back as it was."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser
from tests.e2e.phone_acts import everything_is_received, tap
from tests.e2e.served import Network, look_at, serving

PAGE_IN_WORKER = re.compile(rb'("revision":")\w+(","url":"index.html")')
FETCH = "() => navigator.serviceWorker.getRegistration().then((one) => one.update())"
DOT = "有新版本，点这里换上"
# As after an update whose files this page does not know: what it asks for is not there, or is there again.
GONE = """async ([name, is_gone]) => {
  for (const key of await caches.keys()) {
    const cache = await caches.open(key)
    for (const request of await cache.keys()) {
      if (!request.url.includes(name)) continue
      if (is_gone) await cache.put(request, new Response('', { status: 404 }))
      else await cache.delete(request)
    }
  }
}"""


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("updates")) as network:
        yield network


@pytest.fixture
def network(served: Network) -> Network:
    return served.begin()


def publish(network: Network, page: Page, *, with_file: bytes = b"") -> None:
    """From now on the server has a newer version, and this phone has looked for it."""
    newer = rb"\1newer\2" + with_file
    network.wire.rewrites["/index.html"] = lambda html: html.replace(b"<head>", b'<head><meta name="newer">')
    network.wire.rewrites["/sw.js"] = lambda worker: PAGE_IN_WORKER.sub(newer, worker)
    page.evaluate(FETCH)


def is_newer(page: Page) -> None:
    expect(page.locator("meta[name=newer]")).to_have_count(1)


def is_former(page: Page) -> None:
    expect(page.locator("meta[name=newer]")).to_have_count(0)


def write_reception(page: Page, *, url: str, summary: str) -> None:
    page.goto(f"{url}/#/reception")
    page.get_by_label("摘要").fill(summary)


def test_an_update_with_an_open_form_in_two_tabs_takes_nothing_from_either(
    network: Network, phone: Browser
) -> None:
    first = network.new_phone(phone)
    second = phone.context.new_page()
    write_reception(first, url=network.url, summary="问入学")
    write_reception(second, url=network.url, summary="问医保报销")
    publish(network, first)
    for page in (first, second):
        expect(page.get_by_role("button", name=DOT)).to_be_visible()
    look_at(first, "update-dot")

    first.get_by_role("button", name=DOT).click()
    is_newer(first)
    expect(first.get_by_label("摘要")).to_have_value("问入学")
    expect(second.get_by_label("摘要")).to_have_value("问医保报销")
    is_former(second)  # nobody reloads a form that is being written
    second.get_by_role("button", name=DOT).click()
    is_newer(second)
    expect(second.get_by_label("摘要")).to_have_value("问医保报销")
    expect(first.get_by_label("摘要")).to_have_value("问入学")


def test_a_tap_takes_a_new_version_while_the_former_one_is_sending_on_a_bad_line(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    network.wire.is_cut = True
    tap(page, "到站登记")
    expect(page.get_by_text("待发 1")).to_be_visible()
    publish(network, page)
    expect(page.get_by_role("button", name=DOT)).to_be_visible()

    network.wire.is_cut, network.wire.delay_s = False, 60
    begin_background_sync(page, url=network.url)
    page.get_by_role("button", name=DOT).click()
    is_newer(page)
    network.wire.delay_s = 0
    everything_is_received(page)


def begin_background_sync(page: Page, *, url: str) -> None:
    """As the browser does when the network seems to be back. Returns when the worker's call is under way."""
    session = page.context.new_cdp_session(page)
    registrations: list[dict] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"])
    )
    session.send("ServiceWorker.enable")
    found: list[str] = []
    deadline = time.monotonic() + 30
    while not found:
        assert time.monotonic() < deadline, "the browser tells of no worker"
        page.wait_for_timeout(50)
        found = [each["registrationId"] for each in registrations if each["scopeURL"].startswith(url)]
    sync = {"origin": url, "registrationId": found[0], "tag": "outbox", "lastChance": False}
    with page.context.expect_event("request", lambda request: request.service_worker is not None):
        session.send("ServiceWorker.dispatchSyncEvent", sync)


def test_an_open_correction_comes_back_with_its_words(network: Network, phone: Browser) -> None:
    page = network.new_phone(phone)
    page.get_by_role("button", name="到站登记").click()
    page.reload()
    page.goto(f"{network.url}/#/records")
    page.get_by_role("main").get_by_role("listitem").first.get_by_role("link").click()
    page.get_by_role("button", name="更正").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("为什么更正").fill("站点选错了")
    page.reload()
    expect(dialog.get_by_label("为什么更正")).to_have_value("站点选错了")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("button", name="更正")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_a_new_version_is_taken_by_itself_when_nobody_is_disturbed(network: Network, phone: Browser) -> None:
    network.new_phone(phone)
    phone.close()
    page = phone.open()
    page.clock.install()
    write_reception(page, url=network.url, summary="问入学")
    publish(network, page)
    expect(page.get_by_role("button", name=DOT)).to_be_visible()
    page.clock.fast_forward("05:00")
    is_former(page)
    page.get_by_role("link", name="首页").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    page.clock.fast_forward("00:15")  # and what a busy machine needs for these lines
    is_former(page)
    page.clock.fast_forward("00:20")
    is_newer(page)
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    expect(page.get_by_role("button", name=DOT)).to_have_count(0)
    page.get_by_role("link", name="接待", exact=True).click()
    expect(page.get_by_label("摘要")).to_have_value("问入学")


def test_the_former_version_stays_whole_until_all_of_the_new_one_is_there(
    network: Network, phone: Browser
) -> None:
    page = network.new_phone(phone)
    failed = """() => navigator.serviceWorker.getRegistration().then((one) => new Promise((done) => {
      one.addEventListener('updatefound', () => {
        const coming = one.installing
        coming.addEventListener('statechange', () => coming.state === 'redundant' && done(true))
      })
      one.update().catch(() => null)
    }))"""
    network.wire.rewrites["/sw.js"] = lambda worker: PAGE_IN_WORKER.sub(
        rb'\1newer\2},{"revision":null,"url":"assets/NotThereYet.js"', worker
    )
    assert page.evaluate(failed)
    expect(page.get_by_role("button", name=DOT)).to_have_count(0)
    phone.context.set_offline(True)
    for path, title in (("records", "记录"), ("me", "我的"), ("plan", "值班安排"), ("tablet", "几个人共用")):
        page.goto(f"{network.url}/#/{path}")
        expect(page.get_by_role("heading", name=title).first).to_be_visible()


def test_a_missing_part_saves_and_starts_the_page_again_once(network: Network, phone: Browser) -> None:
    page = network.new_phone(phone)
    write_reception(page, url=network.url, summary="问入学")
    page.evaluate(GONE, ["RecordsPage", True])
    starts: list[Page] = []
    page.on("domcontentloaded", lambda started: starts.append(started))
    page.get_by_role("link", name="记录").click()
    expect(page.get_by_text("这一部分现在取不到")).to_be_visible()
    look_at(page, "missing-part")
    assert len(starts) == 1

    page.get_by_role("link", name="接待", exact=True).click()
    expect(page.get_by_label("摘要")).to_have_value("问入学")
    page.get_by_role("link", name="记录").click()
    page.evaluate(GONE, ["RecordsPage", False])
    page.get_by_role("button", name="再试一次").click()
    expect(page.get_by_role("heading", name="记录")).to_be_visible()
    expect(page.get_by_text("这一部分现在取不到")).to_have_count(0)
    assert len(starts) == 2
