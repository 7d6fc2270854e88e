"""Planned shifts: each living station has its weekday and hours, its members take turns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from workstation.demo.ids import id_at
from workstation.demo.people import Crowd
from workstation.demo.places import Record, Spot
from workstation.local_time import LOCAL

HOURS = ((time(9), time(11, 30)), (time(14, 30), time(17, 30)), (time(9), time(12)), (time(15), time(17)))


@dataclass(frozen=True)
class Duty:
    """One planned shift with what decides how it will go."""

    spot: Spot
    member: Record
    starts_at: datetime
    ends_at: datetime

    def record(self, *, at: datetime, random: Random) -> Record:
        """The row, without its network."""
        return {
            "id": id_at(moment=at, random=random),
            "station_id": self.spot.record["id"],
            "member_id": self.member["id"],
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "day": self.starts_at.date(),
        }


def plan_duties(
    *, spots: list[Spot], crowd: Crowd, first: date, today: date, last: date, random: Random
) -> list[Duty]:
    """Every planned shift from the first to the last day, both included. Dormant stations plan nothing."""
    return [
        duty
        for spot in spots
        if spot.profile.kept and crowd.at_station[spot.record["id"]]
        for duty in _of_station(
            spot=spot,
            members=crowd.at_station[spot.record["id"]],
            first=first,
            today=today,
            last=last,
            random=random,
        )
    ]


def _of_station(
    *, spot: Spot, members: list[Record], first: date, today: date, last: date, random: Random
) -> Iterator[Duty]:
    starts, ends = random.choice(HOURS)
    day = first + timedelta(days=random.randrange(spot.profile.every_days))
    last = min(last, today - timedelta(days=spot.profile.quiet_days)) if spot.profile.quiet_days else last
    turn = random.randrange(len(members))
    while day <= last:
        yield Duty(
            spot,
            members[turn % len(members)],
            datetime.combine(day, starts, LOCAL),
            datetime.combine(day, ends, LOCAL),
        )
        turn += 1
        day += timedelta(days=spot.profile.every_days)
