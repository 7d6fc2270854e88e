"""The member's phone by itself: an undone tap, a dead server, and readers who hear the page."""

import sqlite3

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo

FROZEN_AND_SENT_MS = 40_000


def enrol(page: Page, demo: Demo, *, person: int = 0) -> None:
    page.goto(f"{demo.url}/#/enrol/{demo.secrets['member_codes'][person]}")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()


def check_in(page: Page) -> None:
    page.get_by_role("button", name="到站登记").click()
    expect(page.get_by_text("已存本机")).to_be_visible()


def receipts(demo: Demo) -> list[tuple[str, int]]:
    """Member and seq of everything the server has, latest last."""
    database = sqlite3.connect(demo.data_dir / "workstation.db")
    return database.execute("SELECT member_id, seq FROM receipts ORDER BY receipt_no").fetchall()


def test_an_undone_tap_is_never_heard_of(demo: Demo, phone: Browser) -> None:
    before = len(receipts(demo))
    page = phone.open()
    enrol(page, demo)
    check_in(page)
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="开始值班").click()
    expect(page.get_by_role("button", name="结束值班")).to_be_visible(timeout=FROZEN_AND_SENT_MS)
    expect(page.get_by_text("全部已收到")).to_be_visible()
    assert [seq for _, seq in receipts(demo)[before:]] == [1]


def test_the_app_starts_and_records_while_the_server_is_dead(demo: Demo, phone: Browser) -> None:
    page = phone.open()
    enrol(page, demo)
    page.wait_for_function("() => navigator.serviceWorker.ready.then((r) => r.active?.state === 'activated')")
    phone.close()
    demo.kill()

    page = phone.open()
    page.goto(demo.url)
    check_in(page)
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_text("连不上服务器，稍后自动再试")).to_be_visible()
    demo.start()
    page.get_by_role("button", name="现在就发").click()
    expect(page.get_by_text("待发")).to_have_count(0, timeout=FROZEN_AND_SENT_MS)
