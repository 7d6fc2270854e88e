"""How rows become leaves, and leaves a linked block: from values alone."""

import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from struct import Struct
from typing import Any, NamedTuple

import orjson

# A row's number, and 16 bytes of the hash of what stands in it.
LEAF = Struct(">q16s")
START = "0" * 64  # what the first block links to


class Link(NamedTuple):
    """What a block's digest covers beside its leaves."""

    network_id: int
    no: int
    source: str
    latest_at: datetime
    epoch: str
    sealed_at: datetime
    previous: str


def leaf_of(row: Sequence[Any]) -> bytes:
    """The leaf of a row whose first value is its number. The order of keys in objects does not count."""
    content = orjson.dumps(tuple(row), option=orjson.OPT_SORT_KEYS)
    return LEAF.pack(row[0], sha256(content).digest()[:16])


def numbers_in(leaves: bytes) -> list[int]:
    """The numbers of a block's rows, as they stand in it."""
    return [number for number, _ in leaves_in(leaves)]


def leaves_in(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, hash) of each row of a block."""
    return LEAF.iter_unpack(leaves)


def digest_of(link: Link, leaves: bytes, *, key: bytes) -> str:
    """The digest of a block, 64 hex digits: nobody without the installation's secret can make another."""
    said = "\n".join(
        value.isoformat() if isinstance(value, datetime) else str(value) for value in link
    ).encode()
    return hmac.digest(key, said + b"\n" + leaves, "sha256").hex()


def moment_of(stored: str) -> datetime:
    """A moment from its text in the database, which is UTC."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)
