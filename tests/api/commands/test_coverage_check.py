"""`flask coverage check`: stored figures against the facts, every night."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import delete, select, update

from api import clock
from tests.cast import Cast
from workstation.coverage.models import (
    MemberDay,
    MemberMonth,
    MemberWindow,
    StationDay,
    StationMonth,
    StationWindow,
    TouchedDays,
)
from workstation.coverage.operations import catch_up
from workstation.coverage.usual_windows import keep_usual
from workstation.database import db, insert_rows, writing
from workstation.ids import new_id
from workstation.shifts.models import Shift

MODELS = (StationDay, MemberDay, StationMonth, MemberMonth)


def check(cast: Cast, *args: str) -> Result:
    return cast.app.test_cli_runner().invoke(args=["coverage", "check", *args])


@pytest.fixture
def kept(cast: Cast) -> Cast:
    """Two stations of which one has a shift, check-ins and a reception."""
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    start = phone.shift_start(hall, at=clock.now() - timedelta(hours=3))
    phone.sync(start, phone.shift_end(start["id"]), phone.check_in(hall), phone.reception(hall))
    phone.sync(phone.check_in(cast.here.stations["far"], at=clock.now() - timedelta(days=40)))
    with cast.app.app_context():
        catch_up(network_id=cast.here.id)
    return cast


def change(cast: Cast, statement: Any) -> None:
    with cast.app.app_context(), writing():
        db.session.execute(statement)


def test_figures_that_follow_from_the_facts_are_all_right(kept: Cast) -> None:
    answer = check(kept)
    assert answer.exit_code == 0, answer.output
    assert "here：已核对 2 个站日，全部一致。" in answer.output
    assert "elsewhere：已核对 0 个站日，全部一致。" in answer.output


def test_what_is_noted_but_not_yet_taken_in_is_no_difference(kept: Cast) -> None:
    phone = kept.phone("colleague")
    phone.sync(phone.check_in(kept.here.stations["hall"]))
    assert check(kept, "--network", "here").exit_code == 0


@pytest.mark.parametrize("model", MODELS)
def test_a_row_that_is_gone_is_found(kept: Cast, model: Any) -> None:
    change(kept, delete(model).where(model.station_id == kept.here.stations["hall"]))
    answer = check(kept)
    assert answer.exit_code == 1
    assert f"{model.__tablename__} {kept.here.stations['hall']}" in answer.output
    assert "flask coverage rebuild" in answer.output


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        (StationDay.duty_ms_low, 1),
        (StationDay.kept_firm, 7),
        (StationMonth.receptions, 9),
        (StationMonth.kept_days, 3),
        (MemberDay.person_ms_high, 5),
        (MemberMonth.person_ms_low, 5),
    ],
)
def test_a_number_that_is_wrong_is_found_and_a_rebuild_mends_it(kept: Cast, column: Any, wrong: int) -> None:
    hall = kept.here.stations["hall"]
    change(kept, update(column.class_).where(column.class_.station_id == hall).values({column: wrong}))
    answer = check(kept)
    assert answer.exit_code == 1
    assert f"{column.key} {wrong} → " in answer.output
    assert kept.app.test_cli_runner().invoke(args=["coverage", "rebuild"]).exit_code == 0
    assert check(kept).exit_code == 0


def test_a_window_that_was_added_up_wrongly_is_found_and_a_rebuild_mends_it(kept: Cast) -> None:
    with kept.app.app_context():
        keep_usual(network_id=kept.here.id, now=clock.now())
    assert check(kept).exit_code == 0
    change(kept, update(StationWindow).where(StationWindow.days == 90).values(shifts=77))
    answer = check(kept)
    assert answer.exit_code == 1
    assert "shifts 77 → " in answer.output
    assert kept.app.test_cli_runner().invoke(args=["coverage", "rebuild"]).exit_code == 0
    assert check(kept).exit_code == 0


def test_people_of_a_window_who_were_not_there_are_found(kept: Cast) -> None:
    with kept.app.app_context():
        keep_usual(network_id=kept.here.id, now=clock.now())
    member, colleague = (kept.here.members[name] for name in ("member", "colleague"))
    change(kept, update(MemberWindow).where(MemberWindow.days == 30).values(member_id=colleague))
    answer = check(kept)
    assert answer.exit_code == 1
    assert f"{colleague}: member_id {colleague} → None" in answer.output
    assert f"{member}: member_id None → {member}" in answer.output
    assert kept.app.test_cli_runner().invoke(args=["coverage", "rebuild"]).exit_code == 0
    assert check(kept).exit_code == 0


def test_a_row_without_facts_is_found(kept: Cast) -> None:
    hall, far = kept.here.stations["hall"], kept.here.stations["far"]
    change(kept, update(StationMonth).where(StationMonth.station_id == far).values(station_id=hall))
    assert check(kept).exit_code == 1


def test_facts_written_by_hand_are_found(kept: Cast) -> None:
    change(kept, update(Shift).values(withdrawn=True))
    answer = check(kept, "--network", "here")
    assert answer.exit_code == 1
    assert "shifts 1 → 0" in answer.output


def test_nothing_is_changed_and_another_network_is_left_alone(kept: Cast) -> None:
    change(kept, update(StationDay).values(receptions=5))
    assert check(kept, "--network", "elsewhere").exit_code == 0
    assert check(kept, "--network", "here").exit_code == 1
    assert kept.scalar(select(StationDay.receptions).where(StationDay.receptions != 5)) is None


def test_a_station_that_is_written_to_all_the_while_is_left_out_and_named(
    kept: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its notes are never taken in here, as if new ones came each time."""
    monkeypatch.setattr("workstation.coverage.checks.catch_up", lambda **_: None)
    hall = kept.here.stations["hall"]
    note = {"network_id": kept.here.id, "id": new_id(), "places": [(hall, "2026-11-20")]}
    with kept.app.app_context(), writing():
        insert_rows(TouchedDays, [note])
    change(kept, update(StationDay).where(StationDay.station_id == hall).values(receptions=5))
    answer = check(kept, "--network", "here")
    assert answer.exit_code == 0
    assert "已核对 1 个站日，全部一致；1 个站正在写入，没有核对。" in answer.output


def test_an_unknown_network_is_refused(kept: Cast) -> None:
    answer = check(kept, "--network", "nowhere")
    assert answer.exit_code != 0
    assert "没有" in answer.output
