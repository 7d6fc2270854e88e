"""Coverage as it is asked for: by group, of one station, and what is missing."""

from datetime import datetime
from typing import Any

from workstation.coverage.gaps import list_gaps
from workstation.coverage.operations import catch_up
from workstation.coverage.places import GROUPINGS, get_map
from workstation.coverage.rows import list_rows, page
from workstation.coverage.station_page import describe_station
from workstation.coverage.stations import Picture, get_picture
from workstation.coverage.windows import Window
from workstation.database import begin_report
from workstation.errors import Refusal
from workstation.people.rules import Scope

Answer = dict[str, Any]


def get_coverage(
    *,
    scope: Scope,
    window: Window,
    by: str,
    now: datetime,
    within: str | None = None,
    limit: int | None = None,
    after: str | None = None,
    rules_version: int | None = None,
) -> Answer:
    """Totals and rows by group. The totals are always those of all rows, whatever page is asked for.

    Refuses with coverage.by_invalid, division.not_found (`within`), coverage.after_unknown,
    rules.version_not_found or rules.version_gone.
    """
    if by not in GROUPINGS:
        raise Refusal("coverage.by_invalid")
    prepare(scope)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    picture = get_picture(ground=ground, window=window, now=now)
    totals, rows = list_rows(picture, by=by)
    return frame(picture) | {"totals": totals, "rows": page(rows, limit=limit, after=after)}


def get_station_coverage(*, scope: Scope, station_id: str, window: Window, now: datetime) -> Answer:
    """One station's row with its gates, its checklist and its days. Refuses with station.not_found."""
    prepare(scope)
    ground = get_map(scope=scope, day=window.last_day, station_id=station_id)
    picture = get_picture(ground=ground, window=window, now=now)
    _, rows = list_rows(picture, by="station")
    return frame(picture) | rows[0] | describe_station(picture)


def get_gaps(*, scope: Scope, window: Window, now: datetime, within: str | None = None) -> Answer:
    """What is missing, with the nearest fix. Refuses with division.not_found."""
    prepare(scope)
    ground = get_map(scope=scope, day=window.last_day, within=within)
    picture = get_picture(ground=ground, window=window, now=now)
    return frame(picture) | list_gaps(picture)


def prepare(scope: Scope) -> None:
    """The figures follow the facts; from then on nothing is written, and all is read as of one moment."""
    catch_up(network_id=scope.network_id)
    begin_report()


def frame(picture: Picture) -> Answer:
    """What every figure carries: its window, its moment, how far it is settled, and its rules."""
    return {
        "window": {"from": picture.window.starts_on, "to": picture.window.ends_on},
        "as_of": picture.now,
        "settled_until": picture.settled_until,
        "rules_version": picture.ground.rules_version,
    }
