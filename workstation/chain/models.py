"""The chain of one network."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Number, UtcDateTime


class ChainBlock(Base):
    """Up to some thousand sealed rows of one kind, named one by one, and the digest that links the block.

    `leaves` holds 24 bytes for each row: its number, and 16 bytes of the hash of what stands in it. So a
    change is found to the row, and a block needs no order of commits: what commits late is in a later one.
    Only ever added to; retention alone may set `pruned_at`, once, on a block of audit events.
    """

    __tablename__ = "chain_blocks"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        CheckConstraint("source IN ('receipt', 'held', 'settled', 'audit')", name="source"),
        CheckConstraint("pruned_at IS NULL OR source = 'audit'", name="pruned"),
        Index("ix_chain_blocks_range", "network_id", "source", "last_no"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    # 1, 2, 3 … without a gap: two who seal at once meet in the key.
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # receipt: final when it was sealed; held: waited for staff then; settled: what became of a held one.
    source: Mapped[str] = mapped_column(String(10))
    first_no: Mapped[int] = mapped_column(Number)
    last_no: Mapped[int] = mapped_column(Number)
    rows_count: Mapped[int]
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    # The newest moment among its rows; retention reads it.
    latest_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Of which database: a restore begins another (docs/security.md).
    epoch: Mapped[str] = mapped_column(Id)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    pruned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
