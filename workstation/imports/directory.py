"""What a network already has, by name and by code, so that rows can point at it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from workstation.geography.nearest import Box
from workstation.geography.outlines import Outline
from workstation.ids import new_id
from workstation.imports import cells
from workstation.imports.problems import Wrong


class Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Place:
    """A division. `path` are the ids from the city down to itself."""

    id: str
    code: str
    name: str
    level: str
    parent_id: str | None
    path: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """An area; or a sector, which has its code for an id."""

    id: str
    code: str
    name: str


@dataclass
class Index:
    """Things by name and by code. A name that two of them share is answered by neither."""

    by_code: dict[str, Any] = field(default_factory=dict)
    by_name: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, thing: Named) -> None:
        self.by_code[thing.code] = thing
        self.by_name[thing.name].append(thing)

    def find(self, text: str) -> Any:
        """The one thing of that code, else of that name, or None. Wrong when several share the name."""
        code = cells.narrow(text)
        if code in self.by_code:
            return self.by_code[code]
        named = self.by_name.get(text, [])
        if len(named) > 1:
            raise Wrong("import.ambiguous", value=text)
        return named[0] if named else None

    def names(self) -> dict[str, str]:
        """Id → name."""
        return {thing.id: thing.name for thing in self.by_code.values()}


def index_of(things: Iterable[Named]) -> Index:
    index = Index()
    for thing in things:
        index.add(thing)
    return index


@dataclass
class Directory:
    """A network's divisions, areas and sectors; what an import has to create is collected beside them."""

    network_id: int
    standard: list[str]
    bounds: Box | None
    # By division: its name and its border.
    outlines: dict[str, tuple[str, Outline]]
    cities: Index
    districts: Index
    areas: Index
    sectors: Index
    inside: dict[str, Index] = field(default_factory=lambda: defaultdict(Index))
    new_divisions: list[Place] = field(default_factory=list)
    new_areas: list[Group] = field(default_factory=list)
    new_sectors: list[Group] = field(default_factory=list)

    def places(self) -> list[Place]:
        """Every place valid today."""
        indexes = (self.cities, self.districts, *self.inside.values())
        found = {place.id: place for index in indexes for place in index.by_code.values()}
        return list(found.values())

    def names(self) -> dict[str, str]:
        """Id → name of every place, area and sector."""
        indexes = (self.cities, self.districts, *self.inside.values(), self.areas, self.sectors)
        return {own_id: name for index in indexes for own_id, name in index.names().items()}

    def district(self, text: str) -> Place:
        """A district, or the city itself for a station above all districts."""
        found: Place | None = self.districts.find(text) or self.cities.find(text)
        if not found:
            raise Wrong("import.district_unknown", value=text)
        return found

    def street(self, *, text: str, district: Place) -> Place:
        found: Place | None = self.inside[district.id].find(text)
        if not found:
            raise Wrong("import.street_unknown", value=text, division=district.name)
        return found

    def community(self, *, text: str, street: Place) -> tuple[Place, bool]:
        """The community, and whether it must be created: no register of communities comes with us."""
        index = self.inside[street.id]
        found: Place | None = index.find(text)
        if found:
            return found, False
        if text.isdigit():
            raise Wrong("import.community_unknown", value=text)
        own_id = new_id()
        code = f"{street.code}-{len(index.by_code) + 1:03}"
        made = Place(own_id, code, text, "community", street.id, (*street.path, own_id))
        index.add(made)
        self.new_divisions.append(made)
        return made, True

    def area(self, text: str) -> tuple[Group, bool]:
        return self._group(index=self.areas, new=self.new_areas, text=text, own_id=True)

    def sector(self, text: str) -> tuple[Group, bool]:
        return self._group(index=self.sectors, new=self.new_sectors, text=text, own_id=False)

    def _group(self, *, index: Index, new: list[Group], text: str, own_id: bool) -> tuple[Group, bool]:
        found: Group | None = index.find(text)
        if found:
            return found, False
        made = Group(new_id() if own_id else text, text, text)
        index.add(made)
        new.append(made)
        return made, True
