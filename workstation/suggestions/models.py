"""The suggestion box for the app itself (投诉建议)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, UtcDateTime


class Suggestion(Base):
    """What somebody thinks of the app, and what the office answered."""

    __tablename__ = "suggestions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        ForeignKeyConstraint(["network_id", "answered_by_id"], ["members.network_id", "members.id"]),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_suggestions_written", "network_id", "written_at"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    # Made by the page, so that a repeat is a repeat.
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id)
    text: Mapped[str] = mapped_column(Text)
    # Of the app, as it says itself: a fault is found sooner.
    app_version: Mapped[str | None] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[str | None] = mapped_column(Id)
