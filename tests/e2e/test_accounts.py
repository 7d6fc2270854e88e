"""Accounts and the suggestion box in real browsers."""

import sqlite3

import pyotp
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, Browser, Demo
from tests.e2e.office_views import go, sign_in
from tests.e2e.phone_acts import enrol, picture


def sign_in_as_office(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/staff")
    office = demo.secrets["office"]
    sign_in(page, account=office["account"], password=office["password"])


def turn_codes_on(page: Page, demo: Demo) -> list[str]:
    """Through the account page; gives the recovery codes."""
    page.get_by_role("button", name="开动态码").click()
    form = page.locator("section", has_text="动态码（可不开）")
    form.get_by_label("现用密码").fill(demo.secrets["office"]["password"])
    form.get_by_role("button", name="开动态码").click()
    expect(page.get_by_role("img", name="给身份验证器扫的码")).to_be_visible()
    app = pyotp.TOTP(page.locator("code").inner_text())
    page.get_by_label("6 位动态码").fill(app.now())
    page.get_by_role("button", name="确认开启").click()
    expect(page.get_by_role("button", name="收好了")).to_be_visible()
    picture(page, "office-recovery-codes")
    codes = page.locator("ol li").all_inner_texts()
    page.get_by_role("button", name="收好了").click()
    expect(page.get_by_text("还有 10 个备用码")).to_be_visible()
    return codes


def test_an_officer_turns_codes_on_and_signs_in_with_one(desk: Browser, demo: Demo) -> None:
    page = desk.open(size=DESK)
    sign_in_as_office(page, demo)
    page.get_by_title("我的账号").click()
    codes = turn_codes_on(page, demo)
    page.get_by_role("button", name="退出").click()
    sign_in_as_office(page, demo)
    code = page.get_by_label("动态码或备用码")
    code.fill("000000")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("动态码不对")
    code.fill(codes[0])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    go(page, demo, "account")
    expect(page.get_by_text("还有 9 个备用码")).to_be_visible()


def test_what_a_member_writes_about_the_app_is_never_lost(phone: Browser, demo: Demo) -> None:
    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][0])
    page.goto(f"{demo.url}/#/suggestions")
    text = page.get_by_label("意见")
    text.fill("字再大一点")
    page.context.set_offline(True)
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_role("alert")).to_contain_text("没有网络")
    page.reload()
    expect(text).to_have_value("字再大一点")
    page.context.set_offline(False)
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_text("已收到，谢谢")).to_be_visible()
    expect(page.get_by_text("等办公室回复")).to_be_visible()
    database = sqlite3.connect(demo.data_dir / "workstation.db")
    assert database.execute("SELECT text FROM suggestions").fetchall() == [("字再大一点",)]
