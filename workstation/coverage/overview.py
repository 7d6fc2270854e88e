"""Coverage as it is asked for: by group, of one station, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from workstation.coverage.added import View, find_view, list_added_rows
from workstation.coverage.gaps import cut, list_gaps
from workstation.coverage.lacking import find_lacking
from workstation.coverage.operations import catch_up
from workstation.coverage.places import GROUPINGS, get_map
from workstation.coverage.rows import Row, list_rows, page
from workstation.coverage.station_page import describe_station
from workstation.coverage.stations import Picture, Unjudged, get_picture
from workstation.coverage.usual_windows import is_usual, keep_some
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
    ids: Sequence[str] | None = None,
) -> Answer:
    """Totals and rows by group. The totals are always those of all rows, whatever page is asked for: `limit`
    rows behind `after`, or those of the stations `ids` in sight, by code.

    Refuses with coverage.by_invalid, division.not_found (`within`), coverage.after_unknown,
    rules.version_not_found or rules.version_gone.
    """
    if by not in GROUPINGS:
        raise Refusal("coverage.by_invalid")
    prepare(scope, window=window, now=now)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    is_cut = limit is not None or ids is not None
    view = find_view(ground=ground, window=window, now=now) if by != "station" or is_cut else None
    added = list_added_rows(view, by=by) if view else None
    if view is None or added is None:
        picture = get_picture(ground=ground, window=window, now=now)
        totals, rows = list_rows(picture, by=by)
        chosen = rows if ids is None else [row for row in rows if row["key"] in ids]
        return frame(picture) | {"totals": totals, "rows": page(chosen, limit=limit, after=after)}
    totals, rows = added
    if by == "station":
        wanted = ground.standing.page(limit=limit, after=after) if ids is None else ids
        rows = _list_stations(view, wanted)
    return frame(view) | {"totals": totals, "rows": rows}


def _list_stations(view: View, station_ids: Sequence[str]) -> list[Row]:
    """The rows of these stations, judged one by one."""
    chosen = view.ground.only(station_ids)
    picture = get_picture(ground=chosen, window=view.window, now=view.now, silence=view.silence)
    return list_rows(picture, by="station")[1]


def get_station_coverage(*, scope: Scope, station_id: str, window: Window, now: datetime) -> Answer:
    """One station's row with its gates, its checklist and its days. Refuses with station.not_found."""
    prepare(scope)
    ground = get_map(scope=scope, day=window.last_day, station_id=station_id)
    picture = get_picture(ground=ground, window=window, now=now)
    _, rows = list_rows(picture, by="station")
    return frame(picture) | rows[0] | describe_station(picture)


def get_gaps(
    *, scope: Scope, window: Window, now: datetime, within: str | None = None, limit: int | None = None
) -> Answer:
    """What is missing, with the nearest fix: the first `limit` of each list, and how many there are.

    Refuses with division.not_found.
    """
    prepare(scope, window=window, now=now)
    ground = get_map(scope=scope, day=window.last_day, within=within)
    view = find_view(ground=ground, window=window, now=now) if limit is not None else None
    lacking = find_lacking(view, most=limit) if view and limit is not None else None
    if view is None or lacking is None:
        picture = get_picture(ground=ground, window=window, now=now)
        return frame(picture) | cut(list_gaps(picture), most=limit)
    chosen = ground.only(sorted(lacking.station_ids))
    picture = get_picture(ground=chosen, window=window, now=now, silence=view.silence)
    gaps = list_gaps(replace(picture, ground=ground), served=lacking.served)
    return frame(view) | cut(gaps, most=limit, counts=lacking.counts, doubtful=view.doubtful)


def prepare(scope: Scope, *, window: Window | None = None, now: datetime | None = None) -> None:
    """The figures follow the facts; from then on nothing is written, and all is read as of one moment.

    A window that pages open by themselves is added up, some stations at a time, where it is not yet.
    """
    catch_up(network_id=scope.network_id)
    if window is not None and now is not None and is_usual(window, now=now):
        keep_some(network_id=scope.network_id, window=window, now=now)
    begin_report()


def frame(picture: Picture | View | Unjudged) -> Answer:
    """What every figure carries: its window, its moment, how far it is settled, and its rules."""
    return {
        "window": {"from": picture.window.starts_on, "to": picture.window.ends_on},
        "as_of": picture.now,
        "settled_until": picture.settled_until,
        "rules_version": picture.ground.rules_version,
    }
