"""The rows of all stations from windows that are added up: plain ones as the database judged them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, func, literal, select

from workstation.coverage.added import View
from workstation.coverage.judged import PERSON, STATES, read_added, values_for
from workstation.coverage.models import MemberWindow
from workstation.coverage.people import People
from workstation.coverage.queries import Sums
from workstation.coverage.rows import Group, Row, list_rows, make_row
from workstation.coverage.tallies import Tally
from workstation.coverage.usual_windows import is_of
from workstation.database import db

AT_ONCE = 1_000


def stream_station_rows(view: View) -> Iterator[Row]:
    """What rows.list_rows says of every station in sight, by code. Only where all is added up."""
    doubtful = {row["key"]: row for row in list_rows(view.picture, by="station")[1]} if view.doubtful else {}
    return (doubtful.get(row["key"], row) for row in _stream_plain(view))


def _stream_plain(view: View) -> Iterator[Row]:
    """One row for each station, also for those in doubt: their place is here."""
    judged, silence = view.judged, view.silence
    own = [judged.c[name] for name in ("id", "name", "division_id", "serves_street")]
    states = (case((judged.c[name], 1), else_=0) for name in STATES)
    counts = [literal(1), *states, judged.c.gates, literal(0), *(judged.c[name] for name in NUMBERS)]
    rows = select(*own, *counts).order_by(judged.c.code, judged.c.id)
    members, streets = _count_members(view), _streets(view)
    for id, name, division_id, serves_street, *numbers in db.session.execute(
        rows, values_for((), view.waiting), execution_options={"yield_per": AT_ONCE}
    ):
        one = read_added(numbers)
        street = streets.get(division_id) if serves_street else None
        tally = Tally(silent=silence.silent.get(id, set()))
        tally.add_plain(one, silence.unsettled_days(id))
        reached = (one.is_tangible, one.is_effective, one.may_be_effective)
        for served, is_reached in zip(tally.served, reached, strict=True):
            served.update({street} if is_reached and street else ())
        people = People(members.get(id, 0), one.person_ms_low, one.person_ms_high)
        yield make_row(Group(id, name, frozenset({street} if street else ())), tally, people)


NUMBERS = (*PERSON, *Sums._fields)


def _count_members(view: View) -> dict[str, int]:
    row, ground = MemberWindow, view.ground
    counts = select(row.station_id, func.count()).group_by(row.station_id)
    own = [row.network_id == ground.network.id, is_of(row, view.window)]
    if not ground.is_whole:
        own.append(row.station_id.in_(ground.stations))
    return dict(db.session.execute(counts.where(*own)).all())


def _streets(view: View) -> dict[str, str]:
    """Division id → the street in sight that it is or lies in."""
    found: dict[str, Any] = {each: view.ground.ancestor(each, "street") for each in view.ground.divisions}
    return {each: place.id for each, place in found.items() if place and place.id in view.ground.streets}
