"""What gates rest on only because staff released it is said wherever they are shown, with one number."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from api import clock
from tests.cast import Cast, Phone
from workstation.coverage.places import get_map
from workstation.coverage.released import released_days
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift

NONE = {"shifts": 0, "receptions": 0}


@pytest.fixture
def office(cast: Cast) -> Phone:
    """The city office, after it released a shift's end and a reception, both at the hall."""
    office, member = cast.phone("city_officer"), cast.phone("member")
    colleague = {"on_behalf_of": cast.here.members["colleague"]}
    hall, annex = cast.here.stations["hall"], cast.here.stations["annex"]
    start = member.shift_start(hall, at=clock.now() - timedelta(hours=3))
    end = member.shift_end(start["id"], at=clock.now() - timedelta(hours=1)) | colleague
    member.sync(start, end, member.reception(hall) | colleague, member.reception(annex))
    for row in office.get("/api/v1/held-entries").json["held_entries"]:
        body = {"content_hash": row["content_hash"], "reason": "核实过"}
        assert office.post(f"/api/v1/held-entries/{row['id']}/release", body).status_code == 204
    return office


def rows(office: Phone, **query: Any) -> dict[str, Any]:
    found = office.get("/api/v1/coverage", query_string={"window": "30d"} | query).json
    return {row["name"]: row["released"] for row in [found["totals"], *found["rows"]]}


def table(office: Phone, path: str) -> list[dict[str, str]]:
    content = office.get(path).get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_every_level_of_the_tree_counts_the_same(cast: Cast, office: Phone) -> None:
    both = {"shifts": 1, "receptions": 1}
    assert rows(office, by="station")["hall 委员工作站"] == both
    assert rows(office, by="station")["annex 委员工作站"] == NONE
    assert rows(office, by="street")["yuehai"] == both
    assert rows(office, by="district") | {"网络 here": None} == {
        "nanshan": both,
        "futian": NONE,
        "网络 here": None,
    }
    assert rows(office, by="network")["网络 here"] == both
    assert (
        cast.phone("liaison").get("/api/v1/coverage?window=30d&by=network").json["totals"]["released"] == both
    )


def test_gates_and_gaps_say_how_much_of_them_was_released(cast: Cast, office: Phone) -> None:
    hall = cast.here.stations["hall"]
    station = office.get(f"/api/v1/coverage/stations/{hall}?window=30d").json
    released = {gate["gate"]: gate["released"] for gate in station["gates"] if gate["state"] != "not_judged"}
    assert released == {"G1": 1, "G3": 1}
    record = office.get(f"/api/v1/stations/{hall}/record?window=30d").json
    assert station["released"] == record["released"]
    gaps = office.get("/api/v1/coverage/gaps?window=90d").json["failing"]
    by_station = {(gap["name"], gap["gate"]): gap["released"] for gap in gaps}
    assert by_station.get(("far 委员工作站", "G3"), 0) == 0


def test_files_have_it_in_columns(cast: Cast, office: Phone) -> None:
    found = {
        row["name"]: (row["released_shifts"], row["released_receptions"])
        for row in table(office, "/api/v1/coverage.csv?window=30d&by=station")
    }
    assert found["hall 委员工作站"] == ("1", "1")
    assert found["annex 委员工作站"] == ("0", "0")
    book = openpyxl.load_workbook(
        io.BytesIO(office.get("/api/v1/coverage.xlsx?window=30d&by=station").get_data())
    )
    heads, *lines = book.worksheets[0].iter_rows(values_only=True)
    [hall] = [dict(zip(heads, line, strict=True)) for line in lines if "hall 委员工作站" in line]
    assert (hall["released_shifts"], hall["released_receptions"]) == (1, 1)


def test_what_is_taken_back_takes_its_mark_along(cast: Cast, office: Phone) -> None:
    colleague = cast.phone("colleague")
    told = [each["data"] for each in colleague.pull() if each["noun"] == "receipt"]
    assert len(told) == 2
    colleague.sync(*(colleague.about("withdrawal", each["id"]) for each in told))
    assert rows(office, by="network")["网络 here"] == NONE


def test_the_few_are_found_by_an_index_of_their_own(cast: Cast) -> None:
    """By the one of all facts, each look at the page would go through a year of them."""
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
    scope = Scope(network_id=cast.here.id, level="network", member_id=cast.here.members["city_officer"])
    with cast.app.app_context():
        dialect = db.engine.dialect.name
        if dialect == "postgresql":
            db.session.execute(text("SET LOCAL enable_seqscan = off"))  # in an empty table it would win
        ground = get_map(scope=scope, day=date(2026, 11, 20))
        window = Window(date(2025, 11, 21), date(2026, 11, 21))
        for model in (Shift, Reception):
            days = released_days(model=model, ground=ground, window=window)
            asked = days.compile(db.engine, compile_kwargs={"literal_binds": True})
            plan = str(db.session.execute(text(f"{explain[dialect]} {asked}")).all())
            assert f"ix_{model.__tablename__}_released" in plan
