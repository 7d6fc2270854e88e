"""One station in detail: its gates, the items of the standard, and its days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from workstation.coverage.gates import Evidence, describe, mark_released
from workstation.coverage.kept import list_kept_days
from workstation.coverage.models import StationDay
from workstation.coverage.places import Map
from workstation.coverage.queries import inside
from workstation.coverage.rows import HOUR_MS
from workstation.coverage.rules import Gate, item_state
from workstation.coverage.stations import Figures, Picture, stretch_of
from workstation.database import db
from workstation.network.models import ChecklistItem

Item = dict[str, Any]


def describe_station(picture: Picture) -> dict[str, Any]:
    """Gates, standard and days of the one station in the picture."""
    one = picture.stations[0]
    items = list_items(ground=picture.ground, station_ids=[one.stand.id], day=picture.window.last_day)
    return {
        "gates": [vars(gate) for gate in list_gates(picture, [one])[one.stand.id]],
        "standard": items[one.stand.id],
        "days": _list_days(picture, one),
    }


def list_gates(picture: Picture, stations: list[Figures]) -> Mapping[str, list[Gate]]:
    """Station id → its gates in words, with what rests on weak facts only marked 待佐证."""
    ids = [one.stand.id for one in stations]
    ground, past = picture.ground, picture.past
    firm_days = (
        list_kept_days(ground=ground, window=past, station_ids=ids, kept="kept_firm_days")
        if past is not None
        else {}
    )
    found = {}
    for one in stations:
        firm = Evidence(
            stretch=stretch_of(ground, past, one.stand, firm_days.get(one.stand.id, [])),
            kept=one.sums.planned_kept_firm,
            planned=one.sums.planned,
            contacts=one.sums.receptions_firm,
        )
        gates = describe(
            one.evidence,
            firm=firm,
            thresholds=ground.thresholds,
            is_new=one.is_new,
            is_open=one.is_open,
        )
        found[one.stand.id] = mark_released(
            gates, shifts=one.released.shifts, contacts=one.released.receptions
        )
    return found


def list_items(*, ground: Map, station_ids: list[str], day: date) -> Mapping[str, list[Item]]:
    """Station id → every item of the standard with its state on this day: met, review (待复核) or missing."""
    columns = ("met", "checker", "proof", "confirmed_on")
    rows = db.session.execute(
        select(
            ChecklistItem.station_id, ChecklistItem.item, *(getattr(ChecklistItem, name) for name in columns)
        ).where(ChecklistItem.network_id == ground.network.id, ChecklistItem.station_id.in_(station_ids))
    )
    known = {(station_id, item): dict(zip(columns, rest, strict=True)) for station_id, item, *rest in rows}
    unknown = {"met": False, "checker": None, "proof": None, "confirmed_on": None}

    def describe_item(station_id: str, item: str) -> Item:
        said: Item = known.get((station_id, item), unknown)
        return {"item": item, "state": item_state(**said, day=day, rules=ground.thresholds), **said}

    return {
        station_id: [describe_item(station_id, item) for item in ground.standard]
        for station_id in station_ids
    }


def _list_days(picture: Picture, one: Figures) -> list[dict[str, Any]]:
    """Every day of the window up to today, oldest first, also the empty ones."""
    if picture.past is None:
        return []
    rows = db.session.scalars(
        select(StationDay).where(
            StationDay.station_id == one.stand.id,
            *inside(StationDay, picture.ground, picture.past.starts_on, picture.past.ends_on),
        )
    )
    known = {row.day: row for row in rows}
    return [_day(day, known.get(day), one) for day in picture.past.days()]


def _day(day: date, row: StationDay | None, one: Figures) -> dict[str, Any]:
    extra = one.extra.duty_ms_by_day.get(day, 0)

    def of(name: str) -> int:
        return getattr(row, name) if row is not None else 0

    return {
        "day": day,
        "shifts": of("shifts"),
        "kept": of("kept"),
        "planned": of("planned"),
        "planned_kept": of("planned_kept"),
        "duty_hours": {"low": of("duty_ms_low") / HOUR_MS, "high": (of("duty_ms_high") + extra) / HOUR_MS},
        "receptions": of("receptions"),
        "people_received": of("people_received"),
        "check_ins": sum(of(f"check_ins_{evidence}") for evidence in range(4)),
        "provisional": day in one.unsettled,
    }
