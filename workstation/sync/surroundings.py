"""What one call must know beside its own entries to judge presence, asked along with the stations' places.

Another statement for it would be one more on the path of every check-in; so it is one row more of one that is
asked anyway.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, cast, func, null, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from workstation.check_ins.models import CheckIn
from workstation.check_ins.plausibility import NEAR, PEOPLE_WITHIN, Presence
from workstation.check_ins.station_codes import MOST_S, STEP_S
from workstation.database import Id, Json, Number, UtcDateTime, id_list
from workstation.network.models import Station
from workstation.network.queries import select_places
from workstation.people.models import Device
from workstation.prepared import Prepared, Question, Rows
from workstation.shifts.models import Shift
from workstation.sync.entries import Kept, Sender
from workstation.sync.models import Receipt

# Of one person in the time that a call's entries tell of; beyond the first of them nothing is compared.
MOST_PRESENCES = 40


class UsedCode(NamedTuple):
    """One of a station's codes, and the entry for which it counted."""

    station_id: str
    kind: str
    step: int


@dataclass
class Surroundings:
    """The sender's codes that counted already, presence nearby in time, and who shares the installation."""

    used: dict[UsedCode, str] = field(default_factory=dict)
    presences: list[Presence] = field(default_factory=list)
    # People who used this installation within a day, the sender included.
    people: int = 1
    # What this call itself takes back or puts right: a mistake is no place where somebody was.
    mistaken: frozenset[str] = frozenset()

    def is_used(self, code: UsedCode, *, by: str) -> bool:
        """Whether this code counted already, for another entry than this one."""
        return self.used.get(code, by) != by

    def others(self, than: str) -> Iterator[Presence]:
        """Presence beside that of this entry, mistakes left out."""
        apart = self.mistaken | {than}
        return (presence for presence in self.presences if presence.id not in apart)

    def note(self, kept: Kept, *, station: Any) -> None:
        """A fact of this call, for those that follow it in the same batch."""
        if kept.code_step is not None and kept.station_id and kept.kind:
            self.used[UsedCode(kept.station_id, kept.kind, kept.code_step)] = kept.entry_id
        if station is not None and kept.occurred_at and is_presence(kept.evidence, kept.verdict):
            self.presences.append(presence_of(kept, at=kept.occurred_at, station=station))


def presence_of(kept: Kept, *, at: datetime, station: Any) -> Presence:
    """What is compared of an entry of presence: its station's place, never the person's."""
    return Presence(kept.entry_id, at, station.lat, station.lon, station.fence_radius_m)


def is_presence(evidence: int | None, verdict: str | None) -> bool:
    """Whether it says that somebody was at the station then: not what is stated, and not from elsewhere."""
    return bool(evidence) and verdict != "outside"


def ask_surroundings(
    *, sender: Sender, station_ids: Collection[str], moments: Sequence[datetime], now: datetime
) -> Question:
    """Asks for the places of stations and what surrounds these moments of the sender's own presence."""
    first, last = min(moments), max(moments)
    return AROUND.given(
        network_id=sender.network_id,
        ids=id_list(station_ids),
        member=sender.member_id,
        device=sender.device_id,
        since=first - NEAR,
        until=last + NEAR,
        first_step=_step(first) - MOST_S // STEP_S - 1,
        last_step=_step(last) + MOST_S // STEP_S + 1,
        lately=now - PEOPLE_WITHIN,
    )


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def read_surroundings(rows: Rows) -> tuple[Rows, Surroundings]:
    """The rows of stations, and what was said beside them."""
    [said] = [row[-1] for row in rows if row[0] is None]
    return [row[:-1] for row in rows if row[0] is not None], _read(said)


def _read(said: Any) -> Surroundings:
    # SQLite's driver gives text, PostgreSQL's what the text says.
    used, presences, people = json.loads(said) if isinstance(said, str) else said
    return Surroundings(
        used={UsedCode(*code): entry_id for *code, entry_id in _some(used)},
        presences=[Presence(id, _moment(at), *place) for id, at, *place in _some(presences)],
        people=people + 1,
    )


def _some(rows: Any) -> Iterable[Any]:
    return (json.loads(rows) if isinstance(rows, str) else rows) or ()


def _moment(stored: str) -> datetime:
    moment = datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# -- the statement ------------------------------------------------------------------------------------


def _around(dialect: str) -> Any:
    """The stations' rows, and one more without an id that says the rest."""
    places = select_places(dialect)
    empty = [cast(null(), column.type) for column in places.selected_columns]
    said = _array(dialect, _used(dialect), _presences(dialect), _people())
    return union_all(places.add_columns(cast(null(), Json).label("said")), select(*empty, said.label("said")))


def _array(dialect: str, *values: Any) -> ColumnElement[Any]:
    made = func.json_build_array(*values) if dialect == "postgresql" else func.json_array(*values)
    return cast(made, Json) if dialect == "postgresql" else cast(made, String)


def _all_of(dialect: str, inner: Any) -> ColumnElement[Any]:
    """The rows of a subselect as one JSON array of arrays; null when there are none."""
    columns = list(inner.c)
    if dialect == "postgresql":
        return select(func.json_agg(func.json_build_array(*columns))).select_from(inner).scalar_subquery()
    return select(func.json_group_array(func.json_array(*columns))).select_from(inner).scalar_subquery()


def _used(dialect: str) -> ColumnElement[Any]:
    own = select(Receipt.station_id, Receipt.kind, Receipt.code_step, Receipt.entry_id).where(
        Receipt.network_id == bindparam("network_id"),
        Receipt.member_id == bindparam("member"),
        Receipt.code_step.is_not(None),
        Receipt.code_step.between(
            bindparam("first_step", type_=Number), bindparam("last_step", type_=Number)
        ),
    )
    return _all_of(dialect, own.subquery())


def _presences(dialect: str) -> ColumnElement[Any]:
    near = union_all(_near(CheckIn, CheckIn.occurred_at), _near(Shift, Shift.started_at))
    few = near.order_by("at").limit(MOST_PRESENCES).subquery()
    same = and_(Station.network_id == bindparam("network_id"), Station.id == few.c.station_id)
    at = few.c.at if dialect == "postgresql" else cast(few.c.at, String)
    columns = (few.c.id, at, Station.lat, Station.lon, Station.fence_radius_m)
    return _all_of(dialect, select(*columns).join(Station, same).subquery())


def _near(model: Any, at: Any) -> Select[Any]:
    return select(model.id, model.station_id, at.label("at")).where(
        model.network_id == bindparam("network_id"),
        model.member_id == bindparam("member"),
        at.between(bindparam("since", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime())),
        model.withdrawn.is_(False),
        model.evidence > 0,
        or_(model.verdict.is_(None), model.verdict != "outside"),
    )


def _people() -> ColumnElement[Any]:
    """How many others handed in something from the same installation within a day."""
    mine, other = Device.__table__.alias("mine"), Device.__table__.alias("other")
    latest = (
        select(Receipt.received_at)
        .where(
            Receipt.network_id == other.c.network_id,
            Receipt.device_id == other.c.id,
            Receipt.seq.is_not(None),
        )
        .order_by(Receipt.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    same = and_(
        other.c.network_id == mine.c.network_id,
        other.c.installation_id == mine.c.installation_id,
        other.c.member_id != mine.c.member_id,
        other.c.last_sync_at > bindparam("lately", type_=UtcDateTime()),
    )
    return (
        select(func.count(other.c.member_id.distinct()))
        .select_from(mine.join(other, same))
        .where(
            mine.c.network_id == bindparam("network_id"),
            mine.c.id == bindparam("device", type_=Id),
            latest > bindparam("lately", type_=UtcDateTime()),
        )
        .scalar_subquery()
    )


AROUND = Prepared(_around)
