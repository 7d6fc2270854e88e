"""Writes the daily figures, always from the facts and never by adding and subtracting.

Whoever writes facts notes in the same transaction which station-days they touch (`touch_days`); the figures
take the notes in before they are read, and now and then behind a sync call (`catch_up`). So a phone never
waits for figures, and a figure that is shown lacks nothing that was committed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import String, cast, delete, func, select

from workstation.check_ins.doubted_places import Answered, count_answers
from workstation.coverage.days import DayFigures, figure_day
from workstation.coverage.facts import Place, is_given, list_facts, list_facts_of_stations, parameters
from workstation.coverage.models import MemberDay, MemberMonth, StationDay, StationMonth, TouchedDays
from workstation.coverage.months import add_up_months
from workstation.coverage.rules import Thresholds
from workstation.coverage.usual_windows import forget_windows
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.network.models import Network, Station
from workstation.prepared import lock_names
from workstation.replica import MICROSECOND, made_at

PLACES_AT_ONCE = 200  # with their facts: a busy station-day has a hundred
NOTES_AT_ONCE = 300
STATIONS_AT_ONCE = 10  # with all that they ever did
DAY_COLUMNS = tuple(
    column.name
    for column in StationDay.__table__.columns
    if column.name not in ("network_id", "station_id", "day") and not column.name.startswith("check_ins_")
)
Some = TypeVar("Some")
Progress = Callable[[Sequence[Sequence[str]]], Iterable[Sequence[str]]]


def touch_days(*, network_id: int, touched: Collection[Place], offsets: Sequence[Answered] = ()) -> None:
    """Notes that the caller's transaction changed facts of these (station id, local day) pairs.

    `offsets` is what its check-ins say of where stations stand.
    """
    if touched:
        places = sorted({(station_id, day.isoformat()) for station_id, day in touched})
        own = {"network_id": network_id, "id": new_id(), "places": places, "offsets": list(offsets) or None}
        insert_rows(TouchedDays, [own])


def catch_up(*, network_id: int) -> None:
    """Takes every note that was committed before into the figures, at most a second or so at a time."""
    while catch_up_a_little(network_id=network_id):
        pass


def known_until(*, network_id: int, now: datetime) -> datetime:
    """Everything that was committed up to then is in the figures; `now` when they lack nothing."""
    notes = select(func.min(cast(TouchedDays.id, String))).where(TouchedDays.network_id == network_id)
    oldest = db.session.scalar(notes)
    return now if oldest is None else min(now, made_at(oldest) - MICROSECOND)


def catch_up_a_little(*, network_id: int) -> bool:
    """Takes up to NOTES_AT_ONCE notes into the figures; whether there may be more."""
    if not _has_notes(network_id):
        return False
    with writing():
        lock_figures(network_id=network_id)
        return _take_in(network_id) == NOTES_AT_ONCE


def rebuild(*, network_id: int, progress: Progress = iter) -> int:
    """Recomputes all figures of a network from its facts: some stations at a time, each in one transaction.

    Sync may go on meanwhile. Returns how many station-days have figures now.
    """
    places = 0
    for station_ids in progress(list_parts(network_id=network_id)):
        with writing():
            lock_figures(network_id=network_id)
            places += _make_anew(network_id, station_ids)
    return places


def list_parts(*, network_id: int) -> list[Sequence[str]]:
    """The ids of all stations, some at a time."""
    own = select(Station.id).where(Station.network_id == network_id).order_by(Station.id)
    return _in_parts(list(db.session.scalars(own)), STATIONS_AT_ONCE)


def _make_anew(network_id: int, station_ids: Sequence[str]) -> int:
    """All figures of these stations, whatever stood there."""
    facts = list_facts_of_stations(network_id=network_id, station_ids=station_ids)
    thresholds = thresholds_of(network_id)
    figures = {place: figure_day(some, thresholds=thresholds) for place, some in facts.items()}
    for model in (StationDay, MemberDay, StationMonth, MemberMonth):
        own = (model.network_id == network_id, model.station_id.in_(station_ids))
        db.session.connection().execute(delete(model).where(*own))
    _write(network_id, figures)
    add_up_months(network_id=network_id, touched=figures.keys())
    forget_windows(network_id=network_id, station_ids=station_ids)
    return len(figures)


def _has_notes(network_id: int) -> bool:
    noted = select(TouchedDays.id).where(TouchedDays.network_id == network_id).limit(1)
    return db.session.scalar(noted) is not None


def lock_figures(*, network_id: int) -> None:
    """One at a time writes figures of a network, or the slower one would put back older ones."""
    lock_names([f"figures {network_id}"])


def _take_in(network_id: int) -> int:
    own = TouchedDays.network_id == network_id
    notes = db.session.execute(
        select(TouchedDays.id, TouchedDays.places, TouchedDays.offsets).where(own).limit(NOTES_AT_ONCE)
    ).all()
    places = sorted(
        {(station_id, date.fromisoformat(day)) for note in notes for station_id, day in note.places}
    )
    for part in _in_parts(places, PLACES_AT_ONCE):
        _recompute(network_id, part)
    count_answers(network_id=network_id, given=[tuple(each) for note in notes for each in note.offsets or ()])
    db.session.execute(delete(TouchedDays).where(own, TouchedDays.id.in_([note.id for note in notes])))
    return len(notes)


def _recompute(network_id: int, places: Sequence[Place]) -> None:
    """A constant number of statements for up to PLACES_AT_ONCE station-days."""
    thresholds = thresholds_of(network_id)
    facts = list_facts(network_id=network_id, places=places)
    figures = {place: figure_day(facts[place], thresholds=thresholds) for place in places if place in facts}
    _replace(network_id, places, figures)
    add_up_months(network_id=network_id, touched=places)
    forget_windows(network_id=network_id, station_ids=sorted({station_id for station_id, _ in places}))


def _in_parts(things: Sequence[Some], size: int) -> list[Sequence[Some]]:
    return [things[start : start + size] for start in range(0, len(things), size)]


def thresholds_of(network_id: int) -> Thresholds:
    """What is set for this network now."""
    stored = db.session.scalar(select(Network.thresholds).where(Network.id == network_id))
    return Thresholds.of(stored or {})


def _replace(network_id: int, places: Sequence[Place], figures: Mapping[Place, DayFigures]) -> None:
    connection = db.session.connection()
    for model in (StationDay, MemberDay):
        statement = delete(model).where(*is_given(model, connection.dialect.name))
        connection.execute(statement, parameters(network_id, places))
    _write(network_id, figures)


def _write(network_id: int, figures: Mapping[Place, DayFigures]) -> None:
    rows = [station_row(network_id, place, day) for place, day in figures.items() if not day.is_empty]
    people = [row for place, day in figures.items() for row in member_rows(network_id, place, day)]
    insert_rows(StationDay, rows)
    insert_rows(MemberDay, people)


def station_row(network_id: int, place: Place, figures: DayFigures) -> dict[str, Any]:
    """The row of station_days."""
    by_evidence = {f"check_ins_{evidence}": count for evidence, count in enumerate(figures.check_ins)}
    counts = {name: getattr(figures, name) for name in DAY_COLUMNS}
    return {"network_id": network_id, "station_id": place[0], "day": place[1], **by_evidence, **counts}


def member_rows(network_id: int, place: Place, figures: DayFigures) -> list[dict[str, Any]]:
    """The rows of member_days, one a person."""
    return [
        {
            "network_id": network_id,
            "station_id": place[0],
            "day": place[1],
            "member_id": member_id,
            "person_ms_low": low,
            "person_ms_high": high,
        }
        for member_id, (low, high) in figures.people.items()
    ]
