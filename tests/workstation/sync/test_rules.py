"""Clocks, hashes and what must not be kept, case by case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.keys import Keys
from workstation.sync.rules import content_hash, read_clocks, without_position, without_silent_constituent

NOW = datetime(2026, 11, 21, 8, 3, 11, tzinfo=UTC)
KEYS = Keys(b"k" * 32)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("said", "occurred_at", "clock_error_s", "flags"),
    [
        pytest.param({"recorded_at": ago(minutes=5)}, ago(minutes=5), 0, [], id="clock is right"),
        pytest.param(
            {"recorded_at": ago(minutes=5), "sent_at": ago(seconds=60)},
            ago(minutes=5),
            60,
            [],
            id="a minute slow is taken as it is",
        ),
        pytest.param(
            {"recorded_at": ago(minutes=12), "sent_at": ago(minutes=4), "elapsed_ms": 480_000},
            ago(minutes=8),
            0,
            [],
            id="four minutes slow is corrected",
        ),
        pytest.param(
            {"recorded_at": ago(days=365), "sent_at": ago(days=365) + timedelta(hours=1)},
            ago(hours=1),
            int(timedelta(days=365).total_seconds()) - 3600,
            ["clock_skew"],
            id="last year, and nothing shows since when",
        ),
        pytest.param(
            {"recorded_at": ago(minutes=30), "elapsed_ms": 600_000},
            ago(minutes=30),
            1200,
            [],
            id="the phone slept: the wall clock is believed, the difference is the error",
        ),
        pytest.param(
            {"recorded_at": ago(minutes=-30), "elapsed_ms": 600_000},
            ago(minutes=10),
            0,
            [],
            id="the clock was set back after the tap: the monotonic one is believed",
        ),
        pytest.param(
            {"recorded_at": ago(hours=-2)}, ago(hours=-2), 0, ["clock_impossible"], id="from the future"
        ),
        pytest.param({"recorded_at": ago(hours=73)}, ago(hours=73), 0, ["late"], id="three days late"),
        pytest.param({"recorded_at": ago(hours=72)}, ago(hours=72), 0, [], id="just in time"),
        pytest.param(
            {"recorded_at": ago(minutes=1), "stated_at": ago(hours=9)},
            ago(hours=9),
            0,
            ["stated"],
            id="the person's own word",
        ),
    ],
)
def test_the_three_clocks(
    said: dict[str, Any], occurred_at: datetime, clock_error_s: int, flags: list[str]
) -> None:
    clocks = read_clocks(**({"sent_at": NOW, "received_at": NOW} | said))
    assert (clocks.occurred_at, clocks.clock_error_s, clocks.flags) == (occurred_at, clock_error_s, flags)


@given(
    since_tap=st.timedeltas(timedelta(), timedelta(days=30)),
    wrong_by=st.timedeltas(timedelta(days=-3000), timedelta(days=3000)),
)
def test_a_wrong_clock_that_ran_all_along_costs_no_more_than_a_minute(
    since_tap: timedelta, wrong_by: timedelta
) -> None:
    clocks = read_clocks(
        recorded_at=NOW - since_tap + wrong_by,
        sent_at=NOW + wrong_by,
        received_at=NOW,
        elapsed_ms=since_tap // timedelta(milliseconds=1),
    )
    assert abs(clocks.occurred_at - (NOW - since_tap)) <= timedelta(seconds=60)
    assert abs(clocks.occurred_at - (NOW - since_tap)) <= timedelta(seconds=clocks.clock_error_s + 1)


def hashed(body: object, **other: object) -> str:
    said = {"kind": "check_in", "version": 1, "recorded_at": "2026-11-21T16:00:00+08:00"} | other
    return content_hash(body=body, keys=KEYS, **said)  # type: ignore[arg-type]  # handed through as given


def test_the_hash_knows_content_and_not_position() -> None:
    plain = {"station_id": "a", "purpose": "duty"}
    assert hashed(plain) == hashed(plain | {"fix": {"lat": 22.5, "lon": 114.0}, "no_fix_reason": "denied"})
    assert hashed(plain) == hashed(dict(reversed(plain.items())) | {"note": None})
    assert hashed(plain) != hashed(plain | {"note": "x"})
    assert hashed(plain) != hashed(plain, kind="shift_start")
    assert hashed(plain) != hashed(plain, recorded_at="2026-11-21T16:00:01+08:00")


@given(st.recursive(st.none() | st.text() | st.floats(), lambda inner: st.dictionaries(st.text(), inner)))
def test_anything_that_json_can_say_has_a_hash(body: object) -> None:
    assert len(hashed(body)) == 64


def test_positions_are_taken_out_at_any_depth() -> None:
    said = {"body": {"fix": {"lat": 1}, "list": [{"latitude": 2, "note": "kept"}]}, "lon": 3}
    assert without_position(said) == {"body": {"list": [{"note": "kept"}]}}


@pytest.mark.parametrize(
    "constituent", [{"name": "某"}, {"consent": False}, {"consent": "true"}, "某", ["某"]]
)
def test_a_constituent_who_did_not_agree_is_taken_out_at_any_depth(constituent: object) -> None:
    kept, dropped = without_silent_constituent({"body": {"changes": {"constituent": constituent, "x": 1}}})
    assert dropped
    assert kept == {"body": {"changes": {"x": 1}}}


def test_a_constituent_who_agreed_stays() -> None:
    said = {"body": {"constituent": {"name": "某", "consent": True}}}
    assert without_silent_constituent(said) == (said, False)
