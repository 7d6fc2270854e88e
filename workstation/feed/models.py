"""The feed: what changed, for whom, in an order that skips nothing."""

from sqlalchemy import FetchedValue, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Number

EVERYBODY = "all"


class Change(Base):
    """The latest change of one thing for one audience. What the thing is stands in its own table.

    Rows are read in the order of (`tx`, `seq`). On PostgreSQL `tx` is the writing transaction and only
    rows below the horizon of running transactions are read, since a sequence number alone says nothing
    about the order of commits. On SQLite `tx` is 0: with one writer at a time `seq` is that order.
    """

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        Index("ix_changes_order", "network_id", "audience", "tx", "seq"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    # EVERYBODY, or the id of one member.
    audience: Mapped[str] = mapped_column(String(36), primary_key=True)
    noun: Mapped[str] = mapped_column(String(20), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    op: Mapped[str] = mapped_column(String(10))
    tx: Mapped[int] = mapped_column(Number, FetchedValue())
    seq: Mapped[int] = mapped_column(Number, FetchedValue())


class Installation(Base):
    """The one row that says which database this is. Its epoch leads every cursor.

    `last_receipt_no` and `last_change_seq` count on SQLite; PostgreSQL has sequences for both.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(Id)
    # PostgreSQL: cluster, database and timeline on which this epoch began; null on SQLite.
    fingerprint: Mapped[str | None] = mapped_column(String(100))
    last_receipt_no: Mapped[int] = mapped_column(Number, default=0)
    last_change_seq: Mapped[int] = mapped_column(Number, default=0)
