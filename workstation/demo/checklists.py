"""The checklists of the demo's stations: most have all four items, about one in eight lacks one."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from workstation.demo.places import Record, Spot
from workstation.network.founding import DEFAULT_STANDARD

LACKS_AN_ITEM = 1 / 8


def tick_checklists(*, spots: Sequence[Spot], random: Random) -> list[Record]:
    """One row per station and item, confirmed in the first days after opening."""
    rows = []
    for spot in spots:
        lacking = random.choice(DEFAULT_STANDARD) if random.random() < LACKS_AN_ITEM else None
        confirmed_on = spot.record["opened_on"] + timedelta(days=random.randrange(10))
        rows += [
            {
                "station_id": spot.record["id"],
                "item": item,
                "met": item != lacking,
                "checker": "区政协办公室（演示）",
                "confirmed_on": None if item == lacking else confirmed_on,
                "proof": "现场照片（演示）",
            }
            for item in DEFAULT_STANDARD
        ]
    return rows
