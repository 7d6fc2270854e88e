"""What makes an account harder to take: a second factor, and codes for when it is lost."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Number, UtcDateTime


class SecondFactor(Base):
    """One person's authenticator app (TOTP, RFC 6238). It counts once a first code of it was typed."""

    __tablename__ = "second_factors"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Encrypted with a key outside the database (workstation/keys.py), bound to this person.
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The latest 30-second step of which a code was taken: no code works twice.
    last_step: Mapped[int] = mapped_column(Number, default=0)


class RecoveryCode(Base):
    """Stands in for a code of the authenticator, once. Stored hashed with a key outside the database."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_recovery_codes_member", "network_id", "member_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
