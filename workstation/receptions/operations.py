"""Keeps and redacts the constituents who agreed to be named."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from workstation.database import db, insert_rows, update_set
from workstation.keys import Keys
from workstation.receptions.models import Constituent, Reception

REDACT_AFTER = timedelta(days=180)


def keep_constituents(*, network_id: int, given: Mapping[str, Mapping[str, Any] | None], keys: Keys) -> None:
    """Stores names and contacts encrypted, by reception id; None takes out what was stored.

    Only those with consent may come here.
    """
    _forget(network_id, sorted(id for id, constituent in given.items() if constituent is None))
    _store(network_id, {id: said for id, said in given.items() if said is not None}, keys)


def _forget(network_id: int, reception_ids: Sequence[str]) -> None:
    """Who was named does not want to be any more, or never was there."""
    if reception_ids:
        own = (Constituent.network_id == network_id) & Constituent.reception_id.in_(reception_ids)
        db.session.execute(update(Constituent).where(own).values(identity=None))


def _store(network_id: int, given: Mapping[str, Mapping[str, Any]], keys: Keys) -> None:
    if not given:
        return
    days = db.session.execute(
        select(Reception.id, Reception.day).where(
            Reception.network_id == network_id, Reception.id.in_(sorted(given))
        )
    )
    rows = [
        {
            "network_id": network_id,
            "reception_id": reception_id,
            "identity": _lock_away(given[reception_id], f"{network_id} {reception_id}", keys),
            "consent_version": str(given[reception_id]["consent_version"]),
            "redact_after": day + REDACT_AFTER,
        }
        for reception_id, day in days
    ]
    conflict = update_set(("identity", "consent_version", "redact_after"), key=("network_id", "reception_id"))
    insert_rows(Constituent, rows, conflict=conflict)


def _lock_away(constituent: Mapping[str, Any], bound_to: str, keys: Keys) -> bytes:
    identity = {"name": constituent.get("name"), "contact": constituent.get("contact")}
    return keys.encrypt("constituent", json.dumps(identity).encode(), bound_to=bound_to)


def open_up(constituent: Constituent, *, keys: Keys) -> dict[str, Any] | None:
    """{name, contact}, or None once it is redacted or can't be opened."""
    if constituent.identity is None:
        return None
    bound_to = f"{constituent.network_id} {constituent.reception_id}"
    plain = keys.decrypt("constituent", constituent.identity, bound_to=bound_to)
    return None if plain is None else dict(json.loads(plain))
