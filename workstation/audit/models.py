"""What staff saw or changed outside the ledger of entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Json, Number, UtcDateTime


class AuditEvent(Base):
    """One thing that somebody saw or changed: who, when, from which device, before, after and why.

    Only ever added to: the database refuses to change a row, and to delete one that is not in a block which
    retention took out (workstation/chain). People are named by id alone and personal values are masked, so
    that erasing a person needs to change nothing here.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        ForeignKeyConstraint(["network_id", "about_id"], ["members.network_id", "members.id"]),
        Index("ix_audit_events_at", "network_id", "at"),
        # The page offers what there is to choose, and finds a rare deed among millions of others.
        Index("ix_audit_events_action", "network_id", "action", "no"),
        Index("ix_audit_events_thing", "network_id", "thing_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    # Rises; PostgreSQL takes it from a sequence, so that a number may be missing and a later one come first.
    no: Mapped[int] = mapped_column(Number, FetchedValue(), primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Null: somebody at the server's command line, or a door screen.
    member_id: Mapped[str | None] = mapped_column(Id)
    # A phone, an office's browser or a door screen; null at the command line.
    device_id: Mapped[str | None] = mapped_column(Id)
    # Noun and deed: station.edited, device.revoked, file.fetched.
    action: Mapped[str] = mapped_column(String(60))
    noun: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[str] = mapped_column(String(200))
    # The member concerned, where there is one.
    about_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str | None] = mapped_column(String(500))
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
