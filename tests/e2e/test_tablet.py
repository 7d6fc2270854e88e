"""A tablet that several people share: each by name and PIN, with the own records, and no history on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser
from tests.e2e.phone_acts import ACTIVE, picture, tap
from tests.e2e.served import Network, look_at, serving

TABLET = {"width": 810, "height": 1080}
PINS = ("1357", "24680", "112233")
# What anybody with the tablet in hand could read of people's records.
LEFT = """async () => {
  const open = indexedDB.open('workstation')
  const database = await new Promise((done) => (open.onsuccess = () => done(open.result)))
  const all = (store) => new Promise((done) => {
    const asked = database.transaction(store).objectStore(store).getAll()
    asked.onsuccess = () => done(asked.result)
  })
  const told = (await all('feed')).filter(({ noun }) => ['notice', 'receipt'].includes(noun))
  const receipts = (await all('receipts')).map(Object.keys).flat()
  const kinds = (await all('entries')).map(({ kind }) => kind)
  const left = { kinds, told, receipts: [...new Set(receipts)] }
  database.close()
  return left
}"""
BARE = {"person", "id", "status", "receipt_no", "sealed", "epoch", "stored_at"}


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("tablet")) as network:
        yield network


@pytest.fixture
def network(served: Network) -> Network:
    return served.begin()


def join(page: Page, *, code: str, pin: str) -> str:
    """One more person on the tablet. Returns the name."""
    page.get_by_label("登记码").fill(code)
    page.get_by_role("button", name="用这个码登记").click()
    return choose_pin(page, pin)


def choose_pin(page: Page, pin: str) -> str:
    """Returns the name of the one who chose."""
    name = page.get_by_text("定一个 PIN").inner_text().removeprefix("给 ").partition(" 定")[0]
    page.get_by_label("定一个 PIN").fill(pin)
    page.get_by_role("button", name="定下").click()
    expect(page.get_by_role("heading", name="谁在用这台平板")).to_be_visible()
    return name


def shared_by_three(network: Network, tablet: Browser) -> tuple[Page, list[str]]:
    page = tablet.open(size=TABLET)
    page.goto(f"{network.url}/#/enrol/{network.code()}")
    page.get_by_role("button", name="用这个码登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    page.wait_for_function(ACTIVE)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="几个人共用这台平板").click()
    expect(page.get_by_text("PIN 只是一种礼貌，不是保护")).to_be_visible()
    look_at(page, "tablet-share")
    names = [choose_pin(page, PINS[0])]
    for pin in PINS[1:]:
        page.get_by_role("link", name="添加一个人").click()
        names.append(join(page, code=network.code(), pin=pin))
    return page, names


def enter(page: Page, name: str, pin: str) -> None:
    page.get_by_role("button", name=name).click()
    page.get_by_label(f"{name} 的 PIN").fill(pin)
    page.get_by_role("button", name="进入").click()


def change(page: Page) -> None:
    page.get_by_role("button", name="换人").click()
    expect(page.get_by_role("heading", name="谁在用这台平板")).to_be_visible()


def test_three_people_record_offline_and_each_is_sent_with_the_owners_token(
    network: Network, phone: Browser
) -> None:
    page, names = shared_by_three(network, phone)
    picture(page, "tablet-people")
    network.wire.is_cut = True
    acts = ("到站登记", "开始值班", "到站登记")
    enter(page, names[1], "999999")
    expect(page.get_by_text("PIN 不对，请再试。")).to_be_visible()
    picture(page, "tablet-pin")
    page.get_by_role("button", name="返回").click()
    for name, pin, act in zip(names, PINS, acts, strict=True):
        enter(page, name, pin)
        expect(page.get_by_text(f"{name} 在用")).to_be_visible()
        if name == names[1]:
            look_at(page, "tablet-in-use")
        tap(page, act)
        if name == names[1]:
            page.get_by_role("link", name="记录").click()
            expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
        change(page)
    expect(page.get_by_text("这台平板上还有 3 条没有发出")).to_be_visible()

    network.wire.is_cut = False
    page.reload()  # nobody is in front of it
    expect(page.get_by_text("这台平板上的记录都已发出。")).to_be_visible(timeout=30_000)
    kept = network.kept()
    assert [each.seq for each in kept] == [1, 1, 1]
    assert len({each.member_id for each in kept}) == len({each.device_id for each in kept}) == 3
    assert {each.state for each in kept} == {"accepted"}

    page.wait_for_function(f"() => ({LEFT})().then(({{ kinds }}) => kinds.length === 1)")  # a moment later
    left = page.evaluate(LEFT)
    assert left["kinds"] == ["shift_start"]  # it goes on, and only its owner can end it
    assert left["told"] == []
    assert set(left["receipts"]) <= BARE

    enter(page, names[0], PINS[0])
    page.get_by_role("link", name="记录").click()
    expect(page.get_by_text("共用平板不留记录")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(0)
    look_at(page, "tablet-records")
    change(page)
    enter(page, names[1], PINS[1])
    tap(page, "结束值班")
    change(page)
    expect(page.get_by_text("这台平板上的记录都已发出。")).to_be_visible(timeout=30_000)
    page.reload()
    expect(page.get_by_text("这台平板上的记录都已发出。")).to_be_visible()
    page.wait_for_function(f"() => ({LEFT})().then(({{ kinds }}) => kinds.length === 0)")
    assert [each.seq for each in network.kept()] == [1, 1, 1, 2]


def test_a_tablet_asks_who_it_is_after_a_restart_and_after_a_while_but_never_over_an_open_form(
    network: Network, phone: Browser
) -> None:
    page, names = shared_by_three(network, phone)
    enter(page, names[0], PINS[0])
    expect(page.get_by_text(f"{names[0]} 在用")).to_be_visible()
    phone.close()
    page = phone.open(size=TABLET)
    page.clock.install()
    page.goto(network.url)
    enter(page, names[0], PINS[0])
    page.get_by_role("link", name="接待", exact=True).click()
    page.get_by_label("摘要").fill("问入学")
    page.clock.fast_forward("10:00")
    expect(page.get_by_label("摘要")).to_have_value("问入学")
    page.get_by_role("link", name="首页").click()
    page.clock.fast_forward("03:10")
    expect(page.get_by_role("heading", name="谁在用这台平板")).to_be_visible()

    enter(page, names[1], PINS[1])
    page.get_by_role("link", name="接待", exact=True).click()
    expect(page.get_by_label("摘要")).to_have_value("")
    change(page)
    enter(page, names[0], PINS[0])
    page.get_by_role("link", name="接待", exact=True).click()
    expect(page.get_by_label("摘要")).to_have_value("问入学")


def test_a_forgotten_pin_is_mended_by_a_new_code_and_signing_out_takes_a_person_off_the_tablet(
    network: Network, phone: Browser
) -> None:
    page, names = shared_by_three(network, phone)
    enter(page, names[0], PINS[0])
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="取码").click()
    code = page.locator("strong.code").inner_text()
    change(page)
    page.get_by_role("link", name="添加一个人").click()
    assert join(page, code=code, pin="8642") == names[0]
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(3)
    enter(page, names[0], "8642")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="谁在用这台平板")).to_be_visible()
    expect(page.get_by_role("button", name=names[0])).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(2)
