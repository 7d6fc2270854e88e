"""The file of a backup: encrypted part by part, so that a changed, swapped, missing or cut part shows.

    workstation backup 1\n
    {"salt": …, "made_at": …, …}\n          in plain sight: nothing of it is secret
    length (4 bytes), AES-256-GCM of up to 1 MiB      part 0, 1, 2 …
    length, AES-256-GCM of {"bytes", "sha256"}        the last part, which says that it is

Each file has a key of its own, HKDF-SHA256 of the backup key and the file's salt; a part's nonce is its
number and whether it is the last one. The line in plain sight is bound to every part.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workstation.backups.rules import BackupProblem

MAGIC = b"workstation backup 1\n"
PART_BYTES = 1 << 20
LENGTH_BYTES = 4
LONGEST_HEADER = 1 << 16
PURPOSE = b"workstation backup file"

Header = dict[str, Any]

NO_BACKUP = "不是备份文件，或文件开头已损坏。"
CUT_SHORT = "备份文件不完整：结尾缺失，多半是写到一半中断了。请改用前一份备份。"
DAMAGED = "备份文件已损坏，或被改动过。请改用前一份备份，并检查存放备份的磁盘。"
OTHER_KEY = "备份密钥不对：请把制作这份备份时的 BACKUP_KEY（或 backup.key 文件）放回来。"


class Written(NamedTuple):
    """How long the content is in bytes, and its SHA-256 in hex."""

    bytes: int
    sha256: str


def key_id(key: bytes) -> str:
    """A short text by which a wrong key is told from a damaged file; it tells nothing about the key."""
    return HKDF(algorithm=SHA256(), length=8, salt=None, info=b"workstation backup key id").derive(key).hex()


def seal(target: BinaryIO, *, about: Mapping[str, Any], key: bytes, content: Iterable[bytes]) -> Written:
    """Writes a whole backup; `about` goes into the line in plain sight."""
    header = dict(about) | {"salt": os.urandom(32).hex(), "key_id": key_id(key)}
    line = json.dumps(header, ensure_ascii=False).encode() + b"\n"
    target.write(MAGIC + line)
    cipher = _Cipher(key=key, salt=header["salt"], line=line)
    digest, length = hashlib.sha256(), 0
    for part in _in_parts(content):
        digest.update(part)
        length += len(part)
        _write_part(target, cipher.close(part, is_last=False))
    written = Written(length, digest.hexdigest())
    _write_part(target, cipher.close(json.dumps(written._asdict()).encode(), is_last=True))
    return written


def read_header(source: BinaryIO) -> tuple[Header, bytes]:
    """What stands in plain sight, also as the line that it was read from. Raises BackupProblem."""
    if source.read(len(MAGIC)) != MAGIC:
        raise BackupProblem(NO_BACKUP)
    line = source.readline(LONGEST_HEADER)
    try:
        header = json.loads(line)
        bytes.fromhex(header["salt"])
    except (ValueError, TypeError, KeyError) as error:
        raise BackupProblem(NO_BACKUP) from error
    return header, line


def unseal(source: BinaryIO, *, key: bytes) -> Iterator[bytes]:
    """The content, part by part. Raises BackupProblem, at the end too: use nothing before it is through."""
    header, line = read_header(source)
    if header.get("key_id") != key_id(key):
        raise BackupProblem(OTHER_KEY)
    cipher = _Cipher(key=key, salt=header["salt"], line=line)
    digest, length = hashlib.sha256(), 0
    for part, is_last in _read_parts(source, cipher):
        if is_last:
            _compare(part, Written(length, digest.hexdigest()))
            return
        digest.update(part)
        length += len(part)
        yield part


def packed(content: Iterable[bytes]) -> Iterator[bytes]:
    """Compressed, quickly rather than well: most of a database are ids."""
    packer = zlib.compressobj(level=1)
    for part in content:
        yield packer.compress(part)
    yield packer.flush()


def unpacked(content: Iterable[bytes]) -> Iterator[bytes]:
    """The reverse of `packed`."""
    unpacker = zlib.decompressobj()
    for part in content:
        yield unpacker.decompress(part)
    yield unpacker.flush()


class _Cipher:
    """One file's key, counting the parts."""

    def __init__(self, *, key: bytes, salt: str, line: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=bytes.fromhex(salt), info=PURPOSE).derive(key)
        self._cipher = AESGCM(derived)
        self._bound_to = hashlib.sha256(MAGIC + line).digest()
        self._count = 0

    def close(self, part: bytes, *, is_last: bool) -> bytes:
        sealed = self._cipher.encrypt(self._nonce(is_last), part, self._bound_to)
        self._count += 1
        return sealed

    def open(self, sealed: bytes, *, is_last: bool) -> bytes | None:
        try:
            part = self._cipher.decrypt(self._nonce(is_last), sealed, self._bound_to)
        except InvalidTag:
            return None
        self._count += 1
        return part

    def _nonce(self, is_last: bool) -> bytes:
        return self._count.to_bytes(11, "big") + bytes([is_last])


def _read_parts(source: BinaryIO, cipher: _Cipher) -> Iterator[tuple[bytes, bool]]:
    """Each part, and whether it is the last one."""
    while True:
        sealed = _read_part(source)
        part = cipher.open(sealed, is_last=False)
        if part is not None:
            yield part, False
            continue
        last = cipher.open(sealed, is_last=True)
        if last is None or source.read(1):
            raise BackupProblem(DAMAGED)
        yield last, True
        return


def _compare(trailer: bytes, read: Written) -> None:
    if Written(**json.loads(trailer)) != read:
        raise BackupProblem(DAMAGED)


def _write_part(target: BinaryIO, sealed: bytes) -> None:
    target.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)


def _read_part(source: BinaryIO) -> bytes:
    length = int.from_bytes(_read_exactly(source, LENGTH_BYTES), "big")
    if length > PART_BYTES + LONGEST_HEADER:
        raise BackupProblem(DAMAGED)
    return _read_exactly(source, length)


def _read_exactly(source: BinaryIO, length: int) -> bytes:
    found = source.read(length)
    if len(found) < length:
        raise BackupProblem(CUT_SHORT)
    return found


def _in_parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of 1 MiB, the last one shorter."""
    waiting = bytearray()
    for some in content:
        waiting += some
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)
