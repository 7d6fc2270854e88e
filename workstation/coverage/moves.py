"""Where stations stood on an earlier day: what the office has changed since is read backwards.

A window is judged by the state of its last day, so a station that was moved to another district takes its
facts along only in windows that end after the move. The days of opening and closing speak for themselves.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import case, literal, select, text

from workstation.database import Id, db
from workstation.local_time import day_end
from workstation.network.models import Edit, Station

STOOD = ("division_id", "area_id", "sector", "kind", "serves_street")
Moves = Mapping[str, Mapping[str, Any]]  # station id → the fields that were different, as they were
GIVEN = {
    "sqlite": "SELECT value FROM json_each(:{name})",
    "postgresql": "SELECT CAST(value AS uuid) FROM jsonb_array_elements_text(CAST(:{name} AS jsonb))",
}


def list_moves(*, network_id: int, day: date) -> Moves:
    """What was changed after this day, as it stood on it."""
    later = (Edit.network_id == network_id, Edit.noun == "station", Edit.made_at >= day_end(day))
    rows = db.session.execute(
        select(Edit.thing_id, Edit.before)
        .where(*later, Edit.before.is_not(None))
        .order_by(Edit.made_at.desc(), Edit.version.desc())
    )
    moves: dict[str, dict[str, Any]] = defaultdict(dict)
    for station_id, before in rows:  # the newest first, so that the oldest has the last word
        moves[station_id] |= {name: before[name] for name in STOOD if name in (before or {})}
    return {station_id: fields for station_id, fields in moves.items() if fields}


def as_stood(moves: Moves, name: str) -> Any:
    """A column of Station as it was: a plain column where nothing was moved."""
    column = getattr(Station, name)
    ids: dict[Any, list[str]] = defaultdict(list)
    for station_id, fields in moves.items():
        if name in fields:
            ids[fields[name]].append(station_id)
    if not ids:
        return column
    found = enumerate(ids.items())
    return case(
        *(
            (Station.id.in_(_given(f"moved_{name}_{number}", some)), literal(value, column.type))
            for number, (value, some) in found
        ),
        else_=column,
    )


def _given(name: str, station_ids: list[str]) -> Any:
    """The ids as one JSON text, however many they are."""
    sql = GIVEN[db.session.connection().dialect.name].format(name=name)
    return text(sql).bindparams(**{name: json.dumps(station_ids)}).columns(value=Id)
