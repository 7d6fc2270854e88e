"""Which streets were served in windows that end a week apart: thirteen judgements from little reading.

The kept days are read once; what is added up moves on from window to window, by the days that come in and
those that go. Stations in doubt are judged one by one, as ever.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from workstation.coverage.added import MOST_IN_DOUBT, list_doubtful
from workstation.coverage.gates import Evidence, judge
from workstation.coverage.kept import list_kept_days
from workstation.coverage.models import StationDay
from workstation.coverage.months import station_rows
from workstation.coverage.phones import Silence, get_silence
from workstation.coverage.places import Map
from workstation.coverage.queries import inside, list_plans_kept, list_tangible, seen_in, total
from workstation.coverage.rows import street_of
from workstation.coverage.rules import is_new, is_open, look_back
from workstation.coverage.settling import open_days
from workstation.coverage.stands import Stand
from workstation.coverage.stations import get_picture, past_of, stretch_of
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.local_time import local_day

GATED = ("receptions", "planned", "planned_kept", "planned_kept_high")
Counts = Mapping[str, Counter[str]]  # of each of GATED, by station id
Days = Mapping[str, Sequence[date]]


@dataclass
class Reached:
    """The streets in sight that stations serve which are tangible, effective, perhaps effective.

    `provisional` is how many days of the window are not settled somewhere.
    """

    tangible: set[str] = field(default_factory=set)
    effective: set[str] = field(default_factory=set)
    effective_high: set[str] = field(default_factory=set)
    provisional: int = 0


class View(NamedTuple):
    """One window, and what plain stations are judged by in it; `kept` has also days beside it."""

    ground: Map
    window: Window
    now: datetime
    silence: Silence
    counts: Counts
    kept: Days
    streets: Mapping[str, str | None]  # by division id

    @property
    def past(self) -> Window | None:
        return past_of(self.window, now=self.now)


def list_reached(*, ground: Map, windows: Sequence[Window], now: datetime) -> Iterator[Reached]:
    """For each of these windows of one length, each of which ends before the one before it."""
    kept = list_kept_days(ground=ground, window=Window(windows[-1].starts_on, windows[0].ends_on))
    counts, last = {name: Counter[str]() for name in GATED}, windows[0]
    _count(counts, station_rows(last, seen_in(ground)).c)
    streets = _streets_by_division(ground)
    for window in windows:
        _move_on(counts, ground, last, window)
        own, last = replace(ground, day=window.last_day), window
        silence = get_silence(ground=own, window=window, now=now)
        yield _judge(View(own, window, now, silence, counts, kept, streets))


def _judge(view: View) -> Reached:
    ground, found = view.ground, Reached(provisional=_count_unsettled(view))
    doubtful = list_doubtful(ground, view.window, view.now, view.silence) | _list_awaited(view)
    if view.past is None or len(doubtful) > MOST_IN_DOUBT:
        _judge_one_by_one(view, ground, found)
    else:
        _judge_plain(view, doubtful, found)
        if doubtful:
            _judge_one_by_one(view, ground.only(sorted(doubtful)), found)
    for streets in (found.tangible, found.effective, found.effective_high):
        streets &= ground.streets
    return found


def _count(counts: Counts, days: Any, *conditions: Any, sign: int = 1) -> None:
    """Adds up these rows by station, or takes them away."""
    sums = (total(getattr(days, name)) for name in GATED)
    some = or_(*(getattr(days, name) > 0 for name in ("receptions", "planned")))
    statement = select(days.station_id, *sums).where(some, *conditions).group_by(days.station_id)
    for station_id, *row in db.session.execute(statement):
        for name, count in zip(GATED, row, strict=True):
            if count:
                counts[name][station_id] += sign * count


def _move_on(counts: Counts, ground: Map, last: Window, window: Window) -> None:
    """From the window before in the row, which is later, to this one."""
    for begins, ends, sign in (
        (window.starts_on, min(last.starts_on, window.ends_on), 1),
        (max(window.ends_on, last.starts_on), last.ends_on, -1),
    ):
        if begins < ends:
            _count(counts, StationDay, *inside(StationDay, ground, begins, ends), sign=sign)


def _list_awaited(view: View) -> set[str]:
    """The stations with plans of days that are not settled."""
    window, today = view.window, local_day(view.now)
    first = max(window.starts_on, open_days(now=view.now, thresholds=view.ground.thresholds)[0])
    plans = list_plans_kept(ground=view.ground, starts_on=first, ends_on=window.ends_on)
    unsettled = view.silence.unsettled_days
    return {each for each, day, _ in plans if day >= today or day in unsettled(each)}


def _count_unsettled(view: View) -> int:
    """Of a station that waits for no phone, today alone."""
    here = {stand.id for stand in view.ground.stands}
    waiting = here & view.silence.unsettled.keys()
    others = {""} if here - waiting else set[str]()
    return len({day for each in waiting | others for day in view.silence.unsettled_days(each)})


def _judge_plain(view: View, doubtful: Collection[str], found: Reached) -> None:
    """Stations of which nothing is in doubt. Of a street that is served effectively nobody asks further."""
    ground, window = view.ground, view.window
    tangible = list_tangible(ground=ground, day=window.last_day)
    perhaps = list[tuple[str, Stand]]()
    for stand in ground.stands:
        street = view.streets[stand.division_id] if stand.serves_street else None
        if street is None or stand.id not in tangible or stand.id in doubtful or not _is_open(stand, window):
            continue
        found.tangible.add(street)
        rules = ground.thresholds
        if street in found.effective or is_new(
            opened_on=stand.opened_on, day=window.last_day, thresholds=rules
        ):
            continue
        low = _evidence(view, stand, view.kept, "planned_kept")
        if False not in judge(low, thresholds=rules):
            found.effective.add(street)
        else:
            perhaps.append((street, stand))
    found.effective_high |= found.effective
    _judge_perhaps(view, perhaps, found)


def _judge_perhaps(view: View, perhaps: Sequence[tuple[str, Stand]], found: Reached) -> None:
    """With every shift that may have been kept."""
    rules = view.ground.thresholds
    asked = [(street, stand) for street, stand in perhaps if street not in found.effective]
    if not asked or view.past is None:
        return
    ids = [stand.id for _, stand in asked]
    days = list_kept_days(ground=view.ground, window=view.past, kept="kept_high_days", station_ids=ids)
    for street, stand in asked:
        high = _evidence(view, stand, view.kept, "planned_kept_high")
        maybe = _evidence(view, stand, days, "planned_kept_high")
        if False not in judge(high, thresholds=rules) or False not in judge(maybe, thresholds=rules):
            found.effective_high.add(street)


def _is_open(stand: Stand, window: Window) -> bool:
    return is_open(
        status=stand.status, opened_on=stand.opened_on, closed_on=stand.closed_on, day=window.last_day
    )


def _evidence(view: View, stand: Stand, days: Days, kept: str) -> Evidence:
    past, counts = view.past or view.window, view.counts
    own = days.get(stand.id, ())
    first = look_back(past, thresholds=view.ground.thresholds)
    own = own[bisect_left(own, first) : bisect_left(own, past.ends_on)]
    return Evidence(
        stretch=stretch_of(view.ground, past, stand, own),
        kept=counts[kept][stand.id],
        planned=counts["planned"][stand.id],
        contacts=counts["receptions"][stand.id],
    )


def _streets_by_division(ground: Map) -> Mapping[str, str | None]:
    found = {each: ground.ancestor(each, "street") for each in ground.divisions}
    return {each: place.id if place else None for each, place in found.items()}


def _judge_one_by_one(view: View, chosen: Map, found: Reached) -> None:
    picture = get_picture(ground=chosen, window=view.window, now=view.now, silence=view.silence)
    for one in picture.stations:
        street = street_of(view.ground, one.stand)
        if street is not None:
            found.tangible |= {street} if one.is_tangible else set()
            found.effective |= {street} if one.is_effective else set()
            found.effective_high |= {street} if one.may_be_effective else set()
