"""What is missing, and the nearest fix. Stations stand by how long nobody was there, never as a league."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import func, select

from workstation.coverage.gap_cursors import Entry, phone_key
from workstation.coverage.gap_pages import Gaps
from workstation.coverage.models import StationDay
from workstation.coverage.places import Map
from workstation.coverage.rows import served_street
from workstation.coverage.station_page import list_gates, list_items
from workstation.coverage.stations import Figures, Picture
from workstation.database import db
from workstation.local_time import local_day
from workstation.people.models import Device

WAKE = "安排一次值班，并登记到站"
SYNC = "请在有网处打开一次应用，记录会自动发出"
CONFIRM = "补齐后登记核对人、日期和佐证：{items}"


def list_gaps(picture: Picture, *, served: frozenset[str] | None = None) -> Gaps:
    """Streets without a station, stations without recent records, failing gates and items, quiet devices.

    `served` are the streets with an open station, where the picture has some of the stations only.
    """
    stations = [one for one in picture.stations if one.is_open]
    last = _last_open(picture, [one for one in stations if _lacks_something(one)])
    stations.sort(key=lambda one: last.get(one.stand.id, date.min))
    return {
        "streets_without_station": _empty_streets(picture, stations, served),
        "dormant": [_of(picture, one, last) | {"fix": WAKE} for one in stations if one.is_dormant],
        "failing": _failing(picture, [one for one in stations if False in one.gates], last),
        "not_tangible": _not_tangible(picture, [one for one in stations if not one.is_tangible], last),
        "quiet_devices": _quiet_devices(picture),
    }


def _last_open(picture: Picture, stations: Iterable[Figures]) -> Mapping[str, date]:
    """Station id → its last day with a kept shift before the window's end."""
    rows = db.session.execute(
        select(StationDay.station_id, func.max(StationDay.day))
        .where(
            StationDay.network_id == picture.ground.network.id,
            StationDay.station_id.in_([one.stand.id for one in stations]),
            StationDay.day < picture.window.ends_on,
            StationDay.kept > 0,
        )
        .group_by(StationDay.station_id)
    )
    return dict(rows.all())


def _district_name(ground: Map, division_id: str) -> str | None:
    place = ground.ancestor(division_id, "district")
    return place.name if place is not None else None


def _lacks_something(one: Figures) -> bool:
    return one.is_dormant or not one.is_tangible or False in one.gates


def _of(picture: Picture, one: Figures, last: Mapping[str, date]) -> Entry:
    """The station, and by how long nobody was on duty there."""
    opened = last.get(one.stand.id)
    ends_on = (picture.past or picture.window).last_day
    return {
        "station_id": one.stand.id,
        "name": one.stand.name,
        "district_name": _district_name(picture.ground, one.stand.division_id),
        "last_open_on": opened,
        "days": (ends_on - opened).days if opened is not None else None,
    }


def _empty_streets(
    picture: Picture, stations: Iterable[Figures], known: frozenset[str] | None
) -> list[Entry]:
    ground = picture.ground
    served = {served_street(ground, one) for one in stations} if known is None else known
    return [
        {"division_id": place.id, "name": place.name, "district_name": _district_name(ground, place.id)}
        for place in ground.list_places("street")
        if place.id not in served
    ]


def _failing(picture: Picture, stations: list[Figures], last: Mapping[str, date]) -> list[Entry]:
    gates = list_gates(picture, stations)
    return [
        _of(picture, one, last) | vars(gate)
        for one in stations
        for gate in gates[one.stand.id]
        if gate.state == "failed"
    ]


def _not_tangible(picture: Picture, stations: list[Figures], last: Mapping[str, date]) -> list[Entry]:
    ids = [one.stand.id for one in stations]
    items = list_items(ground=picture.ground, station_ids=ids, day=picture.window.last_day)
    found = []
    for one in stations:
        missing = [item["item"] for item in items[one.stand.id] if item["state"] == "missing"]
        fix = CONFIRM.format(items="、".join(missing))
        found.append(_of(picture, one, last) | {"items": missing, "fix": fix})
    return found


def _quiet_devices(picture: Picture) -> list[Entry]:
    """Phones that may hold something of this window, by station; only as long as they do, without history."""
    silence = picture.silence
    silent = [each for each in silence.silent if each is not None]
    in_sight = {stand.id: stand.name for stand in picture.ground.only(silent).stands}
    places: list[tuple[str | None, str]] = [
        (station_id, device_id)
        for station_id, devices in silence.silent.items()
        for device_id in sorted(devices)
        if station_id in in_sight or (station_id is None and picture.ground.is_whole)
    ]
    names = _device_names(picture.ground, {device_id for _, device_id in places})
    found = [
        {
            "device_id": device_id,
            "name": names[device_id],
            "station_id": station_id,
            "station_name": in_sight.get(station_id or ""),
            "last_sync_at": silence.phones[device_id].heard_at,
            "pending": silence.phones[device_id].pending
            if _is_last_at(picture, device_id, station_id)
            else 0,
            "days": (local_day(picture.now) - local_day(silence.phones[device_id].heard_at)).days,
            "fix": SYNC,
        }
        for station_id, device_id in places
    ]
    return sorted(found, key=phone_key)


def _is_last_at(picture: Picture, device_id: str, station_id: str | None) -> bool:
    """A phone may be awaited at several stations; what it holds is told once, where it was last."""
    return picture.silence.phones[device_id].station_id == station_id


def _device_names(ground: Map, device_ids: set[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(Device.id, Device.name).where(
            Device.network_id == ground.network.id, Device.id.in_(sorted(device_ids))
        )
    )
    return dict(rows.all())
