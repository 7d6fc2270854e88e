"""What is kept of an entry that staff must read: encrypted whole, opened for them and for a seal."""

import json
from typing import Any

from workstation.keys import Keys


def lock_away(content: dict[str, Any], *, network_id: int, entry_id: str, keys: Keys) -> bytes:
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
