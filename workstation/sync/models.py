"""The ledger of what phones sent: one receipt for each entry, and what waits for staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Json, Number, UtcDateTime

ABOUT = text("target_id IS NOT NULL")
SETTLED = text("feed_id IS NOT NULL")
COUNTED = text("code_step IS NOT NULL")


class Receipt(Base):
    """The server's answer for one entry, and the entry itself as it was kept.

    Append-only in what was said: a correction or withdrawal is a receipt of its own that names its
    `target_id`. `root_id` is the thing that the entry is about in the end (the shift of its end, of that
    end's correction …), so one look-up finds the whole story of a thing. Tables such as shifts hold only
    what follows from these rows.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "device_id"], ["devices.network_id", "devices.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        UniqueConstraint("network_id", "receipt_no"),
        CheckConstraint("state IN ('accepted', 'held', 'closed')", name="state"),
        # Only what speaks about another entry: a plain one is found by its key.
        Index("ix_receipts_root", "network_id", "root_id", postgresql_where=ABOUT, sqlite_where=ABOUT),
        Index("ix_receipts_target", "network_id", "target_id", postgresql_where=ABOUT, sqlite_where=ABOUT),
        Index("ix_receipts_device_seq", "network_id", "device_id", "seq"),
        # A station code counts once per person and kind: of two at once the slower one is judged again.
        Index(
            "uq_receipts_code",
            "network_id",
            "member_id",
            "station_id",
            "kind",
            "code_step",
            unique=True,
            sqlite_where=COUNTED,
            postgresql_where=COUNTED,
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    receipt_no: Mapped[int] = mapped_column(Number)
    # The device that recorded it; null when none of this person's is known.
    device_id: Mapped[str | None] = mapped_column(Id)
    seq: Mapped[int | None] = mapped_column(Number)
    # Whose fact it is, and who entered it when that was somebody else.
    member_id: Mapped[str] = mapped_column(Id)
    entered_by_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(40))
    # Keyed hash of the normalised content: tells a repeat from a conflict.
    content_hash: Mapped[str] = mapped_column(String(64))
    # The body without position and constituent; null while held (it is then encrypted in held_entries).
    body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    station_id: Mapped[str | None] = mapped_column(Id)
    target_id: Mapped[str | None] = mapped_column(Id)
    root_id: Mapped[str | None] = mapped_column(Id)
    # The phone's clock as it said it, and the server's two readings.
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    occurred_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_error_s: Mapped[int | None] = mapped_column(Number)
    flags: Mapped[list[str]] = mapped_column(Json)
    verdict: Mapped[str | None] = mapped_column(String(10))
    distance_m: Mapped[int | None]
    accuracy_m: Mapped[int | None]
    evidence: Mapped[int | None]
    # Which of the station's codes counted: its 30 seconds since 1970. Null when none did.
    code_step: Mapped[int | None] = mapped_column(Number)


class HeldEntry(Base):
    """An entry kept for staff as it came, less its position; encrypted whole, masked by default.

    Keyed by id and content: the second wording of a conflict stands beside the first under its own number.
    """

    __tablename__ = "held_entries"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        UniqueConstraint("network_id", "receipt_no"),
        CheckConstraint("state IN ('waiting', 'released', 'closed')", name="state"),
        Index("ix_held_entries_waiting", "network_id", "state", "held_at"),
        Index(
            "ix_held_entries_feed", "network_id", "feed_id", postgresql_where=SETTLED, sqlite_where=SETTLED
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    receipt_no: Mapped[int] = mapped_column(Number)
    code: Mapped[str] = mapped_column(String(40))
    # Who sent it, and for which station if that is known: decides who of the staff may see it.
    member_id: Mapped[str] = mapped_column(Id)
    station_id: Mapped[str | None] = mapped_column(Id)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str | None] = mapped_column(String(500))
    # What staff put right before it became a fact, encrypted; the words of the phone stay in `content`.
    amendment: Mapped[bytes | None] = mapped_column(LargeBinary)
    # By what id the feed speaks of a settled conflict: under its entry's own id stands the first wording.
    feed_id: Mapped[str | None] = mapped_column(Id)
