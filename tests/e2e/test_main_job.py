"""The main job, as a person would do it: what was recorded offline arrives once, and the office sees it."""

import re
import sqlite3

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK, Browser, Demo
from tests.e2e.phone_acts import picture


def enrol(page: Page, demo: Demo) -> None:
    page.goto(demo.enrol_link())
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()


def until_it_works_offline(page: Page) -> None:
    """Until the service worker has everything that a cold start needs."""
    page.wait_for_function("() => navigator.serviceWorker.ready.then((r) => r.active?.state === 'activated')")


def counts(demo: Demo) -> dict[str, int]:
    database = sqlite3.connect(demo.data_dir / "workstation.db")
    tables = ("check_ins", "shifts", "receptions", "receipts")
    return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_what_is_recorded_offline_arrives_once_and_the_office_sees_it(
    demo: Demo, phone: Browser, desk: Browser
) -> None:
    before = counts(demo)
    page = phone.open()
    enrol(page, demo)
    until_it_works_offline(page)
    picture(page, "home")

    phone.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="到站登记").click()
    expect(page.get_by_text("已存本机").first).to_be_visible()
    picture(page, "home-saved")
    page.get_by_role("button", name="开始值班").click()
    expect(page.get_by_role("heading", name="正在值班")).to_be_visible()
    page.get_by_role("link", name="接待").last.click()
    page.get_by_role("button", name="加一人").click()
    page.get_by_role("group", name="主题").get_by_role("radio").first.check(force=True)
    page.get_by_label("摘要").fill("希望加装电梯")
    picture(page, "reception")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()
    page.get_by_role("link", name="首页").click()
    page.get_by_role("button", name="结束值班").click()
    expect(page.get_by_role("button", name="开始值班")).to_be_visible()
    page.get_by_role("link", name="记录").click()
    expect(page.get_by_text("待发", exact=False).first).to_be_visible()
    assert counts(demo) == before
    phone.close()

    # From here the browser may send by itself: a Background Sync waits for no page.
    page = phone.open()
    phone.context.set_offline(True)
    page.goto(f"{demo.url}/#/records")
    for kind in ("到站登记", "开始值班", "接待", "结束值班"):
        expect(page.get_by_role("list").get_by_text(kind).first).to_be_visible()
    picture(page, "records-offline")

    phone.context.set_offline(False)
    page.goto(f"{demo.url}/#/records")
    expect(page.get_by_text("全部已收到")).to_be_visible()
    for newest in range(4):
        row = page.get_by_role("main").get_by_role("listitem").nth(newest)
        expect(row.get_by_text(re.compile(r"已收到（回执 \d+）"))).to_be_visible()
    picture(page, "records")
    after = counts(demo)
    assert {name: after[name] - before[name] for name in after} == {
        "check_ins": 1,
        "shifts": 1,
        "receptions": 1,
        "receipts": 4,
    }

    office = desk.open(size=DESK)
    office.goto(f"{demo.url}/staff")
    secrets = demo.secrets["office"]
    office.get_by_label("账号").fill(secrets["account"])
    office.get_by_label("密码").fill(secrets["password"])
    office.get_by_role("button", name="登录").click()
    expect(office.get_by_text("个街道").first).to_be_visible()
    picture(office, "staff")
    expect(office.get_by_role("table").first).to_be_visible()
