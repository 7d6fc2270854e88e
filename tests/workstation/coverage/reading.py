"""A network as it stands in the database, read row by row for the clerk."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tests.workstation.coverage.world import Division, Fact, Phone, Plan, Station, Tick, World
from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.network import models
from workstation.people.models import Device
from workstation.receptions.models import Reception
from workstation.shifts.models import PlannedShift, Shift


def read_world(*, network_id: int, now: datetime) -> World:
    """Everything that was ever recorded, withdrawn or not, and the network as it stands."""
    network = db.session.get_one(models.Network, network_id)

    def rows(model: Any, *order: Any) -> list[Any]:
        return list(db.session.scalars(select(model).where(model.network_id == network_id).order_by(*order)))

    ticks = defaultdict(list)
    for row in rows(models.ChecklistItem):
        ticks[row.station_id].append(Tick(row.item, row.met, row.checker, row.proof, row.confirmed_on))
    names = ("id", "name", "level", "path", "valid_from", "valid_to")
    divisions = [
        Division(*(getattr(row, name) for name in names))
        for row in rows(models.Division, models.Division.code)
    ]
    paths = {each.id: each.path for each in divisions}
    shown = ("area_id", "sector", "serves_street", "status", "opened_on", "closed_on")
    stations = [
        Station(
            row.id,
            row.name,
            row.kind,
            paths[row.division_id],
            *(getattr(row, name) for name in shown),
            ticks=ticks[row.id],
        )
        for row in rows(models.Station, models.Station.code)
    ]
    facts = [_fact("check_in", row, row.occurred_at, evidence=row.evidence) for row in rows(CheckIn)]
    facts += [_fact("reception", row, row.started_at, headcount=row.headcount) for row in rows(Reception)]
    facts += [
        _fact(
            "shift",
            row,
            row.started_at,
            evidence=row.evidence,
            ended_at=row.ended_at,
            closes_at=row.closes_at,
        )
        for row in rows(Shift)
    ]
    return World(
        now=now,
        code=network.code,
        name=network.name,
        begun_at=network.created_at,
        standard=network.standard,
        rules_version=network.rules_version,
        divisions=divisions,
        stations=stations,
        areas={row.id: row.name for row in rows(models.Area, models.Area.code)},
        sectors={row.code: row.name for row in rows(models.Sector, models.Sector.code)},
        facts=facts,
        plans=[
            Plan(row.id, row.station_id, row.member_id, row.starts_at, row.ends_at)
            for row in rows(PlannedShift)
        ],
        phones=[
            Phone(
                row.id,
                row.member_id,
                row.enrolled_at,
                row.last_sync_at,
                row.pending,
                row.revoked_at is not None,
                row.last_station_id,
            )
            for row in rows(Device)
        ],
        settings=network.thresholds,
    )


def _fact(kind: str, row: Any, at: datetime, **own: Any) -> Fact:
    on_behalf = row.entered_by_id not in (None, row.member_id)
    return Fact(row.id, kind, row.station_id, row.member_id, on_behalf, at, row.flags, row.withdrawn, **own)
