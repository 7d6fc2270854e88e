"""The member's phone: what it loads, how soon it is usable, and whether it stays light, in a real Chromium.

Bytes decide. Times depend on the machine and are goals: they are taken with the processor slowed down four
times, offline, with 2,000 records and 2,420 stations on the phone.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page, Playwright, sync_playwright

from bench import lighthouse_runs
from bench.relay import Relay
from bench.report import Chapter, Mark, table
from bench.traffic import Traffic
from setup import chromium
from tests.e2e.conftest import Browser, Demo
from tests.e2e.phone_acts import ACTIVE, enrol, everything_is_received
from tests.live_server import ROOT, TEST_KEY

HERE = Path(__file__).parent
SLOWER = 4
RECORDS, STATIONS = 2_000, 2_420
NODES = 5_000  # what one page leaves is some hundred: 200 that were kept would be many times more
PAGES = ("", "records", "me", "reception", "plan")
LISTED = "() => document.querySelectorAll('main li').length > 20"
SYNC = "/api/v1/sync"
# Until every page's code is there and was made fast: what the browser keeps for that comes once.
WARM_ROUNDS, LOOKS = 12, 7


@dataclass(frozen=True, kw_only=True)
class Size:
    """How often each thing is measured."""

    starts: int
    navigations: int
    lighthouse: int


FULL = Size(starts=5, navigations=200, lighthouse=5)
QUICK = Size(starts=1, navigations=60, lighthouse=0)


def chapter(size: Size) -> Chapter:
    """Bytes, times, memory, and Lighthouse."""
    with tempfile.TemporaryDirectory(prefix="workstation-reach-") as name, sync_playwright() as playwright:
        folder = Path(name)
        with served(folder) as demo:
            weights = weigh(playwright, demo, folder)
            times = hurry(playwright, demo, folder, size)
            scores = lighthouse_runs.run(demo.url, times=size.lighthouse, folder=folder)
    rows = [[what, f"{figure:,.4g}"] for what, figure in (weights | times).items()]
    said = [[category, f"{score:.2f}"] for category, score in scores.items()]
    return Chapter(
        title="The phone",
        text=__doc__ or "",
        tables=[
            table(["what", "measured"], rows),
            *([table(["Lighthouse", "median"], said)] if said else []),
        ],
        marks=[*_byte_marks(weights), *_time_goals(times), *lighthouse_runs.marks(scores)],
    )


def _byte_marks(weights: dict[str, float]) -> list[Mark]:
    bounds = {
        "first load, kB": 105,
        "offline install, kB": 300,
        "first sync, kB": 40,
        "answer to an idle sync, kB": 1,
    }
    return [Mark(what=what, figure=weights[what], at_most=most) for what, most in bounds.items()]


def _time_goals(times: dict[str, float]) -> list[Mark]:
    bounds = {
        "cold offline start to usable, ms": 1_500,
        "tap to saved, ms": 100,
        "longest task while a list scrolls, ms": 50,
        "heap grown over the navigations, %": 15,
    }
    goals = [
        Mark(what=what, figure=times[what], at_most=most, decides=False) for what, most in bounds.items()
    ]
    nodes = "nodes held after the navigations"
    return [*goals, Mark(what=nodes, figure=times[nodes], at_most=NODES)]


@contextmanager
def served(folder: Path) -> Iterator[Demo]:
    """The demo network of 242 stations."""
    data_dir = folder / "data"
    data_dir.mkdir()
    environment = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": "", "SECRET_KEY": TEST_KEY}
    for words in (["db", "upgrade"], ["demo", "load", "--days", "14"]):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    demo = Demo(database_url="", data_dir=data_dir, workers=2)
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()


def browser(playwright: Playwright, profile: Path) -> Browser:
    program = chromium.find()
    if program is None:
        raise SystemExit("\n".join(chromium.ADVICE))
    return Browser(playwright, chromium=program, profile=profile)


def weigh(playwright: Playwright, demo: Demo, folder: Path) -> dict[str, float]:
    """kB on the wire: the first load, the install, the first sync and an idle one."""
    relay = Relay(port=demo.port)
    phone = browser(playwright, folder / "weighed")
    page = phone.open()
    try:
        traffic = Traffic.watch(page)
        page.goto(relay.url)
        page.wait_for_function(ACTIVE)
        page.wait_for_load_state("networkidle")
        loaded = sum(each.down for each in traffic.of(".js", ".css"))
        installed = relay.down
        return {"first load, kB": loaded / 1000, "offline install, kB": installed / 1000} | syncs(
            page, traffic, url=relay.url, code=demo.secrets["member_codes"][-1]
        )
    finally:
        phone.close()
        relay.close()


def syncs(page: Page, traffic: Traffic, *, url: str, code: str) -> dict[str, float]:
    with page.expect_response(lambda answer: answer.url.endswith(SYNC) and answer.status == 200):
        enrol(page, url=url, code=code)
    page.wait_for_load_state("networkidle")
    first = traffic.of(SYNC)
    page.get_by_role("link", name="我的", exact=True).click()
    for _ in range(2):  # the first may still bring something
        seen = len(traffic.of(SYNC))
        with page.expect_response(lambda answer: answer.url.endswith(SYNC)) as answer:
            page.get_by_role("button", name="现在就发").click()
        answer.value.finished()
        page.wait_for_timeout(500)
    idle = traffic.of(SYNC)[seen:][-1]
    return {
        "first sync, kB": sum(each.up + each.down for each in first) / 1000,
        "answer to an idle sync, kB": idle.down / 1000,
        "question of an idle sync, kB": idle.up / 1000,
    }


def hurry(playwright: Playwright, demo: Demo, folder: Path, size: Size) -> dict[str, float]:
    """Times of a slow phone that is full and offline, and what it keeps in memory. Medians."""
    phone = browser(playwright, folder / "hurried")
    page = phone.open()
    enrol(page, url=demo.url, code=demo.secrets["member_codes"][-2])
    everything_is_received(page)
    page.evaluate((HERE / "phone_data.js").read_text(), {"records": RECORDS, "stations": STATIONS})
    phone.close()
    starts = [_start(phone, demo.url) for _ in range(size.starts)]
    figures = {name: median(start[name] for start in starts) for name in starts[0]}
    return figures | _memory(phone, demo.url, size.navigations)


def _start(phone: Browser, url: str) -> dict[str, float]:
    page = phone.open()
    page.context.set_offline(True)
    page.add_init_script(path=HERE / "reach.js")
    _slowed(page)
    page.goto(f"{url}/#/")
    page.wait_for_function("() => window.usableAfter")
    usable = page.evaluate("window.usableAfter")
    page.wait_for_timeout(3_000)
    saved = page.evaluate("window.tapToSaved()")
    scrolled = _scroll(page, url)
    phone.close()
    return {
        "cold offline start to usable, ms": usable,
        "tap to saved, ms": saved,
        "longest task while a list scrolls, ms": scrolled,
    }


def _slowed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def _scroll(page: Page, url: str) -> float:
    page.goto(f"{url}/#/records")
    page.wait_for_function(LISTED)
    page.wait_for_timeout(3_000)
    page.evaluate("window.longTasks.length = 0")
    for _ in range(40):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(30)
    page.wait_for_timeout(500)
    return float(page.evaluate("Math.max(0, ...window.longTasks)"))


def _memory(phone: Browser, url: str, navigations: int) -> dict[str, float]:
    page = phone.open()
    page.goto(f"{url}/#/")
    session = page.context.new_cdp_session(page)
    _wander(page, len(PAGES) * WARM_ROUNDS)
    before = _typical(page, session)
    _wander(page, navigations)
    after = _typical(page, session)
    phone.close()
    return {
        "heap grown over the navigations, %": (after["heap"] / before["heap"] - 1) * 100,
        "nodes held after the navigations": after["nodes"],
    }


def _typical(page: Page, session: CDPSession) -> dict[str, float]:
    """Medians: one look alone differs by a quarter, with what the page just left still holds."""
    looks = []
    for _ in range(LOOKS):
        _wander(page, len(PAGES))
        looks.append(_held(session))
    return {name: median(look[name] for look in looks) for name in looks[0]}


def _wander(page: Page, steps: int) -> None:
    """Without Playwright's locators: what they find is held for a while, and would be counted."""
    for step in range(steps):
        page.evaluate("path => { location.hash = path }", f"#/{PAGES[step % len(PAGES)]}")
        page.wait_for_timeout(120)
    page.evaluate("() => { location.hash = '#/' }")
    page.wait_for_timeout(1_000)


def _held(session: CDPSession) -> dict[str, float]:
    """After the garbage is gone: bytes of the heap, and nodes of all documents."""
    for _ in range(4):
        session.send("HeapProfiler.collectGarbage")
    heap: dict[str, Any] = session.send("Runtime.getHeapUsage")
    counted: dict[str, Any] = session.send("Memory.getDOMCounters")
    return {"heap": float(heap["usedSize"]), "nodes": float(counted["nodes"])}
