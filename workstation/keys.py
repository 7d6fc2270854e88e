"""Keys for what must be hashed, sealed or encrypted, all derived from the installation's one secret.

Each purpose has a key of its own (HKDF-SHA256), so that what one purpose shows says nothing about another.
Encryption is AES-256-GCM: a random 12-byte nonce stands before the ciphertext. What lies in the database for
long is encrypted with the newest of the data keys (one file each, outside the database), and says with which.
"""

import hmac
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
# What lies in the database for long: its key can be changed, and all of it encrypted anew.
AT_REST = frozenset({"constituent", "held", "second factor"})
# Before what a data key encrypted; two bytes with its number follow. Key 0 is the secret itself.
MARK = b"WSK"
HEAD_BYTES = len(MARK) + 2


class DataKeys:
    """The data keys in a folder, one file `N.key` each; the highest number encrypts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, bytes] = {}

    def numbers(self) -> list[int]:
        """The numbers of all keys, lowest first."""
        return sorted(int(file.stem) for file in self._folder.glob("*.key") if file.stem.isdigit())

    def newest(self) -> int:
        """The number of the key that encrypts; 0 before the first was made."""
        return max(self.numbers(), default=0)

    def find(self, number: int) -> bytes | None:
        """The key of this number; None when its file is gone. A damaged one is a ValueError: it is no key."""
        if number not in self._known:
            with suppress(FileNotFoundError):
                self._known[number] = _key_in(self._folder / f"{number}.key")
        return self._known.get(number)

    def make(self) -> int:
        """Makes the next key and gives its number. Of two at once the second fails with FileExistsError.

        The file is there whole or not at all: a server would at once encrypt with half a key, or none.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        number = self.newest() + 1
        draft = self._folder / f"{number}.{secrets.token_hex(4)}.draft"
        try:
            _write_private(draft, secrets.token_hex(KEY_BYTES))
            os.link(draft, self._folder / f"{number}.key")
        finally:
            draft.unlink(missing_ok=True)
        return number


def _key_in(file: Path) -> bytes:
    key = bytes.fromhex(file.read_text())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{file} is damaged")
    return key


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


class Keys:
    """The keys of one installation; `secret` is at least 32 random bytes."""

    def __init__(self, secret: bytes, *, data_keys: DataKeys | None = None) -> None:
        self._secret = secret
        self._data_keys = data_keys
        self.derive = cache(self._derive)
        self._cipher = cache(self._make_cipher)

    def _derive(self, purpose: str) -> bytes:
        """32 bytes that belong to this purpose alone."""
        return _derived(self._secret, purpose)

    def _make_cipher(self, purpose: str, number: int) -> AESGCM:
        root = self._data_keys.find(number) if self._data_keys and number else self._secret
        if root is None:
            raise LookupError(number)
        return AESGCM(_derived(root, purpose))

    def digest(self, purpose: str, content: bytes) -> str:
        """Keyed hash, 64 hex digits: equal content, equal text, and nothing can be guessed from it."""
        return hmac.digest(self.derive(purpose), content, "sha256").hex()

    def newest(self, purpose: str) -> int:
        """The number of the key that encrypts for this purpose."""
        return self._data_keys.newest() if self._data_keys and purpose in AT_REST else 0

    def make_data_key(self) -> int:
        """A fresh key for what lies in the database; gives its number. Needs a folder for it."""
        if self._data_keys is None:
            raise LookupError("no folder for keys")
        return self._data_keys.make()

    def encrypt(self, purpose: str, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypted; opens only with the same `bound_to`."""
        nonce, number = os.urandom(NONCE_BYTES), self.newest(purpose)
        return (
            head_of(number) + nonce + self._cipher(purpose, number).encrypt(nonce, plain, bound_to.encode())
        )

    def decrypt(self, purpose: str, sealed: bytes, *, bound_to: str) -> bytes | None:
        """What was encrypted, or None when it was changed, cut, or made with another secret."""
        number = number_in(sealed)
        plain = self._open(purpose, number, sealed[HEAD_BYTES:], bound_to) if number else None
        # A random nonce of the secret itself may look like a head, once in 17 million.
        return plain if plain is not None else self._open(purpose, 0, sealed, bound_to)

    def _open(self, purpose: str, number: int, sealed: bytes, bound_to: str) -> bytes | None:
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(purpose, number).decrypt(nonce, ciphertext, bound_to.encode())
        except (InvalidTag, ValueError, LookupError):
            return None


def _derived(root: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root)


def head_of(number: int) -> bytes:
    """What stands before everything that this data key encrypted; nothing for the secret itself."""
    return MARK + number.to_bytes(2, "big") if number else b""


def number_in(sealed: bytes) -> int:
    """Which data key encrypted this; 0 for the secret itself."""
    return int.from_bytes(sealed[len(MARK) : HEAD_BYTES], "big") if sealed.startswith(MARK) else 0
