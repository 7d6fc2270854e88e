"""Keys for what must be hashed, sealed or encrypted, all derived from the installation's one secret.

Each purpose has a key of its own (HKDF-SHA256), so that what one purpose shows says nothing about another.
Encryption is AES-256-GCM: a random 12-byte nonce stands before the ciphertext.
"""

import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Keys:
    """The keys of one installation; `secret` is at least 32 random bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.derive = cache(self._derive)
        self._cipher = cache(lambda purpose: AESGCM(self.derive(purpose)))

    def _derive(self, purpose: str) -> bytes:
        """32 bytes that belong to this purpose alone."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)

    def digest(self, purpose: str, content: bytes) -> str:
        """Keyed hash, 64 hex digits: equal content, equal text, and nothing can be guessed from it."""
        return hmac.digest(self.derive(purpose), content, "sha256").hex()

    def encrypt(self, purpose: str, plain: bytes, *, bound_to: str) -> bytes:
        """Encrypted; opens only with the same `bound_to`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, plain, bound_to.encode())

    def decrypt(self, purpose: str, sealed: bytes, *, bound_to: str) -> bytes | None:
        """What was encrypted, or None when it was changed, cut, or made with another secret."""
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(purpose).decrypt(nonce, ciphertext, bound_to.encode())
        except (InvalidTag, ValueError):
            return None
