"""Keys: what one encrypted is opened after many others were made, and by nobody without its file."""

from pathlib import Path

import pytest

from workstation.keys import DataKeys, Keys

SECRET = b"k" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def keys_in(folder: Path) -> Keys:
    """As another process sees them."""
    return Keys(SECRET, data_keys=DataKeys(folder))


def test_what_older_keys_encrypted_opens_after_newer_ones_were_made(folder: Path) -> None:
    keys = keys_in(folder)
    sealed = []
    for number in range(4):
        assert keys.newest("constituent") == number
        sealed.append(keys.encrypt("constituent", b"%d" % number, bound_to="1 a"))
        keys.make_data_key()
    assert [keys_in(folder).decrypt("constituent", each, bound_to="1 a") for each in sealed] == [
        b"0",
        b"1",
        b"2",
        b"3",
    ]
    assert keys.decrypt("constituent", sealed[2], bound_to="1 b") is None


def test_a_running_server_uses_a_key_that_another_process_made(folder: Path) -> None:
    server = keys_in(folder)
    server.encrypt("constituent", b"before", bound_to="1 a")
    keys_in(folder).make_data_key()
    sealed = server.encrypt("constituent", b"after", bound_to="1 a")
    assert sealed.startswith(b"WSK\x00\x01")
    assert server.decrypt("constituent", sealed, bound_to="1 a") == b"after"


def test_without_its_file_nothing_opens(folder: Path) -> None:
    keys = keys_in(folder)
    keys.make_data_key()
    sealed = keys.encrypt("held", b"x", bound_to="1 a")
    (folder / "1.key").unlink()
    assert keys_in(folder).decrypt("held", sealed, bound_to="1 a") is None


def test_a_nonce_that_looks_like_a_key_number_still_opens(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstation.keys.os.urandom", lambda _n: b"WSK\x00\x01" + b"n" * 7)
    sealed = keys_in(folder).encrypt("constituent", b"x", bound_to="1 a")
    monkeypatch.undo()
    keys_in(folder).make_data_key()
    assert keys_in(folder).decrypt("constituent", sealed, bound_to="1 a") == b"x"


def test_phones_hold_what_the_secret_alone_opens(folder: Path) -> None:
    keys = keys_in(folder)
    keys.make_data_key()
    sealed = keys.encrypt("seal", b"x", bound_to="1 a")
    assert Keys(SECRET).decrypt("seal", sealed, bound_to="1 a") == b"x"


def test_only_the_owner_reads_a_key_and_each_is_another(folder: Path) -> None:
    keys = DataKeys(folder)
    assert [keys.make(), keys.make()] == [1, 2]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert keys.find(1) != keys.find(2)


def test_a_key_that_could_not_be_written_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = keys_in(folder)

    def full(_file: int) -> None:
        assert server.newest("held") == 0  # what the server finds while the key is being written
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workstation.keys.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys_in(folder).make_data_key()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", ["", "00" * 31], ids=["empty", "short"])
def test_a_damaged_key_encrypts_nothing(folder: Path, content: str) -> None:
    keys_in(folder).make_data_key()
    (folder / "1.key").write_text(content)
    with pytest.raises(ValueError, match="damaged"):
        keys_in(folder).encrypt("held", b"x", bound_to="1 a")
