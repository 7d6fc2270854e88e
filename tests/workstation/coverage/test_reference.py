"""The engine against a patient clerk (reference.py), over random networks and whatever may happen in them.

The short run takes 200 networks of fixed seeds on SQLite and some on PostgreSQL; `make soak` goes on with
others and asks more of each.
What was found stands in test_reference_found.py as tests of its own.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as searching
from sqlalchemy import select

from api import clock, create_app
from api.codes import code_hash, new_code
from tests.api.reporting import COLUMNS, word_tables
from tests.cast import NOON
from tests.databases import settings
from tests.workstation.coverage import printed
from tests.workstation.coverage.histories import History, make_history
from tests.workstation.coverage.printed import Page
from tests.workstation.coverage.reading import read_world
from tests.workstation.coverage.reference_rows import Question
from tests.workstation.coverage.world import World
from workstation.coverage.gap_pages import ALL, LISTS, OF_STATIONS, PHONES, STATIONS, STREETS
from workstation.coverage.operations import rebuild, touch_days
from workstation.coverage.usual_windows import LENGTHS
from workstation.database import db, writing
from workstation.network.models import Network, Station
from workstation.people.models import Member
from workstation.people.operations import issue_code
from workstation.people.rules import CODE_LIVES
from workstation.reports.document import write_row
from workstation.shifts.models import Shift

SEARCHES_ON = searching.get_current_profile_name() == "soak"
NETWORKS = searching().max_examples if SEARCHES_ON else 200
SHARDS = 4
ON_POSTGRESQL = NETWORKS // 20
CHANGED = 1 if SEARCHES_ON else 3  # of so many networks one is asked again after its standing things changed
GROUPINGS = ("network", "district", "street", "area", "sector", "kind", "station")


@dataclass
class Office:
    """An officer of a random network, who asks what the clerk is asked."""

    history: History
    client: FlaskClient
    token: str
    shown: list[tuple[str, Any, Any]] = field(default_factory=list)  # by, what was answered, what is true

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(
            f"/api/v1/coverage{path}", query_string=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks set the server's clock; this puts it back."""
    monkeypatch.setattr(clock, "now", clock.now)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The office's page as a program that prints figures."""
    return Page(tmp_path_factory.mktemp("page"))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_engine_and_the_clerk_agree_on_sqlite(
    shard: int, now: None, page: Page, sqlite_database: str, tmp_path: Path
) -> None:
    compare_networks(sqlite_database, tmp_path, page, seeds_of(shard, NETWORKS // SHARDS))


@pytest.mark.postgresql
def test_the_engine_and_the_clerk_agree_on_postgresql(
    now: None, page: Page, postgres_database: str, tmp_path: Path
) -> None:
    compare_networks(postgres_database, tmp_path, page, seeds_of(100, ON_POSTGRESQL))


def test_the_engine_and_the_clerk_agree_on_the_demo_network(
    now: None, page: Page, sqlite_database: str, tmp_path: Path
) -> None:
    """All groupings of it, in the window that everybody opens first."""
    clock.now = lambda: NOON
    app = create_app(settings(database_url=sqlite_database, data_dir=tmp_path))
    loaded = app.test_cli_runner().invoke(args=["demo", "load", "--days", "30"])
    assert loaded.exit_code == 0, loaded.output
    with app.app_context():
        network = db.session.scalars(select(Network)).one()
        officer = db.session.scalars(select(Member.id).where(Member.role == "city_office")).first()
        history = History(Random(1), NOON, network_id=network.id, officer=officer or "")
    office = enter(app, history)
    asked = {"starts_on": date(2026, 8, 23), "ends_on": date(2026, 11, 21)}
    question = Question(read(office), **asked)
    assert len(question.clerk.counted) > 1_000
    for by in GROUPINGS:
        compare_answers(office, question, query_of(asked) | {"by": by})
    compare_files(office)
    compare_report(office)
    compare_printed(page, office.shown)
    with app.app_context():
        db.engine.dispose()


def seeds_of(shard: int, count: int) -> range:
    """The same in every short run; others each time where one searches on."""
    first = Random().randrange(10**9) if SEARCHES_ON else shard * 1_000_000
    return range(first, first + count)


def compare_networks(database_url: str, data_dir: Path, page: Page, seeds: range) -> None:
    """All in one database, so that each is also noise for the others."""
    app = create_app(settings(database_url=database_url, data_dir=data_dir))
    compare_printed(page, [shown for seed in seeds for shown in compare_network(app, seed).shown])
    with app.app_context():
        db.engine.dispose()


def compare_network(app: Flask, seed: int) -> Office:
    """Asked when half of it is known, again when the rest has come late, and once more after a rebuild."""
    with app.app_context():
        history = make_history(seed=seed, code=f"seed-{seed}")
    clock.now = lambda: history.now
    office = enter(app, history)
    half = len(history.facts) // 2
    with app.app_context():
        history.write(history.facts[:half])
    compare(office, groupings=1)
    with app.app_context():
        history.write(history.facts[half:])
        amend(history)
    compare(office, groupings=2)
    compare_files(office)
    compare_pages(office)
    compare_report(office)
    before = office.get("", by="station").json
    with app.app_context():
        rebuild(network_id=history.network_id)
    assert office.get("", by="station").json == before
    if seed % CHANGED == 0:
        with app.app_context():
            change(history)
        compare_usual(office)
    return office


def enter(app: Flask, history: History) -> Office:
    code = new_code()
    with app.app_context(), writing():
        issue_code(
            network_id=history.network_id,
            code_hash=code_hash(code, keys=app.extensions["keys"]),
            now=history.now,
            lives=CODE_LIVES,
            member_id=history.officer,
        )
    client = app.test_client()
    answer = client.post("/api/v1/enrolments", json={"code": code, "device": {"name": "办公室"}})
    assert answer.status_code == 201, answer.text
    return Office(history, client, answer.json["token"])


def amend(history: History) -> None:
    """Late ends, withdrawals, and facts that turn out to belong elsewhere: both days are touched."""
    random = history.random
    for model, row in random.sample(history.facts, len(history.facts) // 5):
        with writing():
            found = db.session.get_one(model, (history.network_id, row["id"]))
            touched = {(found.station_id, found.day)}
            if isinstance(found, Shift) and found.ended_at is None:
                found.ended_at = min(
                    history.now, found.closes_at + timedelta(minutes=random.choice((-99, 7)))
                )
            elif random.random() < 0.5:
                found.withdrawn = not found.withdrawn
            else:
                found.station_id = random.choice(history.stations)["id"]
            touched.add((found.station_id, found.day))
            touch_days(network_id=history.network_id, touched=touched)


def compare(office: Office, *, groupings: int) -> None:
    """Every station, and some or all of the groupings, in one window."""
    history, world = office.history, read(office)
    places = (*history.areas, *(division["id"] for division in history.divisions))
    within = history.random.choice((None, None, None, *places))
    asked = window_of(history)
    question = Question(world, **asked, within=within)
    query = query_of(asked) | ({} if within is None else {"within": within})
    others = GROUPINGS if SEARCHES_ON else history.random.sample(GROUPINGS, groupings)
    for by in {"station", *others}:
        compare_answers(office, question, query | {"by": by})


def change(history: History) -> None:
    """What windows rest on beside the facts: thresholds, a station's dates, the day; and more late facts."""
    random, network_id = history.random, history.network_id
    with writing():
        network = db.session.get_one(Network, network_id)
        network.thresholds = (network.thresholds or {}) | {"stretch_days": random.choice((7, 20, 60))}
        station = db.session.get_one(Station, (network_id, random.choice(history.stations)["id"]))
        station.opened_on = random.choice((None, history.today - timedelta(days=random.choice((3, 40, 200)))))
    history.now += timedelta(days=random.choice((0, 1, 3)), minutes=random.choice((0, 50, 700)))
    amend(history)


def compare_usual(office: Office) -> None:
    """The windows that are added up ahead: rows, pages of stations, points and gaps."""
    history, length = office.history, office.history.random.choice(LENGTHS)
    end = history.today + timedelta(days=1)
    question = Question(read(office), starts_on=end - timedelta(days=length), ends_on=end)
    query = {"window": f"{length}d"}
    for by in ("station", *history.random.sample(GROUPINGS[:-1], 3)):
        compare_answers(office, question, query | {"by": by})
    expected = question.answer("station")
    page = office.get("", by="station", limit=2, **query).json
    assert (page["totals"], page["rows"]) == (expected["totals"], expected["rows"][:2])
    last = [row["key"] for row in expected["rows"][-2:]]
    chosen = office.get("", by="station", ids=",".join(last), **query).json
    assert (chosen["totals"], chosen["rows"]) == (expected["totals"], expected["rows"][-2:])
    compare_points(office, expected["rows"], query)
    compare_trend(office)
    compare_first_gaps(office, query)


def compare_trend(office: Office) -> None:
    """Points are what is said of their windows: of usual and other ones, of all and of a part."""
    random = office.history.random
    place = random.choice([division["id"] for division in office.history.divisions])
    within = random.choice(({}, {}, {"within": place}))
    asked = random.choice(({"window": "30d"}, {"window": "90d"}, query_of(window_of(office.history))))
    points = office.get("/trend", **asked, **within).json["points"]
    for point in (points[-1], *random.sample(points[:-1], 2)):
        said = office.get("", **{"from": point["from"], "to": point["to"]}, **within).json["totals"]
        seen = {name: said[name] for name in point if name not in ("from", "to")}
        assert point == {"from": point["from"], "to": point["to"]} | seen, office.history.network_id


def compare_points(office: Office, rows: list[dict[str, Any]], query: dict[str, str]) -> None:
    found = {
        point[0]: point
        for division in office.get("/points", **query).json["divisions"]
        for point in division["stations"]
    }
    assert found.keys() == {row["key"] for row in rows}
    for row in rows:
        figures = ("stations", "tangible", "effective", "dormant")
        assert found[row["key"]][-1] == sum(1 << bit for bit, name in enumerate(figures) if row[name])
        assert (found[row["key"]][-2] == "effective") <= row["effective"]


def compare_first_gaps(office: Office, query: dict[str, str]) -> None:
    """What stands first is what stands first in the whole lists, with all that lacks there."""
    first, whole = office.get("/gaps", limit=2, **query).json, office.get("/gaps", **query).json
    for name in ("streets_without_station", "quiet_devices"):
        assert first[name] == whole[name][:2]
        assert first["counts"][name] == len(whole[name])
    dormant = {entry["station_id"] for entry in whole["dormant"]}
    for name in ("dormant", "failing", "not_tangible"):
        taken = dormant if name == "failing" else set()
        ids = list(dict.fromkeys(entry["station_id"] for entry in whole[name]))
        own = [each for each in ids if each not in taken]
        assert first["counts"][name] == len(own)
        shown = {entry["station_id"] for entry in first[name]}
        assert shown >= set(own[:2])
        assert first[name] == [entry for entry in whole[name] if entry["station_id"] in shown]
    compare_gap_pages(office, whole, query)


def compare_gap_pages(office: Office, whole: dict[str, Any], query: dict[str, str]) -> None:
    """Pages that follow each other have each thing of a list once and in order, with all that it lacks."""
    order = [row["key"] for row in office.get("", by="station", **query).json["rows"]]
    for listed in office.history.random.sample(LISTS, 2):
        found: list[str] = []
        more: dict[str, str] | None = {}
        while more is not None:
            page = office.get("/gaps", list=listed, limit=3, **query, **more).json
            shown = gap_keys(page, ALL if listed in OF_STATIONS else listed, order)
            assert len(shown) <= 3
            for name in OF_STATIONS:
                assert page[name] == [one for one in whole[name] if one["station_id"] in shown]
            found += shown
            more = {"after": page["next"]} if page["next"] else None
        assert found == gap_keys(whole, listed, order), (office.history.network_id, listed)


def gap_keys(gaps: dict[str, Any], listed: str, order: list[str]) -> list[str]:
    """What is in a list: streets, stations by their last duty and code, or phones."""
    lacks = {name: {one["station_id"] for one in gaps[name]} for name in OF_STATIONS}
    lacks["failing"] -= lacks["dormant"] if listed == "failing" else set()
    last = {one["station_id"]: one["last_open_on"] or "" for name in OF_STATIONS for one in gaps[name]}
    chosen = lacks.get(listed, last.keys() if listed in (STATIONS, ALL) else set())
    streets = gaps[STREETS] if listed in (STREETS, ALL) else []
    phones = gaps[PHONES] if listed == PHONES else []
    return [
        *(one["division_id"] for one in streets),
        *sorted(chosen, key=lambda each: (last[each], order.index(each))),
        *(f"{one['device_id']} {one['station_id']}" for one in phones),
    ]


def read(office: Office) -> World:
    with office.client.application.app_context():
        return read_world(network_id=office.history.network_id, now=office.history.now)


def query_of(asked: dict[str, date]) -> dict[str, Any]:
    return {"from": asked["starts_on"], "to": asked["ends_on"]}


def window_of(history: History) -> dict[str, date]:
    """Windows that end today, before, and behind; short and long."""
    random = history.random
    ends_on = history.today + timedelta(days=random.choice((1, 1, 1, 1, 0, -1, -3, -10, -31, -60, 5)))
    return {"starts_on": ends_on - timedelta(days=random.choice((1, 3, 30, 90, 90, 200))), "ends_on": ends_on}


def compare_answers(office: Office, question: Question, query: dict[str, Any]) -> None:
    found, expected = office.get("", **query).json, question.answer(query["by"])
    seed = (question.world.code, query)
    for name in ("settled_until", "rules_version", "window", "totals"):
        assert found[name] == expected[name], (name, seed)
    assert [row["key"] for row in found["rows"]] == [row["key"] for row in expected["rows"]], seed
    for row, wanted in zip(found["rows"], expected["rows"], strict=True):
        assert row == wanted, seed
    office.shown.append((query["by"], found, expected))


def compare_printed(page: Page, shown: list[tuple[str, Any, Any]]) -> None:
    """The page prints each answer as the report would: in its table, above it and in its first sentence."""
    asked = [each for each in shown if each[0] in printed.GROUPINGS]
    seen = page.print([(by, found) for by, found, _ in asked])
    for said, (by, _, true) in zip(seen, asked, strict=True):
        assert said == printed.expected(true, list(said.table[0])), by


def compare_pages(office: Office) -> None:
    """Gates, calendar, and the station's own row."""
    asked = window_of(office.history)
    question = Question(read(office), **asked)
    rows = {row["key"]: row for row in question.rows("station")}
    count = len(rows) if SEARCHES_ON else 1
    for station in office.history.random.sample(question.stations, count):
        page = office.get(f"/stations/{station.id}", **query_of(asked)).json
        judged, seed = question.judge(station), (question.world.code, station.id, asked)
        gates = [(gate["state"], gate["have"], gate["need"]) for gate in page["gates"]]
        assert gates == judged.gates, seed
        assert ["待佐证" in gate["note"] for gate in page["gates"]] == judged.needs_support, seed
        assert page["days"] == question.calendar(station), seed
        assert {name: page[name] for name in rows[station.id]} == rows[station.id], seed


def compare_files(office: Office) -> None:
    """CSV and XLSX say what the clerk says, as JSON does, to the last digit."""
    asked, by = window_of(office.history), office.history.random.choice(GROUPINGS)
    query = query_of(asked) | {"by": by}
    answer = Question(read(office), **asked).answer(by)
    flat = [flattened(row) for row in answer["rows"]]
    text = office.get(".csv", **query).data.decode("utf-8-sig")
    lines = [without_name(row) for row in csv.DictReader(io.StringIO(text))]
    assert [{name: as_number(value) for name, value in row.items()} for row in lines] == [
        without_name(row) for row in flat
    ]
    book = openpyxl.load_workbook(io.BytesIO(office.get(".xlsx", **query).data))
    assert sheet_rows(book["明细"]) == flat
    assert sheet_rows(book["合计"]) == [flattened(answer["totals"])]


def compare_report(office: Office) -> None:
    """The month's Word document says what the clerk would write into it; so does the page of these days."""
    first = office.history.today.replace(day=1)
    period = {"starts_on": first, "ends_on": office.history.today + timedelta(days=1)}
    client, headers = office.client, {"Authorization": f"Bearer {office.token}"}
    issued = client.post("/api/v1/reports", json={"period": f"{first:%Y-%m}", "edition": 1}, headers=headers)
    assert issued.status_code == 201, issued.text
    document = client.get(f"/api/v1/reports/{issued.json['id']}.docx", headers=headers)
    question = Question(read(office), **period)
    compare_answers(office, question, query_of(period) | {"by": "district"})
    expected = question.answer("district")
    written = [write_row(row) for row in [*expected["rows"], expected["totals"] | {"name": "合计"}]]
    _, *rows = word_tables(document.data)[0]
    assert rows == [[row[column] for column in COLUMNS] for row in written]


def without_name(row: dict[str, Any]) -> dict[str, Any]:
    """A name that looks like a formula has a mark before it in CSV; test_coverage.py looks at that."""
    return {key: value for key, value in row.items() if key != "name"}


def flattened(value: Any, name: str = "") -> dict[str, Any]:
    """Nested names joined by `_`, as the contract has it."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        return {name: value}
    found: dict[str, Any] = {}
    for key, each in inner:
        found |= flattened(each, f"{name}_{key}" if name else str(key))
    return found


def as_number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text or None


def sheet_rows(sheet: Any) -> list[dict[str, Any]]:
    heads, *rows = [*sheet.iter_rows(values_only=True)] or [()]
    return [dict(zip(heads, row, strict=True)) for row in rows]
