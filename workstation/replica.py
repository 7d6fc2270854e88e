"""A streaming replica that answers for the figures, and as of which moment it does.

What it shows is never said to be newer than it is: either it has replayed all that the primary had
committed when it was asked, or its own last commit counts, and the oldest note of a figure that was not
yet brought up to date counts too. Phones' sync and the feed never ask it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from workstation.database import MAY_LAG, REPLICA, REPORTING, db

LOOKS, PAUSE_S = 20, 0.01  # most replicas trail by milliseconds: what was just written is worth a moment
MICROSECOND = timedelta(microseconds=1)

PRIMARY = text(
    "SELECT pg_current_wal_insert_lsn()::text AS position, clock_timestamp() AS clock,"
    " (SELECT system_identifier FROM pg_control_system()) AS cluster,"
    " ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline"
)
STANDBY = text(
    "SELECT pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn) AS is_even,"
    " pg_last_xact_replay_timestamp() AS committed,"
    " (SELECT system_identifier FROM pg_control_system()) AS cluster,"
    " greatest((SELECT timeline_id FROM pg_control_checkpoint()),"
    " (SELECT min_recovery_end_timeline FROM pg_control_recovery())) AS timeline"
)
# Ids carry their time, and so sort by it.
OLDEST_NOTE = text("SELECT min(id::text) FROM touched_days WHERE network_id = :network_id")


class NoReplica(Exception):
    """There is none, or what is there is not one of this database."""


class Position(NamedTuple):
    """Where the primary is: its journal's position, its clock, which cluster it is, and on which timeline."""

    position: str
    clock: datetime
    cluster: int
    timeline: int


def is_set() -> bool:
    """Whether this installation has a replica to read from."""
    return REPLICA in db.engines


@contextmanager
def reading_behind() -> Iterator[None]:
    """Inside, `begin_report` turns to the replica. What writes, or reads before that, asks the primary."""
    db.session.info[MAY_LAG] = True
    try:
        yield
    finally:
        db.session.rollback()
        db.session.info.pop(MAY_LAG, None)
        db.session.info.pop(REPORTING, None)


def find_moment(*, network_id: int, now: datetime) -> datetime:
    """As of when the replica answers for this network: `now` when it lacks nothing.

    Raises NoReplica when it cannot answer for this database, OperationalError when it is gone.
    """
    # Each statement sees the present: what is replayed meanwhile only makes the answer better than said.
    with db.engines[REPLICA].connect() as replica:
        behind = _measure(replica)
        note = replica.scalar(OLDEST_NOTE, {"network_id": network_id})
    noted = now if note is None else made_at(note) - MICROSECOND
    return min(now - behind, noted)


def measure_behind() -> timedelta:
    """How far the replica trails. Raises as find_moment does."""
    with db.engines[REPLICA].connect() as replica:
        return _measure(replica)


def _measure(replica: Connection) -> timedelta:
    primary = Position(*db.session.execute(PRIMARY).one())
    standby = _wait_a_little(replica, primary)
    behind = timedelta(0) if standby.is_even else primary.clock - _committed(standby)
    return max(behind, timedelta(0))


def _wait_a_little(replica: Connection, primary: Position) -> Any:
    for _ in range(LOOKS):
        standby = replica.execute(STANDBY, {"position": primary.position}).one()
        if not standby.follows or standby.cluster != primary.cluster:
            raise NoReplica("READ_DATABASE_URL is not a replica of DATABASE_URL")
        if standby.timeline != primary.timeline:
            # After a failover positions cannot be compared until the replica has its next restart point.
            raise NoReplica("the replica is on another timeline than DATABASE_URL")
        if standby.is_even:
            break
        time.sleep(PAUSE_S)
    return standby


def _committed(standby: Any) -> datetime:
    if standby.committed is None:
        raise NoReplica("the replica has replayed nothing yet")
    moment: datetime = standby.committed
    return moment


def made_at(id: str) -> datetime:
    """When this id was made: a UUIDv7 begins with its milliseconds since 1970."""
    return datetime.fromtimestamp(int(id.replace("-", "")[:12], 16) / 1000, tz=UTC)
