"""What gates rest on only because staff released it: counted once, for every page and every file."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select, union_all

from workstation.check_ins.models import IS_RELEASED
from workstation.coverage.days import RECEPTION, SHIFT, Fact, counted
from workstation.coverage.facts import Place, list_facts
from workstation.coverage.places import Map
from workstation.coverage.windows import Window
from workstation.database import db
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift

FLAG = "released"


class Released(NamedTuple):
    """How many shifts and receptions that figures count were held first, and released."""

    shifts: int = 0
    receptions: int = 0


def count_released(*, ground: Map, window: Window) -> Mapping[str, Released]:
    """By station id; a station without any is left out. Released facts are few and have an index."""
    here = {stand.id for stand in ground.stands}
    places = [place for place in list_released_places(ground=ground, window=window) if place[0] in here]
    facts = list_facts(network_id=ground.network.id, places=places)
    found: dict[str, Released] = {}
    for (station_id, _), some in facts.items():
        before = found.get(station_id, Released())
        kept = [fact for fact in counted(some, within=ground.thresholds.merge) if FLAG in fact.flags]
        found[station_id] = Released(
            before.shifts + _of(SHIFT, kept), before.receptions + _of(RECEPTION, kept)
        )
    return {station_id: released for station_id, released in found.items() if any(released)}


def _of(kind: str, facts: list[Fact]) -> int:
    return sum(fact.kind == kind for fact in facts)


def list_released_places(*, ground: Map, window: Window) -> list[Place]:
    """The station-days of the network on which something was released."""
    rows = db.session.execute(
        union_all(*(released_days(model=model, ground=ground, window=window) for model in (Shift, Reception)))
    )
    return sorted({(station_id, day) for station_id, day in rows})


def released_days(*, model: type[Shift] | type[Reception], ground: Map, window: Window) -> Any:
    """Selects the station-days with released facts of one kind. Its conditions are those of the index."""
    return select(model.station_id, model.day).where(
        model.network_id == ground.network.id,
        model.day >= window.starts_on,
        model.day < window.ends_on,
        IS_RELEASED[db.session.connection().dialect.name],
        model.withdrawn.is_(False),
    )
