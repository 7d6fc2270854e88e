"""Seals: what the server kept of an entry, given to the phone for safe keeping, readable by the server alone.

After a restore from a backup the phones hand their seals in, and the lost day is back with its receipt
numbers. A phone keeps no position and no name for it.
"""

import base64
import json
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from workstation.keys import Keys
from workstation.sync.entries import HeldContent, Kept, Seal

MOST_CHARACTERS = 16 * 1024
MOMENTS = ("recorded_at", "received_at", "occurred_at", "held_at")
# A code that counted before a restore may have counted for something else since.
NOT_SEALED = "code_step"
# What a seal leaves out: nothing said, and the id that it is bound to.
UNSAID: dict[str, Any] = dict.fromkeys(each.name for each in fields(Kept)) | {"flags": []}


class Unsealed(NamedTuple):
    """What stood in a seal: a receipt or the second wording of a conflict, and who had agreed to be named."""

    kept: Kept | None
    held: HeldContent | None
    constituent: dict[str, Any] | None


def seal(
    *,
    network_id: int,
    entry_id: str,
    kept: Kept | None,
    held: HeldContent | None,
    constituent: dict[str, Any] | None,
    keys: Keys,
) -> str:
    """The opaque text. A held body too large for it is left out; its receipt and hash are not."""
    parts = {"kept": _said(kept, entry_id), "held": _said(held, entry_id), "constituent": constituent}
    text = _write(parts, network_id=network_id, entry_id=entry_id, keys=keys)
    if len(text) > MOST_CHARACTERS and held is not None:
        parts["held"] = (parts["held"] or {}) | {"content": {"too_large_for_seal": True}}
        text = _write(parts, network_id=network_id, entry_id=entry_id, keys=keys)
    return text


def _said(part: Kept | HeldContent | None, entry_id: str) -> dict[str, Any] | None:
    """What is said beyond the id, by name: seals outlive the version that wrote them."""
    if part is None:
        return None
    said = {name: value for name, value in vars(part).items() if value not in (None, [], entry_id)}
    said.pop(NOT_SEALED, None)
    return said


def _write(parts: dict[str, Any], *, network_id: int, entry_id: str, keys: Keys) -> str:
    try:
        plain = orjson.dumps(parts)
    except orjson.JSONEncodeError:  # an integer without end, or a lone surrogate, in what is held
        plain = json.dumps(parts, default=datetime.isoformat).encode()
    return base64.b64encode(keys.encrypt("seal", plain, bound_to=f"{network_id} {entry_id}")).decode()


def unseal(given: Seal, *, network_id: int, keys: Keys) -> Unsealed | None:
    """What stands in a seal of this id and network, or None when it does not open."""
    try:
        sealed = base64.b64decode(given.sealed, validate=True)
    except ValueError:
        return None
    plain = keys.decrypt("seal", sealed, bound_to=f"{network_id} {given.id}")
    if plain is None:
        return None
    parts = json.loads(plain)
    bound = {"network_id": network_id, "entry_id": given.id}
    kept, held = parts["kept"], parts["held"]
    return Unsealed(
        kept=kept and Kept(**UNSAID | _with_moments(kept) | bound),
        held=held and HeldContent(**{"station_id": None} | _with_moments(held), entry_id=given.id),
        constituent=parts["constituent"],
    )


def _with_moments(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: datetime.fromisoformat(values[name]) for name in MOMENTS if name in values}
