"""`flask import …`: what is printed, the exit status, and that a dry run is dry."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from workstation.database import db
from workstation.network.models import Station
from workstation.sync.models import Receipt

STREETS = "street_code,street,district_code,district\n440304001,南园街道,440304,福田区\n"
OFFICER = {"编号": "C1", "姓名": "市办", "角色": "市办"}
STATION = {
    "编码": "A1",
    "名称": "南园街道委员工作站",
    "类型": "委员工作站",
    "区": "福田区",
    "街道": "南园街道",
    "纬度": "22.54",
    "经度": "114.06",
}


@pytest.fixture
def network(app: Flask, tmp_path: Path) -> str:
    streets = tmp_path / "streets.csv"
    streets.write_text(STREETS)
    founding = [
        "network",
        "create",
        "shenzhen",
        "深圳市政协",
        "--city",
        "440300",
        "深圳市",
        "--streets",
        str(streets),
    ]
    result = app.test_cli_runner().invoke(args=[*founding, "--bounds", "22.4", "113.7", "22.9", "114.7"])
    assert result.exit_code == 0, result.output
    return "shenzhen"


def run(app: Flask, *args: str) -> tuple[int, dict[str, Any]]:
    result = app.test_cli_runner().invoke(args=["import", *args])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def csv_of(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])


def stations(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Station)) or 0


def test_dry_then_applied_then_unchanged(app: Flask, network: str, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_bytes(csv_of(STATION).encode("gb18030"))
    words = ["stations", str(file), "--network", network, "--datum", "wgs84"]
    same: dict[str, Any] = {"rows": 1, "changed": 0, "errors": [], "warnings": []}
    assert run(app, *words) == (0, same | {"new": 1, "unchanged": 0, "applied": False})
    assert stations(app) == 0
    assert run(app, *words, "--apply") == (0, same | {"new": 1, "unchanged": 0, "applied": True})
    assert run(app, *words, "--apply") == (0, same | {"new": 0, "unchanged": 1, "applied": True})
    assert stations(app) == 1


def test_an_error_names_row_and_column_and_leaves_status_1(app: Flask, network: str, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(csv_of(STATION, STATION | {"编码": "A2", "纬度": "114.06", "经度": "22.54"}))
    status, report = run(app, "stations", str(file), "--network", network, "--datum", "wgs84", "--apply")
    assert status == 1
    assert not report["applied"]
    (error,) = report["errors"]
    assert set(error) == {"row", "column", "code", "message"}
    assert (error["row"], error["column"], error["code"]) == (3, "纬度", "import.axes_swapped")
    assert stations(app) == 0


def test_a_file_that_cannot_be_read_is_an_error_like_any_other(
    app: Flask, network: str, tmp_path: Path
) -> None:
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    status, report = run(app, "members", str(file), "--network", network)
    assert (status, report["rows"]) == (1, 0)
    assert [error["code"] for error in report["errors"]] == ["import.empty"]


def test_members_and_plan_from_spreadsheets(app: Flask, network: str, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(csv_of(STATION))
    run(app, "stations", str(file), "--network", network, "--datum", "gcj02", "--apply")
    for kind, rows in {
        "members": [["编号", "姓名", "所属站点", "角色"], ["W1", "林安远", "A1", "委员"]],
        "plan": [["站点", "委员", "日期", "开始", "结束"], ["A1", "W1", "2030-01-02", "09:00", "11:30"]],
    }.items():
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / f"{kind}.xlsx")
        status, report = run(app, kind, str(tmp_path / f"{kind}.xlsx"), "--network", network, "--apply")
        assert (status, report["new"], report["applied"]) == (0, 1, True)


def add_officers(app: Flask, tmp_path: Path, network: str, *rows: dict[str, str]) -> None:
    file = tmp_path / "officers.csv"
    file.write_text(csv_of(*rows))
    run(app, "members", str(file), "--network", network, "--apply")


def test_a_paper_ledger_comes_in_on_behalf_of_its_people_once(
    app: Flask, network: str, tmp_path: Path
) -> None:
    stations, ledger = tmp_path / "stations.csv", tmp_path / "ledger.csv"
    stations.write_text(csv_of(STATION))
    run(app, "stations", str(stations), "--network", network, "--datum", "wgs84", "--apply")
    add_officers(app, tmp_path, network, OFFICER, OFFICER | {"编号": "W1", "姓名": "林安远", "角色": "委员"})
    ledger.write_text("类别,站点,委员,日期,开始,结束\n值班,A1,林安远,2024-03-05,09:00,11:30\n")
    words = ["ledger", str(ledger), "--network", network]
    assert (run(app, *words)[1]["new"], count_receipts(app)) == (1, 0)
    assert run(app, *words, "--apply")[1]["applied"]
    assert count_receipts(app) == 2
    again = run(app, *words, "--apply")[1]
    assert (again["new"], again["unchanged"], count_receipts(app)) == (0, 1, 2)


def count_receipts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Receipt.device_id.is_(None))) or 0


def test_it_must_be_clear_in_whose_name_a_ledger_comes_in(app: Flask, network: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("类别,站点,委员,日期,开始\n")
    words = ["import", "ledger", str(ledger), "--network", network]
    nobody = app.test_cli_runner().invoke(args=words)
    add_officers(app, tmp_path, network, OFFICER, OFFICER | {"编号": "C2"})
    either = app.test_cli_runner().invoke(args=words)
    for result in (nobody, either):
        assert (result.exit_code, "--by" in result.output) == (1, True)
    assert "C1、C2" in either.output
    assert app.test_cli_runner().invoke(args=[*words, "--by", "C2"]).exit_code == 0


def test_outlines_from_geojson(app: Flask, network: str, tmp_path: Path) -> None:
    ring = [[114.05, 22.53], [114.07, 22.53], [114.07, 22.55], [114.05, 22.53]]
    street = {"properties": {"name": "南园街道"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    file = tmp_path / "streets.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [street]}, ensure_ascii=False))
    words = ["outlines", str(file), "--network", network, "--datum", "gcj02", "--apply"]
    for new, unchanged in ((1, 0), (0, 1)):
        status, report = run(app, *words)
        assert (status, report["new"], report["unchanged"], report["applied"]) == (0, new, unchanged, True)


def test_there_is_no_default_datum(app: Flask, network: str, tmp_path: Path) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(csv_of(STATION))
    result = app.test_cli_runner().invoke(args=["import", "stations", str(file), "--network", network])
    assert result.exit_code == 2
    assert "--datum" in result.output


def test_an_unknown_network_says_so(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("编号,姓名\nW1,林\n")
    result = app.test_cli_runner().invoke(args=["import", "members", str(file), "--network", "nowhere"])
    assert result.exit_code == 1
    assert "没有找到这个网络" in result.output


@pytest.mark.parametrize("kind", ["stations", "members", "plan", "ledger"])
def test_a_template_reads_back_as_a_file_without_rows(
    app: Flask, network: str, tmp_path: Path, kind: str
) -> None:
    printed = app.test_cli_runner().invoke(args=["import", "template", kind])
    file = tmp_path / "template.csv"
    file.write_text(printed.stdout, newline="")
    datum = ["--datum", "wgs84"] if kind == "stations" else []
    add_officers(app, tmp_path, network, OFFICER)
    status, report = run(app, kind, str(file), "--network", network, *datum)
    assert (status, report["errors"]) == (0, [])
    assert [warning["code"] for warning in report["warnings"]] == ["import.no_rows"]
