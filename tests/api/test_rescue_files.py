"""Rescue files handed in over HTTP: nothing lost, nothing twice, nothing in another's name."""

import gzip
import json
import time as real_time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from api import clock
from api.schemas.rescue_files import RescueFileIn, RescueIn
from tests.cast import HALL, Cast, Phone, Time, any_uuid
from tests.live_server import LiveServer
from workstation.check_ins.models import CheckIn
from workstation.people.models import Device
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.rescues import REGISTRY, decrypted

FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}


def server_key(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get("/api/v1/time").json["rescue_key"])


def exported(
    author: Phone, cast: Cast, entries: list[Any], *, who: str = "member", **odd: Any
) -> dict[str, Any]:
    """The file that this phone would save."""
    plain = {
        "v": 1,
        "network": "here",
        "author_id": cast.here.members[who],
        "device_id": author.device_id,
        "made_at": clock.now().isoformat(),
        "entries": entries,
    } | odd
    return file_of(json.dumps(plain).encode(), author.client, count=len(entries))


def file_of(plain: bytes, client: FlaskClient, *, count: int = 0) -> dict[str, Any]:
    public = server_key(client)
    key = ECKey.import_key({name: public[name] for name in ("kty", "crv", "x", "y")})
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": public["kid"]}
    return {
        "format": "workstation.rescue",
        "v": 1,
        "kid": public["kid"],
        "made_at": clock.now().isoformat(),
        "count": count,
        "jwe": jwe.encrypt_compact(header, plain, key, registry=REGISTRY),
    }


def hand_in(by: Phone, file: object) -> TestResponse:
    return by.post("/api/v1/rescue-files", file)


def count(cast: Cast, model: Any) -> int:
    return int(cast.scalar(select(func.count()).select_from(model)))


CONTRACT = Path(__file__).parent.parent / "contracts" / "rescue-files.json"


@pytest.mark.parametrize("case", json.loads(CONTRACT.read_text()), ids=lambda case: case["name"])
def test_what_the_phone_encrypts_the_server_reads(case: dict[str, Any]) -> None:
    file = RescueFileIn().load(case["file"])
    plain = json.loads(decrypted(file["jwe"], key=ECKey.import_key(case["key"])))
    assert plain == case["says"]
    assert len(RescueIn().load(plain)["entries"]) == file["count"]


class TestHandingIn:
    def test_entries_of_another_are_held_until_their_author_confirms_them(self, cast: Cast) -> None:
        author, colleague = cast.phone("member"), cast.phone("colleague")
        hall = cast.here.stations["hall"]
        start = author.shift_start(hall, fix=FIX)
        entries = [start, author.check_in(hall, fix=FIX), author.shift_end(start["id"])]
        answer = hand_in(colleague, exported(author, cast, entries))
        assert answer.status_code == 200
        assert (answer.json["count"], answer.json["author_name"]) == (3, "member（测试）")
        assert {result["code"] for result in answer.json["results"]} == {"entry.carried"}
        assert count(cast, CheckIn) == 0
        own = author.sync(*entries)
        assert [result["status"] for result in own] == ["accepted"] * 3
        numbers = [result["receipt_no"] for result in answer.json["results"]]
        assert [result["receipt_no"] for result in own] == numbers
        assert cast.scalar(select(CheckIn.member_id)) == cast.here.members["member"]

    def test_staff_confirm_them_as_well(self, cast: Cast) -> None:
        author, liaison = cast.phone("member"), cast.phone("liaison")
        entry = author.check_in(cast.here.stations["hall"], fix=FIX)
        hand_in(cast.phone("colleague"), exported(author, cast, [entry]))
        [row] = liaison.get("/api/v1/held-entries").json["held_entries"]
        decision = {"content_hash": row["content_hash"], "reason": "已向本人核实"}
        assert liaison.post(f"/api/v1/held-entries/{row['id']}/release", decision).status_code == 204
        assert cast.scalar(select(CheckIn.member_id)) == cast.here.members["member"]
        assert cast.scalar(select(CheckIn.verdict)) == "inside"
        assert author.sync(entry)[0]["status"] == "duplicate"

    def test_who_hands_in_an_own_file_confirms_it_thereby(self, cast: Cast) -> None:
        old, new = cast.phone("member"), cast.phone("member")
        entry = old.check_in(cast.here.stations["hall"])
        [result] = hand_in(new, exported(old, cast, [entry])).json["results"]
        assert result["status"] == "accepted"
        assert cast.scalar(select(Receipt.device_id)) == old.device_id

    def test_what_is_known_already_is_a_repeat(self, cast: Cast) -> None:
        author, colleague = cast.phone("member"), cast.phone("colleague")
        sent, unsent = (author.check_in(cast.here.stations["hall"]) for _ in range(2))
        [known] = author.sync(sent)
        first, second = hand_in(colleague, exported(author, cast, [sent, unsent])).json["results"]
        assert (first["status"], first["receipt_no"]) == ("duplicate", known["receipt_no"])
        assert second["status"] == "held"

    def test_handing_it_in_again_changes_nothing(self, cast: Cast) -> None:
        author, colleague, staff = cast.phone("member"), cast.phone("colleague"), cast.phone("liaison")
        file = exported(author, cast, [author.check_in(cast.here.stations["hall"]) for _ in range(3)])
        first = hand_in(colleague, file).json["results"]
        for by in (colleague, staff):
            again = hand_in(by, file).json["results"]
            assert [each["receipt_no"] for each in again] == [each["receipt_no"] for each in first]
        assert (count(cast, Receipt), count(cast, HeldEntry)) == (3, 3)

    def test_a_long_file_goes_in_parts(self, cast: Cast) -> None:
        author = cast.phone("member")
        entries = [author.check_in(cast.here.stations["hall"]) for _ in range(230)]
        results = hand_in(cast.phone("colleague"), exported(author, cast, entries)).json["results"]
        assert [result["id"] for result in results] == [entry["id"] for entry in entries]
        assert count(cast, Receipt) == 230

    def test_what_happened_keeps_its_time_however_late_the_file_comes(self, cast: Cast, time: Time) -> None:
        author, later = cast.phone("member"), clock.now()
        entry = author.check_in(cast.here.stations["hall"]) | {"elapsed_ms": 60_000}
        file = exported(author, cast, [entry])
        time.passes(days=5)
        [result] = hand_in(cast.phone("colleague"), file).json["results"]
        assert result["occurred_at"] == later.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert result["clock_error_s"] == 0

    def test_it_says_nothing_of_the_phone_that_hands_it_in(self, cast: Cast) -> None:
        author, colleague = cast.phone("member"), cast.phone("colleague")
        colleague.call(pending=4)
        hand_in(colleague, exported(author, cast, [author.check_in(cast.here.stations["hall"])]))
        this = select(Device.pending).where(Device.id == colleague.device_id)
        assert cast.scalar(this) == 4

    def test_what_is_no_entry_costs_only_itself(self, cast: Cast) -> None:
        author = cast.phone("member")
        entries = [
            7,
            author.check_in(cast.here.stations["hall"]),
            {"id": "x"},
            {"id": any_uuid(), "sealed": "?"},
        ]
        results = hand_in(cast.phone("colleague"), exported(author, cast, entries)).json["results"]
        assert [result["status"] for result in results] == ["rejected", "held", "rejected", "rejected"]

    def test_it_may_be_packed(self, cast: Cast) -> None:
        author, colleague = cast.phone("member"), cast.phone("colleague")
        file = exported(author, cast, [author.check_in(cast.here.stations["hall"])])
        headers = colleague.headers | {"Content-Encoding": "gzip"}
        packed = gzip.compress(json.dumps(file).encode())
        answer = cast.client.post("/api/v1/rescue-files", data=packed, headers=headers)
        assert answer.json["count"] == 1

    def test_no_position_is_left_in_the_database(self, cast: Cast) -> None:
        author = cast.phone("member")
        odd = {"lat": 22.54310001, "lon": 114.05790002, "accuracy_m": 1, "age_s": 1}
        hand_in(
            cast.phone("colleague"),
            exported(author, cast, [author.check_in(cast.here.stations["hall"], fix=odd)]),
        )
        [row] = cast.phone("liaison").get("/api/v1/held-entries").json["held_entries"]
        assert "22.5431" not in json.dumps(row)


class TestForgery:
    def test_a_file_does_not_speak_for_whoever_hands_it_in(self, cast: Cast) -> None:
        """Anybody can encrypt to the public key: a file that names its bearer as author proves nothing."""
        forger, liaison = cast.phone("stranger"), cast.phone("liaison")
        entry = forger.check_in(cast.here.stations["hall"])
        file = exported(forger, cast, [entry], who="liaison")
        assert hand_in(liaison, file).json["results"][0]["code"] == "entry.carried"

    def test_an_entry_that_names_its_bearer_is_still_its_files(self, cast: Cast) -> None:
        author, liaison = cast.phone("member"), cast.phone("liaison")
        spoilt = {"author_id": cast.here.members["liaison"], "device_id": liaison.device_id}
        file = exported(author, cast, [author.check_in(cast.here.stations["hall"]) | spoilt])
        assert hand_in(liaison, file).json["results"][0]["code"] == "entry.carried"
        assert cast.scalar(select(Receipt.member_id)) == cast.here.members["member"]

    def test_an_author_who_does_not_exist_is_held_like_any_other(self, cast: Cast) -> None:
        phone = cast.phone("member")
        file = exported(phone, cast, [phone.check_in(cast.here.stations["hall"])], author_id=any_uuid())
        answer = hand_in(phone, file).json
        assert (answer["results"][0]["code"], answer["author_name"]) == ("entry.carried", None)


class TestRefusing:
    def refused(self, cast: Cast, file: object) -> tuple[int, str]:
        answer = hand_in(cast.phone("colleague"), file)
        assert answer.mimetype == "application/problem+json"
        assert (count(cast, Receipt), count(cast, HeldEntry)) == (0, 0)
        return answer.status_code, answer.json["code"]

    def test_without_a_token_or_from_a_stopped_phone(self, cast: Cast) -> None:
        phone, office = cast.phone("member"), cast.phone("city_officer")
        assert cast.client.post("/api/v1/rescue-files", json={}).status_code == 401
        cast.client.delete(f"/api/v1/devices/{phone.device_id}", headers=office.headers)
        assert hand_in(phone, {}).json["code"] == "device.revoked"

    def test_another_networks_file(self, cast: Cast) -> None:
        author = cast.phone("member", network=cast.elsewhere)
        entry = author.check_in(cast.elsewhere.stations["hall"])
        file = exported(author, cast, [entry], network="elsewhere")
        assert self.refused(cast, file) == (422, "rescue.other_network")

    def test_another_servers_file(self, cast: Cast) -> None:
        author = cast.phone("member")
        file = exported(author, cast, []) | {"kid": "another"}
        assert self.refused(cast, file) == (422, "rescue.unknown_key")

    def test_a_changed_file(self, cast: Cast) -> None:
        author = cast.phone("member")
        file = exported(author, cast, [author.check_in(cast.here.stations["hall"])])
        middle = len(file["jwe"]) // 2
        file["jwe"] = file["jwe"][:middle] + "AAAA" + file["jwe"][middle + 4 :]
        assert self.refused(cast, file) == (422, "rescue.unreadable")

    @pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
    def test_a_file_cut_short(self, cast: Cast, share: float) -> None:
        author = cast.phone("member")
        text = json.dumps(exported(author, cast, [author.check_in(cast.here.stations["hall"])]))
        answer = cast.client.post(
            "/api/v1/rescue-files",
            data=text[: int(len(text) * share)],
            headers=cast.phone("colleague").headers,
        )
        assert (answer.status_code, answer.json["code"]) == (422, "rescue.unreadable")

    @pytest.mark.parametrize(
        "plain",
        [
            b"",
            b"\xff",
            b"[]",
            b"NaN",
            b"[" * 3000,
            b'{"v":1}',
            b'{"v":1,"network":"here","author_id":"x","device_id":"y","made_at":"now","entries":{}}',
        ],
    )
    def test_what_is_no_outbox_inside(self, cast: Cast, plain: bytes) -> None:
        assert self.refused(cast, file_of(plain, cast.client)) == (422, "rescue.unreadable")

    @pytest.mark.parametrize(
        "file", [None, [], 7, "x", {}, {"format": "other", "v": 1}, {"v": True}, {"jwe": "\ud800"}]
    )
    def test_what_is_no_file_at_all(self, cast: Cast, file: object) -> None:
        assert self.refused(cast, file) == (422, "rescue.unreadable")

    def test_an_unknown_field(self, cast: Cast) -> None:
        assert self.refused(cast, file_of(b"{}", cast.client) | {"x": 1}) == (422, "rescue.unreadable")

    def test_a_newer_apps_file(self, cast: Cast) -> None:
        author = cast.phone("member")
        newer = {"format": "workstation.rescue", "v": 2, "sealed": "otherwise"}
        assert self.refused(cast, newer) == (422, "rescue.version_unsupported")
        assert self.refused(cast, exported(author, cast, [], v=2)) == (422, "rescue.version_unsupported")

    def test_more_than_a_file_may_hold(self, cast: Cast) -> None:
        author = cast.phone("member")
        assert self.refused(cast, exported(author, cast, [1] * 20_001)) == (413, "rescue.too_large")
        assert self.refused(cast, exported(author, cast, ["长" * 3_000_000])) == (413, "rescue.too_large")

    def test_a_bomb(self, cast: Cast) -> None:
        headers = cast.phone("colleague").headers | {"Content-Encoding": "gzip"}
        bomb = gzip.compress(b"[" * 200 * 1024 * 1024)
        began = real_time.process_time()
        answer = cast.client.post("/api/v1/rescue-files", data=bomb, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (413, "rescue.too_large")
        assert real_time.process_time() - began < 5


def test_twice_at_once_over_several_workers_is_once(cast: Cast, live_server: LiveServer) -> None:
    author, bearers = cast.phone("member"), [cast.phone("colleague"), cast.phone("liaison")]
    start = author.shift_start(cast.here.stations["hall"])
    entries = [start, *(author.check_in(cast.here.stations["hall"]) for _ in range(120))]
    file = exported(author, cast, [*entries, author.shift_end(start["id"])])

    def hand_in_there(turn: int) -> list[dict[str, Any]]:
        url = f"{live_server.url}/api/v1/rescue-files"
        answer = requests.post(url, json=file, headers=bearers[turn % 2].headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(hand_in_there, range(8)))
    numbers = {tuple(result["receipt_no"] for result in results) for results in answers}
    assert len(numbers) == 1
    assert len(set(*numbers)) == 122
    assert (count(cast, Receipt), count(cast, HeldEntry), count(cast, Shift)) == (122, 122, 0)
