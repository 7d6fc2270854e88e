"""Every page and state of the office, and of the door screen."""

import uuid

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.door_acts import a_station, door_link, put_at_door
from tests.e2e.member_views import View, member_of
from tests.e2e.other_people import another_phone, local_now

NO_FILE = {"name": "notes.json", "mimeType": "application/json", "buffer": b"{}"}


# The page before stays until the code of the next one is there.
IS_THERE = """() => {
  const { $router } = document.querySelector('#app')?.__vue_app__?.config.globalProperties ?? {}
  const { fullPath } = $router?.currentRoute.value ?? {}
  return fullPath && decodeURIComponent(fullPath) === decodeURIComponent(location.hash.slice(1))
}"""


def go(page: Page, demo: Demo, path: str) -> None:
    """Returns when the page stands there with all that it loads by itself."""
    page.goto(f"{demo.url}/staff#/{path}")
    expect(page.get_by_role("main")).to_be_visible()
    page.wait_for_function(IS_THERE)
    expect(page.get_by_role("main").locator("[aria-busy=true]")).to_have_count(0)


def at(path: str) -> View:
    return lambda page, demo: go(page, demo, path)


def pressing(path: str, *buttons: str) -> View:
    def enter(page: Page, demo: Demo) -> None:
        go(page, demo, path)
        for button in buttons:
            page.get_by_role("button", name=button, exact=True).first.click()

    return enter


def give_held_entries(demo: Demo) -> None:
    """A phone sends what only the staff can make a fact of: of a station that nobody knows."""
    _, code, _ = member_of(demo)
    somebody = another_phone(demo, member=code)
    for _ in range(2):
        somebody.send("check_in", {"station_id": str(uuid.uuid4()), "purpose": "duty"}, status="held")


def sign_in(page: Page, *, account: str, password: str) -> None:
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def signed_out(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/staff")
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def wrong_password(page: Page, demo: Demo) -> None:
    sign_in(page, account="nobody", password="not this one")
    expect(page.get_by_role("alert")).to_be_visible()


def coverage(page: Page, demo: Demo) -> None:
    secrets = demo.secrets["office"]
    sign_in(page, account=secrets["account"], password=secrets["password"])
    go(page, demo, "coverage")
    expect(page.get_by_text("个街道").first).to_be_visible()


def point_on_map(page: Page, demo: Demo) -> None:
    go(page, demo, "coverage")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tip")).to_be_visible()


def one_station(*buttons: str) -> View:
    def enter(page: Page, demo: Demo) -> None:
        pressing(f"coverage/stations/{a_station(demo).id}", *buttons)(page, demo)

    return enter


def no_rescue_file(page: Page, demo: Demo) -> None:
    go(page, demo, "hand-in")
    page.locator("input[type=file]").set_input_files(files=[NO_FILE])  # type: ignore[list-item]  # a TypedDict there
    expect(page.get_by_role("alert")).to_be_visible()


def one_person(page: Page, demo: Demo) -> None:
    go(page, demo, "people")
    page.get_by_role("link", name="资料与修改").first.click()
    expect(page.get_by_role("heading", name="修改记录")).to_be_visible()


def rules_in_words(page: Page, demo: Demo) -> None:
    go(page, demo, "settings")
    for part in ("现行的标准和门槛", "各版与提议"):
        page.get_by_text(part).click()


def reset_refused(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/staff#/reset/ABCD-EFGH-JKMN")
    for label in ("新密码", "再输一次新密码"):
        page.get_by_label(label, exact=True).fill("four unrelated words")
    page.get_by_role("button", name="设新密码").click()
    expect(page.get_by_role("alert")).to_be_visible()


def slips(page: Page, demo: Demo) -> None:
    go(page, demo, "enrolment-sheet")
    page.locator("li input").first.check()
    page.get_by_role("button", name="给选中的 1 人发码").click()
    expect(page.get_by_role("img", name="的登记码")).to_be_visible()


def nobody_found(page: Page, demo: Demo) -> None:
    go(page, demo, "people?q=没有这个人")
    expect(page.get_by_text("没有找到这个人")).to_be_visible()


def no_network(page: Page, demo: Demo) -> None:
    go(page, demo, "coverage")
    page.context.set_offline(True)
    page.get_by_text("近 30 天", exact=True).click()
    expect(page.get_by_role("alert").or_(page.locator(".trouble")).first).to_be_visible()
    page.get_by_role("button", name="展开").first.click()
    expect(page.locator(".below").get_by_role("button", name="再试一次")).to_be_visible()


def door_refused(page: Page, demo: Demo) -> None:
    page.get_by_label("门口屏的登记码").fill("ABCD-EFGH-JKMN")
    page.get_by_role("button", name="登记这块屏").click()
    expect(page.get_by_role("alert")).to_be_visible()


def door_unenrolled(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/door")
    expect(page.get_by_role("button", name="登记这块屏")).to_be_visible()


def door_offline(page: Page, demo: Demo) -> None:
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".digits")).to_be_visible()


def reveal(page: Page, demo: Demo) -> None:
    """Somebody who came has agreed to be named; who that is takes a reason."""
    _, code, _ = member_of(demo)
    named = {"name": "来人", "contact": "13900000000", "consent": True, "consent_version": "1"}
    reception = {
        "station_id": a_station(demo).id,
        "started_at": local_now().isoformat(),
        "channel": "walk_in",
        "party_kind": "person",
        "headcount": 1,
        "topic": "other",
        "summary": "",
        "answered_on_spot": True,
        "wants_reply": False,
        "constituent": named,
    }
    another_phone(demo, member=code).send("reception", reception)
    go(page, demo, "facts?figure=receptions")
    page.get_by_role("button", name="查看群众联系方式").first.click()


OFFICE_VIEWS: dict[str, View] = {
    "office-reset": reset_refused,
    "office-sign-in": signed_out,
    "office-refused": wrong_password,
    "office-coverage": coverage,
    "office-map": point_on_map,
    "office-station": one_station(),
    "office-door-code": one_station("发登记码"),
    "office-door-keys": one_station("换密钥"),
    "office-gaps": at("gaps"),
    "office-gaps-phones": at("gaps?gap=phones"),
    "office-facts": at("facts?figure=check_ins"),
    "office-kinds": at("coverage?by=kind"),
    "office-held": at("held"),
    "office-held-close": pressing("held", "关闭"),
    "office-held-release": pressing("held", "放行"),
    "office-held-amend": pressing("held", "改正并放行"),
    "office-released": at("held?state=released"),
    "office-phones": at("phones"),
    "office-account": at("account"),
    "office-account-code": pressing("account", "开动态码"),
    "office-sheet": at("enrolment-sheet"),
    "office-slips": slips,
    "office-suggestions": at("suggestions"),
    "office-hand-in": at("hand-in"),
    "office-no-rescue-file": no_rescue_file,
    "office-people": at("people"),
    "office-person": one_person,
    "office-person-form": pressing("people", "增加人员"),
    "office-settings": at("settings"),
    "office-rules": rules_in_words,
    "office-rules-form": pressing("settings", "提议修改"),
    "office-reports": at("reports"),
    "office-reports-issue": pressing("reports", "发布第 1 版"),
    "office-enrolment-code": pressing("people", "发登记码"),
    "office-revoke": pressing("people", "停用这台设备"),
    "office-nobody-found": nobody_found,
    "office-import-ledger": at("import?sheet=ledger"),
    "office-reveal": reveal,
    "office-no-audit": at("audit"),
    "office-status": at("status"),
    "office-offline": no_network,
}
DOOR_VIEWS: dict[str, View] = {
    "door-unenrolled": door_unenrolled,
    "door-refused": door_refused,
    "door": lambda page, demo: put_at_door(page, door_link(demo, a_station(demo))),
    "door-offline": door_offline,
}
