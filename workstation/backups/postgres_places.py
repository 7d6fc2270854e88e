"""PostgreSQL's side of putting back: what was there is put aside, and drills have a database of their own."""

import contextlib
import secrets
from collections.abc import Iterator
from datetime import datetime
from time import sleep

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError

from workstation.backups.postgres_tools import ASIDE
from workstation.backups.queries import count_others
from workstation.backups.rules import BackupProblem
from workstation.database import db, writing

SERVER_RUNS = "还有 {count} 个连接在使用这个数据库：请先停止服务器（systemctl stop workstation），再恢复。"
TRIES, BETWEEN_TRIES_S = 20, 0.1
MAY_NOT = (
    "不能新建演练用的数据库：{reason}。请由数据库管理员执行 ALTER ROLE {role} CREATEDB，"
    "或用 --scratch 给出一个空数据库的地址。"
)


def put_aside(*, now: datetime) -> str:
    """Renames the schema with all its tables, and makes an empty one. Returns the name that it has now.

    Refuses while anybody else is connected: what they would write afterwards would be lost.
    """
    if count := _others_that_stay():
        raise BackupProblem(SERVER_RUNS.format(count=count))
    aside = f"{ASIDE}{now:%Y%m%dt%H%M%S%f}"
    with writing():
        db.session.execute(text(f"ALTER SCHEMA public RENAME TO {aside}"))
        db.session.execute(text("CREATE SCHEMA public"))
    return aside


def _others_that_stay() -> int:
    """A server that was stopped a moment ago still shows for some of it."""
    for _ in range(TRIES):
        if not (count := count_others()):
            return 0
        sleep(BETWEEN_TRIES_S)
    return count


def bring_back(aside: str) -> None:
    """Undoes `put_aside`: nothing has changed."""
    with writing():
        db.session.execute(text("DROP SCHEMA public CASCADE"))
        db.session.execute(text(f"ALTER SCHEMA {aside} RENAME TO public"))


@contextlib.contextmanager
def scratch_database(url: URL) -> Iterator[URL]:
    """An empty database on the same server, gone afterwards. Raises BackupProblem when this role may not."""
    name = f"workstation_drill_{secrets.token_hex(6)}"
    try:
        _outside_transactions(f"CREATE DATABASE {name}")
    except DBAPIError as error:
        raise BackupProblem(MAY_NOT.format(reason=error.orig, role=url.username)) from error
    try:
        yield url.set(database=name)
    finally:
        _outside_transactions(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _outside_transactions(statement: str) -> None:
    """CREATE DATABASE knows no transaction; our connections only read unless they say otherwise."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        try:
            connection.exec_driver_sql(statement)
        finally:
            connection.exec_driver_sql("SET default_transaction_read_only = on")
