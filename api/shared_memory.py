"""What all workers of this machine remember together for minutes: how often who called, and used proofs.

One small file in DATA_DIR that every process reads and writes: a look costs microseconds and no statement.
It is not mapped into memory, which on a full disk would kill the process. It is a table of buckets. An entry
is 16 bytes: 8 of the name's hash, 4 of the minute, 4 of a count. A full bucket forgets its oldest entry, so
the worst that a flood does is to let itself be counted anew. Several machines each remember for themselves
(docs/security.md).
"""

import fcntl
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from flask import current_app

ENTRY = struct.Struct("<QII")
BUCKET = 8  # entries


class SharedMemory:
    """A table in a file; `entries` is a multiple of 8. A file of another size is taken as empty."""

    def __init__(self, path: Path, *, entries: int) -> None:
        self._buckets = entries // BUCKET
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, entries * ENTRY.size)
        self._threads = threading.Lock()  # flock holds back other processes, not other threads

    def count(self, name: bytes, *, minute: int) -> int:
        """How often this name was counted in this minute, now included."""
        return self._note(name, minute, oldest=minute)

    def count_lately(self, name: bytes, *, minute: int, keeps_minutes: int) -> int:
        """How often it was counted, now included, with never so many minutes between one and the next."""
        return self._note(name, minute, oldest=minute - keeps_minutes)

    def counted_lately(self, name: bytes, *, minute: int, keeps_minutes: int) -> int:
        """The same without counting it: how often it was."""
        entries, _, hashed = self._bucket_of(name)
        return next((n for known, at, n in entries if known == hashed and at >= minute - keeps_minutes), 0)

    def is_new(self, name: bytes, *, minute: int, keeps_minutes: int) -> bool:
        """Whether this name is met for the first time in so many minutes. Of two at once one is the first."""
        return self._note(name, minute, oldest=minute - keeps_minutes) == 1

    def _note(self, name: bytes, minute: int, *, oldest: int) -> int:
        with self._alone():
            entries, start, hashed = self._bucket_of(name)
            at, count = _place(entries, hashed, oldest)
            with suppress(OSError):  # no room: forgotten at once, and the call goes on
                os.pwrite(self._file, ENTRY.pack(hashed, minute, count), start + at * ENTRY.size)
        return count

    def _bucket_of(self, name: bytes) -> tuple[list[tuple[int, int, int]], int, int]:
        """The entries among which this name stands, where they begin, and the name's hash."""
        hashed = int.from_bytes(blake2b(name, digest_size=8).digest(), "little") or 1
        start = hashed % self._buckets * BUCKET * ENTRY.size
        return list(ENTRY.iter_unpack(os.pread(self._file, BUCKET * ENTRY.size, start))), start, hashed

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _place(entries: list[tuple[int, int, int]], hashed: int, oldest: int) -> tuple[int, int]:
    """Where the name stands or may stand, and its count from now on."""
    for at, (known, minute, count) in enumerate(entries):
        if known == hashed and minute >= oldest:
            return at, min(count + 1, 2**32 - 1)
    return min(range(BUCKET), key=lambda at: entries[at][1]), 1


def shared_memory() -> SharedMemory:
    """That of this application."""
    memory: SharedMemory = current_app.extensions["shared_memory"]
    return memory
