"""At which hours of which weekdays somebody was on duty: the duty hours of a window, cut at full hours."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from workstation.coverage.days import Fact, counted
from workstation.coverage.facts import STATEMENTS
from workstation.coverage.overview import Answer, frame, prepare_to_read
from workstation.coverage.places import Map, get_map
from workstation.coverage.queries import inside
from workstation.coverage.rows import HOUR_MS
from workstation.coverage.stations import get_picture
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import LOCAL
from workstation.people.rules import Scope
from workstation.shifts.models import Shift
from workstation.shifts.rules import Span

HOUR = timedelta(hours=1)
# Hours are read from the shifts themselves, so a long window is cut: its last weeks tell the habit.
MOST_DAYS = 91

Cells = list[list[int]]  # milliseconds: seven weekdays from Monday, each with 24 hours


def get_hours(*, scope: Scope, window: Window, now: datetime, within: str | None = None) -> Answer:
    """Low duty hours by weekday and local hour, of at most the last 91 days of the window.

    Cells add up to the duty hours of `window` in the answer. Refuses with division.not_found.
    """
    now = prepare_to_read(scope, now=now)
    short = Window(max(window.starts_on, window.ends_on - timedelta(days=MOST_DAYS)), window.ends_on)
    ground = get_map(scope=scope, day=window.last_day, within=within)
    picture = get_picture(ground=ground, window=short, now=now)
    cells: Cells = [[0] * 24 for _ in range(7)]
    for facts in _list_days(ground, short):
        for span in merged(_spans(facts, within=ground.thresholds.merge)):
            add_hours(cells, span)
    return frame(picture) | {"cells": [[each / HOUR_MS for each in day] for day in cells]}


def _list_days(ground: Map, window: Window) -> Iterator[list[Fact]]:
    """The shifts of each station and day."""
    statement = STATEMENTS[1].where(*inside(Shift, ground, window.starts_on, window.ends_on))
    found = statement.order_by(Shift.station_id, Shift.day, Shift.started_at)
    facts = (Fact(*row)._replace(flags=()) for row in db.session.execute(found))
    return (list(some) for _, some in groupby(facts, key=lambda fact: (fact.station_id, fact.day)))


def _spans(facts: Sequence[Fact], *, within: timedelta) -> list[Span]:
    """What was really worked: a forgotten end gives no hours."""
    kept = counted(facts, within=within)
    return [Span(fact.starts_at, fact.ends_at) for fact in kept if fact.ends_at is not None]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The stretches in which at least one of them ran, in order and apart."""
    found: list[Span] = []
    for span in sorted(spans):
        if not span.length:
            continue
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def add_hours(cells: Cells, span: Span) -> None:
    """Adds a stretch to the weekdays and hours it really ran in, also behind midnight."""
    at = span.starts_at.astimezone(UTC)
    while at < span.ends_at:
        # The local zone has whole hours, so its hours begin when those of UTC do.
        until = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, span.ends_at)
        local = at.astimezone(LOCAL)
        cells[local.weekday()][local.hour] += int((until - at) / timedelta(milliseconds=1))
        at = until
