"""Importing planned shifts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.workstation.imports.conftest import Importer
from tests.workstation.imports.rows import NOW, member_row, plan_row, station_row
from workstation.database import db
from workstation.feed.models import Change
from workstation.shifts.models import PlannedShift


@pytest.fixture(autouse=True)
def cast(import_stations: Importer, import_members: Importer) -> None:
    import_stations(station_row(), station_row(code="A2", name="乙站"))
    import_members(member_row(), member_row(编号="W2", 姓名="同名"), member_row(编号="W3", 姓名="同名"))


def stored() -> list[PlannedShift]:
    return list(db.session.scalars(select(PlannedShift).where(PlannedShift.network_id == 2)))


def test_times_are_local_and_stored_in_utc(import_plan: Importer) -> None:
    import_plan(plan_row())
    (plan,) = stored()
    assert plan.starts_at == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert plan.ends_at == datetime(2026, 12, 1, 3, 30, tzinfo=UTC)
    assert plan.day == date(2026, 12, 1)


def test_a_shift_over_midnight_belongs_to_the_day_it_begins(import_plan: Importer) -> None:
    import_plan(plan_row(开始="22:00", 结束="02:00"), plan_row(日期="2026-12-02", 开始="20:00", 结束="24:00"))
    assert [(plan.day.day, plan.ends_at - plan.starts_at) for plan in stored()] == [
        (1, timedelta(hours=4)),
        (2, timedelta(hours=4)),
    ]


def test_names_serve_as_well_as_codes(import_plan: Importer) -> None:
    assert import_plan(plan_row(站点="乙站", 委员="林安远")).new == 1


def test_the_same_file_again_changes_nothing_and_a_new_end_is_a_change(import_plan: Importer) -> None:
    import_plan(plan_row())
    assert import_plan(plan_row()).unchanged == 1
    assert import_plan(plan_row(结束="12:00")).changed == 1
    assert len(stored()) == 1


def test_only_the_planned_person_hears_of_it(import_plan: Importer) -> None:
    import_plan(plan_row())
    (change,) = db.session.scalars(select(Change).where(Change.noun == "planned_shift"))
    assert change.audience == stored()[0].member_id


def test_a_past_shift_comes_in_with_a_warning(import_plan: Importer) -> None:
    report = import_plan(plan_row(日期="2026-11-20"))
    assert ([warning.code for warning in report.warnings], report.applied) == (["import.plan_past"], True)
    assert import_plan(plan_row(日期="2026-11-20")).warnings == []


def test_a_shift_that_has_started_is_frozen(import_plan: Importer) -> None:
    import_plan(plan_row())
    started = NOW + timedelta(days=20)
    assert import_plan(plan_row(), now=started).unchanged == 1
    report = import_plan(plan_row(结束="12:00"), now=started)
    assert [error.code for error in report.errors] == ["import.plan_frozen"]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"站点": "A9"}, "站点", "import.station_unknown"),
        ({"委员": "无名"}, "委员", "import.member_unknown"),
        ({"委员": "同名"}, "委员", "import.ambiguous"),
        ({"日期": "12-01"}, "日期", "import.date"),
        ({"开始": "早上"}, "开始", "import.time"),
        ({"结束": ""}, "结束", "import.required"),
        ({"结束": "09:00"}, "结束", "import.span"),
        ({"结束": "08:00"}, "结束", "import.span"),
    ],
)
def test_bad_cells_are_named(import_plan: Importer, changes: dict[str, str], column: str, code: str) -> None:
    report = import_plan(plan_row(**changes))
    assert [(error.row, error.column, error.code) for error in report.errors] == [(2, column, code)]


def test_the_same_shift_twice_in_a_file_is_an_error(import_plan: Importer) -> None:
    assert [error.code for error in import_plan(plan_row(), plan_row(结束="12:00")).errors] == [
        "import.code_repeated"
    ]
