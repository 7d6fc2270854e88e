"""A backup's file shows when it was changed, cut, swapped or made with another key."""

import hashlib
import io
import random

import pytest

from workstation.backups.rules import BackupProblem
from workstation.backups.vault import (
    CUT_SHORT,
    LENGTH_BYTES,
    MAGIC,
    PART_BYTES,
    packed,
    read_header,
    seal,
    unpacked,
    unseal,
)

KEY, OTHER = b"k" * 64, b"o" * 64
CONTENT = random.Random(1).randbytes(2 * PART_BYTES + 12_345)


def sealed(content: bytes = CONTENT, *, in_pieces_of: int = 70_000) -> bytes:
    target = io.BytesIO()
    pieces = [content[at : at + in_pieces_of] for at in range(0, len(content), in_pieces_of)]
    seal(target, about={"engine": "sqlite"}, key=KEY, content=pieces)
    return target.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    return b"".join(unseal(io.BytesIO(file), key=key))


def part_starts(file: bytes) -> list[int]:
    """Where each part begins, and the end of the file."""
    at, found = file.index(b"\n", len(MAGIC)) + 1, []
    while at < len(file):
        found.append(at)
        at += LENGTH_BYTES + int.from_bytes(file[at : at + LENGTH_BYTES], "big")
    return [*found, at]


@pytest.mark.parametrize("length", [0, 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 5])
def test_what_goes_in_comes_out(length: int) -> None:
    assert opened(sealed(CONTENT[:length])) == CONTENT[:length]


def test_the_digest_is_that_of_the_content() -> None:
    written = seal(io.BytesIO(), about={}, key=KEY, content=[CONTENT])
    assert written == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_the_line_in_plain_sight_needs_no_key() -> None:
    header, _ = read_header(io.BytesIO(sealed()))
    assert header["engine"] == "sqlite"


def test_nothing_of_the_content_is_in_plain_sight() -> None:
    secret = b"a name that nobody may read" * 10
    assert secret[:27] not in sealed(secret)


def test_two_backups_of_the_same_content_differ() -> None:
    assert sealed() != sealed()


def test_another_key_is_told_from_a_damaged_file() -> None:
    with pytest.raises(BackupProblem, match="密钥不对"):
        opened(sealed(), OTHER)


def test_a_byte_that_changed_anywhere_shows() -> None:
    file = sealed(CONTENT[:3_000])
    for at in random.Random(2).sample(range(len(file)), 300):
        changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
        with pytest.raises(BackupProblem):
            opened(changed)


def test_a_file_that_was_cut_shows_wherever_that_was() -> None:
    file = sealed()
    starts = part_starts(file)
    for at in [0, 5, len(MAGIC), *starts[:-1], *(start + 2 for start in starts[:-1]), len(file) - 1]:
        with pytest.raises(BackupProblem):
            opened(file[:at])


def test_a_file_without_its_last_part_says_that_it_was_cut_short() -> None:
    file = sealed()
    with pytest.raises(BackupProblem, match=CUT_SHORT[:10]):
        opened(file[: part_starts(file)[-2]])


def test_parts_that_changed_places_show() -> None:
    file = sealed()
    first, second, third, *_ = part_starts(file)
    with pytest.raises(BackupProblem):
        opened(file[:first] + file[second:third] + file[first:second] + file[third:])


def test_a_part_that_is_missing_shows() -> None:
    file = sealed()
    first, second, *_ = part_starts(file)
    with pytest.raises(BackupProblem):
        opened(file[:first] + file[second:])


def test_what_follows_the_last_part_shows() -> None:
    with pytest.raises(BackupProblem):
        opened(sealed() + b"x")


@pytest.mark.parametrize("file", [b"", b"SQLite format 3\0", MAGIC, MAGIC + b"[]\n", MAGIC + b"{}\n"])
def test_another_file_is_no_backup(file: bytes) -> None:
    with pytest.raises(BackupProblem, match="不是备份文件"):
        opened(file)


def test_packing_gives_the_same_back() -> None:
    pieces = [CONTENT[:100], b"", b"a" * 1_000_000, CONTENT[100:]]
    assert b"".join(unpacked(packed(pieces))) == b"".join(pieces)
    assert len(b"".join(packed([b"a" * 1_000_000]))) < 10_000
