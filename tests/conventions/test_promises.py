"""docs/privacy.md names a test for each promise; consent has versions; nothing ranks or watches people."""

import json
import re
from pathlib import Path

import pytest

from api import create_app
from tests.conventions.source import ROOT, text
from tests.databases import settings

DOCUMENT = text("docs/privacy.md")
TEST = re.compile(r"`((?:tests|static)/[\w/.]+\.(?:py|ts))(?:::(\w+))?`")
PROMISES = [line for line in DOCUMENT.splitlines() if line.startswith("| ") and "`tests/" in line]
LOCALES = sorted((ROOT / "static" / "pwa" / "src").rglob("locales/*zh-CN.json"))
# Rankings, points, attendance, watching: words of what the app must not be.
NOT_HERE = ("排名", "名次", "积分", "打卡", "考勤", "作弊", "在线时长", "活跃度", "轨迹")
# The same, and files of pictures, as names on the wire.
NOT_ON_THE_WIRE = re.compile(
    r"(^|_)(rank|ranking|score|photo|picture|image|selfie|track|trajectory|online_(time|ms)|last_seen"
    r"|last_(sign_in|login)(_at)?)(_|$)"
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda line: line[2:50])
def test_a_promise_is_held_by_tests_that_exist(promise: str) -> None:
    tests = TEST.findall(promise)
    assert tests
    for file, title in tests:
        source = (ROOT / file).read_text()
        assert not title or f"def {title}(" in source or f"class {title}" in source, f"{file} has no {title}"


def test_every_rule_for_government_apps_is_mapped() -> None:
    rules = DOCUMENT.partition("## The rules for government apps")[2].partition("\n## ")[0]
    for clause in ("compulsory check-in", "ranking", "online time", "photo", "track", "suggestion box"):
        assert clause in rules


def test_the_consent_that_people_read_stands_here_under_its_version() -> None:
    source = text("static/pwa/src/rules/reception.ts")
    [version] = re.findall(r"CONSENT_VERSION = '(\w+)'", source)
    words = json.loads(text("static/pwa/src/locales/reception.zh-CN.json"))["consent"]
    assert f"| {version} | {words} |" in DOCUMENT, "another wording needs another version"


@pytest.mark.parametrize("file", LOCALES, ids=lambda file: "/".join(file.parts[-3:]))
def test_no_word_on_a_screen_ranks_or_watches_people(file: Path) -> None:
    said = " ".join(json.loads(file.read_text()).values())
    said = re.sub("[不没无][^，。；：]{0,6}(" + "|".join(NOT_HERE) + ")", "", said)  # that it does not
    assert not [word for word in NOT_HERE if word in said]


def test_nothing_on_the_wire_ranks_watches_or_asks_for_a_picture(
    sqlite_database: str, tmp_path: Path
) -> None:
    app = create_app(settings(database_url=sqlite_database, data_dir=tmp_path))
    document = app.test_client().get("/api/v1/openapi.json").json
    names = set(names_in(document["components"]["schemas"])) | {
        parameter["name"]
        for path in document["paths"].values()
        for act in path.values()
        if isinstance(act, dict)
        for parameter in act.get("parameters", [])
    }
    assert len(names) > 200
    assert not [name for name in names if NOT_ON_THE_WIRE.search(name)]
    assert "image/" not in json.dumps(document)


def names_in(part: object) -> list[str]:
    """Names of fields at any depth."""
    if isinstance(part, list):
        return [name for inner in part for name in names_in(inner)]
    if not isinstance(part, dict):
        return []
    own = list(part.get("properties", {}))
    return own + [name for inner in part.values() for name in names_in(inner)]


def test_no_entry_needs_a_position_a_code_or_a_check_in_before_it(
    sqlite_database: str, tmp_path: Path
) -> None:
    app = create_app(settings(database_url=sqlite_database, data_dir=tmp_path))
    schemas = app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]
    required = {name for schema in schemas.values() for name in schema.get("required", [])}
    assert not required & {"fix", "station_code", "check_in_id", "lat_lon"}
