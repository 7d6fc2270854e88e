"""Units, timers, images and the compose file say what is there."""

import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from api.commands import MODULES
from tests.conventions.source import ROOT, text

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
TIMERS = sorted((ROOT / "deploy" / "systemd").glob("*.timer"))
HARDENING = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}


def named(file: Path) -> str:
    return file.name


def read(file: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds capitals
    unit.read(file)
    return unit


@pytest.mark.parametrize("file", UNITS, ids=named)
def test_a_unit_may_only_what_it_needs(file: Path) -> None:
    service = read(file)["Service"]
    assert {name: service[name] for name in HARDENING} == HARDENING
    assert service["User"] == "workstation"
    assert service["EnvironmentFile"] == "/etc/workstation/environment"


@pytest.mark.parametrize("file", UNITS, ids=named)
def test_a_unit_starts_what_there_is(file: Path) -> None:
    words = shlex.split(read(file)["Service"]["ExecStart"])
    if words[0].endswith("/flask"):
        assert words[1:3] == ["--app", "wsgi"]
        assert words[3] in MODULES
    else:
        assert words[1:] == ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]


@pytest.mark.parametrize("file", TIMERS, ids=named)
def test_a_timer_has_its_unit_and_catches_up(file: Path) -> None:
    assert file.with_suffix(".service") in UNITS
    timer = read(file)
    assert timer["Timer"]["Persistent"] == "yes"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_every_nightly_chore_has_a_timer() -> None:
    assert {file.stem for file in TIMERS} == {
        f"workstation-{what}" for what in ("backup", "drill", "housekeeping", "seal")
    }


def test_an_image_is_made_of_what_there_is_and_holds_no_secret() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text("deploy/Containerfile"), re.MULTILINE)
    sources = [source for words in copied for source in words.split()]
    assert {"requirements.txt", "wsgi.py", "api", "workstation", "migrations"} <= set(sources)
    assert not [source for source in sources if not (ROOT / source).exists()]
    assert "USER workstation" in text("deploy/Containerfile")
    assert "SECRET" not in text("deploy/Containerfile")
    assert {".env", "var", "**/node_modules"} <= set(text(".dockerignore").splitlines())


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("deploy/compose.yaml"))
    return found


def test_the_compose_file_starts_the_database_then_migrates_then_serves() -> None:
    services = compose()["services"]
    assert services["migrate"]["command"] == ["flask", "db", "upgrade"]
    assert services["server"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_the_compose_file_uses_settings_that_there_are() -> None:
    known = set(re.findall(r"^#?([A-Z_]+)=", text(".env.example"), re.MULTILINE)) | {"FORWARDED_ALLOW_IPS"}
    for service in ("migrate", "server", "chores"):
        assert set(compose()["services"][service]["environment"]) <= known


def test_the_image_has_the_programs_of_the_database_that_the_compose_file_runs() -> None:
    major = compose()["services"]["database"]["image"].rpartition(":")[2].partition("-")[0]
    assert f"postgresql-client-{major} " in text("deploy/Containerfile")


def test_patroni_gives_up_a_silent_primary_and_never_a_commit() -> None:
    """`make failover` tries the file itself."""
    cluster = yaml.safe_load(text("deploy/patroni/patroni.yml"))["bootstrap"]["dcs"]
    assert cluster["synchronous_mode"] is True
    assert cluster["ttl"] >= cluster["loop_wait"] + 2 * cluster["retry_timeout"]
    assert cluster["postgresql"]["parameters"]["max_locks_per_transaction"] >= 256


def test_the_address_of_three_machines_asks_for_the_primary_and_not_for_one_that_writes() -> None:
    """Connections only read until they say otherwise: libpq's `read-write` would find none."""
    found = re.search(r"^DATABASE_URL='([^']+)'$", text("docs/postgresql.md"), re.MULTILINE)
    assert found is not None
    query = make_url(found[1]).query
    assert len(query["host"]) == 3
    assert query["target_session_attrs"] == "primary"
