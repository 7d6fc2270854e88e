"""Shows staff who a constituent is: with a reason, in the audit log, and told to the member concerned."""

from collections.abc import Collection
from typing import Any

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
    deed = Deed("constituent.revealed", "constituent", reception_id, about_id=reception.member_id)
    note(actor=actor, deeds=[deed], reason=reason)
    _tell(reception, reason=reason, actor=actor)
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


def _tell(reception: Reception, *, reason: str, actor: Actor) -> None:
    """Whoever received them, and whoever entered it; not the one who looks."""
    concerned = {reception.member_id, reception.entered_by_id} - {None, actor.member_id}
    names = list_names(network_id=reception.network_id, ids=[id for id in (actor.member_id,) if id])
    said = {
        "reception_id": reception.id,
        "started_at": reception.started_at.isoformat(),
        "station_id": reception.station_id,
        "by_name": names.get(actor.member_id or ""),
        "reason": reason,
    }
    notices = [(str(member_id), "constituent.revealed", said) for member_id in concerned]
    tell_people(network_id=reception.network_id, notices=notices, now=actor.now)
