"""A served demo network and a phone-sized Chromium with a profile of its own, both real.

The demo is loaded once a run; each test gets a copy of its database, its own server, and its own profile.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect, sync_playwright

from setup.processes import descendants, running, send
from tests.databases import one_at_a_time
from tests.live_server import ROOT, TEST_KEY, LiveServer

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
expect.set_options(timeout=30_000)  # two cores may be shared with other tests
LOG_CHARACTERS = 3_000
# In Futian, among stations of the demo network.
PLACE = {"latitude": 22.5431, "longitude": 114.0579, "accuracy": 20}


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """A data folder with a small demo network, as `flask demo load` leaves it. Read it by copying it."""
    with one_at_a_time() as shared:
        folder, draft = shared / "demo", shared / "demo-draft"
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)  # of a worker that failed
            environment = os.environ | {"DATA_DIR": str(draft), "DATABASE_URL": "", "SECRET_KEY": TEST_KEY}
            for words in (["db", "upgrade"], ["demo", "load", "--days", "14"]):
                command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
                subprocess.run(command, cwd=ROOT, env=environment, check=True)
            draft.rename(folder)
        return folder


class Demo(LiveServer):
    """The demo network being served, and the secrets that came with it."""

    @property
    def secrets(self) -> dict:
        return json.loads((self.data_dir / "demo.json").read_text())

    def enrol_link(self) -> str:
        return f"{self.url}/#/enrol/{self.secrets['member_codes'][0]}"


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path) -> Iterator[Demo]:
    data_dir = tmp_path / "data"
    shutil.copytree(demo_folder, data_dir)
    server = Demo(database_url="", data_dir=data_dir, workers=1)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


class Browser:
    """Chromium with a profile on disk: closed and opened again it is the same phone."""

    def __init__(self, playwright: Playwright, *, chromium: str, profile: Path) -> None:
        self.playwright = playwright
        self.chromium = chromium
        self.profile = profile
        self.context: BrowserContext | None = None

    def open(
        self,
        *,
        size: dict[str, int] = PHONE,
        allow: tuple[str, ...] = ("geolocation",),
        flags: tuple[str, ...] = (),
    ) -> Page:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=self.chromium,
            headless=True,
            args=[*FLAGS, *flags],
            viewport=size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=PLACE,
            permissions=[*allow, "background-sync"],
            timeout=90_000,
        )
        self.context.set_default_timeout(30_000)
        return self.context.pages[0]

    def tell(self) -> str:
        """What its pages show and what went wrong in them: for whoever reads of a test that failed."""
        return "\n\n".join(told(page) for page in self.context.pages) if self.context else "closed"

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """SIGKILL to the browser and all that it started, as when the battery falls out."""
        assert self.context is not None
        mine = f"--user-data-dir={self.profile}"
        for pid in [pid for pid in running() if mine in command_of(pid)]:
            send(descendants(pid) | {pid}, signal.SIGKILL)
        with suppress(Error):
            self.context.wait_for_event("close", timeout=10_000)
        self.context = None


def told(page: Page) -> str:
    try:
        said = [f"{each.type}: {each.text}" for each in page.console_messages()]
        errors = [str(each) for each in page.page_errors()]
        shown = page.locator("body").aria_snapshot(timeout=5_000)
    except Error as error:
        return f"{page.url}: {error.message}"
    return "\n".join([page.url, *said, *errors, shown])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails once in a thousand runs must tell all it knows the first time."""
    report = yield
    if report.when == "call" and report.failed:
        for name, fixture in item.funcargs.items():
            if isinstance(fixture, Browser):
                report.sections.append((f"what {name} shows", fixture.tell()))
            if isinstance(demo := getattr(fixture, "demo", fixture), Demo):
                report.sections.append((f"end of the log of {name}", demo.log()[-LOG_CHARACTERS:]))
    return report


def command_of(pid: int) -> list[str]:
    """The words of a running process's command; none when it ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []


@pytest.fixture
def phone(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(playwright, chromium=chromium, profile=tmp_path / "phone")
    yield browser
    browser.close()


@pytest.fixture
def desk(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(playwright, chromium=chromium, profile=tmp_path / "desk")
    yield browser
    browser.close()
