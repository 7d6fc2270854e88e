"""Coverage as it is asked for: by group, of one station, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from workstation.coverage.added import View, find_view, list_added_rows
from workstation.coverage.gap_pages import WHOLE, Cut, Page
from workstation.coverage.gaps import list_gaps
from workstation.coverage.lacking import find_lacking
from workstation.coverage.operations import catch_up, known_until
from workstation.coverage.places import GROUPINGS, get_map
from workstation.coverage.rows import Row, list_rows, page
from workstation.coverage.station_page import describe_station
from workstation.coverage.station_rows import stream_station_rows
from workstation.coverage.stations import Picture, Unjudged, get_picture
from workstation.coverage.usual_windows import is_usual, keep_some
from workstation.coverage.windows import Window
from workstation.database import begin_report, db
from workstation.errors import Refusal
from workstation.people.rules import Scope

Answer = dict[str, Any]
log = structlog.get_logger()


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
    rows behind `after`, or those of the stations `ids` in sight, by code. Of all stations they are
    made as they are read, once.

    Refuses with coverage.by_invalid, division.not_found (`within`), coverage.after_unknown,
    rules.version_not_found or rules.version_gone.
    """
    if by not in GROUPINGS:
        raise Refusal("coverage.by_invalid")
    now = prepare_to_read(scope, now=now, window=window)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    view = find_view(ground=ground, window=window, now=now)
    added = list_added_rows(view, by=by) if view else None
    if view is None or added is None:
        picture = get_picture(ground=ground, window=window, now=now)
        totals, rows = list_rows(picture, by=by)
        chosen = rows if ids is None else [row for row in rows if row["key"] in ids]
        return frame(picture) | {"totals": totals, "rows": page(chosen, limit=limit, after=after)}
    totals, rows = added
    if by != "station":
        return frame(view) | {"totals": totals, "rows": rows}
    if limit is None and after is None and ids is None:
        return frame(view) | {"totals": totals, "rows": stream_station_rows(view)}
    wanted = ground.standing.page(limit=limit, after=after) if ids is None else ids
    return frame(view) | {"totals": totals, "rows": _list_stations(view, wanted)}


def _list_stations(view: View, station_ids: Sequence[str]) -> list[Row]:
    """The rows of these stations, judged one by one."""
    chosen = view.ground.only(station_ids)
    picture = get_picture(ground=chosen, window=view.window, now=view.now, silence=view.silence)
    return list_rows(picture, by="station")[1]


def get_station_coverage(
    *, scope: Scope, station_id: str, window: Window, now: datetime, rules_version: int | None = None
) -> Answer:
    """One station's row with its gates, its checklist and its days. Refuses with station.not_found."""
    now = prepare_to_read(scope, now=now)
    ground = get_map(scope=scope, day=window.last_day, station_id=station_id, rules_version=rules_version)
    picture = get_picture(ground=ground, window=window, now=now)
    _, rows = list_rows(picture, by="station")
    return frame(picture) | rows[0] | describe_station(picture)


def get_gaps(
    *,
    scope: Scope,
    window: Window,
    now: datetime,
    within: str | None = None,
    page: Page = WHOLE,
    rules_version: int | None = None,
) -> Answer:
    """What is missing, with the nearest fix: all of it, or a page with counts of all.

    Refuses with division.not_found or coverage.after_unknown.
    """
    now = prepare_to_read(scope, now=now, window=window)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    cursor = page.cursor(ground)
    view = find_view(ground=ground, window=window, now=now)
    lacking = find_lacking(view, page=page, cursor=cursor) if view else None
    counts, doubtful = (lacking.counts, view.doubtful) if view and lacking else ({}, ())
    if view is None or lacking is None:
        picture = get_picture(ground=ground, window=window, now=now)
        framed, gaps = frame(picture), list_gaps(picture)
    else:
        chosen = ground.only(sorted(lacking.station_ids))
        picture = get_picture(ground=chosen, window=window, now=now, silence=view.silence)
        framed, gaps = frame(view), list_gaps(replace(picture, ground=ground), served=lacking.served)
    order = {one.stand.id: number for number, one in enumerate(picture.stations)}
    cut = Cut(
        gaps=gaps,
        page=page,
        ground=ground,
        cursor=cursor,
        order=order,
        counts=counts,
        doubtful=doubtful,
    )
    return framed | cut.answer()


def prepare(scope: Scope) -> None:
    """The figures follow the facts; from then on nothing is written, and all is read as of one moment."""
    catch_up(network_id=scope.network_id)
    begin_report()


def prepare_to_read(scope: Scope, *, now: datetime, window: Window | None = None) -> datetime:
    """The same for who only looks, who is told what is there also where nothing can be written (a full disk,
    a file system or a database that takes no writes).

    As of when: `now`, or the moment up to which everything is in the figures. A window that pages open by
    themselves is added up, some stations at a time, where it is not yet.
    """
    moment = now
    try:
        catch_up(network_id=scope.network_id)
        if window is not None and is_usual(window, now=now):
            keep_some(network_id=scope.network_id, window=window, now=now)
    except OperationalError as error:
        db.session.rollback()
        moment = known_until(network_id=scope.network_id, now=now)
        seconds = round((now - moment).total_seconds())
        log.warning("figures.behind", error=type(error.orig).__name__, seconds=seconds)
    begin_report()
    return moment


def frame(picture: Picture | View | Unjudged) -> Answer:
    """What every figure carries: its window, its moment, how far it is settled, and its rules."""
    return {
        "window": {"from": picture.window.starts_on, "to": picture.window.ends_on},
        "as_of": picture.now,
        "settled_until": picture.settled_until,
        "rules_version": picture.ground.rules_version,
    }
