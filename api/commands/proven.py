"""Proves the chains night by night: the rows of a month ago were read last night, and those of years too.

Up to where, is noted beside the database and not in it. Each night every block is checked, and the rows of
those that are new; once in 30 days, after a restore, and whenever the note is gone, every row.
"""

from datetime import datetime, timedelta
from pathlib import Path

from api.app_keys import app_keys
from api.commands import upkeep_notes
from workstation.chain.proofs import Proof, verify
from workstation.feed.queries import read_standing

FULL_EVERY = timedelta(days=30)
NAME = "proven"


def prove_onward(*, network_id: int, code: str, data_dir: Path, now: datetime) -> Proof:
    """Checks what is new of a network's chain, or all of it when that is due; notes how far it holds."""
    noted = upkeep_notes.read(data_dir).get(NAME, {})
    known = noted.get(code, {})
    if _is_full_due(known, now=now):
        proof, full_at = verify(network_id=network_id, keys=app_keys()), now.isoformat()
    else:
        block, full_at = known["block"], known["full_at"]
        heads = {block: known["digest"]} if block else {}
        proof = verify(network_id=network_id, keys=app_keys(), heads=heads, rows_after=block)
    if proof.broken is None:
        said = {"block": proof.blocks, "digest": proof.head, "epoch": read_standing().epoch}
        upkeep_notes.note(data_dir, {NAME: noted | {code: said | {"full_at": full_at}}})
    return proof


def _is_full_due(known: upkeep_notes.Notes, *, now: datetime) -> bool:
    """A restored database goes on from another block: its chain is proven from the first on."""
    if {"block", "digest", "epoch", "full_at"} - known.keys() or known["epoch"] != read_standing().epoch:
        return True
    return now - datetime.fromisoformat(known["full_at"]) >= FULL_EVERY
