"""An index on a table in partitions: whoever writes meanwhile is not held up behind it."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from migrations import online

pytestmark = pytest.mark.postgresql
TABLE = "CREATE TABLE parted (id int) PARTITION BY HASH (id)"
PART = "CREATE TABLE parted_{0} PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER {0})"
IS_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_parted')")


@pytest.fixture
def parted(postgres_database: str) -> Iterator[Engine]:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        for statement in (TABLE, PART.format(0), PART.format(1)):
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def build(engine: Engine) -> None:
    """As a migration does, with its budget; what waits for more than half a minute is broken off."""
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '500ms'"))
        connection.execute(text("SET statement_timeout = '30s'"))
        connection.commit()
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True), Operations.context(context):
            online.create_index("ix_parted", "parted", ["id"])


def test_an_index_of_a_table_in_partitions_lets_writers_through_and_comes_again(parted: Engine) -> None:
    url = parted.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as busy:
        busy.execute("LOCK TABLE ONLY parted IN ROW EXCLUSIVE MODE")
        with pytest.raises(OperationalError) as refused:
            build(parted)
        assert getattr(refused.value.orig, "sqlstate", None) == "55P03", (
            "it waited for longer than its budget"
        )
        with psycopg.connect(url, options="-c statement_timeout=20s") as other:
            other.execute("INSERT INTO parted VALUES (1)")
    build(parted)
    with parted.connect() as connection:
        assert connection.scalar(IS_VALID) is True
