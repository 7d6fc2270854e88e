"""Changes people's devices and codes. Times and fresh secrets come in as arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, select, update

from workstation.database import db, insert_rows
from workstation.errors import Refusal
from workstation.feed.operations import FeedChange, publish
from workstation.ids import new_id
from workstation.people.models import Device, EnrolmentCode, Member, Notice, SignInFailure
from workstation.people.queries import find_code, find_member
from workstation.people.rules import FAILURES_REMEMBERED, OFFICE_PLATFORM, SAME_ANSWER_FOR, is_of_office


@dataclass(frozen=True, kw_only=True)
class DeviceCard:
    """What an installation says of itself when it is enrolled."""

    name: str
    token_hash: str
    installation_id: str | None = None
    platform: str | None = None
    app_version: str | None = None
    key_thumbprint: str | None = None


def issue_code(
    *,
    network_id: int,
    code_hash: str,
    now: datetime,
    lives: timedelta,
    purpose: str = "enrol",
    member_id: str | None = None,
    station_id: str | None = None,
    device_id: str | None = None,
) -> EnrolmentCode:
    """Stores a fresh one-time code by its hash; the code itself is kept nowhere.

    `device_id` is the device that made it, where the code is worth no more than that device.
    """
    code = EnrolmentCode(
        network_id=network_id,
        id=new_id(),
        purpose=purpose,
        code_hash=code_hash,
        member_id=member_id,
        station_id=station_id,
        device_id=device_id,
        issued_at=now,
        expires_at=now + lives,
    )
    db.session.add(code)
    db.session.flush()
    return code


def redeem_code(*, code_hash: str, card: DeviceCard, now: datetime) -> Device:
    """Enrols an installation. Wrong, used and expired codes are refused alike with sign_in.refused.

    The same code from the same installation within 10 minutes gives the same device a fresh token: an
    answer that got lost burns nothing.
    """
    code = find_code(code_hash=code_hash)
    if code is None or code.member_id is None or code.purpose not in ("enrol", "transfer"):
        raise Refusal("sign_in.refused")
    member = find_member(network_id=code.network_id, member_id=code.member_id)
    if member is None or member.disabled_at is not None:
        raise Refusal("sign_in.refused")
    maker = _maker_of(code)
    if maker is not None and (maker.revoked_at is not None or maker.token_hash is None):
        raise Refusal("sign_in.refused")
    if not use_code(code, now=now):
        return _repeat_enrolment(code=code, card=card, now=now)
    device = add_device(member=member, card=card, now=now)
    if maker is not None and is_of_office(role=member.role, platform=maker.platform):
        _go_on(device, maker=maker, now=now)
    note_device(code, device_id=device.id)
    return device


def _go_on(device: Device, *, maker: Device, now: datetime) -> None:
    """Moving is no new sign-in: without password and second factor nobody stays longer than with them.

    So it keeps the first one's date, from which it ends; when this browser came its id tells. An office
    page stays one whatever the browser calls itself, or a liaison's would last as long as a phone.
    """
    device.enrolled_at, device.used_at = maker.enrolled_at, now
    if maker.platform == OFFICE_PLATFORM:
        device.platform = OFFICE_PLATFORM


def _maker_of(code: EnrolmentCode) -> Device | None:
    """The device that made a transfer code, as long as nobody used the code."""
    if code.purpose != "transfer" or code.used_at is not None or code.device_id is None:
        return None
    return db.session.get(Device, (code.network_id, code.device_id))


def use_code(code: EnrolmentCode, *, now: datetime) -> bool:
    """Uses the code up; False when it was used before or is too old."""
    # One statement decides who was first; a second phone with the same code finds no row.
    unused = (
        (EnrolmentCode.id == code.id) & EnrolmentCode.used_at.is_(None) & (EnrolmentCode.expires_at > now)
    )
    taken = db.session.execute(
        update(EnrolmentCode).where(unused).values(used_at=now).returning(EnrolmentCode.id)
    )
    return taken.first() is not None


def note_device(code: EnrolmentCode, *, device_id: str) -> None:
    """Remembers what the code enrolled, so that a repeat gets the same again."""
    db.session.execute(update(EnrolmentCode).where(EnrolmentCode.id == code.id).values(device_id=device_id))


def _repeat_enrolment(*, code: EnrolmentCode, card: DeviceCard, now: datetime) -> Device:
    db.session.refresh(code)
    device = db.session.get(Device, (code.network_id, code.device_id)) if code.device_id else None
    if device is None or not may_repeat(code=code, device=device, card=card, now=now):
        raise Refusal("sign_in.refused")
    device.token_hash = card.token_hash
    device.key_thumbprint = card.key_thumbprint
    db.session.flush()
    return device


class Enrolled(Protocol):
    """A phone or a door screen that a code enrolled."""

    @property
    def installation_id(self) -> str | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


def may_repeat(*, code: EnrolmentCode, device: Enrolled, card: DeviceCard, now: datetime) -> bool:
    """Whether this is the installation that used the code a moment ago, asking again."""
    recent = code.used_at is not None and now - code.used_at <= SAME_ANSWER_FOR
    same = card.installation_id is not None and device.installation_id == card.installation_id
    return recent and same and device.revoked_at is None


def choose_name_at_door(*, network_id: int, member_id: str, shows: bool) -> None:
    """Whether door screens may show this person's name with planned duty."""
    db.session.get_one(Member, (network_id, member_id)).shows_name_at_door = shows


def add_device(*, member: Member, card: DeviceCard, now: datetime) -> Device:
    """A new device of this person; the person's other devices are told."""
    device = Device(
        network_id=member.network_id,
        id=new_id(),
        member_id=member.id,
        enrolled_at=now,
        pending=0,
        **vars(card),
    )
    db.session.add(device)
    db.session.flush()
    if _has_other_devices(device):
        told = (member.id, "device.added", {"device_id": device.id, "name": device.name})
        tell_people(network_id=member.network_id, notices=[told], now=now)
    return device


def _has_other_devices(device: Device) -> bool:
    others = select(Device.id).where(
        Device.network_id == device.network_id, Device.member_id == device.member_id, Device.id != device.id
    )
    return db.session.scalar(others.limit(1)) is not None


def tell_people(
    *, network_id: int, notices: Sequence[tuple[str, str, Mapping[str, object]]], now: datetime
) -> None:
    """Tells people something on every phone of theirs: (member id, code, data) each."""
    rows = [
        {
            "network_id": network_id,
            "id": new_id(),
            "member_id": member_id,
            "code": code,
            "data": data,
            "created_at": now,
        }
        for member_id, code, data in notices
    ]
    insert_rows(Notice, rows)
    changes = [FeedChange(str(row["member_id"]), "notice", str(row["id"])) for row in rows]
    publish(network_id=network_id, changes=changes)


def sign_out(*, network_id: int, device_id: str) -> None:
    """The token is dead; the device's entries stay welcome after a new sign-in."""
    device = db.session.get_one(Device, (network_id, device_id))
    device.token_hash = None


def revoke_device(*, network_id: int, device_id: str, now: datetime) -> Device:
    """Stops a device; what it recorded is still taken, as held. Refuses with device.not_found."""
    device = db.session.get(Device, (network_id, device_id))
    if device is None:
        raise Refusal("device.not_found")
    device.revoked_at = device.revoked_at or now
    return device


def note_use(*, network_id: int, device_id: str, now: datetime) -> None:
    """That an office page is in use, told as the end of this hour: one write an hour, and no finer trace."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    used = (Device.network_id == network_id) & (Device.id == device_id)
    db.session.execute(update(Device).where(used).values(used_at=hour + timedelta(hours=1)))


def name_device(*, network_id: int, device_id: str, name: str) -> None:
    """Gives a device a name by which its person knows it."""
    db.session.get_one(Device, (network_id, device_id)).name = name


def issue_codes(*, network_id: int, hashes: Mapping[str, str], now: datetime, lives: timedelta) -> datetime:
    """Enrolment codes for many people at once, by member id; says when they end."""
    rows = [
        {
            "network_id": network_id,
            "id": new_id(),
            "purpose": "enrol",
            "code_hash": code_hash,
            "member_id": member_id,
            "issued_at": now,
            "expires_at": now + lives,
        }
        for member_id, code_hash in hashes.items()
    ]
    insert_rows(EnrolmentCode, rows)
    return now + lives


def note_failure(*, address_hash: str, account_hash: str, now: datetime) -> None:
    """Remembers a refused sign-in for 15 minutes, and forgets what is older."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.failed_at <= now - FAILURES_REMEMBERED))
    db.session.add(
        SignInFailure(id=new_id(), address_hash=address_hash, account_hash=account_hash, failed_at=now)
    )
