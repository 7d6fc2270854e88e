"""The windows that pages open by themselves, added up ahead by station (`station_windows`).

A row is made by whoever looks first and goes with the next change of its station's days, so it is true or
not there. What phones hold, open shifts, plans, opening and standard are not in it: they are read as ever.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, literal, or_, select, text

from workstation.coverage.kept import read_kept_days
from workstation.coverage.models import COUNTED, MemberWindow, StationDay, StationWindow
from workstation.coverage.months import Seen, member_rows, station_rows
from workstation.coverage.queries import total
from workstation.coverage.rules import Thresholds, longest_stretch
from workstation.coverage.windows import Window
from workstation.database import db, id_list, insert_rows, one_of, writing
from workstation.local_time import local_day
from workstation.network.models import Network, Station
from workstation.prepared import lock_names

LENGTHS = (30, 90, 365)  # those of the page's switch
WEEK = timedelta(days=7)
STATIONS_AT_ONCE = 1_000
MANY = 500  # rows made at once, after which statistics are gathered
Row = dict[str, Any]


def is_usual(window: Window, *, now: datetime) -> bool:
    """Whether it is kept: a usual length that ends with today, or the same a week ago."""
    end = local_day(now) + timedelta(days=1)
    length = (window.ends_on - window.starts_on).days
    return length in LENGTHS and window.ends_on in (end, end - WEEK)


def is_of(model: Any, window: Window) -> ColumnElement[bool]:
    """Condition: a row of this window."""
    length = (window.ends_on - window.starts_on).days
    return and_(model.days == length, model.ends_on == window.ends_on)


def is_lacking(*, network_id: int, window: Window, thresholds: Thresholds) -> Select[Any]:
    """Selects the stations without a row of this window that rests on what is so now."""
    row = StationWindow
    gone = or_(row.station_id.is_(None), is_stale(thresholds))
    return (
        select(Station.id)
        .outerjoin(row, is_row_of_station(window))
        .where(Station.network_id == network_id, gone)
    )


def is_row_of_station(window: Window) -> ColumnElement[bool]:
    """Condition that joins Station with its row of this window."""
    row = StationWindow
    return and_(row.network_id == Station.network_id, row.station_id == Station.id, is_of(row, window))


def is_stale(thresholds: Thresholds) -> ColumnElement[bool]:
    """Condition: the row rests on what is so no more. Within a join it would mislead PostgreSQL's planner."""
    row = StationWindow
    return or_(row.opened_on.is_distinct_from(Station.opened_on), row.stretch_days != thresholds.stretch_days)


def keep_usual(*, network_id: int, now: datetime) -> int:
    """Makes what is lacking of all usual windows, so that nobody who looks waits: how many rows."""
    end, made = local_day(now) + timedelta(days=1), 0
    for ends_on in (end, end - WEEK):
        for length in LENGTHS:
            made += keep_window(
                network_id=network_id, window=Window(ends_on - timedelta(days=length), ends_on), now=now
            )
    return made


def keep_window(*, network_id: int, window: Window, now: datetime) -> int:
    """Makes the rows that are lacking of this window, some stations at a time: how many."""
    made = 0
    while count := _keep_some(network_id, window, now):
        made += count
        if count < STATIONS_AT_ONCE:
            break
    if made >= MANY:
        _tell_planner()
    return made


def keep_some(*, network_id: int, window: Window, now: datetime) -> int:
    """The same for as many stations as somebody who looks may wait for. Who comes next makes further ones;
    until all are there, everything is judged one by one.
    """
    made = _keep_some(network_id, window, now)
    if made >= MANY:
        _tell_planner()
    return made


def _tell_planner() -> None:
    """Of a new day PostgreSQL knows nothing: it would expect one row, and look through tables for each."""
    if db.engine.dialect.name == "postgresql":
        with writing():
            db.session.execute(text("ANALYZE station_windows, member_windows"))


def _keep_some(network_id: int, window: Window, now: datetime) -> int:
    network = db.session.get_one(Network, network_id)
    thresholds = Thresholds.of(network.thresholds or {})
    lacking = is_lacking(network_id=network_id, window=window, thresholds=thresholds)
    if db.session.scalar(lacking.limit(1)) is None:
        return 0
    with writing():
        lock_names([f"figures {network_id}"])
        station_ids = list(db.session.scalars(lacking.order_by(Station.code).limit(STATIONS_AT_ONCE)))
        _forget_old(network_id, now)
        forget_windows(network_id=network_id, station_ids=station_ids, window=window)
        network = db.session.get_one(Network, network_id)
        rows = add_up(network=network, station_ids=station_ids, window=window)
        insert_rows(StationWindow, rows)
        _insert_people(network_id, station_ids, window)
        return len(station_ids)


def _forget_old(network_id: int, now: datetime) -> None:
    """Takes out the windows of days that are over."""
    end = local_day(now) + timedelta(days=1)
    for model in (StationWindow, MemberWindow):
        old = (
            model.network_id == network_id,
            model.days.in_(LENGTHS),
            model.ends_on.not_in((end, end - WEEK)),
        )
        db.session.execute(delete(model).where(*old))


def forget_windows(*, network_id: int, station_ids: Sequence[str], window: Window | None = None) -> None:
    """Takes out the rows of these stations: of one window, or of all."""
    connection = db.session.connection()
    for model in (StationWindow, MemberWindow):
        given = one_of(model.station_id, "station_ids", dialect=connection.dialect.name)
        own = [model.network_id == network_id, given, *([is_of(model, window)] if window else [])]
        connection.execute(delete(model).where(*own), {"station_ids": id_list(station_ids)})


def add_up(*, network: Network, station_ids: Sequence[str], window: Window) -> list[Row]:
    """The rows of these stations for one window that has come, from their days and months."""
    thresholds = Thresholds.of(network.thresholds or {})
    seen = Seen(network.id, station_ids)
    low, high = (
        read_kept_days(seen=seen, window=window, thresholds=thresholds, kept=kept)
        for kept in ("kept_days", "kept_high_days")
    )
    sums, people = _sum_stations(seen, window), _sum_people(seen, window)
    last = _last_kept(seen, window)
    opened = select(Station.id, Station.opened_on).where(
        Station.network_id == network.id, Station.id.in_(station_ids)
    )

    def stretch(kept: Sequence[date], opened_on: date | None) -> int:
        return longest_stretch(
            kept,
            window=window,
            opened_on=opened_on,
            known_since=local_day(network.created_at),
            thresholds=thresholds,
        )

    return [
        {
            "network_id": network.id,
            "station_id": station_id,
            "days": (window.ends_on - window.starts_on).days,
            "ends_on": window.ends_on,
            "opened_on": opened_on,
            "stretch_days": thresholds.stretch_days,
            "stretch": stretch(low.get(station_id, []), opened_on),
            "stretch_low": stretch(high.get(station_id, []), opened_on),
            "last_kept_on": last.get(station_id),
        }
        | dict(zip(COUNTED, sums.get(station_id, (0,) * len(COUNTED)), strict=True))
        | dict(zip(PERSON_MS, people.get(station_id, (0, 0)), strict=True))
        for station_id, opened_on in db.session.execute(opened)
    ]


PERSON_MS = ("person_ms_low", "person_ms_high")


def _sum_stations(seen: Seen, window: Window) -> Mapping[str, Sequence[int]]:
    days = station_rows(window, seen).c
    sums = (total(days[name]) for name in COUNTED)
    return _by_station(select(days.station_id, *sums).group_by(days.station_id))


def _sum_people(seen: Seen, window: Window) -> Mapping[str, Sequence[int]]:
    days = member_rows(window, seen).c
    sums = (total(days[name]) for name in PERSON_MS)
    return _by_station(select(days.station_id, *sums).group_by(days.station_id))


def _last_kept(seen: Seen, window: Window) -> Mapping[str, date]:
    day = (StationDay.day < window.ends_on, StationDay.kept > 0)
    last = select(StationDay.station_id, func.max(StationDay.day)).where(*seen.of(StationDay), *day)
    return dict(db.session.execute(last.group_by(StationDay.station_id)).all())


def _by_station(statement: Select[Any]) -> Mapping[str, Sequence[int]]:
    return {row[0]: row[1:] for row in db.session.execute(statement)}


def _insert_people(network_id: int, station_ids: Sequence[str], window: Window) -> None:
    days = member_rows(window, Seen(network_id, station_ids)).c
    length = (window.ends_on - window.starts_on).days
    pairs = select(
        literal(network_id), days.station_id, literal(length), literal(window.ends_on), days.member_id
    ).distinct()
    names = ["network_id", "station_id", "days", "ends_on", "member_id"]
    db.session.execute(insert(MemberWindow).from_select(names, pairs))
