"""Bulk imports through HTTP: first a look at what would change, then the same file with one confirmation."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from tests.cast import HALL, Cast, Phone, Time
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.imports import tables
from workstation.imports.operations import MemberImport, judge, save
from workstation.imports.tables import read_table
from workstation.network.history import Editor
from workstation.network.models import Edit, Network, Station
from workstation.people.models import Member
from workstation.shifts.models import PlannedShift

HEAD = "编码,名称,类型,区,街道,纬度,经度,状态,统一标识\n"
NEW = f"NEW1,新站,委员工作站,nanshan,xili,{HALL[0]},{HALL[1]},开放,2026-11-01\n"
SAME_PLACE = f"{HALL[0]},{HALL[1]}"


def send(phone: Phone, sheet: str, content: bytes | str, **query: Any) -> TestResponse:
    return phone.client.post(
        f"/api/v1/imports/{sheet}",
        data=content.encode() if isinstance(content, str) else content,
        query_string=({"datum": "wgs84"} if sheet == "stations" else {}) | query,
        headers=phone.headers | {"Content-Type": "application/octet-stream"},
    )


def look(phone: Phone, sheet: str, content: bytes | str, **query: Any) -> dict[str, Any]:
    answer = send(phone, sheet, content, **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def count(cast: Cast, model: Any) -> int:
    return int(cast.scalar(select(func.count()).where(model.network_id == cast.here.id)))


def test_a_look_says_what_each_row_would_change_and_changes_nothing(cast: Cast) -> None:
    office = cast.phone("city_officer")
    hall = f"HALL,改名的站,委员工作站,nanshan,yuehai,{SAME_PLACE},暂停,\n"
    found = look(office, "stations", HEAD + NEW + hall, name="站点.csv")
    assert (found["rows"], found["new"], found["changed"], found["applied"]) == (2, 1, 1, False)
    new, changed = found["lines"]
    assert (new["number"], new["name"], new["state"]) == (2, "新站", "new")
    assert {"column": "所在区划", "before": None, "after": "xili"} in new["cells"]
    assert {"column": "统一标识", "before": None, "after": "是 · 2026-11-01 · 批量导入 · 站点.csv"} in new[
        "cells"
    ]
    assert changed["cells"] == [
        {"column": "名称", "before": "hall 委员工作站", "after": "改名的站"},
        {"column": "状态", "before": "开放", "after": "暂停"},
    ]
    assert count(cast, Station) == 4
    assert (
        cast.scalar(select(Station.name).where(Station.id == cast.here.stations["hall"])) == "hall 委员工作站"
    )


def test_a_confirmed_import_is_applied_once_told_to_phones_and_kept_in_the_history(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.phone("member")
    member.pull()
    seen = look(office, "stations", HEAD + NEW, name="站点.csv")
    done = look(office, "stations", HEAD + NEW, apply=seen["digest"], name="站点.csv")
    assert (done["applied"], done["new"], done["digest"]) == (True, 1, None)
    [put] = [change["data"] for change in member.pull() if change["noun"] == "station"]
    assert put["name"] == "新站"
    history = office.get(f"/api/v1/stations/{put['id']}/edits").json["edits"]
    assert [(each["reason"], each["by_name"], each["before"]) for each in history] == [
        ("导入 站点.csv", "city_officer（测试）", None)
    ]
    again = look(office, "stations", HEAD + NEW, name="站点.csv")
    assert (again["new"], again["unchanged"], again["lines"]) == (0, 1, [])


def test_what_would_do_something_else_than_was_looked_at_is_not_applied(cast: Cast) -> None:
    office = cast.phone("city_officer")
    hall = f"HALL,改名的站,委员工作站,nanshan,yuehai,{SAME_PLACE},,\n"
    seen = look(office, "stations", HEAD + hall)
    this = (Station.network_id == cast.here.id) & (Station.code == "HALL")
    with cast.app.app_context(), writing():
        db.session.execute(update(Station).where(this).values(name="别人改的"))
    answer = send(office, "stations", HEAD + hall, apply=seen["digest"])
    assert (answer.status_code, answer.json["code"]) == (409, "upload.stale")
    assert send(office, "stations", HEAD + NEW, apply=seen["digest"]).status_code == 409
    assert count(cast, Station) == 4
    assert count(cast, Edit) == 0


def test_every_bad_cell_is_named_and_nothing_can_be_applied(cast: Cast) -> None:
    bad = "BAD,,茶馆,nanshan,xili,91,abc,开放,也许\n"
    found = look(cast.phone("city_officer"), "stations", HEAD + NEW + bad, apply="0" * 64)
    named = {(each["row"], each["column"], each["code"]) for each in found["errors"]}
    assert named >= {
        (3, "名称", "import.required"),
        (3, "类型", "import.choice"),
        (3, "经度", "import.number"),
        (3, "统一标识", "import.yes_no_date"),
    }
    assert (found["applied"], found["digest"], found["errors_count"]) == (False, None, len(found["errors"]))
    assert count(cast, Station) == 4


def test_members_and_plan_come_in_the_same_way(cast: Cast) -> None:
    office, member = cast.phone("city_officer"), cast.phone("member")
    member.pull()
    people = "编号,姓名,角色,所属站点\nmember,新名字,委员,HALL、FAR\nM9,新委员,委员,FAR\n"
    seen = look(office, "members", people)
    changed, new = seen["lines"]
    assert {
        "column": "所属站点",
        "before": "hall 委员工作站",
        "after": "far 委员工作站、hall 委员工作站",
    } in changed["cells"]
    assert {"column": "角色", "before": None, "after": "委员"} in new["cells"]
    look(office, "members", people, apply=seen["digest"])
    assert cast.scalar(select(Member.name).where(Member.id == cast.here.members["member"])) == "新名字"

    plan = "站点,委员,日期,开始,结束\nHALL,member,2026-11-25,09:00,11:30\n"
    seen = look(office, "plan", plan)
    assert [(cell["column"], cell["after"]) for cell in seen["lines"][0]["cells"]] == [
        ("站点", "hall 委员工作站"),
        ("委员", "新名字"),
        ("开始", "2026-11-25 09:00"),
        ("结束", "2026-11-25 11:30"),
    ]
    assert count(cast, PlannedShift) == 0
    look(office, "plan", plan, apply=seen["digest"])
    assert "planned_shift" in {change["noun"] for change in member.pull()}


def test_who_was_given_another_role_by_a_file_has_it_in_the_history_and_can_have_it_back(cast: Cast) -> None:
    office, where = cast.phone("city_officer"), f"/api/v1/members/{cast.here.members['member']}"
    people = "编号,姓名,角色,所属站点\nmember,member（测试）,联络员,FAR\n"
    before = office.get(where).json["fields"]
    seen = look(office, "members", people, name="人员.csv")
    look(office, "members", people, apply=seen["digest"], name="人员.csv")
    found = office.get(where).json
    [edit] = found["edits"]
    assert (found["version"], edit["reason"], edit["by_name"]) == (1, "导入 人员.csv", "city_officer（测试）")
    assert edit["before"] == {name: before[name] for name in ("role", "stations")}
    assert edit["after"] == {"role": "liaison", "stations": [cast.here.stations["far"]]}
    back = office.post(f"{where}/edits", {"version": 1, "undoes": 1, "reason": "选错了文件"})
    assert back.json["fields"] == before, back.text


def test_no_file_takes_the_last_officer_away(cast: Cast) -> None:
    office = cast.phone("city_officer")
    found = look(office, "members", "编号,姓名,角色\ncity_officer,朱和文,委员\n")
    assert [each["code"] for each in found["errors"]] == ["import.last_officer"]


def test_an_officer_whom_somebody_takes_away_meanwhile_is_not_the_last(cast: Cast, time: Time) -> None:
    """What was judged before the lock is judged once more behind it."""
    with cast.app.app_context():
        with writing():
            this = Member.id == cast.here.members["auditor"]
            db.session.execute(update(Member).where(this).values(role="city_office"))
        table = read_table(content="编号,姓名,角色\ncity_officer,朱和文,委员\n".encode())
        job = MemberImport(db.session.get_one(Network, cast.here.id), time.now().date())
        report = judge(job=job, table=table)
        assert not report.errors
        with writing():
            db.session.execute(update(Member).where(this).values(disabled_at=time.now()))
        editor = Editor(network_id=cast.here.id, member_id=None, now=time.now(), reason="x")
        with pytest.raises(Refusal, match=r"member\.last_officer"), writing():
            save(job=job, report=report, editor=editor)


@pytest.mark.parametrize("who", ["member", "liaison", "district_officer", "auditor"])
def test_only_the_city_office_imports(cast: Cast, who: str) -> None:
    answer = send(cast.phone(who), "members", "编号,姓名\n")
    assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")


def test_a_file_of_another_networks_stations_finds_none_of_them(cast: Cast) -> None:
    with cast.app.app_context(), writing():
        this = Station.id == cast.elsewhere.stations["hall"]
        db.session.execute(update(Station).where(this).values(code="THEIRS"))
    plan = "站点,委员,日期,开始,结束\nTHEIRS,member,2026-11-25,09:00,11:30\n"
    [error] = look(cast.phone("city_officer"), "plan", plan)["errors"]
    assert error["code"] == "import.station_unknown"


def bomb() -> bytes:
    """2 GB of blanks in a workbook of 2 MB."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(150):
            sheet.write(b" " * 1_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(lambda: b"", "import.empty", id="nothing"),
        pytest.param(lambda: b"\xff\xfe\x00", "import.encoding", id="another encoding"),
        pytest.param(lambda: b"PK\x03\x04 no workbook", "import.unreadable", id="a broken workbook"),
        pytest.param(bomb, "import.too_large", id="a workbook that unpacks to far more"),
        pytest.param(lambda: b"x" * (tables.MOST_BYTES + 1), "import.too_large", id="21 MB"),
        pytest.param(lambda: "姓名\n张三\n".encode(), "import.column_missing", id="without its columns"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(cast: Cast, content: Any, code: str) -> None:
    found = look(cast.phone("city_officer"), "members", content())
    assert [error["code"] for error in found["errors"]] == [code]
    assert found["digest"] is None


def test_stations_say_what_their_coordinates_are_measured_against(cast: Cast) -> None:
    office = cast.phone("city_officer")
    answer = office.client.post("/api/v1/imports/stations", data=b"x", headers=office.headers)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["datum"])


def test_an_unknown_kind_of_file_is_no_address(cast: Cast) -> None:
    assert send(cast.phone("city_officer"), "wishes", "x").json["code"] == "page.not_found"


def test_a_template_has_the_items_of_the_own_standard(cast: Cast) -> None:
    answer = cast.phone("city_officer").get("/api/v1/imports/stations/template")
    heads = answer.data.decode("utf-8-sig").strip().split(",")
    assert heads[:2] == ["编码", "名称"]
    assert heads[-1] == "配套工作机制"
