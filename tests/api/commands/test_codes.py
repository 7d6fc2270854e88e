"""`flask codes issue`, `flask network …`."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.workstation.imports.rows import member_row
from workstation.database import db
from workstation.people.models import EnrolmentCode

STREETS = "street_code,street,district_code,district\n440304001,南园街道,440304,福田区\n"


def run(app: Flask, *args: str) -> str:
    result = app.test_cli_runner().invoke(args=list(args))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def network(app: Flask, tmp_path: Path) -> str:
    streets, members = tmp_path / "streets.csv", tmp_path / "members.csv"
    streets.write_text(STREETS)
    run(
        app,
        "network",
        "create",
        "shenzhen",
        "深圳市政协",
        "--city",
        "440300",
        "深圳市",
        "--streets",
        str(streets),
    )
    row = member_row()
    members.write_text("\n".join([",".join(row), ",".join(row.values())]))
    run(app, "import", "members", str(members), "--network", "shenzhen", "--apply")
    return "shenzhen"


def test_a_code_for_a_person_is_printed_once_and_stored_only_as_a_hash(app: Flask, network: str) -> None:
    answer = json.loads(run(app, "codes", "issue", "--network", network, "--member", "W1").splitlines()[-1])
    assert set(answer) == {"code", "url", "expires_at"}
    assert answer["url"].endswith(f"/#/enrol/{answer['code']}")
    with app.app_context():
        (code,) = db.session.scalars(select(EnrolmentCode))
        assert (code.expires_at - code.issued_at).total_seconds() == 72 * 3600
        assert code.expires_at == datetime.fromisoformat(answer["expires_at"])
        assert answer["code"].replace("-", "") not in code.code_hash


def test_a_code_for_the_first_account_sets_account_and_password(app: Flask, network: str) -> None:
    words = ["codes", "issue", "--network", network, "--member", "W1", "--reset"]
    answer = json.loads(run(app, *words).splitlines()[-1])
    assert answer["url"].endswith(f"/staff#/reset/{answer['code']}")
    body = {"code": answer["code"], "new_password": "four unrelated words"}
    client = app.test_client()
    nameless = client.post("/api/v1/password-resets", json=body)
    assert (nameless.status_code, nameless.json["code"]) == (422, "account.missing")
    done = client.post("/api/v1/password-resets", json=body | {"account": "zhang"})
    assert (done.status_code, done.json) == (201, {"account": "zhang"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--door", "A1", "--reset"], "--member"),
        (["--member", "W9"], "没有找到这位人员"),
        (["--door", "A9"], "没有找到这个站点"),
        ([], "--member"),
        (["--member", "W1", "--door", "A1"], "--member"),
    ],
)
def test_a_code_for_nobody_is_refused(app: Flask, network: str, words: list[str], said: str) -> None:
    result = app.test_cli_runner().invoke(args=["codes", "issue", "--network", network, *words])
    assert result.exit_code != 0
    assert said in result.output


def test_networks_are_listed_as_json_lines(app: Flask, network: str) -> None:
    (line,) = run(app, "network", "list").splitlines()
    assert json.loads(line) == {
        "code": "shenzhen",
        "name": "深圳市政协",
        "is_demo": False,
        "stations": 0,
        "members": 1,
        "sample_member": "W1",
    }


def test_a_network_is_founded_once(app: Flask, network: str, tmp_path: Path) -> None:
    words = [
        "network",
        "create",
        network,
        "again",
        "--city",
        "1",
        "x",
        "--streets",
        str(tmp_path / "streets.csv"),
    ]
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 1
    assert "已经有了" in result.output


def test_a_street_file_without_its_columns_says_which(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("a,b\n1,2\n")
    result = app.test_cli_runner().invoke(
        args=["network", "create", "n", "N", "--city", "1", "x", "--streets", str(file)]
    )
    assert result.exit_code == 1
    assert "street_code" in result.output
