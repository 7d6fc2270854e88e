"""Standards and thresholds through HTTP: proposed by one, agreed to by another, and only then counted."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from tests.cast import Cast, Phone, Time, any_uuid
from workstation.coverage.limits import LIMITS
from workstation.coverage.models import TouchedDays
from workstation.coverage.rules import Thresholds
from workstation.database import db, writing
from workstation.ids import new_id
from workstation.network.models import Network, RuleVersion
from workstation.people.models import Member

DEFAULTS = asdict(Thresholds())
STANDARD = ["统一标识", "固定阵地", "明确职责", "配套工作机制"]


@pytest.fixture
def second(cast: Cast) -> Phone:
    """The second officer of the city."""
    cast.here.members["second"] = new_id()
    own = {"network_id": cast.here.id, "id": cast.here.members["second"], "code": "second"}
    with cast.app.app_context(), writing():
        db.session.add(Member(**own, name="第二位", role="city_office"))
    return cast.phone("second")


@pytest.fixture
def first(cast: Cast) -> Phone:
    return cast.phone("city_officer")


def propose(phone: Phone, *, version: int = 1, standard: Any = None, **changes: Any) -> TestResponse:
    body = {
        "version": version,
        "standard": STANDARD if standard is None else standard,
        "thresholds": DEFAULTS | changes,
        "reason": "市里的新办法",
    }
    return phone.post("/api/v1/rules/proposals", body)


def decide(phone: Phone, decision: str, *, reason: str = "同意", id: str = "") -> TestResponse:
    id = id or phone.get("/api/v1/rules").json["proposals"][0]["id"]
    return phone.post(f"/api/v1/rules/proposals/{id}/decision", {"decision": decision, "reason": reason})


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_what_one_proposes_counts_once_another_agrees(first: Phone, second: Phone, time: Time) -> None:
    answer = propose(first, kept_share=0.6, standard=["有场所", "有标牌"])
    assert answer.status_code == 201, answer.text
    assert (answer.json["version"], answer.json["rules"]["kept_share"]) == (1, 0.75)
    time.passes(hours=1)
    answer = decide(second, "agree")
    assert answer.status_code == 200, answer.text
    assert (answer.json["version"], answer.json["rules"]["kept_share"]) == (2, 0.6)
    assert answer.json["rules"]["standard"] == ["有场所", "有标牌"]
    made = answer.json["proposals"][0]
    assert (made["version"], made["state"], made["counts_again"]) == (2, "agreed", False)
    assert (made["proposed_by"], made["decided_by"]) == ("city_officer（测试）", "第二位")
    assert (made["proposed_at"], made["applies_from"]) == (
        "2026-11-20T04:00:00.000Z",
        "2026-11-20T05:00:00.000Z",
    )
    assert made["changes"] == [
        {"name": "standard", "before": STANDARD, "after": ["有场所", "有标牌"]},
        {"name": "kept_share", "before": 0.75, "after": 0.6},
    ]
    coverage = first.get("/api/v1/coverage?by=network").json
    assert coverage["rules_version"] == 2


def test_nobody_agrees_to_an_own_proposal(cast: Cast, first: Phone, second: Phone) -> None:
    propose(first, contacts=2)
    assert code(decide(first, "agree")) == (403, "rules.own_proposal")
    assert code(decide(first, "decline", reason="算了")) == (403, "rules.own_proposal")
    assert code(decide(second, "withdraw")) == (403, "rules.not_yours")
    own = RuleVersion.state == "proposed"
    assert cast.scalar(select(func.count()).where(own)) == 1


def test_not_even_the_database_takes_the_consent_of_the_proposer(cast: Cast, first: Phone) -> None:
    propose(first, contacts=2)
    forged = update(RuleVersion).where(RuleVersion.state == "proposed")
    said = {"state": "agreed", "version": 2, "decided_by_id": RuleVersion.proposed_by_id}
    refused = pytest.raises(IntegrityError, match="second_person")
    with cast.app.app_context(), writing() as connection, refused:
        connection.execute(forged.values(said))


@pytest.mark.parametrize(
    ("who", "decision", "state"), [("second", "decline", "declined"), ("first", "withdraw", "withdrawn")]
)
def test_what_is_declined_or_withdrawn_changes_nothing(
    first: Phone, second: Phone, who: str, decision: str, state: str
) -> None:
    propose(first, contacts=2)
    by = {"first": first, "second": second}[who]
    answer = decide(by, decision, reason="再商量")
    assert (answer.json["version"], answer.json["rules"]["contacts"]) == (1, 1)
    made = answer.json["proposals"][0]
    assert (made["state"], made["decision_reason"], made["applies_from"]) == (state, "再商量", None)
    assert code(decide(second, "agree", id=made["id"])) == (409, "rules.decided")
    assert propose(second, contacts=3).status_code == 201


def test_declining_says_why(first: Phone, second: Phone) -> None:
    propose(first, contacts=2)
    answer = decide(second, "decline", reason=" ")
    assert (*code(answer), answer.json["errors"]) == (
        422,
        "request.invalid",
        {"reason": ["不同意要写明原因。"]},
    )


def test_one_proposal_waits_at_a_time_also_of_many_at_one_moment(
    cast: Cast, first: Phone, second: Phone
) -> None:
    phones = [first, second, cast.phone("city_officer"), cast.phone("second")]
    for phone in phones:
        phone.client = cast.app.test_client()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda phone: propose(phone, contacts=2), phones))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {
        "rules.proposed_already"
    }


def test_who_proposes_on_rules_that_are_gone_sees_both(first: Phone, second: Phone) -> None:
    propose(first, contacts=2)
    decide(second, "agree")
    answer = propose(second, contacts=3)
    assert code(answer) == (409, "edit.conflict")
    both = answer.json["errors"]
    assert (both["version"], both["by_name"]) == (2, "city_officer（测试）")
    assert (both["theirs"], both["yours"]) == ({"contacts": 2}, {"contacts": 3})
    assert propose(second, version=2, contacts=3).status_code == 201


def test_the_same_again_is_no_proposal(first: Phone) -> None:
    assert code(propose(first)) == (409, "rules.unchanged")


def test_the_version_before_comes_back_as_a_further_one(first: Phone, second: Phone) -> None:
    propose(first, contacts=2)
    decide(second, "agree")
    propose(second, version=2)
    answer = decide(first, "agree")
    assert (answer.json["version"], answer.json["rules"]) == (3, {"standard": STANDARD} | DEFAULTS)
    assert [each["version"] for each in answer.json["proposals"]] == [3, 2, 1]


BAD = {
    "nothing to meet": ({"standard": []}, "standard"),
    "item twice": ({"standard": ["甲", "甲"]}, "standard"),
    "item with comma": ({"standard": ["甲、乙"]}, "standard"),
    "a column of the station file": ({"standard": ["地址"]}, "standard"),
    "share above 1": ({"kept_share": 75}, "kept_share"),
    "half a day": ({"stretch_days": 45.5}, "stretch_days"),
    "negative": ({"contacts": -1}, "contacts"),
    "enormous": ({"confirmed_days": 10**9}, "confirmed_days"),
    "unknown": ({"luck": 1}, "luck"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_what_cannot_be_meant_is_refused_by_its_field(first: Phone, name: str) -> None:
    wrong, field = BAD[name]
    answer = propose(first, **wrong)
    assert code(answer) == (422, "request.invalid")
    assert f"'{field}'" in str(answer.json["errors"])


@pytest.mark.parametrize("edge", ["least", "most"])
def test_figures_can_be_told_at_the_edges_of_the_limits(
    cast: Cast, first: Phone, second: Phone, edge: str
) -> None:
    values = {name: getattr(limit, edge) for name, limit in LIMITS.items()}
    propose(first, **values)
    assert decide(second, "agree").json["rules"] == {"standard": STANDARD} | values
    assert first.get("/api/v1/coverage?by=station&window=30d").status_code == 200
    assert first.get(f"/api/v1/coverage/stations/{cast.here.stations['hall']}").status_code == 200
    assert first.get("/api/v1/coverage/gaps").status_code == 200


class TestFiguresOfAnotherVersion:
    def duty(self, cast: Cast, time: Time) -> None:
        """Twenty minutes at the hall: no kept shift under the first rules."""
        member = cast.phone("member")
        start = member.shift_start(cast.here.stations["hall"])
        time.passes(minutes=20)
        member.sync(start, member.shift_end(start["id"]))

    def gate(self, cast: Cast, phone: Phone) -> str:
        answer = phone.get(f"/api/v1/coverage/stations/{cast.here.stations['hall']}").json
        return str(answer["gates"][0]["state"])

    def test_what_a_kept_shift_is_counts_again_over_all_days(
        self, cast: Cast, time: Time, first: Phone, second: Phone
    ) -> None:
        self.duty(cast, time)
        assert self.gate(cast, first) == "failed"
        propose(first, kept_minutes=15)
        answer = decide(second, "agree")
        assert answer.json["proposals"][0]["counts_again"]
        assert cast.scalar(select(func.count()).select_from(TouchedDays)) == 1
        assert self.gate(cast, first) == "passed"
        assert cast.scalar(select(func.count()).select_from(TouchedDays)) == 0

    def test_an_older_version_is_told_as_long_as_it_counted_the_same(
        self, cast: Cast, first: Phone, second: Phone
    ) -> None:
        propose(first, confirmed_days=400)
        decide(second, "agree")
        found = first.get("/api/v1/coverage?rules_version=1")
        assert (found.status_code, found.json["rules_version"]) == (200, 1)
        assert (
            first.get("/api/v1/coverage.csv?rules_version=1").headers["Content-Disposition"].count("rules-1")
        )
        propose(first, version=2, merge_minutes=10)
        decide(second, "agree")
        assert code(first.get("/api/v1/coverage?rules_version=1")) == (409, "rules.version_gone")
        assert code(first.get("/api/v1/coverage.csv?rules_version=2")) == (409, "rules.version_gone")
        assert first.get("/api/v1/coverage?rules_version=3").json["rules_version"] == 3

    def test_every_judged_view_takes_an_older_version_and_counts_refuse_one(
        self, cast: Cast, first: Phone, second: Phone
    ) -> None:
        propose(first, contacts=5)
        decide(second, "agree")
        hall = cast.here.stations["hall"]
        for path in ("points", "gaps", "changes", "trend", f"stations/{hall}"):
            found = first.get(f"/api/v1/coverage/{path}?rules_version=1").json
            assert found["rules_version"] == 1, path
            unknown = first.get(f"/api/v1/coverage/{path}?rules_version=9")
            assert code(unknown) == (404, "rules.version_not_found"), path
        [contact] = [gate for gate in _gates(first, hall, 1) if gate["gate"] == "G3"]
        assert contact["need"] == 1
        [contact] = [gate for gate in _gates(first, hall, 2) if gate["gate"] == "G3"]
        assert contact["need"] == 5
        for path in ("weeks", "hours", "facts?figure=shifts"):
            joint = "&" if "?" in path else "?"
            refused = first.get(f"/api/v1/coverage/{path}{joint}rules_version=1")
            assert code(refused) == (422, "request.invalid"), path

    def test_a_version_that_never_was_is_not_found(self, first: Phone) -> None:
        assert code(first.get("/api/v1/coverage?rules_version=9")) == (404, "rules.version_not_found")
        for odd in ("0", "-1", "x", "99999999999999999999"):
            assert code(first.get(f"/api/v1/coverage?rules_version={odd}")) == (422, "request.invalid")

    def test_the_pulse_of_the_page_moves(self, first: Phone, second: Phone) -> None:
        before = first.get("/api/v1/coverage/pulse").headers["ETag"]
        propose(first, contacts=2)
        assert first.get("/api/v1/coverage/pulse").headers["ETag"] == before
        decide(second, "agree")
        assert first.get("/api/v1/coverage/pulse").headers["ETag"] != before


def test_another_network_has_its_own_rules(cast: Cast, first: Phone, second: Phone) -> None:
    propose(first, contacts=2)
    theirs = cast.phone("city_officer", network=cast.elsewhere)
    id = first.get("/api/v1/rules").json["proposals"][0]["id"]
    answers = [decide(theirs, "agree", id=each) for each in (id, any_uuid(), "x")]
    assert {code(answer) for answer in answers} == {(404, "rules.proposal_not_found")}
    decide(second, "agree")
    assert theirs.get("/api/v1/rules").json["version"] == 1
    assert code(theirs.get("/api/v1/coverage?rules_version=2")) == (404, "rules.version_not_found")


@pytest.mark.parametrize(
    ("who", "reads"), [("member", 403), ("auditor", 403), ("liaison", 200), ("district_officer", 200)]
)
def test_staff_read_the_rules_and_the_city_office_sets_them(cast: Cast, who: str, reads: int) -> None:
    phone = cast.phone(who)
    assert phone.get("/api/v1/rules").status_code == reads
    assert propose(phone, contacts=2).status_code == 403
    assert decide(phone, "agree", id=any_uuid()).status_code == 403


class TestCommandLine:
    def run(self, cast: Cast, *words: str) -> Any:
        return cast.app.test_cli_runner().invoke(args=["rules", *words])

    def test_a_network_with_one_officer_gets_its_consent_there(self, cast: Cast, first: Phone) -> None:
        propose(first, contacts=2)
        assert first.get("/api/v1/rules").json["deciders"] == 1
        done = self.run(cast, "agree", "--network", "here", "--reason", "分管副秘书长签字，2026 年 12 号文")
        assert (done.exit_code, "第 2 版" in done.output) == (0, True), done.output
        found = first.get("/api/v1/rules").json
        made = found["proposals"][0]
        assert (found["version"], made["decided_by"]) == (2, None)
        assert made["decision_reason"] == "分管副秘书长签字，2026 年 12 号文"
        listed = self.run(cast, "list", "--network", "here").output
        assert "contacts 1 → 2" in listed

    def test_it_says_when_there_is_nothing_to_decide(self, cast: Cast) -> None:
        for words in (("agree", "--network", "here"), ("decline", "--network", "nowhere")):
            done = self.run(cast, *words, "--reason", "x")
            assert (done.exit_code, "没有找到" in done.output) == (1, True)


def test_what_was_set_at_the_database_itself_is_written_down_with_the_first_proposal(
    cast: Cast, first: Phone
) -> None:
    with cast.app.app_context(), writing():
        network = db.session.get_one(Network, cast.here.id)
        network.thresholds, network.rules_version = {"contacts": 5}, 7
    answer = propose(first, version=7)
    assert [each["version"] for each in answer.json["proposals"]] == [None, 7]
    assert answer.json["proposals"][0]["changes"] == [{"name": "contacts", "before": 5, "after": 1}]


def _gates(office: Phone, station_id: str, version: int) -> list[dict[str, Any]]:
    path = f"/api/v1/coverage/stations/{station_id}?rules_version={version}"
    gates: list[dict[str, Any]] = office.get(path).json["gates"]
    return gates
