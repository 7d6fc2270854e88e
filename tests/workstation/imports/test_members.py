"""Importing people: roles, districts, stations."""

import pytest
from sqlalchemy import select

from tests.workstation.imports.conftest import Importer
from tests.workstation.imports.rows import member_row, station_row
from workstation.database import db
from workstation.network.models import Division
from workstation.people.models import Member, StationMember


@pytest.fixture(autouse=True)
def stations(import_stations: Importer) -> None:
    import_stations(
        station_row(),
        station_row(code="A2", name="同名站"),
        station_row(code="A3", name="同名站"),
    )


def stored(code: str = "W1") -> Member:
    return db.session.scalars(select(Member).where(Member.network_id == 2, Member.code == code)).one()


def links() -> int:
    return len(db.session.scalars(select(StationMember).where(StationMember.network_id == 2)).all())


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ("委员", "member"),
        ("", "member"),
        ("联络员", "liaison"),
        ("市办", "city_office"),
        ("审计", "auditor"),
        ("liaison", "liaison"),
    ],
)
def test_roles_by_their_chinese_or_english_name(import_members: Importer, given: str, role: str) -> None:
    assert import_members(member_row(角色=given)).errors == []
    assert stored().role == role


def test_a_district_officer_has_a_district_and_nobody_else(import_members: Importer) -> None:
    import_members(
        member_row(角色="区办", 区="福田区"), member_row(编号="W2", 姓名="乙", 角色="委员", 区="福田区")
    )
    assert db.session.get_one(Division, (2, stored().division_id)).name == "福田区"
    assert stored("W2").division_id is None


def test_stations_by_code_or_name_separated_in_any_usual_way(import_members: Importer) -> None:
    import_members(
        member_row(所属站点="A1、Ａ2；A3"), member_row(编号="W2", 姓名="乙", 所属站点="南园街道委员工作站")
    )
    assert links() == 4


def test_the_same_file_again_changes_nothing(import_members: Importer) -> None:
    rows = (member_row(所属站点="A1、A2", 界别="科技界"), member_row(编号="W2", 姓名="乙"))
    assert import_members(*rows).new == 2
    assert import_members(*rows).unchanged == 2


def test_other_stations_replace_the_former_ones(import_members: Importer) -> None:
    import_members(member_row(所属站点="A1、A2"))
    assert import_members(member_row(所属站点="A3")).changed == 1
    assert links() == 1
    assert import_members(member_row()).unchanged == 1
    assert links() == 1
    assert import_members(member_row(所属站点="")).changed == 1
    assert links() == 0


def test_an_account_survives_an_import(import_members: Importer) -> None:
    import_members(member_row())
    stored().account = "an"
    db.session.commit()
    import_members(member_row(姓名="新名"))
    assert (stored().account, stored().name) == ("an", "新名")


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"编号": ""}, "编号", "import.required"),
        ({"姓名": " "}, "姓名", "import.required"),
        ({"角色": "主席"}, "角色", "import.choice"),
        ({"角色": "区办"}, "区", "import.district_required"),
        ({"角色": "区办", "区": "朝阳区"}, "区", "import.district_unknown"),
        ({"所属站点": "A1、A9"}, "所属站点", "import.station_unknown"),
        ({"所属站点": "同名站"}, "所属站点", "import.ambiguous"),
    ],
)
def test_bad_cells_are_named(
    import_members: Importer, changes: dict[str, str], column: str, code: str
) -> None:
    report = import_members(member_row(**{"区": "", **changes}))
    assert [(error.row, error.column, error.code) for error in report.errors] == [(2, column, code)]
    assert not report.applied
