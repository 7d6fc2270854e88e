"""Nearest 20 stations: how long the question takes, and whether the answer is the exact one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter

from bench.databases import Databases, databases, gather_statistics, opened
from bench.hurry import percentile
from bench.network import BOUNDS, Place, found_network, strew
from bench.report import Chapter, Mark, table
from bench.sync import KINDS, NAMES
from workstation.database import db
from workstation.geography.distance import Position, geodesic_m
from workstation.network.queries import list_nearest_stations

LIMIT = 20
WARM_UP = 10
GOAL_STATIONS, GOAL_MS = 24_200, 5


@dataclass(frozen=True, kw_only=True)
class Size:
    stations: tuple[int, ...] = (242, 24_200, 100_000)
    questions: int = 300
    checked: int = 3  # against the distances to all stations: 10 s a question at 100,000


FULL = Size()
QUICK = Size(stations=(242, 2_420), questions=50)

Answer = list[tuple[str, float]]


@dataclass(frozen=True)
class Exam:
    """Stations, places to ask about, and the right answers to the first of these questions."""

    places: list[Place]
    origins: list[Position]
    expected: list[Answer]


@dataclass(frozen=True)
class Times:
    kind: str
    stations: int
    p50_ms: float
    p95_ms: float
    wrong: int


def chapter(size: Size = FULL, kinds: Sequence[str] = KINDS) -> Chapter:
    """Every number of stations on every kind of database."""
    found = [times for stations in size.stations for times in _on_each(exam(stations, size), kinds)]
    rows = [
        [NAMES[each.kind], f"{each.stations:,}", f"{each.p50_ms:.2f}", f"{each.p95_ms:.2f}"] for each in found
    ]
    text = f"""
The {LIMIT} nearest stations through `workstation.network.queries.list_nearest_stations`: {size.questions}
questions from places in a rectangle as large as Shenzhen, each by a fresh session. {size.checked} answers of
each kind are compared with the geodesic distances to all stations.
"""
    heads = ["database", "stations", "p50 ms", "p95 ms"]
    return Chapter(title="Nearest stations", text=text, tables=[table(heads, rows)], marks=_marks(found))


def _on_each(exam: Exam, kinds: Sequence[str]) -> Iterator[Times]:
    for kind in kinds:
        with databases(kind) as place:
            yield measure(place, exam)


def _marks(found: Sequence[Times]) -> list[Mark]:
    wrong = sum(each.wrong for each in found)
    goals = [
        Mark(
            what=f"{NAMES[each.kind]}, {each.stations:,} stations: p50",
            figure=each.p50_ms,
            at_most=GOAL_MS,
            unit="ms",
            decides=False,
        )
        for each in found
        if each.stations == GOAL_STATIONS
    ]
    return [Mark(what="answers that were not the exact ones", figure=wrong, at_most=0), *goals]


def exam(stations: int, size: Size) -> Exam:
    """The same stations and questions every time."""
    places, random = strew(stations), Random(2)
    south, west, north, east = BOUNDS
    origins = [
        Position(random.uniform(south, north), random.uniform(west, east)) for _ in range(size.questions)
    ]
    return Exam(places, origins, [_by_hand(places, origin) for origin in origins[: size.checked]])


def _by_hand(places: Sequence[Place], origin: Position) -> Answer:
    measured = [
        (geodesic_m(origin=origin, target=Position(place.lat, place.lon)), place.code, place.id)
        for place in places
    ]
    return [(id, metres) for metres, _code, id in sorted(measured)[:LIMIT]]


def measure(place: Databases, exam: Exam) -> Times:
    """Asks every question once, after some to warm up."""
    with opened(place.make("nearest"), place.folder):
        network_id = found_network(places=exam.places, phones=0).network_id
        gather_statistics()
        for origin in exam.origins[:WARM_UP]:
            _ask(network_id, origin)
        asked = [_ask(network_id, origin) for origin in exam.origins]
    times = [ms for ms, _ in asked]
    wrong = sum(answer != right for (_, answer), right in zip(asked, exam.expected, strict=False))
    return Times(place.kind, len(exam.places), percentile(times, 50), percentile(times, 95), wrong)


def _ask(network_id: int, origin: Position) -> tuple[float, Answer]:
    db.session.remove()
    began = perf_counter()
    near = list_nearest_stations(network_id=network_id, origin=origin, limit=LIMIT)
    took_ms = (perf_counter() - began) * 1000
    return took_ms, [(each.place.id, each.distance_m) for each in near]
