"""The same entries always tell the same story, in whatever order they arrived."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workstation.sync.entries import Kept
from workstation.sync.stories import tell

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def kept(entry_id: str, kind: str, *, minute: int, body: dict[str, Any], target: str | None = None) -> Kept:
    at = NINE + timedelta(minutes=minute)
    return Kept(
        network_id=1,
        entry_id=entry_id,
        device_id=None,
        seq=1,
        member_id="m",
        kind=kind,
        content_hash="",
        body=body,
        station_id="s" if target is None else None,
        target_id=target,
        root_id="start",
        recorded_at=at,
        received_at=at,
        occurred_at=at,
        clock_error_s=0,
        flags=[],
        verdict="inside" if target is None else None,
        evidence=2 if target is None else None,
    )


START = kept("start", "shift_start", minute=0, body={"station_id": "s"})


def end(name: str, minute: int) -> Kept:
    return kept(name, "shift_end", minute=minute, body={"shift_id": "start"}, target="start")


def about(name: str, kind: str, target: str, minute: int, **changes: Any) -> Kept:
    body = {"target_id": target, "reason": "x", "changes": changes}
    return kept(name, kind, minute=minute, body=body, target=target)


class TestShifts:
    def test_without_an_end_the_rule_closes_it(self) -> None:
        told = tell(START, [START])
        assert told["ended_at"] is None
        assert told["closes_at"] == NINE + timedelta(hours=12)

    def test_the_first_end_stands(self) -> None:
        told = tell(START, [START, end("b", 90), end("a", 60)])
        assert told["end_id"] == "a"

    def test_a_withdrawn_end_makes_room_for_the_next(self) -> None:
        told = tell(START, [START, end("a", 60), end("b", 90), about("w", "withdrawal", "a", 100)])
        assert told["end_id"] == "b"

    def test_an_end_can_be_corrected(self) -> None:
        noon = NINE + timedelta(hours=3)
        told = tell(
            START, [START, end("a", 60), about("c", "correction", "a", 70, stated_at=noon.isoformat())]
        )
        assert told["ended_at"] == noon

    def test_a_corrected_start_is_the_persons_word(self) -> None:
        eight = NINE - timedelta(hours=1)
        told = tell(START, [START, about("c", "correction", "start", 70, stated_at=eight.isoformat())])
        assert (told["started_at"], told["evidence"]) == (eight, 0)
        assert {"corrected", "stated"} <= set(told["flags"])

    def test_moved_to_another_station_nothing_is_known_of_the_position(self) -> None:
        told = tell(START, [START, about("c", "correction", "start", 70, station_id="other")])
        assert (told["station_id"], told["verdict"], told["evidence"]) == ("other", None, 0)

    def test_a_withdrawn_shift_stays_withdrawn(self) -> None:
        told = tell(START, [START, about("w", "withdrawal", "start", 5), end("a", 60)])
        assert told["withdrawn"]


FAMILY = [
    START,
    end("a", 60),
    end("b", 90),
    about("w", "withdrawal", "a", 100),
    about("c1", "correction", "b", 110, stated_at=(NINE + timedelta(hours=2)).isoformat()),
    about("c2", "correction", "b", 120, note="later"),
    about("c3", "correction", "start", 130, note="the last word"),
]


@given(st.integers(), st.sets(st.sampled_from(range(1, len(FAMILY)))))
def test_any_order_of_arrival_tells_the_same_story(seed: int, some: set[int]) -> None:
    family = [START, *(FAMILY[position] for position in some)]
    shuffled = family.copy()
    random.Random(seed).shuffle(shuffled)
    assert tell(START, shuffled) == tell(START, family)
