"""Asks the database for door screens."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select

from workstation.check_ins.models import DoorScreen
from workstation.database import db
from workstation.ids import is_id
from workstation.network.models import Network, Station
from workstation.network.queries import confine_stations
from workstation.people.rules import Scope


class DoorSession(NamedTuple):
    """The screen behind a token, and the station at whose door it stands."""

    network_id: int
    network_name: str
    is_demo: bool
    station_id: str
    key_thumbprint: str | None
    revoked_at: datetime | None


def find_door_session(*, token_hash: str) -> DoorSession | None:
    """The screen of this token, also of one that was revoked."""
    row = db.session.execute(
        select(
            DoorScreen.network_id,
            Network.name,
            Network.is_demo,
            DoorScreen.station_id,
            DoorScreen.key_thumbprint,
            DoorScreen.revoked_at,
        )
        .join(Network, Network.id == DoorScreen.network_id)
        .where(DoorScreen.token_hash == token_hash)
    ).first()
    return DoorSession(*row) if row else None


def list_door_screens(*, scope: Scope, station_id: str) -> Sequence[DoorScreen]:
    """The screens of one station within the scope, oldest first; none for a station outside it."""
    stations = confine_stations(select(Station.id), scope=scope).where(Station.id == station_id)
    return db.session.scalars(
        select(DoorScreen)
        .where(DoorScreen.network_id == scope.network_id, DoorScreen.station_id.in_(stations))
        .order_by(DoorScreen.enrolled_at)
    ).all()


def find_door_screen(*, scope: Scope, screen_id: str) -> DoorScreen | None:
    """One screen within the scope."""
    same = and_(Station.network_id == DoorScreen.network_id, Station.id == DoorScreen.station_id)
    statement = select(DoorScreen).join(Station, same).where(DoorScreen.id == screen_id)
    return db.session.scalar(confine_stations(statement, scope=scope)) if is_id(screen_id) else None
