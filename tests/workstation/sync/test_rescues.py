"""The key and the encryption of rescue files, and in whose name their entries come."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey

from workstation.errors import Refusal
from workstation.keys import Keys
from workstation.sync.rescues import (
    MOST_PLAIN_BYTES,
    REGISTRY,
    Rescue,
    carried,
    open_file,
    public_rescue_key,
    rescue_key,
)

KEYS = Keys(b"a key that only tests use" * 2)
PUBLIC = public_rescue_key(KEYS)
HEADER = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": PUBLIC["kid"]}


def _key() -> ECKey:
    return ECKey.import_key({name: PUBLIC[name] for name in ("kty", "crv", "x", "y")})


def sealed(plain: bytes, header: dict[str, Any] = HEADER) -> str:
    registry = jwe.JWERegistry(algorithms=["ECDH-ES", "ECDH-ES+A256KW", "A256GCM", "A128GCM", "DEF"])
    return jwe.encrypt_compact(header, plain, _key(), registry=registry)


def code_of(text: str, *, kid: str = PUBLIC["kid"], keys: Keys = KEYS) -> str:
    with pytest.raises(Refusal) as refused:
        open_file(text, kid=kid, keys=keys)
    return refused.value.code


FILE = sealed(b'{"v":1}')


class TestKey:
    def test_the_same_secret_gives_the_same_key_on_every_worker(self) -> None:
        assert public_rescue_key(Keys(b"a key that only tests use" * 2)) == PUBLIC
        assert public_rescue_key(Keys(b"another secret of thirty-two byte")) != PUBLIC

    def test_only_the_public_half_is_shown(self) -> None:
        assert PUBLIC.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (PUBLIC["crv"], PUBLIC["use"], PUBLIC["alg"]) == ("P-256", "enc", "ECDH-ES")
        assert PUBLIC["kid"] == ECKey.import_key(PUBLIC).thumbprint()

    def test_it_is_the_key_of_this_curve_and_no_other(self) -> None:
        assert rescue_key(KEYS).is_private
        assert rescue_key(KEYS).curve_name == "P-256"


class TestOpening:
    def test_what_was_encrypted_comes_back(self) -> None:
        assert open_file(FILE, kid=PUBLIC["kid"], keys=KEYS) == b'{"v":1}'

    def test_a_file_as_large_as_allowed_opens_and_a_larger_one_does_not(self) -> None:
        largest = jwe.encrypt_compact(HEADER, b"x" * MOST_PLAIN_BYTES, _key(), registry=REGISTRY)
        assert len(open_file(largest, kid=PUBLIC["kid"], keys=KEYS)) == MOST_PLAIN_BYTES
        longer = jwe.encrypt_compact(HEADER, b"x" * (MOST_PLAIN_BYTES + 1), _key(), registry=REGISTRY)
        assert code_of(longer) == "rescue.too_large"
        assert code_of(largest + "A" * 2 * MOST_PLAIN_BYTES) == "rescue.too_large"

    def test_another_servers_file_is_told_apart(self) -> None:
        assert code_of(FILE, kid="somebody-else") == "rescue.unknown_key"
        assert code_of(FILE, keys=Keys(b"another secret of thirty-two byte")) == "rescue.unknown_key"

    @given(st.integers(min_value=0, max_value=len(FILE) - 1), st.sampled_from("AQgw_-.=~é"))
    def test_a_changed_letter_anywhere_never_opens_to_something_else(self, place: int, letter: str) -> None:
        changed = FILE[:place] + letter + FILE[place + 1 :]
        with suppress(Refusal):  # letters that base64 ignores change nothing
            assert open_file(changed, kid=PUBLIC["kid"], keys=KEYS) == b'{"v":1}'

    @given(st.integers(min_value=0, max_value=len(FILE) - 1))
    def test_a_file_cut_anywhere_does_not_open(self, length: int) -> None:
        assert code_of(FILE[:length]) == "rescue.unreadable"

    @given(st.text(max_size=200))
    def test_what_is_no_file_at_all_does_not_open(self, text: str) -> None:
        assert code_of(text) in ("rescue.unreadable", "rescue.too_large")

    @pytest.mark.parametrize(
        "header",
        [HEADER | {"zip": "DEF"}, HEADER | {"enc": "A128GCM"}, HEADER | {"alg": "ECDH-ES+A256KW"}],
        ids=["a packed bomb", "another cipher", "another algorithm"],
    )
    def test_only_what_our_phones_use_is_opened(self, header: dict[str, Any]) -> None:
        assert code_of(sealed(b"\x00" * 100_000, header)) == "rescue.unreadable"

    def test_a_key_that_the_file_brings_along_is_not_used(self) -> None:
        registry = jwe.JWERegistry(algorithms=["dir", "A256GCM"])
        own = jwe.encrypt_compact(
            {"alg": "dir", "enc": "A256GCM"}, b"{}", OctKey.generate_key(256), registry=registry
        )
        assert code_of(own) == "rescue.unreadable"


class TestCarried:
    RESCUE = Rescue("here", "author", "device", [])

    def test_entries_come_in_the_name_of_the_files_author(self) -> None:
        entry = {"id": "1", "seq": 4, "elapsed_ms": 90, "author_id": "somebody else"}
        assert carried(entry, self.RESCUE) == {
            "id": "1",
            "seq": 4,
            "elapsed_ms": None,
            "author_id": "author",
            "device_id": "device",
        }

    def test_an_entry_of_a_former_device_keeps_it(self) -> None:
        assert carried({"id": "1", "device_id": "former"}, self.RESCUE)["device_id"] == "former"

    @given(st.none() | st.integers() | st.text() | st.lists(st.integers()))
    def test_what_is_no_entry_stays_as_it_is(self, raw: object) -> None:
        assert carried(raw, self.RESCUE) == raw

    def test_a_seal_stays_a_seal(self) -> None:
        given_back = {"id": "1", "sealed": "opaque"}
        assert carried(given_back, self.RESCUE) == given_back


def test_json_survives_the_way() -> None:
    plain = json.dumps({"note": "👵 电梯 \ud800"}).encode()
    assert open_file(sealed(plain), kid=PUBLIC["kid"], keys=KEYS) == plain
