"""The stations that a figure is about, as they stood on the window's last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, tuple_

from workstation.coverage.moves import STOOD, Moves, as_stood
from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.network.models import Station


class Stand(NamedTuple):
    """A station as far as figures need it."""

    id: str
    code: str
    name: str
    kind: str
    division_id: str
    area_id: str | None
    sector: str | None
    serves_street: bool
    status: str
    opened_on: date | None
    closed_on: date | None


def column_of(moves: Moves, name: str) -> Any:
    """A column of Station as it was on that day."""
    return as_stood(moves, name) if name in STOOD else getattr(Station, name)


@dataclass
class Standing:
    """The stations that a select chooses, read once and only when asked for."""

    chosen: Select[Any]
    moves: Moves

    @cached_property
    def stands(self) -> Sequence[Stand]:
        columns = [column_of(self.moves, name) for name in Stand._fields]
        found = self.chosen.with_only_columns(*columns).order_by(Station.code, Station.id)
        return [Stand(*row) for row in db.session.execute(found)]

    @cached_property
    def division_ids(self) -> Sequence[str]:
        """Where they stand."""
        if "stands" in vars(self):
            return list({stand.division_id for stand in self.stands})
        own = column_of(self.moves, "division_id")
        return list(db.session.scalars(self.chosen.with_only_columns(own).distinct()))

    @cached_property
    def areas(self) -> Sequence[tuple[str | None, str]]:
        """Each area with each division in which a station of it stands."""
        pair = (column_of(self.moves, name) for name in ("area_id", "division_id"))
        rows = db.session.execute(self.chosen.with_only_columns(*pair).distinct())
        return [(area_id, division_id) for area_id, division_id in rows]

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return db.session.scalar(self.chosen.with_only_columns(func.count())) or 0

    def page(self, *, limit: int | None, after: str | None) -> Sequence[str]:
        """At most `limit` ids behind this one, by code. Refuses with coverage.after_unknown."""
        behind = self.chosen.order_by(Station.code, Station.id).limit(limit)
        if after is not None:
            last = self.chosen.with_only_columns(Station.code, Station.id).where(Station.id == after)
            found = db.session.execute(last).first() if is_id(after) else None
            if found is None:
                raise Refusal("coverage.after_unknown")
            place = (Station.code, Station.id)
            typed = (literal(value, column.type) for value, column in zip(found, place, strict=True))
            behind = behind.where(tuple_(*place) > tuple_(*typed))
        return list(db.session.scalars(behind))
