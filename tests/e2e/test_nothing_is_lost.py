"""A real phone through what may happen between a tap and its receipt: each entry is there exactly once."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.phone_acts import Kept, enrol, everything_is_received, kept, picture, tap
from tests.e2e.wire import Wire
from tests.live_server import ROOT

Found = TypeVar("Found")
PWA = ROOT / "static" / "pwa"
DEXIE = (PWA / "node_modules" / "dexie" / "dist" / "dexie.min.js").read_text()
SCHEMAS = json.loads((PWA / "tests" / "sync" / "former-schemas.json").read_text())
PAGE_IN_WORKER = re.compile(rb'("revision":")\w+(","url":"index.html")')
# As a former version of the app left it: one entry frozen and one not. Runs in a bare page of the origin.
LEAVE_AS_FORMER = """async ({ version, stores, device_id, person, frozen, recorded }) => {
  await Dexie.delete('workstation')
  const former = new Dexie('workstation')
  former.version(version).stores(stores)
  const row = {
    person, device_id, kind: 'shift_end', v: 1, recorded_at: '2026-11-21T15:58:02.113+08:00',
    run: 'a former run', tapped_ms: 1, reason: null,
  }
  const body = { shift_id: '01933f0e-0000-7cc3-98c4-dc0c0c070001' }
  await former.table('entries').bulkAdd([
    { ...row, id: frozen, seq: 7, state: 'waiting', body },
    { ...row, id: recorded, seq: null, state: 'recorded', body },
  ])
  await former.table('counters').add({ device_id, next: 8 })
  former.close()
}"""
SESSION = """async () => {
  const sessions = new Dexie('workstation-sessions')
  await sessions.open()
  const { me, device_id } = await sessions.table('sessions').get('member')
  return { device_id, person: `${me.network.id}:${me.member.id}` }
}"""
RECORD = 'main a[href="#/records/{}"]'
VERSION = "async () => (await indexedDB.databases()).find(({ name }) => name === 'workstation').version"


class Field:
    """One served demo network for all tests of this file, the wire to it, and codes that are not used yet."""

    def __init__(self, demo: Demo, wire: Wire) -> None:
        self.demo = demo
        self.wire = wire
        self.url = wire.url
        self.codes = iter(demo.secrets["member_codes"])
        self._before = 0

    def begin(self) -> "Field":
        self.wire.mend()
        self._before = len(kept(self.demo))
        return self

    def new_phone(self, browser: Browser) -> Page:
        page = browser.open()
        enrol(page, url=self.url, code=next(self.codes))
        return page

    def kept(self) -> list[Kept]:
        """What the server got in this test."""
        return list(kept(self.demo, after=self._before))

    def seqs(self) -> list[int]:
        return sorted(each.seq for each in self.kept())


def until(look: Callable[[], Found]) -> Found:
    """What `look` gives once it is something."""
    deadline = time.monotonic() + 60
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    data_dir = tmp_path_factory.mktemp("field") / "data"
    shutil.copytree(demo_folder, data_dir)
    demo = Demo(database_url="", data_dir=data_dir, workers=2)
    demo.start()
    wire = Wire(server_port=demo.port)
    yield Field(demo, wire)
    wire.close()
    demo.stop()


@pytest.fixture
def field(served: Field) -> Field:
    return served.begin()


def test_a_browser_killed_between_a_tap_and_its_sending_sends_after_the_next_start(
    field: Field, phone: Browser
) -> None:
    page = field.new_phone(phone)
    tap(page, "到站登记")
    phone.kill()
    field.wire.is_cut = True
    page = phone.open()
    page.goto(field.url)
    tap(page, "开始值班")
    phone.kill()
    assert field.kept() == []

    field.wire.is_cut = False
    page = phone.open()
    page.goto(field.url)
    everything_is_received(page)
    assert field.seqs() == [1, 2]


def test_a_browser_killed_after_the_server_answered_gets_the_same_receipt(
    field: Field, phone: Browser
) -> None:
    page = field.new_phone(phone)
    tap(page, "到站登记")
    field.wire.loses_answers = True
    page.reload()
    [once] = until(field.kept)
    phone.kill()

    field.wire.loses_answers = False
    page = phone.open()
    page.goto(f"{field.url}/#/records")
    everything_is_received(page)
    expect(page.locator(RECORD.format(once.entry_id))).to_contain_text("已收到（回执")
    assert field.kept() == [once]
    assert len(field.wire.sent_ids()) >= 2
    assert set(field.wire.sent_ids()) == {once.entry_id}


def test_two_tabs_and_the_worker_at_once_send_each_entry_once(field: Field, phone: Browser) -> None:
    first = field.new_phone(phone)
    second = phone.context.new_page()
    second.goto(field.url)
    expect(second.get_by_role("button", name="到站登记")).to_be_visible()
    field.wire.is_cut = True
    for _ in range(2):
        tap(first, "到站登记")
        tap(second, "到站登记")
        for page in (first, second):  # both freeze what both recorded, at once
            page.evaluate("() => { window.isFormer = true; setTimeout(() => location.reload()) }")
        for page in (first, second):
            page.wait_for_function(
                "() => !window.isFormer"
            )  # or the next tap goes to the page that is leaving
            expect(page.get_by_text("待发")).to_be_visible()

    field.wire.mend()
    field.wire.delay_s = 0.3
    wake_worker = worker_waker(first, origin=field.url)
    for page in (first, second):
        page.evaluate("() => { location.hash = '#/me' }")
    for page in (first, second):
        page.get_by_role("button", name="现在就发").click(no_wait_after=True)
        wake_worker()
    for page in (first, second):
        everything_is_received(page)
    assert until(lambda: len(field.wire.calls) >= 3)
    assert field.wire.most_at_once == 1
    assert sorted(field.wire.sent_ids()) == sorted(each.entry_id for each in field.kept())
    assert field.seqs() == [1, 2, 3, 4]


def worker_waker(page: Page, *, origin: str) -> Callable[[], object]:
    """Gives a function that does to the worker what a network that is back does."""
    browser = page.context.new_cdp_session(page)
    found: list[dict] = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    browser.send("ServiceWorker.enable")
    ids: list[str] = []
    deadline = time.monotonic() + 30
    while not ids:
        assert time.monotonic() < deadline, "the browser tells of no worker"
        page.wait_for_timeout(50)
        ids = [each["registrationId"] for each in found if each["scopeURL"].startswith(origin)]
    sync = {"origin": origin, "registrationId": ids[0], "tag": "outbox", "lastChance": False}
    return lambda: browser.send("ServiceWorker.dispatchSyncEvent", sync)


def test_a_full_phone_says_so_before_and_after_and_loses_nothing(field: Field, phone: Browser) -> None:
    page = field.new_phone(phone)
    field.wire.is_cut = True
    tap(page, "到站登记")
    usage = page.evaluate("() => navigator.storage.estimate().then(({ usage }) => usage)")

    page = opened_with_room(phone, url=field.url, room_bytes=usage + 500_000)
    expect(page.get_by_text("手机存储空间快满了。现在记的还存得下")).to_be_visible()
    tap(page, "到站登记")
    page = opened_with_room(phone, url=field.url, room_bytes=1)
    expect(page.get_by_text("手机存储空间满了，新的记录可能存不下。已存的都还在。")).to_be_visible()
    page.get_by_role("button", name="开始值班").click()
    expect(page.get_by_text("没有存上：手机存储空间可能满了。请腾出空间再点一次。")).to_be_visible()
    expect(page.get_by_text("待发 2")).to_be_visible()
    picture(page, "full")

    page = opened_with_room(phone, url=field.url, room_bytes=None)
    tap(page, "开始值班")
    expect(page.get_by_text("手机存储空间")).to_have_count(0)
    field.wire.is_cut = False
    page.reload()
    everything_is_received(page)
    assert field.seqs() == [1, 2, 3]


def opened_with_room(phone: Browser, *, url: str, room_bytes: int | None) -> Page:
    """The app in a browser that may store so much. Only a new start makes Chromium count again."""
    phone.close()
    page = phone.open()
    quota = {} if room_bytes is None else {"quotaSize": room_bytes}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", {"origin": url, **quota})
    page.goto(url)
    return page


def test_a_new_version_takes_over_with_unsent_rows_and_beside_a_tab_with_the_former_one(
    field: Field, phone: Browser
) -> None:
    page = field.new_phone(phone)
    former = phone.context.new_page()
    former.goto(field.url)
    field.wire.is_cut = True
    tap(page, "到站登记")

    field.wire.rewrites["/index.html"] = lambda page: page.replace(b"<head>", b'<head><meta name="newer">')
    field.wire.rewrites["/sw.js"] = lambda worker: PAGE_IN_WORKER.sub(rb"\1newer\2", worker)
    page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update())")
    page.get_by_role("button", name="有新版本，点这里换上").click()
    expect(page.locator("meta[name=newer]")).to_have_count(1)
    expect(page.get_by_text("待发 1")).to_be_visible()
    tap(former, "到站登记")

    field.wire.is_cut = False
    former.close()
    page.reload()
    everything_is_received(page)
    assert field.seqs() == [1, 2]


@pytest.mark.parametrize("version", ["1", "2"])
def test_rows_that_a_former_version_left_unsent_are_sent_by_this_one(
    field: Field, phone: Browser, version: str
) -> None:
    page = field.new_phone(phone)
    page.goto(f"{field.url}/healthz")
    page.evaluate(DEXIE)
    ids = {"frozen": str(uuid4()), "recorded": str(uuid4())}
    schema = {"version": int(version), "stores": SCHEMAS[version]}
    page.evaluate(LEAVE_AS_FORMER, page.evaluate(SESSION) | schema | ids)
    assert page.evaluate(VERSION) == int(version) * 10

    page.goto(field.url)
    everything_is_received(page)
    assert page.evaluate(VERSION) == 30
    assert [(each.entry_id, each.seq) for each in field.kept()] == [(ids["frozen"], 7), (ids["recorded"], 8)]


def test_a_second_person_sends_only_their_own_and_the_first_ones_wait_for_their_return(
    field: Field, phone: Browser
) -> None:
    page = field.new_phone(phone)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="取码").click()
    code = page.locator("strong.code").inner_text()
    page.get_by_role("link", name="首页").click()
    field.wire.is_cut = True
    tap(page, "到站登记")
    first_ones = latest_record(page, url=field.url)
    sign_out(page, says="还有 1 条没有发出")

    field.wire.is_cut = False
    page.goto("about:blank")
    enrol(page, url=field.url, code=next(field.codes))
    tap(page, "开始值班")
    second_ones = latest_record(page, url=field.url)
    expect(page.locator(RECORD.format(first_ones))).to_have_count(0)
    page.reload()
    everything_is_received(page)
    assert [each.entry_id for each in field.kept()] == [second_ones]
    assert set(field.wire.sent_ids()) == {second_ones}

    sign_out(page, says="记录都已收到")
    page.goto("about:blank")
    enrol(page, url=field.url, code=code)
    everything_is_received(page)
    [second, first] = field.kept()
    assert (first.entry_id, first.seq) == (first_ones, 1)
    assert first.member_id != second.member_id
    assert first.device_id != second.device_id
    assert latest_record(page, url=field.url) == first_ones


def latest_record(page: Page, *, url: str) -> str:
    """The id of the record that stands at the top of the list."""
    page.goto(f"{url}/#/records")
    link = page.get_by_role("main").get_by_role("listitem").first.get_by_role("link")
    return str(link.get_attribute("href")).rpartition("/")[2]


def test_a_file_made_offline_and_handed_in_by_another_phone_counts_once(
    field: Field, phone: Browser, desk: Browser, tmp_path: Path
) -> None:
    page = phone.open()
    with page.expect_response("**/api/v1/time"):
        enrol(page, url=field.url, code=next(field.codes))
    phone.context.set_offline(True)
    tap(page, "到站登记")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="发不出去怎么办").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出没发出的 1 条").click()
    expect(page.get_by_text("已导出 1 条")).to_be_visible()
    picture(page, "rescue")
    assert re.fullmatch(r"履职记录-\d{8}-\d{4}\.rescue\.json", download.value.suggested_filename)
    file = tmp_path / "carried.rescue.json"
    download.value.save_as(file)

    carrier = desk.open()
    enrol(carrier, url=field.demo.url, code=next(field.codes))
    carrier.goto(f"{field.demo.url}/#/rescue")
    for _ in range(2):
        carrier.get_by_label("选一个文件交来").set_input_files(file)
        expect(carrier.get_by_text(re.compile("已收到 .+ 的 1 条"))).to_be_visible()
        picture(carrier, "handed-in")
        carrier.reload()
    [held] = field.kept()
    assert held.state == "held"

    phone.context.set_offline(False)
    page.goto(field.url)
    page.reload()
    everything_is_received(page)
    assert field.kept() == [held._replace(state="accepted")]


def sign_out(page: Page, *, says: str) -> None:
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(says)).to_be_visible()
    dialog.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登记这台手机")).to_be_visible()
