"""Several held entries at once: of one code, each on its own, nobody the own ones."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import Cast, Phone, any_uuid
from workstation.check_ins.models import CheckIn
from workstation.receptions.models import Reception


def waiting(staff: Phone) -> list[dict[str, Any]]:
    return list(staff.get("/api/v1/held-entries").json["held_entries"])


def decide(staff: Phone, rows: list[dict[str, Any]], **more: Any) -> Any:
    body = {
        "how": "release",
        "code": "entry.not_allowed",
        "reason": "都核实过",
        "entries": [{"id": row["id"], "content_hash": row["content_hash"]} for row in rows],
    }
    return staff.post("/api/v1/held-entries/decisions", body | more)


def entered_for_others(cast: Cast, phone: Phone, times: int, who: str = "colleague") -> None:
    behalf = {"on_behalf_of": cast.here.members[who]}
    for _ in range(times):
        assert phone.sync(phone.reception(cast.here.stations["hall"]) | behalf)[0]["status"] == "held"


def test_all_of_one_code_are_released_with_one_reason_and_each_phone_learns_it(cast: Cast) -> None:
    member, office = cast.phone("member"), cast.phone("city_officer")
    entered_for_others(cast, member, 3)
    member.pull()
    results = decide(office, waiting(office)).json["results"]
    assert [each["done"] for each in results] == [True] * 3
    assert cast.scalar(select(func.count()).select_from(Reception)) == 3
    told = [change["data"] for change in member.pull() if change["noun"] == "receipt"]
    assert [each["message"] for each in told] == ["city_officer（测试）已确认：都核实过"] * 3
    assert waiting(office) == []


def test_all_are_closed_and_none_becomes_a_fact(cast: Cast) -> None:
    member, liaison = cast.phone("member"), cast.phone("liaison")
    entered_for_others(cast, member, 2)
    assert [each["done"] for each in decide(liaison, waiting(liaison), how="close").json["results"]] == [
        True
    ] * 2
    assert cast.scalar(select(Reception)) is None


def test_what_is_refused_stops_no_other_and_says_why(cast: Cast) -> None:
    member, office = cast.phone("member"), cast.phone("city_officer")
    entered_for_others(cast, member, 2)
    member.sync(member.check_in(any_uuid()))
    first, second, unknown = waiting(office)
    gone = first | {"id": any_uuid()}
    decide(office, [first])
    results = decide(office, [first, gone, unknown, second]).json["results"]
    assert [(each["done"], each["code"]) for each in results] == [
        (False, "held_entry.closed"),
        (False, "held_entry.not_found"),
        (False, "held_entry.other_code"),
        (True, None),
    ]
    assert cast.scalar(select(CheckIn)) is None


def test_nobody_releases_or_closes_an_own_entry_among_others(cast: Cast) -> None:
    member, liaison, colleague = cast.phone("member"), cast.phone("liaison"), cast.phone("colleague")
    entered_for_others(cast, colleague, 1, who="liaison")
    entered_for_others(cast, member, 1)
    for how in ("release", "close"):
        results = decide(liaison, waiting(liaison), how=how).json["results"]
        assert (results[0]["done"], results[0]["code"]) == (False, "held_entry.own")
    assert len(waiting(liaison)) == 1


def test_what_is_out_of_scope_is_not_found(cast: Cast) -> None:
    member, office, outside = cast.phone("member"), cast.phone("city_officer"), cast.phone("other_officer")
    entered_for_others(cast, member, 1)
    [result] = decide(outside, waiting(office)).json["results"]
    assert (result["done"], result["code"]) == (False, "held_entry.not_found")
    assert len(waiting(office)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": "forget"},
        {"reason": ""},
        {"entries": []},
        {"entries": [{"id": any_uuid(), "content_hash": "0" * 64}] * 101},
        {"entries": [{"id": "x", "content_hash": "0" * 64}]},
    ],
    ids=["how", "reason", "none", "too many", "no id"],
)
def test_a_call_that_makes_no_sense_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    assert decide(cast.phone("city_officer"), [], **wrong).status_code == 422


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_only_staff_decide(cast: Cast, who: str) -> None:
    assert decide(cast.phone(who), []).status_code == 403
