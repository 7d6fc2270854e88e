"""Somebody reaches for what belongs to somebody else. The numbers are those of README.md.

22, every id of another network on every route, is the walk in tests/api/test_route_table.py; 31 too.
"""

from typing import Any

import pytest

from tests.cast import HALL, Cast, Phone, any_uuid

SECRET = "这句话只给写它的人"


@pytest.fixture(scope="module")
def victim(attacked: Cast) -> Phone:
    return attacked.phone("member")


@pytest.fixture(scope="module")
def thief(attacked: Cast) -> Phone:
    """A member of another station."""
    return attacked.phone("stranger")


@pytest.fixture(scope="module")
def shift(attacked: Cast, victim: Phone) -> dict[str, Any]:
    """A shift that the victim began, with a note of the victim's."""
    entry = victim.shift_start(attacked.here.stations["hall"], note=SECRET)
    assert victim.sync(entry)[0]["status"] == "accepted"
    return entry


@pytest.mark.parametrize("kind", ["correction", "withdrawal"])
def test_24_a_word_about_anothers_fact_waits_for_staff(
    thief: Phone, victim: Phone, shift: dict[str, Any], kind: str
) -> None:
    more = {"changes": {"note": "x"}} if kind == "correction" else {}
    [result] = thief.sync(thief.about(kind, shift["id"], **more))
    assert (result["status"], result["code"]) == ("held", "target.not_yours")


def test_24_anothers_shift_is_not_ended(thief: Phone, shift: dict[str, Any]) -> None:
    [result] = thief.sync(thief.shift_end(shift["id"]))
    assert (result["status"], result["code"]) == ("held", "target.not_yours")


@pytest.mark.parametrize(
    "name", ["station_id", "target_id", "shift_id", "author_id", "device_id", "on_behalf_of"]
)
def test_25_an_id_of_another_network_is_one_that_nobody_has(attacked: Cast, thief: Phone, name: str) -> None:
    there = attacked.phone("member", network=attacked.elsewhere)
    fact = there.shift_start(attacked.elsewhere.stations["hall"])
    there.sync(fact)
    foreign = {
        "station_id": attacked.elsewhere.stations["hall"],
        "target_id": fact["id"],
        "shift_id": fact["id"],
        "author_id": attacked.elsewhere.members["member"],
        "device_id": there.device_id,
        "on_behalf_of": attacked.elsewhere.members["member"],
    }[name]
    here = attacked.here.stations["hall"]

    def said(id: str) -> dict[str, Any]:
        entry = {
            "station_id": lambda: thief.check_in(id),
            "target_id": lambda: thief.about("withdrawal", id),
            "shift_id": lambda: thief.shift_end(id),
        }.get(name, lambda: thief.check_in(here) | {name: id})()
        [result] = thief.sync(entry)
        own = {"id", "seq", "receipt_no", "sealed"}
        return {key: value for key, value in result.items() if key not in own}

    assert said(foreign) == said(any_uuid())


def test_26_an_id_that_another_has_used_tells_nothing_and_overwrites_nothing(
    attacked: Cast, thief: Phone, victim: Phone, shift: dict[str, Any]
) -> None:
    mine = thief.shift_start(attacked.here.stations["other"], note="mine") | {"id": shift["id"]}
    answer = thief.call(mine)
    [result] = answer.json["results"]
    assert (result["status"], result["code"]) == ("conflict", "entry.conflict")
    assert SECRET not in answer.text
    assert victim.sync(shift)[0]["status"] == "duplicate"
    [record] = [
        row for row in victim.get("/api/v1/records?month=2026-11").json["records"] if row["id"] == shift["id"]
    ]
    assert record["body"]["note"] == SECRET


def test_26_a_copy_of_anothers_entry_is_no_way_to_own_it(
    thief: Phone, victim: Phone, shift: dict[str, Any]
) -> None:
    """Who knows id and wording gets the number that stands on it, and nothing changes hands."""
    [result] = thief.sync(shift)
    assert result["status"] in ("duplicate", "held")
    assert shift["id"] not in own_ids(thief)
    assert shift["id"] in own_ids(victim)


def own_ids(phone: Phone) -> set[str]:
    """What one's own list of records holds, and what comes down to one's phone."""
    records = phone.get("/api/v1/records?month=2026-11").json["records"]
    return {row["id"] for row in [*records, *phone.pull()]}


def test_23_own_records_are_nobody_elses(attacked: Cast, thief: Phone, shift: dict[str, Any]) -> None:
    for phone in (thief, attacked.phone("city_officer"), attacked.phone("auditor")):
        assert SECRET not in phone.get("/api/v1/records?month=2026-11").text
        assert shift["id"] not in own_ids(phone)


def test_27_nobody_releases_what_they_sent_themselves(attacked: Cast) -> None:
    liaison = attacked.phone("liaison")
    entry = liaison.check_in(attacked.here.stations["hall"]) | {"author_id": attacked.here.members["member"]}
    liaison.sync(entry)
    [row] = [
        row for row in liaison.get("/api/v1/held-entries").json["held_entries"] if row["id"] == entry["id"]
    ]
    named = {"id": row["id"], "content_hash": row["content_hash"]}
    one = {"content_hash": row["content_hash"], "reason": "我自己核过"}
    many = {"how": "release", "code": row["code"], "reason": "x", "entries": [named]}
    second_phone = attacked.phone("liaison")
    for phone in (liaison, second_phone):
        for how in ("release", "close"):
            answer = phone.post(f"/api/v1/held-entries/{row['id']}/{how}", one)
            assert (answer.status_code, answer.json["code"]) == (403, "held_entry.own")
        [done] = phone.post("/api/v1/held-entries/decisions", many).json["results"]
        assert (done["done"], done["code"]) == (False, "held_entry.own")


def test_27_nor_what_speaks_in_their_name(attacked: Cast) -> None:
    """A friend's phone carries it; the liaison whose name it bears does not confirm it."""
    liaison, friend = attacked.phone("liaison"), attacked.phone("colleague")
    entry = friend.check_in(attacked.here.stations["hall"]) | {"author_id": attacked.here.members["liaison"]}
    friend.sync(entry)
    [row] = [
        row for row in liaison.get("/api/v1/held-entries").json["held_entries"] if row["id"] == entry["id"]
    ]
    body = {"content_hash": row["content_hash"], "reason": "是我"}
    assert liaison.post(f"/api/v1/held-entries/{row['id']}/release", body).json["code"] == "held_entry.own"


@pytest.mark.parametrize("who", ["member", "other_liaison", "other_officer", "auditor"])
def test_28_who_may_not_speak_for_another_is_not_believed(attacked: Cast, who: str) -> None:
    phone = attacked.phone(who)
    entry = phone.check_in(attacked.here.stations["hall"]) | {
        "on_behalf_of": attacked.here.members["colleague"]
    }
    [result] = phone.sync(entry)
    assert (result["status"], result["code"]) == ("held", "entry.not_allowed")


def test_29_a_cursor_opens_nothing_that_its_bearer_may_not_see(attacked: Cast, victim: Phone) -> None:
    victim.pull()
    foreign = attacked.phone("city_officer", network=attacked.elsewhere)
    foreign.pull()
    thief = attacked.phone("stranger")
    tries = [
        victim.cursor,
        foreign.cursor,
        str(victim.cursor)[:-3],
        str(victim.cursor)[::-1],
        "0",
        "a" * 5000,
        "\ud800",
        "-1",
        "1.1.1",
        "' OR 1=1 --",
        f"{victim.cursor}\x00",
    ]
    for cursor in tries:
        thief.cursor = cursor
        answer = thief.call()
        assert answer.status_code in (200, 400)
        assert SECRET not in answer.text
        assert victim.device_id not in answer.text


def test_30_what_is_mine_is_kept_by_no_shared_cache(attacked: Cast, victim: Phone) -> None:
    for path in ("me", "records?month=2026-11", "planned-shifts", "account", "suggestions"):
        said = victim.get(f"/api/v1/{path}").headers["Cache-Control"]
        assert "no-store" in said or "private" in said, path
    assert "no-store" in victim.call().headers["Cache-Control"]


def test_30_an_etag_of_one_scope_is_no_answer_in_another(attacked: Cast) -> None:
    """The pulse of the city is not the pulse of a district; the list of one network not that of another."""
    city, other = attacked.phone("city_officer"), attacked.phone("city_officer", network=attacked.elsewhere)
    for path in ("/api/v1/coverage/pulse", "/api/v1/stations"):
        etag = city.get(path).headers["ETag"]
        asked = other.client.get(path, headers=other.headers | {"If-None-Match": etag})
        assert asked.status_code == 200
        assert asked.headers["ETag"] != etag


def test_30_the_list_of_stations_may_be_kept_by_the_browser_alone(victim: Phone) -> None:
    assert "private" in victim.get("/api/v1/stations").headers["Cache-Control"]


def test_30_a_position_asked_for_is_kept_by_nobody(victim: Phone) -> None:
    answer = victim.get(f"/api/v1/stations?near={HALL[0]},{HALL[1]}")
    assert answer.headers["Cache-Control"] == "no-store"
