"""How both rates went: the same picture, taken again for windows of the same length that ended earlier."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from workstation.coverage.added import find_effective_streets, find_view
from workstation.coverage.overview import Answer, frame, prepare
from workstation.coverage.places import Map, get_map
from workstation.coverage.rows import served_street
from workstation.coverage.stations import Figures, Picture, get_picture
from workstation.coverage.windows import Window
from workstation.people.rules import Scope

WEEK = timedelta(days=7)
WEEKS = 12

Streets = frozenset[str]


def get_trend(*, scope: Scope, window: Window, now: datetime, within: str | None = None) -> Answer:
    """The rates of this window and of those that ended one to twelve weeks earlier, oldest first.

    Each is what /coverage says of that window. Refuses with division.not_found.
    """
    prepare(scope)
    ground = get_map(scope=scope, day=window.last_day, within=within)
    pictures = [_picture(ground, earlier(window, weeks), now) for weeks in range(WEEKS, -1, -1)]
    return frame(pictures[-1]) | {"points": [_point(picture) for picture in pictures]}


def get_changes(*, scope: Scope, window: Window, now: datetime, within: str | None = None) -> Answer:
    """Which streets are served now and were not a week ago, and the other way round.

    Refuses with division.not_found.
    """
    before = earlier(window, 1)
    for each in (before, window):
        prepare(scope, window=each, now=now)
    ground = get_map(scope=scope, day=window.last_day, within=within)
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


def _picture(ground: Map, window: Window, now: datetime) -> Picture:
    return get_picture(ground=replace(ground, day=window.last_day), window=window, now=now)


def _is_effective(one: Figures) -> bool:
    return one.is_effective


def _served(picture: Picture, is_reached: Callable[[Figures], bool]) -> Streets:
    """The streets in sight that a station serves which is as asked for."""
    found = {served_street(picture.ground, one) for one in picture.stations if is_reached(one)}
    return picture.ground.streets & found


def _point(picture: Picture) -> dict[str, Any]:
    streets = len(picture.ground.streets)
    reached = {
        "tangible": _served(picture, lambda one: one.is_tangible),
        "effective": _served(picture, _is_effective),
        "effective_high": _served(picture, lambda one: one.may_be_effective),
    }
    counts = {f"streets_{name}": len(some) for name, some in reached.items()}
    rates = {name: len(some) / streets if streets else None for name, some in reached.items()}
    return _span(picture.window) | {
        "streets": streets,
        **counts,
        "tangible_rate": rates["tangible"],
        "effective_rate": rates["effective"],
        "effective_rate_high": rates["effective_high"],
        "provisional": len({day for one in picture.stations for day in one.unsettled}),
    }


def _span(window: Window) -> dict[str, Any]:
    return {"from": window.starts_on, "to": window.ends_on}


def _named(ground: Map, streets: Iterable[str]) -> list[dict[str, str]]:
    places = sorted((ground.divisions[each] for each in streets), key=lambda place: place.id)
    return [{"division_id": place.id, "name": place.name} for place in places]
