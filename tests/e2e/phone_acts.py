"""What a person does with the phone, and what the office's database then says."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo

# Where to leave pictures for whoever wants to look: SCREENSHOTS=folder make test
PICTURES = os.environ.get("SCREENSHOTS")
ACTIVE = "() => navigator.serviceWorker.ready.then((r) => r.active?.state === 'activated')"


class Kept(NamedTuple):
    entry_id: str
    member_id: str
    device_id: str
    seq: int
    state: str


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def enrol(page: Page, *, url: str, code: str) -> None:
    """Redeems a code and waits until the app would start without a network."""
    page.goto(f"{url}/#/enrol/{code}")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    page.wait_for_function(ACTIVE)


def tap(page: Page, name: str) -> None:
    """One act on the home page; returns when the phone says that it is saved."""
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text("已存本机").first).to_be_visible()


def everything_is_received(page: Page) -> None:
    expect(page.get_by_text("全部已收到").first).to_be_visible(timeout=30_000)


def kept(demo: Demo, *, after: int = 0) -> Sequence[Kept]:
    """What the server keeps, latest last, without the first `after`."""
    database = sqlite3.connect(demo.data_dir / "workstation.db")
    columns = "entry_id, member_id, device_id, seq, state"
    found = database.execute(f"SELECT {columns} FROM receipts ORDER BY receipt_no").fetchall()
    database.close()
    return [Kept(*row) for row in found[after:]]
