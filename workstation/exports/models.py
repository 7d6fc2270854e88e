"""Keys for reloading tables: they read coverage files and nothing else."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, UtcDateTime


class ExportKey(Base):
    """A key with the scope that its person has at the moment of each use."""

    __tablename__ = "export_keys"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        # A key names no network, so its hash is looked up alone.
        UniqueConstraint("key_hash"),
        Index("ix_export_keys_member", "network_id", "member_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id)
    # What the person calls it, so that the right one is stopped later.
    name: Mapped[str] = mapped_column(String(100))
    # SHA-256 of 256 random bits: nothing to guess, so nothing to slow down.
    key_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The local day of the latest use; no history.
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
