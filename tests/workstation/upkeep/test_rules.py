"""What a finding says of measured values, and what to do about it."""

from datetime import UTC, datetime, timedelta

import pytest

from workstation.upkeep import rules
from workstation.upkeep.operations import is_worth_rewriting

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIB, GIB = rules.MIB, rules.GIB


def finding(state: rules.State) -> rules.Finding:
    return rules.Finding("any", state, "said")


@pytest.mark.parametrize(
    ("states", "whole"),
    [(["ok"], "ok"), (["ok", "soon"], "soon"), (["now", "soon"], "now"), ([], "ok")],
    ids=["all well", "one soon", "one now", "nothing looked at"],
)
def test_the_whole_is_as_its_worst_part(states: list[rules.State], whole: rules.State) -> None:
    assert rules.worst(map(finding, states)) == whole


@pytest.mark.parametrize(
    ("engine", "version", "state"),
    [
        ("sqlite", "3.40.1", "now"),
        ("sqlite", "3.53.4", "ok"),
        ("postgresql", "14.9", "soon"),
        ("postgresql", "15.18", "ok"),
        ("postgresql", "18.1", "ok"),
        ("postgresql", "19beta1", "soon"),
    ],
    ids=["old SQLite", "new SQLite", "14", "15", "18", "a beta"],
)
def test_a_database_that_was_not_tried_is_told(engine: str, version: str, state: rules.State) -> None:
    assert rules.judge_database_version(engine=engine, version=version).state == state


def test_a_clock_behind_the_latest_call_went_back() -> None:
    found = rules.judge_clock(now=NOW, latest_call=NOW + HOUR, database=None)
    assert found.state == "now"
    assert "60 分钟" in found.said


def test_a_clock_apart_from_the_databases_is_told() -> None:
    assert rules.judge_clock(now=NOW, latest_call=NOW, database=NOW - timedelta(minutes=3)).state == "soon"
    assert rules.judge_clock(now=NOW, latest_call=NOW, database=NOW - timedelta(seconds=1)).state == "ok"


@pytest.mark.parametrize(
    ("free", "state"),
    [(100 * MIB, "now"), (GIB, "soon"), (50 * GIB, "ok")],
    ids=["nearly full", "little", "plenty"],
)
def test_room_on_the_disk(free: int, state: rules.State) -> None:
    assert rules.judge_disk(where="/", free=free, total=100 * GIB).state == state


@pytest.mark.parametrize(
    ("size", "state"),
    [(0, "ok"), (100 * MIB, "soon"), (2 * GIB, "now")],
    ids=["none", "long", "very long"],
)
def test_a_journal_that_grows_is_told_with_what_to_do(size: int, state: rules.State) -> None:
    found = rules.judge_wal(size=size)
    assert found.state == state
    assert bool(found.do) == (state != "ok")


@pytest.mark.parametrize(
    ("age", "same_disk", "state"),
    [
        (None, False, "now"),
        (HOUR, False, "ok"),
        (HOUR, True, "soon"),
        (27 * HOUR, False, "soon"),
        (4 * DAY, False, "now"),
    ],
    ids=["none", "fresh", "on the same disk", "of the night before", "four days old"],
)
def test_a_backup_is_fresh_and_on_another_disk(
    age: timedelta | None, same_disk: bool, state: rules.State
) -> None:
    latest = NOW - age if age else None
    assert rules.judge_backup(now=NOW, latest=latest, same_disk=same_disk).state == state


@pytest.mark.parametrize(
    ("age", "passed", "state"),
    [(None, False, "soon"), (DAY, True, "ok"), (DAY, False, "now"), (40 * DAY, True, "soon")],
    ids=["never", "passed", "failed", "long ago"],
)
def test_a_drill_is_due_every_month(age: timedelta | None, passed: bool, state: rules.State) -> None:
    began_at = NOW - age if age else None
    assert rules.judge_drill(now=NOW, began_at=began_at, passed=passed).state == state


@pytest.mark.parametrize(
    ("age", "failed", "state"),
    [(None, [], "soon"), (HOUR, [], "ok"), (HOUR, ["核对统计"], "now"), (2 * DAY, [], "soon")],
    ids=["never", "tonight", "one failed", "two days ago"],
)
def test_chores_are_due_every_night(age: timedelta | None, failed: list[str], state: rules.State) -> None:
    began_at = NOW - age if age else None
    assert rules.judge_chores(now=NOW, began_at=began_at, failed=failed).state == state


@pytest.mark.parametrize(
    ("connections", "oldest_s", "state"),
    [(10, 1.0, "ok"), (90, 1.0, "soon"), (10, 600.0, "soon")],
    ids=["calm", "many connections", "an endless transaction"],
)
def test_connections_and_transactions(connections: int, oldest_s: float, state: rules.State) -> None:
    assert rules.judge_activity(connections=connections, most=100, oldest_s=oldest_s).state == state


@pytest.mark.parametrize(
    ("left", "error", "state"),
    [(90 * DAY, None, "ok"), (10 * DAY, None, "soon"), (None, "certificate has expired", "now")],
    ids=["valid", "soon over", "expired"],
)
def test_a_certificate_ends(left: timedelta | None, error: str | None, state: rules.State) -> None:
    assert rules.judge_certificate(left=left, error=error).state == state


@pytest.mark.parametrize(
    ("size", "free", "worth"),
    [
        (10 * MIB, 9 * MIB, False),
        (100 * MIB, 50 * MIB, True),
        (100 * MIB, 17 * MIB, False),
        (9 * GIB, 4 * GIB, False),
    ],
    ids=["small", "half empty", "mostly full", "too long a wait"],
)
def test_a_file_is_rewritten_only_when_that_gives_much_back(size: int, free: int, worth: bool) -> None:
    assert is_worth_rewriting(size=size, free=free) == worth
