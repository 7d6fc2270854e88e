"""What is kept of an entry that staff must read: encrypted whole, opened for them and for a seal."""

import json
from collections.abc import Mapping
from typing import Any

from workstation.keys import Keys

# What staff may not put into an entry: nobody but the phone knows it.
UNAMENDABLE = frozenset({"fix", "no_fix_reason", "station_code"})


def lock_away(content: Mapping[str, Any], *, network_id: int, entry_id: str, keys: Keys) -> bytes:
    """The content as stored. Written as escaped text: JSON columns refuse NUL and lone surrogates."""
    return keys.encrypt("held", json.dumps(content).encode(), bound_to=f"{network_id} {entry_id}")


def open_up(stored: bytes | None, *, network_id: int, entry_id: str, keys: Keys) -> dict[str, Any] | None:
    """The content again; None when it was redacted or can't be opened."""
    plain = keys.decrypt("held", stored, bound_to=f"{network_id} {entry_id}") if stored else None
    return None if plain is None else dict(json.loads(plain))


def masked(content: Any) -> Any:
    """The content as staff see it by default: the constituent's identity hidden, at any depth."""
    if isinstance(content, list):
        return [masked(inner) for inner in content]
    if not isinstance(content, dict):
        return content
    return {
        name: "＊＊＊" if name == "constituent" and inner else masked(inner)
        for name, inner in content.items()
    }


def amended(content: Mapping[str, Any], amendment: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as staff put it right, to be read like one from a phone.

    `amendment` may name a `kind`, a `recorded_at` and fields of the `body`; a field that is null goes.
    """
    said = content.get("body")
    body = (said if isinstance(said, dict) else {}) | dict(amendment.get("body") or {})
    return {
        "id": content["id"],
        "seq": 1,  # one is asked for; what is stored is what the phone gave
        "kind": amendment.get("kind") or content.get("kind"),
        "v": 1,
        "recorded_at": amendment.get("recorded_at") or content.get("recorded_at"),
        "on_behalf_of": content.get("on_behalf_of"),
        "body": {name: value for name, value in body.items() if value is not None},
    }
