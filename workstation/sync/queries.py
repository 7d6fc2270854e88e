"""Asks the database for receipts and for what waits."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, or_, select

from workstation.database import db, id_list, one_of
from workstation.prepared import Prepared, Question, Rows, ask
from workstation.sync.entries import Kept
from workstation.sync.models import HeldEntry, Receipt

COLUMNS = tuple(Receipt.__table__.columns)
NAMES = tuple(column.name for column in COLUMNS)
MISSING = "entry.target_missing"


class Standing(NamedTuple):
    """What stands in the ledger about some ids: their own receipts, and who waits for them."""

    known: dict[str, Kept]
    waiting: dict[str, Kept]


def _named(dialect: str) -> Select[Any]:
    """Receipts of these ids, and those that name one of them as their target."""
    about = and_(Receipt.target_id.is_not(None), one_of(Receipt.target_id, "ids", dialect=dialect))
    own = one_of(Receipt.entry_id, "ids", dialect=dialect)
    return select(*COLUMNS).where(Receipt.network_id == bindparam("network_id"), or_(own, about))


def _families(dialect: str) -> Select[Any]:
    """Roots, and what was accepted about them. A root's own `root_id` is not in the index: its key is."""
    about = and_(Receipt.target_id.is_not(None), one_of(Receipt.root_id, "ids", dialect=dialect))
    own = one_of(Receipt.entry_id, "ids", dialect=dialect)
    return select(*COLUMNS).where(
        Receipt.network_id == bindparam("network_id"), or_(own, about), Receipt.state == "accepted"
    )


NAMED, FAMILIES = Prepared(_named), Prepared(_families)


def about(*, network_id: int, ids: Collection[str]) -> Question:
    """Asks for what stands about these ids; `standing_of` reads the answer."""
    return NAMED.given(network_id=network_id, ids=id_list(ids))


def standing_of(rows: Rows, *, ids: Collection[str]) -> Standing:
    """The receipts of these entries, and the held ones that miss one of them, each by entry id."""
    found = _by_id(rows)
    return Standing(
        known={id: kept for id, kept in found.items() if id in ids},
        waiting={id: kept for id, kept in found.items() if is_waiting_for(kept, ids)},
    )


def read_standing(*, network_id: int, ids: Collection[str]) -> Standing:
    """The two above in one, for whoever asks nothing else."""
    return standing_of(ask(about(network_id=network_id, ids=ids)) if ids else [], ids=ids)


def find_kept(*, network_id: int, ids: Collection[str]) -> dict[str, Kept]:
    """The receipts of these entries, by entry id."""
    return read_standing(network_id=network_id, ids=ids).known


def list_families(*, network_id: int, root_ids: Collection[str]) -> dict[str, Kept]:
    """Every accepted entry about these roots, the roots themselves included, by entry id."""
    if not root_ids:
        return {}
    return _by_id(ask(FAMILIES.given(network_id=network_id, ids=id_list(root_ids))))


def _by_id(rows: Rows) -> dict[str, Kept]:
    kept = (Kept(**dict(zip(NAMES, row, strict=True))) for row in rows)
    return {each.entry_id: each for each in kept}


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
