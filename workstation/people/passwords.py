"""Passwords with Argon2id at OWASP's parameters: 19 MiB, two passes, one lane; about 20 ms."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when there is no such account, so that the answer takes the same time.
NOBODY = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The text to store."""
    return HASHER.hash(password)


def matches(password: str, *, stored: str | None) -> bool:
    """Whether the password fits; costs the same when nothing is stored."""
    try:
        HASHER.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return stored is not None
