"""How far the feed trails: what has committed, and may not be read yet because something older still runs."""

from typing import NamedTuple

from sqlalchemy import text

from workstation.database import db


class Lag(NamedTuple):
    """`transactions` have begun since the oldest one that still writes, and that one began `seconds` ago.

    Both are 0 when nothing holds the feed back, and always on SQLite.
    """

    transactions: int
    seconds: float


# Only what writes has a transaction number, so a report holds nothing back however long it takes.
LAG = text(
    "SELECT pg_snapshot_xmax(s)::text::bigint - pg_snapshot_xmin(s)::text::bigint,"
    " coalesce(extract(epoch FROM clock_timestamp() - (SELECT min(xact_start) FROM pg_stat_activity"
    " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid())), 0)::float"
    " FROM pg_current_snapshot() AS s"
)


def measure_lag() -> Lag:
    """As of this moment, for whoever watches the server."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return Lag(0, 0.0)
    return Lag(*connection.execute(LAG).one())
