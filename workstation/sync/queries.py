"""Asks the database for receipts and for what waits."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from workstation.database import db
from workstation.sync.entries import Kept
from workstation.sync.models import HeldEntry, Receipt

COLUMNS = tuple(Receipt.__table__.columns)
MISSING = "entry.target_missing"


def find_kept(*, network_id: int, ids: Collection[str]) -> dict[str, Kept]:
    """The receipts of these entries, by entry id."""
    return _by_id(network_id, Receipt.entry_id, ids)


def list_families(*, network_id: int, root_ids: Collection[str]) -> dict[str, Kept]:
    """Every accepted entry about these roots, the roots themselves included, by entry id."""
    return {
        entry_id: kept
        for entry_id, kept in _by_id(network_id, Receipt.root_id, root_ids).items()
        if kept.state == "accepted"
    }


def list_waiting_for(*, network_id: int, target_ids: Collection[str]) -> dict[str, Kept]:
    """Held entries whose target was missing and is one of these, by entry id."""
    found = _by_id(network_id, Receipt.target_id, target_ids)
    return {id: kept for id, kept in found.items() if is_waiting_for(kept, target_ids)}


def _by_id(network_id: int, column: Any, ids: Collection[str]) -> dict[str, Kept]:
    if not ids:
        return {}
    rows = db.session.execute(
        select(*COLUMNS).where(Receipt.network_id == network_id, column.in_(sorted(ids)))
    )
    return {row.entry_id: Kept(**row._mapping) for row in rows}


def find_held(*, network_id: int, ids: Collection[str]) -> dict[tuple[str, str], HeldEntry]:
    """What is held under these entry ids, by id and content."""
    if not ids:
        return {}
    rows = db.session.scalars(
        select(HeldEntry).where(HeldEntry.network_id == network_id, HeldEntry.entry_id.in_(sorted(ids)))
    )
    return {(held.entry_id, held.content_hash): held for held in rows}


def is_waiting_for(kept: Kept, arrived: Collection[str]) -> bool:
    """Whether this entry is held only because one of these was missing."""
    return kept.state == "held" and kept.code == MISSING and kept.target_id in arrived
