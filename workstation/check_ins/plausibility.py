"""What is worth a second look about somebody's presence: from values alone. It informs, and decides nothing.

No position of a person is needed for it: between two stations lie as many metres as between their doors.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from workstation.geography.distance import Position, sphere_m

# From door to door through a city nobody is faster than 120 km/h.
FASTEST_M_PER_S = 120 / 3.6
# Clocks that are this much off are taken as they are (sync/rules.py), so as much may be between two of them.
CLOCKS_APART_S = 60.0
# The other registrations that can matter: the way from one end of a large city to the other.
NEAR = timedelta(hours=1)
# So many people may use one installation within a day before it is said; a station's tablet has its own few.
MOST_PEOPLE = 5
PEOPLE_WITHIN = timedelta(days=1)


class Presence(NamedTuple):
    """Somebody registered at a station then: the station's place (WGS-84) and fence radius in metres."""

    id: str
    at: datetime
    lat: float
    lon: float
    fence_radius_m: int


def is_too_fast(presence: Presence, others: Iterable[Presence], *, clock_error_s: float) -> bool:
    """Whether one of the same person's others lies too far away for the time between, before or after."""
    return any(_way_m(presence, other) > _reach_m(presence, other, clock_error_s) for other in others)


def _way_m(one: Presence, other: Presence) -> float:
    """Metres from one fence to the other."""
    way = sphere_m(origin=Position(one.lat, one.lon), target=Position(other.lat, other.lon))
    return way - one.fence_radius_m - other.fence_radius_m


def _reach_m(one: Presence, other: Presence, clock_error_s: float) -> float:
    """How far somebody gets in the time between, and in the time that nobody is sure of."""
    seconds = abs((one.at - other.at).total_seconds())
    return FASTEST_M_PER_S * (seconds + CLOCKS_APART_S + clock_error_s)


def is_shared_by_many(people: int) -> bool:
    """Whether so many people, the one who registers included, are more than share a phone or tablet."""
    return people > MOST_PEOPLE
