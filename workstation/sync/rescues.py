"""Rescue files: a phone's outbox, encrypted to this server, that anybody of the network may hand in.

The key pair follows from the installation's secret, so a restored or moved server opens old files too. The
encryption keeps the file from being read on its way; it does not say who made it. So what it holds
counts as carried (`entry.carried`) until staff or the author's own phone confirm it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.errors import ExceededSizeError, JoseError
from joserfc.jwk import ECKey

from workstation.errors import Refusal
from workstation.keys import Keys
from workstation.sync.entries import Result
from workstation.sync.known import Incoming
from workstation.sync.operations import Call, receive_batch
from workstation.sync.rules import MOST_ENTRIES

FORMAT = "workstation.rescue"
VERSION = 1
ALGORITHM, CIPHER = "ECDH-ES", "A256GCM"
MOST_PLAIN_BYTES = 8 * 1024 * 1024
MOST_FILE_BYTES = 12 * 1024 * 1024  # base64 adds a third
MOST_FILE_ENTRIES = 20_000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Rescue(NamedTuple):
    """What stood in a rescue file: whose entries, from which device, as that device would have sent them."""

    network: str
    author_id: str
    device_id: str
    entries: Sequence[Any]


class _Registry(jwe.JWERegistry):
    """Files are larger than what joserfc expects of a token; nothing else is allowed that we do not use."""

    max_ciphertext_length = MOST_FILE_BYTES


REGISTRY = _Registry(algorithms=[ALGORITHM, CIPHER])


@cache
def rescue_key(keys: Keys) -> ECKey:
    """The private key for rescue files: the same for as long as the installation has the same secret."""
    number = int.from_bytes(keys.derive("rescue"), "big") % (P256_ORDER - 1) + 1
    key = ECKey.import_key(ec.derive_private_key(number, ec.SECP256R1()))
    key.ensure_kid()
    return key


def public_rescue_key(keys: Keys) -> dict[str, Any]:
    """The public half as JWK (RFC 7517): phones encrypt to it; `kid` is its thumbprint (RFC 7638)."""
    return {**rescue_key(keys).as_dict(private=False), "use": "enc", "alg": ALGORITHM}


def open_file(sealed: str, *, kid: str, keys: Keys) -> bytes:
    """What was encrypted for us. Refuses with rescue.unknown_key, rescue.too_large or rescue.unreadable."""
    key = rescue_key(keys)
    if kid != key.kid:
        raise Refusal("rescue.unknown_key")
    return decrypted(sealed, key=key)


def decrypted(sealed: str, *, key: ECKey) -> bytes:
    """What was encrypted to this key."""
    try:
        opened = jwe.decrypt_compact(sealed.encode(), key, registry=REGISTRY)
    except ExceededSizeError:
        raise Refusal("rescue.too_large") from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("rescue.unreadable") from None
    plain = opened.plaintext or b""
    if len(plain) > MOST_PLAIN_BYTES:
        raise Refusal("rescue.too_large")
    return plain


def hand_in(*, rescue: Rescue, call: Call, read: Callable[[Any], Incoming]) -> Iterator[Result]:
    """Takes the entries as sync does, at most 100 in a transaction; what was known already is a repeat.

    A failure half-way leaves the earlier parts kept, and the file can simply be handed in again.
    """
    for start in range(0, len(rescue.entries), MOST_ENTRIES):
        part = [read(carried(raw, rescue)) for raw in rescue.entries[start : start + MOST_ENTRIES]]
        yield from receive_batch(call=call, incoming=part)


def carried(raw: Any, rescue: Rescue) -> Any:
    """An entry in the name of the file's author, whatever it says itself; what is no entry stays as it is.

    How long ago it was tapped counted until the file was made, and says nothing when it is handed in.
    """
    if not isinstance(raw, dict) or raw.keys() == {"id", "sealed"}:
        return raw
    device_id = raw.get("device_id") or rescue.device_id
    return raw | {"author_id": rescue.author_id, "device_id": device_id, "elapsed_ms": None}
