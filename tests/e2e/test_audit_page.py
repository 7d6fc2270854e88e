"""The audit log in a real browser, as the auditor who reads it: searched, paged, empty, broken, offline."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.measuring import OFFICE_LOOKS, faults
from tests.e2e.office_views import go, sign_in
from tests.e2e.phone_acts import picture
from tests.e2e.served import serving

COLUMNS = "network_id, no, at, member_id, action, noun, thing_id, reason, after"
# What one officer did 60 times, and one command.
DEEDS = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO audit_events ({COLUMNS})
SELECT network_id, 1000 + i, '2025-12-31 16:00:05.000000', id, 'export_key.made', 'export_key', 'key ' || i,
  '第' || i || '次', '{{"name": "表"}}'
FROM n, members WHERE account = :account
UNION ALL SELECT network_id, 2000, '2026-01-01 00:00:00.000000', NULL, 'keys.rotated', 'keys', '2', NULL,
  '{{"system_user": "li → workstation"}}'
FROM members WHERE account = :account
"""


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with serving(demo_folder, tmp_path_factory.mktemp("audit")) as network:
        office = {"account": network.demo.secrets["office"]["account"]}
        with closing(sqlite3.connect(network.demo.data_dir / "workstation.db", timeout=30)) as database:
            database.execute(DEEDS, office)
            database.execute(
                "UPDATE members SET account = 'auditor', password_hash ="
                " (SELECT password_hash FROM members WHERE account = :account) WHERE role = 'auditor'",
                office,
            )
            database.commit()
        yield network.demo


def search(page: Page, words: str) -> None:
    page.get_by_label("查找").fill(words)
    page.get_by_role("button", name="查找", exact=True).click()


def test_an_auditor_reads_the_log(desk: Browser, demo: Demo) -> None:
    page = desk.open(size={"width": 1440, "height": 900})
    page.goto(f"{demo.url}/staff")
    sign_in(page, account=" Auditor ", password=demo.secrets["office"]["password"])
    go(page, demo, "audit")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("button", name="再看一些").click()
    expect(rows).to_have_count(62)  # and the auditor's own sign-in
    command = rows.filter(has_text="更换数据密钥")
    expect(command).to_contain_text("服务器账户：li → workstation")
    expect(command).to_contain_text("2026-01-01 08:00:00")
    picture(page, "audit")
    assert faults(page, OFFICE_LOOKS) == []

    page.get_by_label("做了什么").select_option("export_key.made")
    search(page, "第7次")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("2026-01-01 00:00:05")
    rows.get_by_text("前后内容").click()
    expect(rows).to_contain_text("表")
    expect(page.get_by_text("只看：新建取数密钥 · 第7次")).to_be_visible()

    search(page, "没有这样的话")
    expect(page.get_by_text("没有符合的记录。")).to_be_visible()
    picture(page, "audit-empty")

    assert desk.context is not None
    desk.context.set_offline(True)
    search(page, "第8次")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(rows).to_have_count(0)  # those of another search would be taken for this one's
    picture(page, "audit-offline")
    assert faults(page, OFFICE_LOOKS) == []
    desk.context.set_offline(False)
    search(page, "第8次")
    expect(rows).to_have_count(1)

    page.route("**/api/v1/audit-events?**", lambda route: route.fulfill(status=500, body="{}"))
    search(page, "第9次")
    expect(page.get_by_text("没有取到内容。")).to_be_visible()
    expect(rows).to_have_count(0)
