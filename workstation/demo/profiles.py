"""How lively each invented station is. Chosen so that every gate fails somewhere and most pass."""

from dataclasses import dataclass

DORMANT_AT_LEAST = 14


@dataclass(frozen=True)
class Profile:
    """Habits of a station. `every_days` is the usual distance between its planned shifts."""

    name: str
    every_days: int
    kept: float
    receptions: float
    # No shift in this many days before today; more than 45 fail the gate of being open.
    quiet_days: int = 0


BUSY = Profile("busy", every_days=3, kept=0.95, receptions=1.3)
STEADY = Profile("steady", every_days=5, kept=0.93, receptions=0.8)
LIGHT = Profile("light", every_days=12, kept=0.95, receptions=0.8)
UNKEPT = Profile("unkept", every_days=7, kept=0.45, receptions=0.6)
NO_CONTACT = Profile("no_contact", every_days=7, kept=0.95, receptions=0.0)
STOPPED = Profile("stopped", every_days=6, kept=0.95, receptions=0.7, quiet_days=50)
DORMANT = Profile("dormant", every_days=7, kept=0.0, receptions=0.0)

# Out of twenty stations that are not dormant.
MIXTURE = (*[BUSY] * 4, *[STEADY] * 8, *[LIGHT] * 4, UNKEPT, UNKEPT, NO_CONTACT, STOPPED)


def count_dormant(stations: int) -> int:
    """How many stations show no life: at least 14, else about one in seventeen."""
    return max(DORMANT_AT_LEAST, stations // 17)
