"""People, their phones, and the codes by which a phone is enrolled."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from workstation.database import Base, Id, Json, Number, UtcDateTime


class Member(Base):
    """A member, or one of the staff: a person of a network with one role."""

    __tablename__ = "members"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "division_id"], ["divisions.network_id", "divisions.id"]),
        ForeignKeyConstraint(["network_id", "sector"], ["sectors.network_id", "sectors.code"]),
        UniqueConstraint("network_id", "code"),
        # Accounts are unique in the whole installation: a sign-in does not name its network.
        UniqueConstraint("account"),
        CheckConstraint(
            "role IN ('member', 'liaison', 'district_office', 'city_office', 'auditor')", name="role"
        ),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    sector: Mapped[str | None] = mapped_column(String(40))
    # The district whose subtree a district officer sees; null for everybody else.
    division_id: Mapped[str | None] = mapped_column(Id)
    account: Mapped[str | None] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Agreed that the door screen of a station shows the own name with planned duty.
    shows_name_at_door: Mapped[bool] = mapped_column(default=False, server_default=false())


class StationMember(Base):
    """That a member belongs to a station; for a liaison: one of the own stations."""

    __tablename__ = "station_members"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        Index("ix_station_members_member", "network_id", "member_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)


class Device(Base):
    """One person on one installation of the app: one token, one `seq`, one outbox."""

    __tablename__ = "devices"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        # A token names no network, so its hash is looked up alone.
        UniqueConstraint("token_hash"),
        Index("ix_devices_member", "network_id", "member_id"),
        Index("ix_devices_installation", "network_id", "installation_id"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(100))
    installation_id: Mapped[str | None] = mapped_column(Id)
    platform: Mapped[str | None] = mapped_column(String(60))
    app_version: Mapped[str | None] = mapped_column(String(40))
    # The phone's own key (JWK thumbprint, RFC 7638); null means a plain bearer token.
    key_thumbprint: Mapped[str | None] = mapped_column(String(60))
    # SHA-256 of the token; null once it is signed out.
    token_hash: Mapped[str | None] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Only of office pages: the end of the hour of last use, so that a forgotten one ends; shown to nobody.
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the last call said; kept so that figures know what they do not know. No history.
    last_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending: Mapped[int] = mapped_column(default=0)
    skew_ms: Mapped[int | None] = mapped_column(Number)
    last_station_id: Mapped[str | None] = mapped_column(Id)


class EnrolmentCode(Base):
    """A one-time code, stored hashed.

    `purpose`: enrol, transfer (to another browser), door, or reset (a password).
    """

    __tablename__ = "enrolment_codes"
    __table_args__ = (
        ForeignKeyConstraint(["network_id"], ["networks.id"]),
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
        ForeignKeyConstraint(["network_id", "station_id"], ["stations.network_id", "stations.id"]),
        UniqueConstraint("code_hash"),
        CheckConstraint("purpose IN ('enrol', 'transfer', 'door', 'reset')", name="purpose"),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    code_hash: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str | None] = mapped_column(Id)
    station_id: Mapped[str | None] = mapped_column(Id)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What it enrolled; of a transfer code that is not used yet, the device that made it.
    device_id: Mapped[str | None] = mapped_column(Id)


class SignInFailure(Base):
    """One refused sign-in, so that guessing can be slowed down. Address and account only as hashes."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index("ix_sign_in_failures_address", "address_hash", "failed_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    account_hash: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notice(Base):
    """Something a person should know: a new phone, an entry in the own name, a correction by others."""

    __tablename__ = "notices"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "member_id"], ["members.network_id", "members.id"]),
    )

    network_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    member_id: Mapped[str] = mapped_column(Id)
    code: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
