"""Where a page of streets or phones begins, also when the one that it begins behind lacks nothing by now."""

from typing import Any

from workstation.coverage.places import Map
from workstation.errors import Refusal
from workstation.ids import is_id

Entry = dict[str, Any]
PhoneKey = tuple[int, int, str, str, str]


def list_streets_behind(streets: list[Entry], after: str | None, *, ground: Map) -> list[Entry]:
    """Those behind this street, which is in sight. Refuses with coverage.after_unknown."""
    if after is None:
        return streets
    place = ground.divisions.get(after)
    if place is None or place.level != "street" or not ground.sees(place):
        raise Refusal("coverage.after_unknown")
    order = {each: number for number, each in enumerate(ground.divisions)}
    return [street for street in streets if order[street["division_id"]] > order[after]]


def phone_key(entry: Entry) -> PhoneKey:
    """Phones in order: what holds most first, then who was silent longest. One may be awaited at several
    stations.
    """
    return (
        -entry["pending"],
        -entry["days"],
        entry["station_name"] or "",
        entry["device_id"],
        entry["station_id"] or "",
    )


def phone_text(entry: Entry) -> str:
    """What `after` calls it: the key, but for the station's name."""
    return f"{entry['pending']}.{entry['days']}.{entry['device_id']}.{entry['station_id'] or ''}"


def list_phones_behind(phones: list[Entry], after: str | None, *, ground: Map) -> list[Entry]:
    """Those behind where a phone stood, at a station in sight. Refuses with coverage.after_unknown."""
    if after is None:
        return phones
    start = _read_phone(after, ground)
    return [phone for phone in phones if phone_key(phone) > start]


def _read_phone(text: str, ground: Map) -> PhoneKey:
    try:
        pending, days, device_id, station_id = text.split(".")
        numbers = -int(pending), -int(days)
    except ValueError:
        raise Refusal("coverage.after_unknown") from None
    stands = ground.only([station_id]).stands if is_id(station_id) else ()
    if not is_id(device_id) or (station_id and not stands):
        raise Refusal("coverage.after_unknown")
    return (*numbers, stands[0].name if stands else "", device_id, station_id)
