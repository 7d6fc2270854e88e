"""Pages of what is missing: the first things of each list, or those of one list behind a certain one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, literal, or_, tuple_

from workstation.coverage.gap_cursors import Entry, list_phones_behind, list_streets_behind, phone_text
from workstation.coverage.places import Map
from workstation.database import Id, db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.network.models import Station

Gaps = dict[str, list[Entry]]
Answer = dict[str, Any]
Thing = tuple[str, str, Any]  # the list, what `after` calls it, and the entry or the station's id
OF_STATIONS = ("dormant", "failing", "not_tangible")
STREETS, PHONES = "streets_without_station", "quiet_devices"
STATIONS, ALL = "stations", "all"  # every station that lacks something; the same behind the streets
LISTS = (STREETS, *OF_STATIONS, PHONES, STATIONS, ALL)
NEVER = "never"


class Cursor(NamedTuple):
    """A page of stations begins behind this one, which had its last kept shift then."""

    last_open_on: date | None
    code: str
    station_id: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """`limit` things of each list, or of the one list that `listed` names (of LISTS), behind `after`.

    `after` is the `next` of the page before. It says where in the order the last one stood, so that a page
    follows also where that station, street or phone lacks nothing by now.
    """

    limit: int | None = None
    listed: str | None = None
    after: str | None = None

    @property
    def lists_of_stations(self) -> tuple[str, ...]:
        """Those it takes from."""
        if self.listed in (STREETS, PHONES):
            return ()
        return (self.listed,) if self.listed in OF_STATIONS else OF_STATIONS

    def cursor(self, ground: Map) -> Cursor | None:
        """The station that it begins behind, if it is one. Refuses with coverage.after_unknown."""
        if self.after is None or not self.lists_of_stations:
            return None
        day, dot, station_id = self.after.partition(".")
        if self.listed == ALL and not dot:  # a street
            return None
        chosen = ground.stations.with_only_columns(Station.code).where(Station.id == station_id)
        code = db.session.scalar(chosen) if is_id(station_id) else None
        if code is None:
            raise Refusal("coverage.after_unknown")
        return Cursor(_read_day(day), code, station_id)


WHOLE = Page()


def _read_day(text: str) -> date | None:
    try:
        return None if text == NEVER else date.fromisoformat(text)
    except ValueError:
        raise Refusal("coverage.after_unknown") from None


def is_behind(cursor: Cursor, *, last: Any, code: Any, id: Any) -> ColumnElement[bool]:
    """Condition on stations in the order of the lists: where nobody ever was first, then by the last day."""
    own = tuple_(literal(cursor.code, Station.code.type), literal(cursor.station_id, Id))
    later = tuple_(code, id) > own
    if cursor.last_open_on is None:
        return or_(last.is_not(None), later)
    return or_(last > cursor.last_open_on, and_(last == cursor.last_open_on, later))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Lists that hold all that a page needs, if not all there is.

    `ground` is all that is in sight, `order` the place of each station by code. `counts` are of what was
    counted without being listed: of the lists only the `doubtful` stations are added to them.
    """

    gaps: Gaps
    page: Page
    ground: Map
    cursor: Cursor | None
    order: Mapping[str, int]
    counts: Mapping[str, int]
    doubtful: Collection[str]

    def answer(self) -> Answer:
        """The lists of the page, `counts` of all, and `next` where one list is paged through."""
        limit = self.page.limit
        if limit is None:
            return self.gaps
        if self.page.listed is not None:
            return self._one_list(limit)
        first = {each for name in OF_STATIONS for each in self._list(name)[:limit]}
        others = {name: self.gaps[name][:limit] for name in (STREETS, PHONES)}
        return self._entries_of(first) | others | {"counts": self._count()}

    def _one_list(self, limit: int) -> Answer:
        things = list(self._things())
        shown = things[:limit]
        others = {at: [thing for name, _, thing in shown if name == at] for at in (STREETS, PHONES)}
        stations = self._entries_of({thing for at, _, thing in shown if at == STATIONS})
        follows = shown[-1][1] if len(things) > limit else None
        return stations | others | {"counts": self._count(), "next": follows}

    def _things(self) -> Iterator[Thing]:
        """What stands behind `after`. Refuses with coverage.after_unknown."""
        listed, after = self.page.listed, self.page.after
        if listed in (STREETS, ALL) and self.cursor is None:
            streets = list_streets_behind(self.gaps[STREETS], after, ground=self.ground)
            yield from ((STREETS, street["division_id"], street) for street in streets)
        if listed == PHONES:
            phones = list_phones_behind(self.gaps[PHONES], after, ground=self.ground)
            yield from ((PHONES, phone_text(phone), phone) for phone in phones)
        if self.page.lists_of_stations:
            name = listed if listed in OF_STATIONS else STATIONS
            yield from ((STATIONS, self._text(each), each) for each in self._behind(name or STATIONS))

    def _behind(self, name: str) -> list[str]:
        if self.cursor is None:
            return self._list(name)
        start = (self.cursor.last_open_on or date.min, self.order[self.cursor.station_id])
        return [each for each in self._list(name) if self._places[each] > start]

    def _list(self, name: str) -> list[str]:
        """The stations of a list in order, each once; of those that fail not the dormant ones."""
        if name == STATIONS:
            return list(self._places)
        ids = {entry["station_id"] for entry in self.gaps[name]}
        less = {entry["station_id"] for entry in self.gaps["dormant"]} if name == "failing" else set()
        return [each for each in self._places if each in ids - less]

    @cached_property
    def _places(self) -> Mapping[str, tuple[date, int]]:
        """The stations that lack something in order: the last day with a kept shift, the place by code."""
        found = {
            entry["station_id"]: (entry["last_open_on"] or date.min, self.order[entry["station_id"]])
            for name in OF_STATIONS
            for entry in self.gaps[name]
        }
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def _text(self, station_id: str) -> str:
        day, _ = self._places[station_id]
        return f"{NEVER if day == date.min else day}.{station_id}"

    def _entries_of(self, station_ids: Collection[str]) -> Gaps:
        """All that these stations lack."""
        return {
            name: [one for one in self.gaps[name] if one["station_id"] in station_ids] for name in OF_STATIONS
        }

    def _count(self) -> dict[str, int]:
        """Of each list how many streets, phones or stations it has."""
        ids = {name: set(self._list(name)) for name in (*OF_STATIONS, STATIONS)}
        if self.counts:
            known = {name: self.counts[name] + len(some & {*self.doubtful}) for name, some in ids.items()}
        else:
            known = {name: len(some) for name, some in ids.items()}
        return known | {name: len(self.gaps[name]) for name in (STREETS, PHONES)}
