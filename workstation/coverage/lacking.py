"""Which stations and streets lack most, found in windows that are added up: the first of each list."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, not_, or_, select, true

from workstation.coverage.added import View
from workstation.coverage.gap_pages import Cursor, Page, is_behind
from workstation.coverage.judged import is_plain, keys_by_division
from workstation.coverage.queries import total
from workstation.database import db

MOST_READ = 5_000  # stations one by one; from there on reading all is no dearer


class Lacking(NamedTuple):
    """`station_ids` are all that may be among the first of a list; `served` the streets with an open station.

    `counts` is how many plain stations each list has; one that is dormant is not counted as failing too.
    """

    station_ids: Collection[str]
    served: frozenset[str]
    counts: Mapping[str, int]


def find_lacking(view: View, *, page: Page, cursor: Cursor | None) -> Lacking | None:
    """None where not all is added up, or where so many lack something that all may as well be read."""
    judged, plain = view.judged, is_plain(view.judged, view.doubtful)
    lists = {
        "dormant": judged.c.is_dormant,
        "failing": judged.c.is_failing & not_(judged.c.is_dormant),
        "not_tangible": judged.c.is_open & not_(judged.c.is_tangible),
    }
    lists_and_all = lists | {"stations": or_(*lists.values())}
    sums = [total(case((plain & lacks, 1), else_=0)) for lacks in lists_and_all.values()]
    known = (func.count(), total(case((judged.c.is_stale, 1), else_=0)))
    found, stale, *counts = tuple(db.session.execute(select(*known, *sums), view.values).one())
    if found - stale != view.ground.standing.count:
        return None
    how_many = dict(zip(lists_and_all, counts, strict=True))
    if page.limit is None and how_many["stations"] > MOST_READ:
        return None
    oldest = (judged.c.last_kept_on.is_not(None), judged.c.last_kept_on, judged.c.code, judged.c.id)
    last, code, id = oldest[1:]
    behind = true() if cursor is None else is_behind(cursor, last=last, code=code, id=id)
    limit = None if page.limit is None else page.limit + 1  # one more: whether others follow
    first = [
        _ids(view, select(id).where(plain, lists[name], behind).order_by(*oldest).limit(limit))
        for name in page.lists_of_stations
    ]
    start = set() if cursor is None else {cursor.station_id}
    return Lacking(
        station_ids={*view.doubtful}.union(start, *first),
        served=frozenset(_ids(view, _served(view))),
        counts=how_many,
    )


def _ids(view: View, statement: Select[Any]) -> Sequence[str]:
    return db.session.scalars(statement, view.values).all()


def _served(view: View) -> Select[Any]:
    """The streets that an open station serves."""
    judged, streets = view.judged, keys_by_division(view.ground, "street")
    found = select(streets.c.key).join(judged, judged.c.division_id == streets.c.id)
    return found.where(judged.c.serves_street, judged.c.is_open, streets.c.key.is_not(None)).distinct()
