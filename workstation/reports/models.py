"""Issued reports, which never change, and the template of a network's documents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Number, UtcDateTime


class Report(Base):
    """One edition of the report of a place and period, as it was issued."""

    __tablename__ = "reports"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "issued_by_id"], ["members.network_id", "members.id"]),
        UniqueConstraint("network_id", "place", "period", "edition"),
        CheckConstraint("edition >= 1", name="edition"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # The id of a district, or empty for the whole network: in a unique constraint a null equals nothing.
    place: Mapped[str] = mapped_column(String(36))
    # 2026-11, 2026-Q4 or 2026.
    period: Mapped[str] = mapped_column(String(10))
    edition: Mapped[int]
    starts_on: Mapped[date]
    # Where the figures end: the period's end, or the day after the issue while it is not over.
    ends_on: Mapped[date]
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[str] = mapped_column(Id)
    # The highest receipt number when the figures were read: what came later is above it.
    last_receipt_no: Mapped[int] = mapped_column(Number)
    # Plain JSON on PostgreSQL too: the order of fields is that of the columns of its tables.
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ReportTemplate(Base):
    """The Word template that a network uses in place of the one that comes with the program."""

    __tablename__ = "report_templates"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "placed_by_id"], ["members.network_id", "members.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by_id: Mapped[str] = mapped_column(Id)
