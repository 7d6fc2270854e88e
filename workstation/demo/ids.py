"""Ids from the seed, so that the same seed gives the same network, down to the last entry."""

from datetime import datetime
from random import Random


def id_at(*, moment: datetime, random: Random) -> str:
    """A UUIDv7 of that moment (RFC 9562): 48 bits of milliseconds, version, variant, the rest at random."""
    value = int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | random.getrandbits(12) << 64
    value |= 0b10 << 62 | random.getrandbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
