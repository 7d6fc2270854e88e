"""Roles, scopes, and when a sign-in must wait: decided from values alone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Literal

Role = Literal["member", "liaison", "district_office", "city_office", "auditor"]
STAFF: frozenset[str] = frozenset({"liaison", "district_office", "city_office"})
ROLES: tuple[str, ...] = ("member", "liaison", "district_office", "city_office", "auditor")

# What the office's page says of itself: it signs in like a phone, and has nothing to send.
OFFICE_PLATFORM = "office"

# Codes avoid I, L, O and U: nobody should have to tell 1 from I on a printed slip.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
CODE_LIVES = timedelta(hours=72)
TRANSFER_CODE_LIVES = timedelta(minutes=10)
SAME_ANSWER_FOR = timedelta(minutes=10)  # a repeated enrolment by the same installation

# Who can see more than the own stations: their sign-in ends soon, wherever it was made.
OFFICERS: frozenset[str] = frozenset({"district_office", "city_office", "auditor"})

FAILURES_REMEMBERED = timedelta(minutes=15)
FAILURES_ON_ACCOUNT = 10
FAILURES_FROM_ADDRESS = 60


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What of a network a person may see."""

    network_id: int
    level: Literal["own", "stations", "district", "network"]
    member_id: str
    station_ids: frozenset[str] = frozenset()
    division_id: str | None = None


def level_of(role: str) -> Literal["own", "stations", "district", "network"]:
    """How far a role sees."""
    levels: dict[str, Literal["stations", "district", "network"]] = {
        "liaison": "stations",
        "district_office": "district",
        "city_office": "network",
    }
    return levels.get(role, "own")


def plain_code(text: str) -> str:
    """A typed or scanned code as it was made: spaces, dashes and look-alikes forgiven."""
    letters = "".join(text.upper().split()).replace("-", "")
    return letters.translate(str.maketrans("OIL", "011"))


def plain_account(text: str) -> str:
    """An account's name as it is stored and looked up, in whatever letters somebody typed it.

    Full-width letters are plain ones, capitals small ones, and blanks around it nothing.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def is_readable(name: str) -> bool:
    """Whether nothing in a name is invisible: such names would look alike and be different."""
    return not any(unicodedata.category(character).startswith("C") for character in name)


def printed_code(code: str) -> str:
    """Groups of four, easier to read out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def whose_address(address: str) -> str:
    """What is counted as one address: of IPv6 the network of 64 bits that every household gets whole."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv4Address):
        return address
    return str(known.ipv4_mapped or ip_network((known, 64), strict=False))


def wait_after_failures(
    *, now: datetime, on_account: Sequence[datetime], from_address: Sequence[datetime]
) -> timedelta | None:
    """How long this address must wait, or None. Never a bar on an account as such: that would be a weapon.

    Both lists hold the failures of the last 15 minutes from one address, oldest first.
    """
    waits = [
        failures[-limit] + FAILURES_REMEMBERED - now
        for failures, limit in ((on_account, FAILURES_ON_ACCOUNT), (from_address, FAILURES_FROM_ADDRESS))
        if len(failures) >= limit
    ]
    return max(waits, default=None)


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """How long a sign-in holds: at most `lives` in all, and `idle` since it was last used."""

    idle: timedelta
    lives: timedelta

    def is_over(self, *, began: datetime, used: datetime, now: datetime) -> bool:
        """Whether a person has to sign in again."""
        return now - began >= self.lives or now - used >= self.idle


def is_of_office(*, role: str, platform: str | None) -> bool:
    """Whether a sign-in is an office's, which ends soon, or a phone's, on which somebody records."""
    return role in OFFICERS or platform == OFFICE_PLATFORM
