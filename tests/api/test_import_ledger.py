"""Old paper ledgers through HTTP: past shifts and receptions come in by the door of the phones' entries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from api import clock
from api.auth import app_keys
from api.sync import grammar_of
from tests.api.test_imports_api import look, send
from tests.cast import Cast
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.feed.models import Change
from workstation.imports import ledger_import
from workstation.imports.ledger_import import LedgerImport
from workstation.imports.operations import judge, save
from workstation.imports.tables import read_table
from workstation.network.history import Editor
from workstation.network.models import Network
from workstation.people.rules import Scope
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.sync.entries import Sender
from workstation.sync.models import Receipt

HEAD = "类别,站点,委员,日期,开始,结束,人数,主题,摘要,渠道,对象,当场答复,备注\n"
DUTY = "值班,HALL,member,2026-03-05,09:00,11:30,,,,,,,下雨\n"
MET = "接待,HALL,member,2026-03-05,09:40,,3人,住房,加装电梯,电话,群体,是,\n"
BOOK = HEAD + DUTY + MET


def apply(phone: Any, content: str) -> dict[str, Any]:
    seen = look(phone, "ledger", content, name="台账.csv")
    assert seen["digest"], seen["errors"]
    return look(phone, "ledger", content, apply=seen["digest"], name="台账.csv")


def count(cast: Cast, model: Any = Receipt) -> int:
    return int(cast.scalar(select(func.count()).where(model.network_id == cast.here.id)))


def test_a_look_shows_what_each_row_becomes_and_writes_nothing(cast: Cast) -> None:
    found = look(cast.phone("city_officer"), "ledger", BOOK)
    assert (found["rows"], found["new"], found["errors"], found["warnings"]) == (2, 2, [], [])
    duty, met = ({cell["column"]: cell["after"] for cell in line["cells"]} for line in found["lines"])
    assert duty == {
        "类别": "值班",
        "站点": "hall 委员工作站",
        "委员": "member（测试）",
        "开始": "2026-03-05 09:00",
        "结束": "2026-03-05 11:30",
        "备注": "下雨",
    }
    assert (met["类别"], met["主题"], met["渠道"], met["对象"], met["人数"]) == (
        "接待", "住房", "电话", "群体", "3",
    )  # fmt: skip
    assert (met["当场答复"], met["需要回复"]) == ("是", "否")
    assert count(cast) == 0


def test_every_row_becomes_a_fact_on_behalf_with_the_times_of_the_paper(cast: Cast) -> None:
    done = apply(cast.phone("city_officer"), BOOK)
    assert (done["applied"], done["new"]) == (True, 2)
    with cast.app.app_context():
        receipts = list(db.session.scalars(select(Receipt).order_by(Receipt.receipt_no)))
        shift, met = db.session.scalar(select(Shift)), db.session.scalar(select(Reception))
    assert shift is not None
    assert met is not None
    assert [one.kind for one in receipts] == ["shift_start", "shift_end", "reception"]
    officer, member = cast.here.members["city_officer"], cast.here.members["member"]
    for one in receipts:
        assert (one.member_id, one.entered_by_id, one.state) == (member, officer, "accepted")
        assert (one.device_id, one.seq, set(one.flags) >= {"late", "stated"}) == (None, None, True)
    began = datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert (shift.started_at, shift.ended_at) == (began, began + timedelta(hours=2, minutes=30))
    assert (shift.evidence, shift.note, shift.entered_by_id) == (0, "下雨", officer)
    assert (met.started_at, met.headcount, met.topic) == (began + timedelta(minutes=40), 3, "housing")
    assert (met.channel, met.party_kind, met.answered_on_spot) == ("phone", "group", True)


def test_the_person_is_told_and_can_say_that_it_was_not_so(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.phone("member")
    member.pull()
    apply(office, BOOK)
    changes = member.pull()
    told = [each["data"] for each in changes if each["noun"] == "notice"]
    assert {each["code"] for each in told} == {"entry.on_behalf"}
    assert {each["data"]["status"] for each in changes if each["noun"] == "receipt"} <= {
        "accepted",
        "duplicate",
    }
    [shift] = [each["id"] for each in changes if each["noun"] == "shift"]
    [result] = member.sync(member.about("withdrawal", shift))
    assert result["status"] == "accepted"
    assert cast.scalar(select(Shift.withdrawn)) is True
    again = look(office, "ledger", BOOK)
    assert (again["new"], again["unchanged"]) == (0, 2), "a file never brings back what somebody took back"


def test_figures_follow_and_rest_on_weak_evidence(cast: Cast) -> None:
    office = cast.phone("city_officer")
    apply(office, BOOK)
    window = {"from": "2026-03-01", "to": "2026-04-01"}
    totals = office.get("/api/v1/coverage", query_string=window | {"by": "network"}).json["totals"]
    assert (totals["shifts"]["low"], totals["duty_hours"]["low"]) == (1, 2.5)
    assert (totals["receptions"]["low"], totals["people_received"]["low"]) == (1, 3)
    hall = cast.here.stations["hall"]
    gates = office.get(f"/api/v1/coverage/stations/{hall}", query_string=window).json["gates"]
    assert "待佐证" in next(gate["note"] for gate in gates if gate["gate"] == "G3")


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    office = cast.phone("city_officer")
    apply(office, BOOK)
    before = count(cast), count(cast, Change)
    by_name = BOOK.replace("HALL", "hall 委员工作站").replace("03-05", "3/5").replace("2026-3/5", "2026/3/5")
    for content in (BOOK, by_name):
        again = apply(office, content)
        assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (count(cast), count(cast, Change)) == before


def test_a_row_that_stands_twice_in_the_file_is_named(cast: Cast) -> None:
    found = look(cast.phone("city_officer"), "ledger", BOOK + MET)
    [error] = found["errors"]
    assert (error["row"], error["code"], found["digest"]) == (4, "import.code_repeated", None)


def test_a_shift_that_came_before_with_another_end_is_corrected_where_it_stands(cast: Cast) -> None:
    office = cast.phone("city_officer")
    apply(office, BOOK)
    found = look(office, "ledger", HEAD + DUTY.replace("11:30", "12:00"))
    assert [(each["row"], each["code"]) for each in found["errors"]] == [(2, "import.ledger_other")]


def test_what_a_phone_recorded_at_the_same_time_is_pointed_out(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.phone("member")
    at = datetime(2026, 3, 5, 1, 10, tzinfo=UTC)
    start = member.shift_start(cast.here.stations["hall"], at=at)
    member.sync(start, member.shift_end(start["id"], at=at + timedelta(hours=2)))
    found = look(office, "ledger", BOOK)
    assert [(each["row"], each["code"]) for each in found["warnings"]] == [(2, "import.ledger_near")]
    apply(office, BOOK)
    window = {"from": "2026-03-01", "to": "2026-04-01", "by": "network"}
    totals = office.get("/api/v1/coverage", query_string=window).json["totals"]
    assert totals["shifts"]["low"] == 1, "within half an hour the person's own entry counts alone"


BAD = {
    "kind": (DUTY.replace("值班", "喝茶"), "类别", "import.choice"),
    "station": (DUTY.replace("HALL", "NOWHERE"), "站点", "import.station_unknown"),
    "member": (DUTY.replace(",member,", ",nobody,"), "委员", "import.member_unknown"),
    "future": (DUTY.replace("2026-03-05", "2099-03-05"), "日期", "import.ledger_future"),
    "year-one": (DUTY.replace("2026-03-05", "0001-01-01"), "日期", "import.date"),
    "endless": (DUTY.replace("11:30", "22:00"), "结束", "import.span"),
    "no-end": (DUTY.replace("11:30", ""), "结束", "import.required"),
    "no-heads": (MET.replace("3人", ""), "人数", "import.required"),
    "too-many-heads": (MET.replace("3人", "100001"), "人数", "import.range"),
    "topic": (MET.replace("住房", "天气"), "主题", "import.topic_unknown"),
    "formula": (MET.replace("加装电梯", "=HYPERLINK(1)"), "摘要", "import.formula"),
}


def test_every_bad_row_is_named_and_nothing_is_applied(cast: Cast) -> None:
    content = BOOK + "".join(row for row, _, _ in BAD.values())
    found = look(cast.phone("city_officer"), "ledger", content, apply="0" * 64)
    named = {each["row"]: (each["column"], each["code"]) for each in found["errors"]}
    assert named == {number: (column, code) for number, (_, column, code) in enumerate(BAD.values(), 4)}
    assert (found["applied"], count(cast)) == (False, 0)


def test_a_district_officer_imports_for_the_own_stations_only(cast: Cast) -> None:
    district = cast.phone("district_officer")
    found = look(district, "ledger", BOOK + DUTY.replace("HALL", "OTHER"))
    assert [(each["row"], each["code"]) for each in found["errors"]] == [(4, "import.station_unknown")]
    assert apply(district, BOOK)["applied"]
    entered_by = cast.scalar(select(Shift.entered_by_id))
    assert entered_by == cast.here.members["district_officer"]


def test_nobody_else_imports_a_ledger(cast: Cast) -> None:
    for who in ("member", "liaison", "auditor"):
        answer = send(cast.phone(who), "ledger", BOOK)
        assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")


def test_what_would_not_be_a_fact_leaves_nothing_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the writing the officer was moved to one district."""
    monkeypatch.setattr(ledger_import, "ROWS_AT_ONCE", 1)  # the first row is written before the second fails
    officer = cast.here.members["city_officer"]
    content = BOOK + DUTY.replace("HALL", "OTHER").replace("03-05", "03-06")
    with cast.app.app_context():
        everywhere = Scope(network_id=cast.here.id, level="network", member_id=officer)
        sender = Sender(
            network_id=cast.here.id, member_id=officer, device_id="", role="city_office", scope=everywhere
        )
        network = db.session.get_one(Network, cast.here.id)
        job = LedgerImport(network, sender, clock.now(), app_keys(), grammar_of(network_id=cast.here.id))
        report = judge(job=job, table=read_table(content=content.encode()))
        assert (report.new, report.errors) == (3, [])
        nanshan = replace(everywhere, level="district", division_id=cast.here.divisions["nanshan"])
        job.sender = replace(sender, scope=nanshan)
        editor = Editor(network_id=cast.here.id, member_id=officer, now=clock.now(), reason="导入")
        with pytest.raises(Refusal) as refused, writing():
            save(job=job, report=report, editor=editor)
    assert (refused.value.code, count(cast)) == ("upload.stale", 0)


def test_a_ledger_has_at_most_two_thousand_rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_import, "MOST_ROWS", 1)
    found = look(cast.phone("city_officer"), "ledger", BOOK)
    assert [each["code"] for each in found["errors"]] == ["import.too_large"]
