"""Every page and state of the member's app, each entered as a person would, one after the other."""

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conventions.source import ROOT
from tests.e2e.conftest import PLACE, Demo
from tests.e2e.door_acts import a_station
from tests.e2e.other_people import another_phone, liaison, local_now, plan
from tests.e2e.phone_acts import everything_is_received, tap

View = Callable[[Page, Demo], None]
HARDLY_ANY_BYTES = 1
# What is written on a page of its own, by the words of the link that leads there.
KINDS: dict[str, str] = json.loads((ROOT / "static/pwa/src/locales/kinds.zh-CN.json").read_text())
WRITTEN = [key.removeprefix("write.") for key in KINDS if key.startswith("write.")]


def go(page: Page, demo: Demo, path: str) -> None:
    """Opens a page of the app as if anew."""
    address = f"{demo.url}/#/{path}"
    page.evaluate("document.querySelector('main h1')?.setAttribute('data-left', '')")
    page.reload() if page.url == address else page.goto(address)
    expect(page.locator("main h1:not([data-left])").first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def at(path: str) -> View:
    return lambda page, demo: go(page, demo, path)


def pressing(path: str, *buttons: str) -> View:
    """A page after some of its buttons."""

    def enter(page: Page, demo: Demo) -> None:
        go(page, demo, path)
        for button in buttons:
            page.get_by_role("main").get_by_role("button", name=button).first.click()

    return enter


def network_of(demo: Demo) -> sqlite3.Connection:
    return sqlite3.connect(demo.data_dir / "workstation.db")


def member_of(demo: Demo) -> tuple[str, str, str]:
    """Id and code of the member whose code the demo gives first, and a code of a colleague."""
    with network_of(demo) as database:
        members = database.execute("SELECT id, code FROM members WHERE role = 'member' ORDER BY code LIMIT 2")
        [(member, code), (_, colleague)] = members.fetchall()
    return member, code, colleague


def give_a_past(demo: Demo, folder: Path) -> None:
    """What others did before the member's first sync: records, an open shift, a plan, acts on behalf."""
    member, code, colleague = member_of(demo)
    station = a_station(demo)
    other = another_phone(demo, member=code)
    other.receives(station.id, at=local_now() - timedelta(days=40), summary="希望加装电梯，已说明办理流程。")
    other.send("shift_start", {"station_id": station.id}, at=local_now() - timedelta(days=1))
    helper = liaison(demo)
    place = {"station_id": demo.secrets["liaison"]["station_id"], "purpose": "duty"}
    first = helper.send("check_in", place, on_behalf_of=member)
    stated = (local_now() - timedelta(days=1)).isoformat()
    changes = {"stated_at": stated, "note": "实为昨天"}
    helper.send("correction", {"target_id": first, "changes": changes, "reason": "核对"})
    plan(demo, folder, [(station.code, code, 1), (station.code, code, 8), (station.code, colleague, 2)])


def refused(page: Page, demo: Demo) -> None:
    go(page, demo, "enrol")
    page.get_by_label("登记码").fill("ABCD-EFGH-JKMN")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_be_visible()


def wrong_password(page: Page, demo: Demo) -> None:
    go(page, demo, "sign-in")
    page.get_by_label("账号").fill("nobody")
    page.get_by_label("密码").fill("not this one")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_be_visible()


def no_network(page: Page, demo: Demo) -> None:
    go(page, demo, f"enrol/{demo.secrets['member_codes'][0]}")
    page.context.set_offline(True)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.set_offline(False)


def first_home(page: Page, demo: Demo) -> None:
    """No position was ever asked for: the member's own stations stand first."""
    go(page, demo, f"enrol/{demo.secrets['member_codes'][0]}")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    everything_is_received(page)


def denied(page: Page, demo: Demo) -> None:
    page.context.clear_permissions()
    go(page, demo, "")
    page.get_by_role("button", name="看最近的站").click()
    expect(page.get_by_text("按您的站排列")).to_be_visible()


def near(page: Page, demo: Demo) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(PLACE)  # type: ignore[arg-type]  # a TypedDict there
    go(page, demo, "")
    page.reload()
    expect(page.get_by_role("heading", name="离您最近")).to_be_visible()


def no_such_station(page: Page, demo: Demo) -> None:
    pressing("", "换一个站")(page, demo)
    page.get_by_label("按名称或地址找").fill("没有这个站")
    expect(page.get_by_text("没有找到")).to_be_visible()


def checked_in(page: Page, demo: Demo) -> None:
    go(page, demo, "")
    tap(page, "到站登记")


def on_duty(page: Page, demo: Demo) -> None:
    go(page, demo, "")
    page.get_by_role("button", name="开始值班").click()
    expect(page.get_by_role("heading", name="正在值班")).to_be_visible()


def no_topic(page: Page, demo: Demo) -> None:
    pressing("reception", "保存")(page, demo)
    expect(page.get_by_role("alert")).to_be_visible()


def all_of_reception(page: Page, demo: Demo) -> None:
    go(page, demo, "reception")
    page.get_by_role("group", name="主题").get_by_role("radio").first.check(force=True)
    page.get_by_label("摘要").fill("希望在社区增设儿童活动场地，已现场答复，会后再问。")
    page.get_by_text("更多", exact=True).click()
    page.get_by_label("来人同意").check()
    page.get_by_label("姓名（可不填）").fill("王先生")


def other_station(page: Page, demo: Demo) -> None:
    go(page, demo, "reception")
    page.locator("details", has_text="更多").get_by_text("更多", exact=True).click()
    page.locator("button.choice").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def written(page: Page, demo: Demo) -> None:
    go(page, demo, "reception")
    page.get_by_role("group", name="主题").get_by_role("radio").first.check(force=True)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()


def searched(words: str) -> View:
    def enter(page: Page, demo: Demo) -> None:
        go(page, demo, "records")
        page.get_by_label("找记录").fill(words)

    return enter


def one_record(*buttons: str) -> View:
    """The newest record that can be changed."""

    def enter(page: Page, demo: Demo) -> None:
        go(page, demo, "records")
        page.get_by_label("找记录").fill("")  # what was looked for last is kept
        page.get_by_label("看哪些").select_option(label="接待")
        page.get_by_role("main").get_by_role("listitem").get_by_role("link").last.click()
        expect(page.get_by_role("heading", name="接待")).to_be_visible()
        for button in buttons:
            page.get_by_role("button", name=button).click()

    return enter


def offline_at(path: str, *buttons: str) -> View:
    def enter(page: Page, demo: Demo) -> None:
        page.context.set_offline(True)
        pressing(path, *buttons)(page, demo)

    return enter


def back_online(page: Page, demo: Demo) -> None:
    page.context.set_offline(False)
    go(page, demo, "records")


def full(page: Page, demo: Demo) -> None:
    """The browser has just been started; only then does Chromium count how much it may store."""
    quota = {"origin": demo.url, "quotaSize": HARDLY_ANY_BYTES}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)
    go(page, demo, "")
    expect(page.get_by_text("手机存储空间满了")).to_be_visible()


def first_pin(page: Page, demo: Demo) -> None:
    """From now on this is a shared tablet."""
    go(page, demo, "tablet")
    page.get_by_role("textbox").fill("2468")
    page.get_by_role("button", name="定下").click()
    expect(page.get_by_role("heading", name="谁在用这台平板")).to_be_visible()


def wrong_pin(page: Page, demo: Demo) -> None:
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("textbox").fill("1111")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_be_visible()


def liaison_signed_in(page: Page, demo: Demo) -> None:
    go(page, demo, "sign-in")
    secrets = demo.secrets["liaison"]
    page.get_by_label("账号").fill(secrets["account"])
    page.get_by_label("密码").fill(secrets["password"])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    everything_is_received(page)
    go(page, demo, "liaison")


SIGNED_OUT: dict[str, View] = {
    "enrol": at("enrol"),
    "enrol-link": at("enrol/ABCD-EFGH-JKMN"),
    "enrol-refused": refused,
    "enrol-offline": no_network,
    "sign-in": at("sign-in"),
    "sign-in-refused": wrong_password,
}
EVERYDAY: dict[str, View] = {
    "home-first": first_home,
    "home-denied": denied,
    "home": near,
    "home-forgotten": pressing("", "补写结束时间"),
    "home-stations": pressing("", "换一个站"),
    "home-no-such-station": no_such_station,
    "home-checked-in": checked_in,
    "home-on-duty": on_duty,
    **{kind: at(kind) for kind in WRITTEN},
    "reception-no-topic": no_topic,
    "reception-all": all_of_reception,
    "reception-station": other_station,
    "reception-saved": written,
    "code": at("code"),
    "code-short": pressing("code", "用这个码"),
}
OWN: dict[str, View] = {
    "records": at("records"),
    "records-found": searched("电梯"),
    "records-none-found": searched("没有这种事"),
    "record": one_record(),
    "record-correct": one_record("更正"),
    "record-withdraw": one_record("撤回"),
    "record-missing": at("records/0198b0a0-0000-7000-8000-000000000000"),
    "me": at("me"),
    "me-transfer": pressing("me", "取码"),
    "me-sign-out": pressing("me", "退出登录"),
    "keeping": at("keeping"),
    "tablet": at("tablet"),
    "diagnosis": at("diagnosis"),
    "devices": at("devices"),
    "devices-rename": pressing("devices", "改名"),
    "suggestions": at("suggestions"),
    "my-months": at("my-months"),
    "in-my-name": at("in-my-name"),
    "plan": at("plan"),
    "rescue": at("rescue"),
}
AT_THE_EDGE: dict[str, View] = {
    "offline-home": offline_at("", "到站登记"),
    "offline-records": offline_at("records", "看更早的"),
    "offline-me-sign-out": offline_at("me", "退出登录"),
    "offline-me-transfer": offline_at("me", "取码"),
    "offline-my-months": offline_at("my-months"),
    "offline-devices": offline_at("devices"),
    "offline-rescue": offline_at("rescue"),
    "online-again": back_online,
}
SHARED: dict[str, View] = {
    "tablet-who": first_pin,
    "tablet-wrong-pin": wrong_pin,
}
STARTED_AGAIN: dict[str, View] = {"storage-full": full}
LIAISON: dict[str, View] = {
    "liaison": liaison_signed_in,
    "enter-for": at("enter-for"),
    "enter-for-nobody": pressing("enter-for", "存下"),
}
MEMBER_VIEWS = SIGNED_OUT | EVERYDAY | OWN | AT_THE_EDGE | SHARED
