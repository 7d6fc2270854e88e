"""Ids of things: UUIDv7, canonical lower-case text."""

import re

from uuid_utils.compat import uuid7

CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh id; ids made later sort later."""
    return str(uuid7())


def is_id(value: object) -> bool:
    """Whether this is a UUID of any version as it must be written on the wire."""
    return isinstance(value, str) and CANONICAL.fullmatch(value) is not None
