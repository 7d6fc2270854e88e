"""Each benchmark in its smallest form: it runs to the end and its figures make sense."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import coverage, figures, guards, nearest, page_weight, sync, trust
from bench.databases import Databases, databases
from bench.hurry import percentile
from bench.report import Chapter, Mark, table, write
from bench.tasks import MAIN, TASK, Event, Tasks
from tests.postgres import drop_database
from workstation.people.passwords import hash_password

# So small that it says nothing about speed.
SYNC = sync.Size(stations=30, filled=100, captured=1, rounds=1, seconds=0.1, clients=(2,), batch=5, workers=1)


@pytest.fixture
def sqlite_place() -> Iterator[Databases]:
    """As a benchmark makes it, in a folder that others may pass: a server looks who can read the file."""
    with databases("sqlite") as place:
        yield place


@pytest.fixture
def postgres_place(postgres_url: str, tmp_path: Path) -> Iterator[Databases]:
    """Databases in the test run's own PostgreSQL, dropped afterwards."""
    place = Databases("postgresql", tmp_path, postgres_url, prefix=f"bench_{uuid.uuid4().hex}_")
    yield place
    for name in place.names:
        drop_database(postgres_url, name)


@pytest.fixture(params=["sqlite_place", pytest.param("postgres_place", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(request.param)
    return found


def are_plausible(runs: list[sync.Run]) -> bool:
    return all(run.pace.entries_per_s > 0 and 0 < run.pace.p50_ms <= run.pace.p99_ms for run in runs)


def test_sync_is_measured_beside_the_rows_it_writes(place: Databases) -> None:
    runs = list(sync.measure(place, SYNC, ["raw", "ours"]))
    assert [run.contender for run in runs] == ["raw", "ours"]
    assert are_plausible(runs)
    assert sync.ratio(runs, kind=place.kind, to="raw", clients=2) > 0


def test_sync_is_measured_beside_flask_with_less_in_it(sqlite_place: Databases) -> None:
    runs = list(sync.measure(sqlite_place, SYNC, ["bare", "one_insert"]))
    assert [run.contender for run in runs] == ["bare", "one_insert"]
    assert are_plausible(runs)


def test_the_guards_of_a_sync_call_are_measured_beside_the_same_calls_without(place: Databases) -> None:
    size = guards.Size(stations=10, batches=(3,), warm_up=1, calls=4)
    [cost] = guards.measure(place, size)
    assert cost.with_ms > 0
    assert cost.share == pytest.approx(1 - cost.without_ms / cost.with_ms)


def test_what_trust_costs_is_measured(place: Databases) -> None:
    cost = trust.measure(place, trust.Size(passwords=1, calls=5, events=10))
    assert min(cost.proof_ms, cost.bearer_ms, cost.proven) > 0
    assert trust.time_passwords(2) > 0


def test_passwords_are_checked_at_owasps_parameters() -> None:
    """Argon2id, 19 MiB, two passes, one lane (Password Storage Cheat Sheet)."""
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_sync_is_measured_with_its_days_noted_and_without(place: Databases) -> None:
    cost = figures.measure(place, figures.Size(stations=10, batch=3, blocks=2, in_a_block=2))
    assert min(cost.with_ms, cost.without_ms, cost.taken_in_ms) > 0
    assert cost.share == pytest.approx(1 - cost.without_ms / cost.with_ms)


def test_nearest_stations_are_timed_and_exact(place: Databases) -> None:
    size = nearest.Size(questions=5, checked=5)
    times = nearest.measure(place, nearest.exam(200, size))
    assert 0 < times.p50_ms <= times.p95_ms
    assert times.wrong == 0


def test_coverage_is_timed_on_both_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, small in {"STATIONS": 5, "CALLS": 3}.items():
        monkeypatch.setattr(coverage, name, small)
    rows = coverage.run(days=3)
    assert {row["database"] for row in rows} == {"sqlite", "postgresql"}
    assert all(row["p50_ms"] > 0 for row in rows)


def test_the_first_load_is_weighed_with_all_that_it_imports(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    script = '<script type="module" src="/assets/index-AAAAAAAA.js"></script>'
    style = '<link rel="stylesheet" href="/assets/index-AAAAAAAA.css">'
    (tmp_path / "index.html").write_text(script + style)
    sources = {
        "index-AAAAAAAA.js": 'import{a}from"./first-BBBBBBBB.js";import("./later-DDDDDDDD.js")',
        "first-BBBBBBBB.js": 'import"./second-CCCCCCCC.js"',
        "second-CCCCCCCC.js": 'import"./first-BBBBBBBB.js"',
        "index-AAAAAAAA.css": "",
        "later-DDDDDDDD.js": "",
    }
    for size, (name, source) in enumerate(sources.items(), start=1):
        (assets / name).write_text(source)
        (assets / f"{name}.gz").write_bytes(b"x" * size)
    assert page_weight.weigh(tmp_path) == {"index.css": 4, "second.js": 3, "first.js": 2, "index.js": 1}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99), percentile([3.0], 99)) == (50, 99, 3)


def test_a_goal_that_is_missed_decides_nothing() -> None:
    goal = Mark(what="time", figure=9, at_most=5, unit="ms", decides=False)
    mark = Mark(what="share", figure=0.5, at_least=0.45)
    assert not goal.is_reached
    assert not goal.decides
    assert mark.is_reached
    assert mark.decides


def test_a_new_chapter_takes_the_place_of_the_old_one_and_leaves_the_others(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    for title, said in (("Coverage", "one"), ("Sync", "two"), ("Coverage", "three")):
        told = Chapter(title=title, text=said, tables=[table(["a"], [["1"]])])
        write(told, command="make bench", document=document)
    text = document.read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## Sync", "## Coverage"]
    assert "two" in text
    assert "three" in text
    assert "one\n" not in text.replace("None", "")


def _task(thread: int, *, dur: int, tdur: int) -> Event:
    return {"name": TASK, "ph": "X", "pid": 1, "tid": thread, "dur": dur, "tdur": tdur}


def test_a_longest_task_is_that_of_the_busiest_page_by_the_clock_and_by_the_processor() -> None:
    names = [
        {"name": "thread_name", "pid": 1, "tid": thread, "args": {"name": name}}
        for thread, name in ((1, MAIN), (2, "Compositor"), (3, MAIN))
    ]
    tasks = Tasks(
        [
            *names,
            _task(1, dur=90_000, tdur=20_000),
            _task(1, dur=40_000, tdur=35_000),
            _task(2, dur=900_000, tdur=800_000),
            _task(3, dur=500_000, tdur=400_000),
        ]
    )
    assert (tasks.longest_ms, tasks.processor_ms) == (90, 35)
