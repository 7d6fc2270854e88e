"""Shows staff who a constituent is: with a reason, in the audit log, and told to the member concerned."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from workstation.audit.operations import Actor, Deed, note
from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.keys import Keys
from workstation.network.models import Station
from workstation.network.queries import confine_stations
from workstation.people.operations import tell_people
from workstation.people.queries import list_names
from workstation.people.rules import Scope
from workstation.receptions.models import Constituent, Reception
from workstation.receptions.operations import open_up


class Shown(NamedTuple):
    """Of which reception, or entry about one, somebody saw who the constituent is."""

    network_id: int
    thing_id: str
    station_id: str
    started_at: datetime
    # Whose reception it is, and whoever has a hand in it.
    about_id: str
    concerned: frozenset[str]


def list_with_constituent(*, network_id: int, ids: Collection[str]) -> set[str]:
    """Which of these receptions have a constituent's name or contact that is not redacted."""
    if not ids:
        return set()
    found = select(Constituent.reception_id).where(
        Constituent.network_id == network_id,
        Constituent.reception_id.in_(sorted(ids)),
        Constituent.identity.is_not(None),
    )
    return set(db.session.scalars(found))


def reveal(*, scope: Scope, reception_id: str, reason: str, actor: Actor, keys: Keys) -> dict[str, Any]:
    """Name, contact and version of the consent. Inside a write transaction, since all of it is noted.

    Refuses with constituent.not_found: nobody was named, it is redacted, or it is none of this scope.
    """
    reception, constituent = _find(scope, reception_id)
    identity = open_up(constituent, keys=keys)
    if identity is None:
        raise Refusal("constituent.not_found")
    shown = Shown(
        network_id=reception.network_id,
        thing_id=reception_id,
        station_id=reception.station_id,
        started_at=reception.started_at,
        about_id=reception.member_id,
        concerned=frozenset({reception.member_id, reception.entered_by_id or reception.member_id}),
    )
    note_shown(shown, reason=reason, actor=actor)
    return identity | {"consent_version": constituent.consent_version}


def _find(scope: Scope, reception_id: str) -> tuple[Reception, Constituent]:
    same = and_(Constituent.network_id == Reception.network_id, Constituent.reception_id == Reception.id)
    stations = confine_stations(select(Station.id), scope=scope)
    own = (
        select(Reception, Constituent)
        .join(Constituent, same)
        .where(
            Reception.network_id == scope.network_id,
            Reception.id == reception_id,
            Reception.station_id.in_(stations),
        )
    )
    found = db.session.execute(own).one_or_none() if is_id(reception_id) else None
    if found is None:
        raise Refusal("constituent.not_found")
    return found[0], found[1]


def note_shown(shown: Shown, *, reason: str, actor: Actor) -> None:
    """Into the audit log, and to whoever received them and whoever entered it; not to the one who looks."""
    deed = Deed("constituent.revealed", "constituent", shown.thing_id, about_id=shown.about_id)
    note(actor=actor, deeds=[deed], reason=reason)
    names = list_names(network_id=shown.network_id, ids=[id for id in (actor.member_id,) if id])
    said = {
        "reception_id": shown.thing_id,
        "started_at": shown.started_at.isoformat(),
        "station_id": shown.station_id,
        "by_name": names.get(actor.member_id or ""),
        "reason": reason,
    }
    told = sorted(shown.concerned - {actor.member_id})
    notices = [(member_id, "constituent.revealed", said) for member_id in told]
    tell_people(network_id=shown.network_id, notices=notices, now=actor.now)
