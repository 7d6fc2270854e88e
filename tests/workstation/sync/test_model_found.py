"""What the model (test_model.py) found once, each as small as it can be told."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from api.restores import begin_counted_epoch
from tests.api.test_sync import forget
from tests.cast import Cast, Phone, any_uuid, wait_for_feed
from workstation.database import db, writing
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def seal_of(result: dict[str, Any]) -> dict[str, Any]:
    return {"id": result["id"], "sealed": result["sealed"]}


def waiting(cast: Cast) -> list[tuple[str, str]]:
    """Id and reason of what staff see as held."""
    statement = select(HeldEntry.entry_id, HeldEntry.code).where(HeldEntry.state == "waiting")
    with cast.app.app_context():
        return [(row[0], row[1]) for row in db.session.execute(statement.order_by(HeldEntry.receipt_no))]


def test_an_end_given_back_as_it_once_waited_finds_its_start(cast: Cast) -> None:
    """Its seal says that it waits; the start came back in a call before."""
    phone = cast.phone("member")
    start = phone.shift_start(cast.here.stations["hall"])
    [end] = phone.sync(phone.shift_end(start["id"]))
    [started] = phone.sync(start)
    forget(cast)
    phone.sync(seal_of(started))
    phone.sync(seal_of(end))
    assert cast.scalar(select(Shift.end_id)) == end["id"]
    assert waiting(cast) == []


def test_an_end_before_its_start_in_one_call_comes_back_as_the_fact_that_it_became(cast: Cast) -> None:
    phone = cast.phone("member")
    start = phone.shift_start(cast.here.stations["hall"])
    end, started = phone.sync(phone.shift_end(start["id"]), start)
    forget(cast)
    phone.sync(seal_of(started), seal_of(end))
    assert cast.scalar(select(Shift.end_id)) == end["id"]
    assert waiting(cast) == []


def test_what_comes_back_to_an_id_that_says_something_else_now_is_kept_beside_it(cast: Cast) -> None:
    phone = cast.phone("member")
    entry = phone.check_in(cast.here.stations["hall"])
    [first] = phone.sync(entry)
    forget(cast)
    [other] = phone.sync(entry | {"body": entry["body"] | {"note": "另一份"}})
    [back] = phone.sync(seal_of(first))
    assert (other["status"], back["status"]) == ("accepted", "conflict")
    assert back["receipt_no"] == first["receipt_no"]
    assert waiting(cast) == [(entry["id"], "entry.conflict")]


def test_a_second_wording_stays_a_conflict_whatever_becomes_of_the_first(cast: Cast) -> None:
    author, colleague = cast.phone("member"), cast.phone("colleague")
    start = author.shift_start(cast.here.stations["hall"])
    end = colleague.shift_end(start["id"])
    colleague.sync(end, end | {"body": end["body"] | {"note": "另一份"}})
    author.sync(start)
    assert waiting(cast) == [(end["id"], "target.not_yours"), (end["id"], "entry.conflict")]


def test_staff_read_why_it_waits_now_and_not_why_it_waited_first(cast: Cast) -> None:
    phone = cast.phone("member")
    check_in = phone.check_in(cast.here.stations["hall"])
    end = phone.shift_end(check_in["id"])
    phone.sync(end, check_in)
    assert waiting(cast) == [(end["id"], "entry.invalid")]


def test_a_correction_towards_no_station_is_not_released(cast: Cast) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    entry = phone.check_in(cast.here.stations["hall"])
    body = {"target_id": entry["id"], "changes": {"station_id": any_uuid()}, "reason": "记错了"}
    correction = phone.entry("correction", body)
    phone.sync(entry, correction)
    content_hash = cast.scalar(select(HeldEntry.content_hash))
    decision = {"content_hash": content_hash, "reason": "核对过"}
    answer = office.post(f"/api/v1/held-entries/{correction['id']}/release", decision)
    assert answer.status_code == 409, answer.text


def test_numbers_stay_apart_whichever_backups_are_put_back(cast: Cast, tmp_path: Path) -> None:
    """An old backup after a young one: a million for each restore above what each knows would meet."""
    starts = []
    for known in (0, 1_000_003, 0, 5_000_000, 2_000_001, 0):
        with cast.app.app_context(), writing():
            db.session.execute(text("UPDATE installation SET last_receipt_no = :n"), {"n": known})
            if db.engine.dialect.name == "postgresql":
                db.session.execute(text("SELECT setval('receipt_numbers', :n)"), {"n": known + 1})
            begin_counted_epoch(data_dir=tmp_path)
        [result] = cast.phone("member").sync(any_check_in(cast))
        starts.append(result["receipt_no"])
    apart = [later - former for former, later in itertools.pairwise(starts)]
    assert min(apart) >= 1_000_000


def any_check_in(cast: Cast) -> dict[str, Any]:
    return cast.phone("member").check_in(cast.here.stations["hall"])


def test_what_staff_had_closed_comes_back_as_held(cast: Cast) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    entry = phone.check_in(any_uuid())
    phone.sync(entry)
    decision = {"content_hash": cast.scalar(select(HeldEntry.content_hash)), "reason": "重复"}
    assert office.post(f"/api/v1/held-entries/{entry['id']}/close", decision).status_code == 204
    [again] = phone.sync(entry)
    forget(cast)
    [back] = phone.sync(seal_of(again))
    assert (back["status"], cast.scalar(select(Receipt.state))) == ("held", "held")
    assert waiting(cast) == [(entry["id"], "entry.station_unknown")]


@on_sqlite
class TestACopiedBackFile:
    """A database file that was put back says nothing, and keeps its epoch."""

    def put_back(self, cast: Cast) -> None:
        forget(cast)
        with cast.app.app_context(), writing():
            db.session.execute(text("DELETE FROM changes WHERE noun = 'receipt'"))
            db.session.execute(text("UPDATE installation SET last_receipt_no = 0, last_change_seq = 30"))

    def lost_entry(self, cast: Cast) -> tuple[Phone, dict[str, Any]]:
        phone = cast.phone("member")
        wait_for_feed(cast.client)
        results = [phone.sync(phone.check_in(cast.here.stations["hall"]))[0] for _ in range(9)]
        phone.pull()
        self.put_back(cast)
        return phone, results[0]

    def test_no_number_is_given_twice_by_the_call_that_notices(self, cast: Cast) -> None:
        phone, lost = self.lost_entry(cast)
        [fresh] = phone.sync(phone.check_in(cast.here.stations["hall"]))
        assert fresh["receipt_no"] > 1_000_000
        [back] = phone.sync(seal_of(lost))
        assert (back["status"], back["receipt_no"]) == ("accepted", lost["receipt_no"])

    def test_an_entry_whose_number_was_given_again_still_comes_back(self, cast: Cast) -> None:
        phone, lost = self.lost_entry(cast)
        unaware = cast.phone("colleague")
        [taker] = unaware.sync(unaware.check_in(cast.here.stations["hall"]))
        assert taker["receipt_no"] == lost["receipt_no"]
        [back] = phone.sync(seal_of(lost))
        assert back["status"] == "accepted"
        assert back["receipt_no"] not in (None, lost["receipt_no"])
        assert phone.sync(seal_of(lost))[0]["receipt_no"] == back["receipt_no"]
