"""The office's coverage page in a real Chromium, of 242 stations and of a province's 24,200.

The server has two workers and a PostgreSQL with few facts (bench/province.py), or the database that
`python -m bench scale` kept in `BENCH_KEEP=FOLDER`; all windows that the page opens are added up, as
housekeeping does. Usable are the three sentences, the first list, the table's first rows and the map, drawn:
milliseconds from the navigation, `cold` with an empty cache. While a task goes on the page listens to nobody;
others on the machine lengthen it by the clock, and not the processor's time in it.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Locator, Page, Playwright, sync_playwright
from sqlalchemy import func, select, update

from bench import province, reach
from bench.databases import Databases, databases, kept, opened
from bench.report import Chapter, Mark, table
from bench.servers import OURS, served
from bench.tasks import Tasks, recorded
from tests.e2e.conftest import DESK
from tests.e2e.office_views import sign_in
from workstation.coverage.operations import catch_up
from workstation.coverage.usual_windows import keep_usual
from workstation.database import db, insert_rows, writing
from workstation.network.models import Division, DivisionOutline, Network
from workstation.people.models import Member
from workstation.people.passwords import hash_password

HERE = Path(__file__).parent
ACCOUNT, PASSWORD = "office", "only for this measurement"
WAIT_MS = 120_000
IS_QUIET = "() => !document.querySelector('main [aria-busy=true]')"
IS_USABLE = "() => window.usableAfter"
# Where bench/province.py puts its stations.
WEST, SOUTH, WIDTH, HEIGHT = 113.5, 22.5, 1.0, 1.0
CORNERS = 12  # on each side of an outline


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is built, and how often the page is opened."""

    sizes: dict[str, province.Size]
    starts: int


SMALL, PROVINCE = "242", "24,200"
FULL = Plan(
    sizes={
        SMALL: province.Size(stations=242, members=1_210, days_of_eight=1),
        PROVINCE: province.Size(stations=24_200, members=30_000, days_of_eight=1),
    },
    starts=5,
)
QUICK = Plan(sizes={"24": province.Size(stations=24, members=60, days_of_eight=1)}, starts=1)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Milliseconds of one network's page: until usable, and the longest task of each act."""

    usable: dict[str, float]
    tasks: dict[str, Tasks]


def chapter(plan: Plan) -> Chapter:
    """Both networks, one beside the other."""
    with _place(plan) as place, sync_playwright() as playwright:
        found = {name: _measure(playwright, place, size, plan) for name, size in plan.sizes.items()}
    return Chapter(
        title="The office page",
        text=__doc__ or "",
        tables=[_usable(found), _tasks(found)],
        marks=_goals(found[PROVINCE]) if PROVINCE in found else [],
    )


@contextmanager
def _place(plan: Plan) -> Iterator[Databases]:
    folder = os.environ.get("BENCH_KEEP")
    with kept(Path(folder)) if folder and plan is FULL else databases("postgresql") as place:
        yield place


def _usable(found: dict[str, Found]) -> str:
    rows = [[name, *(f"{each.usable[how]:,.0f}" for how in ("warm", "cold"))] for name, each in found.items()]
    return table(["stations", "usable, warm, ms", "usable, cold, ms"], rows)


def _tasks(found: dict[str, Found]) -> str:
    acts = next(iter(found.values())).tasks
    rows = [[act, *(figure for each in found.values() for figure in _both(each.tasks[act]))] for act in acts]
    heads = [head for name in found for head in (f"{name}: clock ms", f"{name}: processor ms")]
    return table(["longest task", *heads], rows)


def _both(tasks: Tasks) -> list[str]:
    return [f"{tasks.longest_ms:,.0f}", f"{tasks.processor_ms:,.0f}"]


def _goals(found: Found) -> list[Mark]:
    usable = [
        _goal(f"{PROVINCE} stations: usable, {how}", found.usable[how], 2_000) for how in ("warm", "cold")
    ]
    acts = [tasks for act, tasks in found.tasks.items() if act != OPENING]
    clock, processor = (max(getattr(each, name) for each in acts) for name in ("longest_ms", "processor_ms"))
    what = f"{PROVINCE} stations: longest task of an interaction"
    return [*usable, _goal(what, clock, 100), _goal(f"{what}, of the processor", processor, 100)]


def _goal(what: str, figure: float, most: float) -> Mark:
    return Mark(what=what, figure=figure, at_most=most, unit="ms", decides=False)


def _measure(playwright: Playwright, place: Databases, size: province.Size, plan: Plan) -> Found:
    url = _database(place, size)
    with opened(url, place.folder):
        _make_ready()
    data_dir = place.folder / f"office_{size.stations}_data"
    with (
        tempfile.TemporaryDirectory(prefix="workstation-office-") as profile,
        served(OURS, database_url=url, data_dir=data_dir, workers=2) as port,
    ):
        desk = reach.browser(playwright, Path(profile))
        try:
            return _use(desk.open(size=DESK), f"http://127.0.0.1:{port}/staff", plan)
        finally:
            desk.close()


def _database(place: Databases, size: province.Size) -> str:
    """Unless it is there from an earlier run, of this benchmark or of bench/scale.py."""
    own, theirs = (f"{whose}_{size.stations}" for whose in ("office", "scale"))
    for name in (theirs, own):
        if (place.folder / f"{name}.json").exists():
            return place.url(name)
    with opened(place.make(own), place.folder):
        network_id = province.build(size, receipts=False)
        province.figures(network_id)
    (place.folder / f"{own}.json").write_text(json.dumps({"stations": size.stations}))
    return place.url(own)


def _make_ready() -> None:
    """Somebody who may sign in, windows of today, districts' outlines: what is there already stays."""
    network_id = db.session.scalars(select(Network.id)).one()
    known = db.session.scalar(select(func.count()).select_from(DivisionOutline))
    db.session.rollback()
    catch_up(network_id=network_id)  # of what an earlier benchmark synced
    keep_usual(network_id=network_id, now=datetime.now(UTC))
    stored = hash_password(PASSWORD)
    with writing():
        officer = update(Member).where(Member.network_id == network_id, Member.code == "office")
        db.session.execute(officer.values(account=ACCOUNT, password_hash=stored))
        if not known:
            insert_rows(DivisionOutline, _outlines(network_id))
    province.vacuum()


def _outlines(network_id: int) -> list[dict[str, object]]:
    """A chessboard: the stations of a district stand all over it, but as much is drawn."""
    wanted = select(Division.id).where(Division.network_id == network_id, Division.level == "district")
    districts = db.session.scalars(wanted.order_by(Division.code)).all()
    across = max(1, round(len(districts) ** 0.5))
    down = -(-len(districts) // across)
    return [
        {"network_id": network_id, "division_id": each, "geometry": _field(nth, across, down)}
        for nth, each in enumerate(districts)
    ]


def _field(nth: int, across: int, down: int) -> dict[str, object]:
    column, row = nth % across, nth // across
    steps = [step / CORNERS for step in range(CORNERS)]
    round_it = [
        *((step, 0.0) for step in steps),
        *((1.0, step) for step in steps),
        *((1 - step, 1.0) for step in steps),
        *((0.0, 1 - step) for step in [*steps, 1.0]),
    ]
    ring = [[WEST + (column + x) * WIDTH / across, SOUTH + (row + y) * HEIGHT / down] for x, y in round_it]
    return {"type": "Polygon", "coordinates": [ring]}


OPENING = "the page opened"


def _use(page: Page, url: str, plan: Plan) -> Found:
    page.add_init_script(path=HERE / "office.js")
    page.goto(url)
    sign_in(page, account=ACCOUNT, password=PASSWORD)
    page.wait_for_function(IS_USABLE, timeout=WAIT_MS)
    usable: dict[str, list[float]] = {"warm": [], "cold": []}
    opened_as = []
    for _ in range(plan.starts):
        _empty_cache(page)
        usable["cold"].append(_open(page, url))
        with recorded(page) as tasks:
            usable["warm"].append(_open(page, url))
        opened_as.append(tasks)
    typical = sorted(opened_as, key=lambda tasks: tasks.processor_ms)[len(opened_as) // 2]
    acts = {act: _act(page, do) for act, do in _acts(page).items()}
    medians = {how: median(times) for how, times in usable.items()}
    return Found(usable=medians, tasks={OPENING: typical} | acts)


def _empty_cache(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()


def _open(page: Page, url: str) -> float:
    """Milliseconds from the navigation until usable; returns when all has come."""
    page.goto("about:blank")
    page.goto(f"{url}#/coverage")
    page.wait_for_function(IS_USABLE, timeout=WAIT_MS)
    _settle(page)
    return float(page.evaluate("window.usableAfter"))


def _settle(page: Page) -> None:
    page.wait_for_timeout(100)
    page.wait_for_function(IS_QUIET, timeout=WAIT_MS)
    page.wait_for_load_state(
        "networkidle", timeout=WAIT_MS
    )  # what comes last would be at work in the next act


def _act(page: Page, do: Callable[[], object]) -> Tasks:
    with recorded(page) as tasks:
        do()
        _settle(page)
    return tasks


def _acts(page: Page) -> dict[str, Callable[[], object]]:
    rows = page.locator(".coverage > .table")
    words, places = page.get_by_role("searchbox"), page.get_by_role("combobox")
    heads = rows.locator("thead").get_by_role("button")
    opens = re.compile("^展开")
    return {
        "a district opened": lambda: rows.get_by_role("button", name=opens).first.click(),
        "a street opened": lambda: rows.locator("th.in-1").get_by_role("button", name=opens).first.click(),
        "by street": page.get_by_text("按街道", exact=True).click,
        "streets sorted": heads.first.click,
        "by station": page.get_by_text("按站点", exact=True).click,
        "the next page": lambda: _if_there(rows.get_by_role("button", name="下一页")),
        "words looked for": lambda: _type(words, "9"),
        "no words": lambda: _type(words, ""),
        "by district": page.get_by_text("按区", exact=True).click,
        "a pointer over the map": lambda: _move(page, pressed=False),
        "the map drawn nearer": lambda: _zoom(page),
        "the map moved": lambda: _move(page, pressed=True),
        "another window": page.get_by_text("近 365 天", exact=True).click,
        "one district": partial(places.select_option, index=1),
        "everywhere": partial(places.select_option, index=0),
    }


def _if_there(button: Locator) -> None:
    if button.count():
        button.click()


def _type(field: Locator, words: str) -> None:
    field.fill(words)
    field.page.wait_for_timeout(600)  # it waits for a pause


def _zoom(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="放大").click()
        page.wait_for_timeout(50)


def _move(page: Page, *, pressed: bool) -> None:
    board = page.get_by_role("application")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    if pressed:
        page.mouse.down()
    for step in range(1, 31):
        part = 1 / 4 + step / 60
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * part)
        page.wait_for_timeout(16)
    page.mouse.up()
