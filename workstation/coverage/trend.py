"""How both rates went: the same picture, taken again for windows of the same length that ended earlier."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from workstation.coverage.added import find_effective_streets, find_view
from workstation.coverage.earlier import Reached, list_reached
from workstation.coverage.overview import Answer, frame, prepare_to_read
from workstation.coverage.places import Map, get_map
from workstation.coverage.rows import served_street
from workstation.coverage.stations import Figures, Picture, Unjudged, get_picture
from workstation.coverage.windows import Window
from workstation.people.rules import Scope

WEEK = timedelta(days=7)
WEEKS = 12

Streets = frozenset[str]


def get_trend(
    *,
    scope: Scope,
    window: Window,
    now: datetime,
    within: str | None = None,
    rules_version: int | None = None,
) -> Answer:
    """The rates of this window and of those that ended one to twelve weeks earlier, oldest first.

    Each is what /coverage says of that window. Refuses with division.not_found.
    """
    now = prepare_to_read(scope, now=now)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    windows = [earlier(window, weeks) for weeks in range(WEEKS + 1)]
    points = [
        _point(replace(ground, day=each.last_day), each, reached)
        for each, reached in zip(windows, list_reached(ground=ground, windows=windows, now=now), strict=True)
    ]
    return frame(Unjudged(ground=ground, window=window, now=now)) | {"points": points[::-1]}


def get_changes(
    *,
    scope: Scope,
    window: Window,
    now: datetime,
    within: str | None = None,
    rules_version: int | None = None,
) -> Answer:
    """Which streets are served now and were not a week ago, and the other way round.

    Refuses with division.not_found.
    """
    before = earlier(window, 1)
    for each in (before, window):
        now = prepare_to_read(scope, now=now, window=each)
    ground = get_map(scope=scope, day=window.last_day, within=within, rules_version=rules_version)
    shown, served = _effective_streets(ground, window, now)
    _, was_served = _effective_streets(ground, before, now)
    return shown | {
        "before": _span(before),
        "gained": _named(ground, served - was_served),
        "lost": _named(ground, was_served - served),
    }


def _effective_streets(ground: Map, window: Window, now: datetime) -> tuple[Answer, Streets]:
    """What figures carry, and the streets in sight that an effective station serves."""
    own = replace(ground, day=window.last_day)
    view = find_view(ground=own, window=window, now=now)
    added = find_effective_streets(view) if view else None
    if view is None or added is None:
        picture = get_picture(ground=own, window=window, now=now)
        return frame(picture), _served(picture, _is_effective)
    return frame(view), added


def earlier(window: Window, weeks: int) -> Window:
    """The window of the same length that ended so many weeks before."""
    return Window(window.starts_on - weeks * WEEK, window.ends_on - weeks * WEEK)


def _is_effective(one: Figures) -> bool:
    return one.is_effective


def _served(picture: Picture, is_reached: Callable[[Figures], bool]) -> Streets:
    """The streets in sight that a station serves which is as asked for."""
    found = {served_street(picture.ground, one) for one in picture.stations if is_reached(one)}
    return picture.ground.streets & found


def _point(ground: Map, window: Window, reached: Reached) -> dict[str, Any]:
    streets = len(ground.streets)
    counts = {name: len(getattr(reached, name)) for name in ("tangible", "effective", "effective_high")}
    rates = {name: count / streets if streets else None for name, count in counts.items()}
    return _span(window) | {
        "streets": streets,
        **{f"streets_{name}": count for name, count in counts.items()},
        "tangible_rate": rates["tangible"],
        "effective_rate": rates["effective"],
        "effective_rate_high": rates["effective_high"],
        "provisional": reached.provisional,
    }


def _span(window: Window) -> dict[str, Any]:
    return {"from": window.starts_on, "to": window.ends_on}


def _named(ground: Map, streets: Iterable[str]) -> list[dict[str, str]]:
    places = sorted((ground.divisions[each] for each in streets), key=lambda place: place.id)
    return [{"division_id": place.id, "name": place.name} for place in places]
