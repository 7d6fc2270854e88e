"""The office's page about the installation: what is in order, in words that need no administrator."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import NOON, Cast, Time, any_uuid

GREEN = {"name": "any", "title": "", "ok": True, "said": "", "seconds": 0.1}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKUP_DIR", raising=False)


def items(cast: Cast, who: str = "city_officer") -> dict[str, dict[str, Any]]:
    answer = cast.phone(who).get("/api/v1/status")
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json["items"]}


def note_chores(folder: Path, **chores: bool) -> None:
    """What housekeeping leaves behind."""
    noted = [GREEN | {"name": name, "ok": ok} for name, ok in chores.items()]
    (folder / "housekeeping.json").write_text(json.dumps({"began_at": NOON.isoformat(), "chores": noted}))


def test_a_fresh_installation_says_what_was_never_done(cast: Cast) -> None:
    found = items(cast)
    assert (found["backup"]["state"], found["backup"]["at"]) == ("now", None)
    assert {found[name]["state"] for name in ("drill", "housekeeping", "figures", "chain")} == {"soon"}
    assert {found[name]["state"] for name in ("held", "phones")} == {"ok"}
    assert (found["held"]["count"], found["phones"]["count"]) == (0, 0)


def test_after_the_commands_of_a_night_all_is_well(cast: Cast) -> None:
    for words in (("backup", "create"), ("backup", "drill"), ("housekeeping", "run")):
        assert cast.app.test_cli_runner().invoke(args=list(words)).exit_code == 0
    found = items(cast)
    del found["disk"], found["clock"]  # this machine's own, which does not know the test's noon
    assert {each["state"] for each in found.values()} == {"ok"}, found
    assert all(found[name]["at"] for name in ("backup", "drill", "housekeeping", "figures", "chain"))


def test_figures_that_were_found_wrong_are_for_today(cast: Cast, tmp_path: Path) -> None:
    note_chores(tmp_path, compare=False, verify=True, seal=True)
    found = items(cast)
    assert (found["figures"]["state"], found["chain"]["state"], found["housekeeping"]["state"]) == (
        "now",
        "ok",
        "ok",
    )


def test_a_night_without_chores_is_seen_the_day_after(cast: Cast, tmp_path: Path, time: Time) -> None:
    note_chores(tmp_path, seal=True)
    assert items(cast)["housekeeping"]["state"] == "ok"
    time.passes(hours=27)
    assert items(cast)["housekeeping"]["state"] == "soon"


def test_what_waits_is_counted_within_the_scope_and_presses_after_a_week(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    phone.sync(phone.about("withdrawal", any_uuid()))
    assert items(cast)["held"] == {"name": "held", "state": "ok", "at": NOON_Z, "count": 1}
    assert items(cast, "other_officer")["held"]["count"] == 0
    time.passes(days=8)
    assert items(cast, "district_officer")["held"]["state"] == "soon"


NOON_Z = NOON.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_a_phone_that_fell_silent_with_entries_is_counted_once(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]), pending=2)
    assert items(cast)["phones"]["count"] == 0
    time.passes(days=3)
    assert items(cast)["phones"] == {"name": "phones", "state": "soon", "at": None, "count": 1}
    assert items(cast, "other_officer")["phones"]["count"] == 0


def test_no_path_no_version_and_no_name_leaves_the_server(cast: Cast, tmp_path: Path) -> None:
    said = cast.phone("district_officer").get("/api/v1/status").text
    assert str(tmp_path) not in said
    assert not {"SQLite", "PostgreSQL", "backups", "（测试）"} & set(said.split('"'))


def test_a_clock_that_went_back_is_told(cast: Cast, time: Time) -> None:
    cast.phone("member").sync()
    time.passes(hours=-1)
    assert items(cast)["clock"]["state"] == "now"
