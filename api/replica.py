"""Office views that a replica may answer, each saying as of when; without one the primary answers as ever.

Who calls, what is written and which file was fetched always goes to the primary. When the replica is gone,
or gives way to what it replays, the view is run again on the primary: such views only read.
"""

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from flask import current_app, g
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.auth import caller
from workstation import replica
from workstation.coverage.operations import catch_up
from workstation.database import db
from workstation.upkeep.rules import Finding

P = ParamSpec("P")
R = TypeVar("R")

RESTS = "replica_rests_until"
LATE_MIN = 10  # of a replica that nobody holds back on purpose
RESTS_S = 30  # after a failure, so that not every call waits for a machine that is gone
log = structlog.get_logger()


def may_lag(view: Callable[P, R]) -> Callable[P, R]:
    """Under the guard of a view of figures: inside, `caller().now` is the moment that the replica shows."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not replica.is_set() or time.monotonic() < current_app.extensions.get(RESTS, 0.0):
            return view(*args, **kwargs)
        present = caller()
        try:
            return _ask_replica(view, *args, **kwargs)
        except (SQLAlchemyError, replica.NoReplica) as error:
            leave(error)
            g.caller, g.behind_s = present, 0
            return view(*args, **kwargs)

    return wrapper


def behind_s() -> int:
    """How many seconds the database that answers this call trails."""
    return int(g.get("behind_s", 0))


def find_replica_out() -> Finding:
    """Whether the replica follows, and how closely."""
    try:
        minutes = replica.measure_behind().total_seconds() / 60
    except (SQLAlchemyError, replica.NoReplica):
        do = "统计暂由主库回答。请看它是否在运行，READ_DATABASE_URL 是否指向它。"
        return Finding("replica", "soon", "备用数据库读不到，或不是这个数据库的副本", do)
    if minutes < LATE_MIN:
        return Finding("replica", "ok", "备用数据库跟得上")
    do = "请看它的磁盘和线路；去掉 READ_DATABASE_URL 再重载，统计就由主库回答。"
    return Finding("replica", "soon", f"备用数据库落后 {minutes:.0f} 分钟", do)


def _ask_replica(view: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    person = caller()
    catch_up(network_id=person.network_id)
    moment = replica.find_moment(network_id=person.network_id, now=person.now)
    g.caller, g.behind_s = person._replace(now=moment), round((person.now - moment).total_seconds())
    with replica.reading_behind():
        return view(*args, **kwargs)


def leave(error: SQLAlchemyError | replica.NoReplica) -> None:
    """For this call; one that is gone, or not ours, is not asked for a while."""
    db.session.rollback()
    if not isinstance(error, DBAPIError) or error.connection_invalidated or error.statement is None:
        current_app.extensions[RESTS] = time.monotonic() + RESTS_S
    log.warning(
        "replica.left", error=type(error).__name__, why=str(getattr(error, "orig", error)).partition("\n")[0]
    )
