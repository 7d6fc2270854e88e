"""The figures of a report: those of the coverage pages, of one moment, as they are stored with an edition."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import func, select

from workstation.coverage.gaps import list_gaps
from workstation.coverage.overview import frame, prepare
from workstation.coverage.places import Map, get_map
from workstation.coverage.rows import list_rows
from workstation.coverage.stations import Picture, get_picture
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.errors import Refusal
from workstation.network.models import Division
from workstation.people.rules import Scope
from workstation.reports.periods import Period
from workstation.sync.models import Receipt

NAMED = 20  # stations and streets that a report calls by name
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS

Figures = dict[str, Any]


class Place(NamedTuple):
    """What a report is about: a district by its id, or with an empty id the whole network."""

    id: str
    name: str

    @property
    def within(self) -> str | None:
        """As coverage is asked for it."""
        return self.id or None

    @property
    def by(self) -> str:
        """How its table is grouped."""
        return "street" if self.id else "district"


def get_place(*, scope: Scope, district_id: str | None) -> Place:
    """The place of a report: an officer's own district where none is named.

    Refuses with division.not_found what is no district within the scope.
    """
    own = scope.division_id if scope.level == "district" else None
    wanted = district_id or own
    if wanted is None:
        return Place("", "全部范围")
    name = db.session.scalar(
        select(Division.name).where(
            Division.network_id == scope.network_id, Division.id == wanted, Division.level == "district"
        )
    )
    if name is None or (own is not None and wanted != own):
        raise Refusal("division.not_found")
    return Place(wanted, name)


def measure(*, scope: Scope, place: Place, window: Window, now: datetime) -> Figures:
    """Totals and rows of a window, exactly as the coverage call gives them."""
    picture = _picture(scope, place, window, now)
    totals, rows = list_rows(picture, by=place.by)
    return _plain(frame(picture) | {"by": place.by, "totals": totals, "rows": rows})


def measure_all(*, scope: Scope, place: Place, period: Period, window: Window, now: datetime) -> Figures:
    """The same with all else that a report tells: by kind, by parts of the period, and what is missing."""
    picture = _picture(scope, place, window, now)
    totals, rows = list_rows(picture, by=place.by)
    return _plain(
        frame(picture)
        | {
            "by": place.by,
            "totals": totals,
            "rows": rows,
            "kinds": list_rows(picture, by="kind")[1],
            "parts": [_part(picture.ground, name, part, now) for name, part in period.parts(window)],
            "gaps": _gaps(picture),
        }
    )


def begin(scope: Scope) -> int:
    """Figures follow the facts, and all that is read from here on is of one moment.

    Gives the highest receipt number of the network at that moment.
    """
    prepare(scope)
    newest = select(func.max(Receipt.receipt_no)).where(Receipt.network_id == scope.network_id)
    return db.session.scalar(newest) or 0


def _picture(scope: Scope, place: Place, window: Window, now: datetime) -> Picture:
    ground = get_map(scope=scope, day=window.last_day, within=place.within)
    return get_picture(ground=ground, window=window, now=now)


def _part(ground: Map, name: str, part: Window, now: datetime) -> Figures:
    """A part's totals: what was done in it. Its rates would be those of a window too short to be judged."""
    totals, _ = list_rows(get_picture(ground=ground, window=part, now=now), by="network")
    done = ("shifts", "duty_hours", "person_hours", "receptions", "people_received", "check_ins")
    told = {field: totals[field] for field in (*done, "members_active", "provisional")}
    return {"name": name, "window": {"from": part.starts_on, "to": part.ends_on}} | told


def _gaps(picture: Picture) -> Figures:
    """How many of each gap, and the first by name in the order of the gaps page."""
    gaps = list_gaps(picture)
    failing = Counter(entry["gate"] for entry in gaps["failing"])
    return {
        "streets_without_station": _named(gaps["streets_without_station"], ("name", "district_name")),
        "dormant": _named(gaps["dormant"], ("name", "district_name", "last_open_on", "days")),
        "not_tangible": _named(gaps["not_tangible"], ("name", "district_name", "items")),
        "failing": dict(sorted(failing.items())),
        "quiet_devices": len({entry["device_id"] for entry in gaps["quiet_devices"]}),
    }


def _named(entries: Iterable[Figures], fields: tuple[str, ...]) -> Figures:
    found = list(entries)
    return {
        "count": len(found),
        "first": [{name: entry[name] for name in fields} for entry in found[:NAMED]],
    }


def _plain(figures: Figures) -> Figures:
    """As on the wire: days and moments as text, so that what is stored is what was shown."""
    found: Figures = orjson.loads(orjson.dumps(figures, option=OPTIONS))
    return found


def window_of(figures: Figures) -> Window:
    """The window of stored figures."""
    window = figures["window"]
    return Window(date.fromisoformat(window["from"]), date.fromisoformat(window["to"]))
