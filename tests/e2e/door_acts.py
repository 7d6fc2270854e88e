"""What is done with a door screen, and a camera that sees it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import segno
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.phone_acts import ACTIVE
from tests.live_server import ROOT, TEST_KEY

TABLET = {"width": 768, "height": 1024}


class Station(NamedTuple):
    id: str
    code: str
    name: str
    lat: float
    lon: float


def a_station(demo: Demo, *, other_than: str = "") -> Station:
    columns = "id, code, name, lat, lon"
    sql = f"SELECT {columns} FROM stations WHERE status = 'open' AND id <> ? ORDER BY code DESC LIMIT 1"
    with sqlite3.connect(demo.data_dir / "workstation.db") as database:
        return Station(*database.execute(sql, [other_than]).fetchone())


def door_link(demo: Demo, station: Station) -> str:
    """A fresh link, as the command line gives it."""
    words = ["codes", "issue", "--network", "demo", "--door", station.code]
    environment = os.environ | {
        "DATA_DIR": str(demo.data_dir),
        "DATABASE_URL": "",
        "SECRET_KEY": TEST_KEY,
        "PUBLIC_URL": demo.url,
    }
    said = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return str(json.loads(said.stdout.splitlines()[-1])["url"])


def put_at_door(page: Page, link: str) -> None:
    """Enrols a tablet and waits until it would start without a network."""
    page.goto(link)
    page.get_by_role("button", name="登记这块屏").click()
    expect(page.locator(".digits")).to_be_visible()
    page.wait_for_function(ACTIVE)


def digits(page: Page) -> str:
    """What the screen shows, once it will stand for some seconds more."""
    page.wait_for_function(
        "() => Number(document.querySelector('.changes').textContent.match(/\\d+/)[0]) > 5"
    )
    return page.locator(".digits").inner_text().replace("\n", "").replace(" ", "")


def film(path: Path, text: str, *, width: int = 640, height: int = 480) -> None:
    """A film of one QR code on grey, as YUV4MPEG2: what Chromium takes for a camera."""
    rows = [bytes(row) for row in segno.make(text, error="m").matrix_iter(scale=1, border=4)]
    scale = (height - 80) // len(rows)
    left, top = (width - scale * len(rows)) // 2, (height - scale * len(rows)) // 2
    light = bytearray(b"\x90" * (width * height))
    for y, row in enumerate(rows):
        line = b"".join((b"\x20" if dark else b"\xe0") * scale for dark in row)
        for step in range(scale):
            start = (top + y * scale + step) * width + left
            light[start : start + len(line)] = line
    frame = b"FRAME\n" + bytes(light) + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
