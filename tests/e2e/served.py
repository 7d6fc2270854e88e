"""A demo network that all tests of one file share, the wire to it, and codes that nobody has used yet."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.conftest import Browser, Demo
from tests.e2e.measuring import LOOKS, faults
from tests.e2e.phone_acts import Kept, enrol, kept, picture
from tests.e2e.wire import Wire


class Network:
    """Each test begins with `begin()`: a mended wire, and what came before left out of `kept()`."""

    def __init__(self, demo: Demo, wire: Wire) -> None:
        self.demo = demo
        self.wire = wire
        self.url = wire.url
        self._codes = iter(demo.secrets["member_codes"])
        self._before = 0

    def begin(self) -> "Network":
        self.wire.mend()
        self._before = len(kept(self.demo))
        return self

    def code(self) -> str:
        return next(self._codes)

    def new_phone(self, browser: Browser) -> Page:
        page = browser.open()
        enrol(page, url=self.url, code=self.code())
        return page

    def kept(self) -> list[Kept]:
        """What the server got in this test."""
        return list(kept(self.demo, after=self._before))


def look_at(page: Page, name: str) -> None:
    """What is shown now is for everybody: by axe, in large type, on the smallest phone."""
    picture(page, name)
    found = faults(page, [look for look in LOOKS if look.axe or look.name in ("small", "huge")])
    assert not found, found


@contextmanager
def serving(demo_folder: Path, folder: Path) -> Iterator[Network]:
    data_dir = folder / "data"
    shutil.copytree(demo_folder, data_dir)
    demo = Demo(database_url="", data_dir=data_dir, workers=1)
    demo.start()
    wire = Wire(server_port=demo.port)
    yield Network(demo, wire)
    wire.close()
    demo.stop()
