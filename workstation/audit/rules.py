"""What of a change may stand in an audit event: everything but what tells of a private person."""

from collections.abc import Mapping
from typing import Any

MASK = "＊＊＊"
PERSONAL = frozenset(
    {"account", "constituent", "contact", "email", "member_name", "mobile", "password", "phone", "summary"}
)
NAMES = frozenset({"name", "initials"})
# What more is hidden of some things. A station's name may be read, a person's may not, nor a phone's: many
# are called after whose they are. What somebody noted about a visit may tell of anybody.
OF_NOUN: Mapping[str, frozenset[str]] = {
    "device": NAMES,
    "held_entry": frozenset({"note"}),
    "member": NAMES,
    "person": NAMES,
}


def masked(noun: str, fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The fields with personal values hidden, at any depth; an empty value stays empty."""
    return None if fields is None else _masked(fields, PERSONAL | OF_NOUN.get(noun, frozenset()))


def _masked(fields: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    return {
        name: MASK if name in hidden and value else _inner(value, hidden) for name, value in fields.items()
    }


def _inner(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return _masked(value, hidden)
    return [_inner(each, hidden) for each in value] if isinstance(value, list | tuple) else value
