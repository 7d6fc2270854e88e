"""Months are the sums of their days, and any window is made of whole months and the days beside them."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from tests.cast import Cast
from workstation.coverage.kept import days_of
from workstation.coverage.models import COUNTED, StationDay, StationMonth
from workstation.coverage.months import (
    Seen,
    add_up_months,
    month_after,
    month_of,
    parts_of,
    station_rows,
)
from workstation.coverage.windows import Window
from workstation.database import db, insert_rows, writing

FIRST = date(2025, 11, 3)
WINDOWS = ((0, 1), (0, 400), (20, 30), (27, 58), (28, 59), (40, 45), (58, 200), (119, 150))


@given(st.dates(date(2000, 1, 1), date(2199, 1, 1)), st.integers(1, 800), st.data())
def test_each_day_of_a_window_is_in_a_whole_month_or_beside_them(
    starts_on: date, length: int, data: st.DataObject
) -> None:
    window = Window(starts_on, starts_on + timedelta(days=length))
    day = starts_on + timedelta(days=data.draw(st.integers(-40, length + 40)))
    parts = parts_of(window)
    found = [since <= month_of(day) < until for since, until in parts.months]
    found += [since <= day < until for since, until in parts.days]
    assert found.count(True) == (window.starts_on <= day < window.ends_on)


@given(st.dates(date(2000, 1, 1), date(2199, 1, 1)))
def test_a_month_ends_where_the_next_begins(day: date) -> None:
    assert month_of(month_after(day)) == month_after(day)
    assert month_of(month_after(day) - timedelta(days=1)) == month_of(day)


def test_bits_are_days() -> None:
    assert days_of("2026-02-01:9") == (date(2026, 2, 1), date(2026, 2, 4))


@pytest.fixture
def filled(cast: Cast) -> Cast:
    """Some days of two stations with random figures, and their months."""
    random, stations = Random(4), [cast.here.stations[name] for name in ("hall", "far")]
    days = [(each, FIRST + timedelta(days=n)) for each in stations for n in random.sample(range(200), 120)]
    names = (*COUNTED, "kept", "kept_firm", "kept_high")
    rows: list[dict[str, Any]] = [
        {"network_id": cast.here.id, "station_id": station, "day": day}
        | {name: random.choice((0, 0, 1, 3_600_000)) for name in names}
        for station, day in days
    ]
    with cast.app.app_context(), writing():
        insert_rows(StationDay, rows)
        add_up_months(network_id=cast.here.id, touched=days)
        add_up_months(network_id=cast.here.id, touched=days[:3])  # again: nothing counts twice
    return cast


def test_a_window_adds_up_the_same_by_month_and_by_day(filled: Cast) -> None:
    for since, until in WINDOWS:
        window = Window(FIRST + timedelta(days=since), FIRST + timedelta(days=until))
        with filled.app.app_context():
            assert by_month(filled, window) == by_day(window), window


def by_month(cast: Cast, window: Window) -> tuple[int, ...]:
    rows = station_rows(window, Seen(cast.here.id, None)).c
    sums = [func.coalesce(func.sum(rows[name]), 0) for name in COUNTED]
    return tuple(map(int, db.session.execute(select(literal(1), *sums)).one()))


def by_day(window: Window) -> tuple[int, ...]:
    sums = [func.coalesce(func.sum(getattr(StationDay, name)), 0) for name in COUNTED]
    days = StationDay.day.between(window.starts_on, window.last_day)
    return tuple(map(int, db.session.execute(select(literal(1), *sums).where(days)).one()))


def test_the_bits_of_a_month_are_its_kept_days(filled: Cast) -> None:
    for name in ("kept", "kept_firm", "kept_high"):
        bits = getattr(StationMonth, f"{name}_days")
        with filled.app.app_context():
            months = db.session.execute(select(StationMonth.month, bits)).all()
            days = db.session.scalars(select(StationDay.day).where(getattr(StationDay, name) > 0)).all()
        assert sorted(day for month, some in months for day in days_of(f"{month}:{some}")) == sorted(days)
