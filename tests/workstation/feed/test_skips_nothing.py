"""A phone's cursor passes over nothing, whatever commits late; the obvious cursors would."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.cast import Cast, wait_for_feed
from workstation.database import db, writing
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.feed.queries import PAGE, Page, read_cursor, read_page
from workstation.ids import new_id

WRITERS = 8
EACH_WRITES = 40
LONGEST_S = 0.008

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a careful programmer writes first. `changes` has no updated_at: the tests below add one.
BARE_SEQUENCE = "SELECT id::text, seq FROM changes WHERE seq > :after ORDER BY seq"
UPDATED_AT = "SELECT id::text, updated_at FROM changes WHERE updated_at > :after ORDER BY updated_at"
BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@contextmanager
def writes(cast: Cast, audience: str = EVERYBODY, count: int = 1) -> Iterator[list[str]]:
    """A transaction that has put fresh things into the feed, and is open until the block ends."""
    with cast.app.app_context(), writing():
        ids = [new_id() for _ in range(count)]
        publish(network_id=cast.here.id, changes=[FeedChange(audience, "station", id) for id in ids])
        yield ids


class Reader:
    """Ours: the cursor that a phone keeps."""

    def __init__(self, cast: Cast, who: str = "member") -> None:
        self.cast = cast
        self.who = who
        self.cursor: str | None = None
        self.found: list[str] = []

    def page(self, *, told: tuple[str, ...] = ()) -> Page:
        with self.cast.app.app_context():
            return read_page(
                network_id=self.cast.here.id,
                member_id=self.cast.here.members[self.who],
                cursor=self.cursor,
                keys=self.cast.app.extensions["keys"],
                told=told,
            )

    def poll(self) -> None:
        more = True
        while more:
            page = self.page()
            self.found += [change.id for change in page.changes]
            self.cursor, more = page.cursor, page.more


class NaiveReader:
    """Theirs: whatever is beyond the largest value seen so far."""

    def __init__(self, cast: Cast, sql: str, after: Any) -> None:
        self.cast, self.sql, self.after = cast, text(sql), after
        self.found: list[str] = []

    def poll(self) -> None:
        with self.cast.app.app_context():
            for id, place in db.session.execute(self.sql, {"after": self.after}).all():
                self.found.append(id)
                self.after = place


def all_readers(cast: Cast) -> tuple[Reader, NaiveReader, NaiveReader]:
    """Each has read what the cast itself put into the feed."""
    with cast.app.app_context(), writing():
        column = "ALTER TABLE changes ADD updated_at timestamptz NOT NULL DEFAULT clock_timestamp()"
        db.session.execute(text(column))
    readers = Reader(cast), NaiveReader(cast, BARE_SEQUENCE, 0), NaiveReader(cast, UPDATED_AT, BEGINNING)
    wait_for_feed(cast.client)
    for reader in readers:
        reader.poll()
    return readers


@on_postgresql
class TestLateCommits:
    def test_the_obvious_cursors_skip_what_commits_late_and_ours_does_not(self, cast: Cast) -> None:
        ours, by_sequence, by_time = all_readers(cast)
        with writes(cast) as late:
            with writes(cast) as early:
                pass
            for reader in (ours, by_sequence, by_time):
                reader.poll()
        wait_for_feed(cast.client)
        for reader in (ours, by_sequence, by_time):
            reader.poll()
        assert set(late + early) <= set(ours.found)
        assert early[0] in by_sequence.found
        assert late[0] not in by_sequence.found
        assert early[0] in by_time.found
        assert late[0] not in by_time.found

    def test_eight_writers_at_once_lose_nothing_with_us_and_something_with_the_others(
        self, cast: Cast
    ) -> None:
        ours, by_sequence, by_time = all_readers(cast)
        written = hurry(cast, meanwhile=lambda: [each.poll() for each in (ours, by_sequence, by_time)])
        wait_for_feed(cast.client)
        for reader in (ours, by_sequence, by_time):
            reader.poll()
        assert len(written) == WRITERS * EACH_WRITES
        assert written <= set(ours.found)
        assert len(ours.found) == len(set(ours.found))
        assert written - set(by_sequence.found)
        assert written - set(by_time.found)

    def test_a_phone_whose_page_was_empty_still_gets_what_was_running(self, cast: Cast) -> None:
        reader = Reader(cast)
        wait_for_feed(cast.client)
        reader.poll()
        reader.found.clear()
        with writes(cast) as late:
            for _ in range(3):
                with writes(cast, audience=cast.here.members["colleague"]):
                    pass
                reader.poll()
            assert reader.found == []
        wait_for_feed(cast.client)
        reader.poll()
        assert reader.found == late


def hurry(cast: Cast, *, meanwhile: Callable[[], object]) -> set[str]:
    """Writers with transactions of up to 8 ms each, and somebody who looks all the time."""
    written: list[str] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(EACH_WRITES):
            with writes(cast) as ids:
                time.sleep(chance.uniform(0, LONGEST_S))
            written.extend(ids)

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        meanwhile()
    return set(written)


@on_sqlite
def test_on_sqlite_the_numbers_are_the_order_of_commits(cast: Cast) -> None:
    reader = Reader(cast)
    written = hurry(cast, meanwhile=reader.poll)
    reader.poll()
    assert written <= set(reader.found)
    assert len(reader.found) == len(set(reader.found))


# -- pages ------------------------------------------------------------------------------------------


def test_a_cursor_never_runs_ahead_of_what_was_scanned(cast: Cast) -> None:
    """Full pages, filtered ones and empty ones: all that stands up to the cursor was given."""
    mine, theirs = cast.here.members["member"], cast.here.members["colleague"]
    for audience, count in ((mine, 300), (theirs, 700), (EVERYBODY, 400), (theirs, 10)):
        with writes(cast, audience=audience, count=count):
            pass
    wait_for_feed(cast.client)
    reader, given = Reader(cast), set()
    more = True
    while more:
        page = reader.page()
        given |= {change.id for change in page.changes}
        reader.cursor, more = page.cursor, page.more
        assert standing_up_to(cast, page.cursor, mine) == given
        assert len(page.changes) == PAGE or not more
    assert len(given) >= 700


def standing_up_to(cast: Cast, cursor: str, member_id: str) -> set[str]:
    """What the member may see up to and with this place, by plain SQL."""
    known = read_cursor(cursor, keys=cast.app.extensions["keys"])
    assert known is not None
    sql = (
        "SELECT id FROM changes WHERE network_id = :network AND audience IN ('all', :member)"
        " AND (tx < :tx OR (tx = :tx AND seq <= :seq))"
    )
    values = {"network": cast.here.id, "member": member_id, "tx": known[1].tx, "seq": known[1].seq}
    with cast.app.app_context():
        return {str(row[0]) for row in db.session.execute(text(sql), values)}


def test_receipts_that_the_answer_tells_already_do_not_move_the_cursor_too_far(cast: Cast) -> None:
    phone, other = cast.phone("member"), cast.phone("member")
    phone.pull()
    entries = [phone.check_in(cast.here.stations["hall"]) for _ in range(3)]
    other_entry = other.check_in(cast.here.stations["hall"])
    other.sync(other_entry)
    phone.sync(*entries)
    learned = {change["id"] for change in phone.pull() if change["noun"] == "receipt"}
    assert other_entry["id"] in learned


# -- locks ------------------------------------------------------------------------------------------


@on_postgresql
def test_one_persons_open_transaction_holds_up_nobody_else(cast: Cast) -> None:
    """A call that is about to commit, its feed rows written: another person's call goes through meanwhile."""
    slow, quick = cast.phone("member"), cast.phone("colleague")
    hall = cast.here.stations["hall"]
    for phone in (slow, quick):
        phone.pull()  # the copied database begins its epoch, and that is a commit too
    with commits_held(cast.app, of="slow") as (reached, go_on):
        call = threading.Thread(target=slow.sync, args=[slow.check_in(hall)], name="slow")
        call.start()
        assert reached.wait(20)
        [result] = quick.sync(quick.check_in(hall))
        assert result["status"] == "accepted"
        assert call.is_alive()
        go_on.set()
        call.join(20)
    assert not call.is_alive()


@contextmanager
def commits_held(app: Flask, *, of: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The named thread stops just before it commits, says so, and goes on when told."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(_connection: object) -> None:
        if threading.current_thread().name == of:
            reached.set()
            go_on.wait(20)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", hold)
    try:
        yield reached, go_on
    finally:
        go_on.set()
        event.remove(engine, "commit", hold)
