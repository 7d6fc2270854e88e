"""The facts behind a figure: exactly those that it counts, latest day first."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select, tuple_

from workstation.check_ins.models import CheckIn
from workstation.coverage.days import CHECK_IN, RECEPTION, SHIFT, Fact, counted
from workstation.coverage.facts import Place
from workstation.coverage.models import StationDay
from workstation.coverage.overview import Answer, frame, prepare_to_read
from workstation.coverage.places import Map, get_map
from workstation.coverage.queries import inside, total
from workstation.coverage.stations import get_picture
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.people.models import Member
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift

FACTS_A_PAGE = 50
DAYS_AT_ONCE = 50

Described = dict[str, Any]


class Kind(NamedTuple):
    """One kind of fact: the table that holds it, and its number in a station-day."""

    name: str
    model: Any
    count: Any


CHECK_INS = StationDay.check_ins_0 + StationDay.check_ins_1 + StationDay.check_ins_2 + StationDay.check_ins_3
KINDS = {
    "check_ins": Kind(CHECK_IN, CheckIn, CHECK_INS),
    "shifts": Kind(SHIFT, Shift, StationDay.shifts),
    "receptions": Kind(RECEPTION, Reception, StationDay.receptions),
}
# What each figure counts; `records` is all by which a person was active.
FIGURES = {name: (kind,) for name, kind in KINDS.items()} | {"records": tuple(KINDS.values())}


def get_counted_facts(
    *,
    scope: Scope,
    window: Window,
    figure: str,
    now: datetime,
    within: str | None = None,
    station_id: str | None = None,
    after: str | None = None,
) -> Answer:
    """The facts of one figure, whole station-days at a time, about fifty a page.

    `total` is the figure; `next` is what to give as `after` for the next page, None at the end.
    Refuses with coverage.after_unknown, division.not_found or station.not_found.
    """
    behind, kinds = read_after(after), FIGURES[figure]
    now = prepare_to_read(scope, now=now)
    ground = get_map(scope=scope, day=window.last_day, within=within, station_id=station_id)
    picture = get_picture(ground=ground, window=window, now=now)
    places, more = _list_places(ground, window, kinds, behind)
    names = {stand.id: stand.name for stand in ground.stands}
    facts = [each for kind in kinds for each in _list_facts(ground, kind, places)] if places else []
    facts.sort(key=lambda each: (each["day"], each["started_at"], each["id"]), reverse=True)
    return frame(picture) | {
        "figure": figure,
        "total": _count(ground, window, kinds),
        "facts": [each | {"station_name": names[each["station_id"]]} for each in facts],
        "next": f"{places[-1][1]}_{places[-1][0]}" if more else None,
    }


def _number(kinds: Sequence[Kind]) -> Any:
    """How many facts of these kinds a station-day has."""
    return sum((kind.count for kind in kinds[1:]), kinds[0].count)


def _count(ground: Map, window: Window, kinds: Sequence[Kind]) -> int:
    where = inside(StationDay, ground, window.starts_on, window.ends_on)
    return int(db.session.scalar(select(total(_number(kinds))).where(*where)) or 0)


def _list_places(
    ground: Map, window: Window, kinds: Sequence[Kind], after: Place | None
) -> tuple[list[Place], bool]:
    """The next station-days that have such facts, and whether there are more behind them."""
    number, row = _number(kinds), StationDay
    statement = (
        select(row.station_id, row.day, number)
        .where(*inside(row, ground, window.starts_on, window.ends_on), number > 0)
        .order_by(row.day.desc(), row.station_id)
        .limit(DAYS_AT_ONCE + 1)
    )
    if after is not None:
        same_day = and_(row.day == after[1], row.station_id > after[0])
        statement = statement.where(or_(row.day < after[1], same_day))
    rows = db.session.execute(statement).all()
    places: list[Place] = []
    found = 0
    for station_id, day, count in rows[:DAYS_AT_ONCE]:
        places.append((station_id, day))
        found += count
        if found >= FACTS_A_PAGE:
            break
    return places, len(places) < len(rows)


def _list_facts(ground: Map, kind: Kind, places: Sequence[Place]) -> list[Described]:
    """What is counted of one kind, with the place it stands at."""
    model = kind.model
    rows = db.session.execute(
        select(model, Member.name)
        .join(Member, and_(Member.network_id == model.network_id, Member.id == model.member_id))
        .where(
            model.network_id == ground.network.id,
            tuple_(model.station_id, model.day).in_(places),
            model.withdrawn.is_(False),
        )
    )
    found: dict[Place, list[tuple[Fact, Any, str]]] = defaultdict(list)
    for row, name in rows:
        found[row.station_id, row.day].append((_fact(kind, row), row, name))
    return [each for some in found.values() for each in _counted_of(some, ground)]


def _fact(kind: Kind, row: Any) -> Fact:
    """As far as counting needs it."""
    entered_by = row.entered_by_id if row.entered_by_id != row.member_id else None
    starts_at = row.occurred_at if kind.name == CHECK_IN else row.started_at
    where = (row.station_id, row.day, row.member_id, entered_by)
    return Fact(kind.name, *where, starts_at, None, None, 0, (), 0)


def _counted_of(some: Sequence[tuple[Fact, Any, str]], ground: Map) -> list[Described]:
    """Without an entry on behalf that the person entered as well: the figure has one of them."""
    kept = {id(fact) for fact in counted([fact for fact, _, _ in some], within=ground.thresholds.merge)}
    return [_describe(fact, row, name) for fact, row, name in some if id(fact) in kept]


def _describe(fact: Fact, row: Any, name: str) -> Described:
    """Neither what was said at a reception nor to whom: that is not what is counted."""
    optional = ("ended_at", "headcount", "topic", "evidence", "verdict", "distance_m")
    return {
        "id": row.id,
        "kind": fact.kind,
        "day": row.day,
        "station_id": row.station_id,
        "member_name": name,
        "on_behalf": fact.entered_by_id is not None,
        "started_at": fact.starts_at,
        **{column: getattr(row, column, None) for column in optional},
        "flags": list(row.flags or ()),
    }


def read_after(text: str | None) -> Place | None:
    """`2026-11-20_<station id>` as `next` wrote it. Refuses with coverage.after_unknown."""
    if text is None:
        return None
    day, _, station_id = text.partition("_")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise Refusal("coverage.after_unknown") from None
    if not is_id(station_id):
        raise Refusal("coverage.after_unknown")
    return station_id, found
