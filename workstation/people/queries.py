"""Asks the database for people, devices and codes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select

from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import is_id
from workstation.network.models import Network, Station
from workstation.network.queries import confine_stations, list_sectors
from workstation.people.models import Device, EnrolmentCode, Member, SignInFailure, StationMember
from workstation.people.rules import FAILURES_REMEMBERED, Scope, level_of, plain_account
from workstation.prepared import Prepared, ask

PEOPLE_PAGE = 50


class Session(NamedTuple):
    """Who stands behind a token: one device of one person of one network."""

    network_id: int
    network_code: str
    network_name: str
    is_demo: bool
    member_id: str
    member_code: str
    member_name: str
    role: str
    sector: str | None
    division_id: str | None
    disabled_at: datetime | None
    device_id: str
    device_name: str
    key_thumbprint: str | None
    revoked_at: datetime | None
    platform: str | None
    enrolled_at: datetime
    used_at: datetime | None
    last_sync_at: datetime | None


SESSION_COLUMNS = (
    Network.id,
    Network.code,
    Network.name,
    Network.is_demo,
    Member.id,
    Member.code,
    Member.name,
    Member.role,
    Member.sector,
    Member.division_id,
    Member.disabled_at,
    Device.id,
    Device.name,
    Device.key_thumbprint,
    Device.revoked_at,
    Device.platform,
    Device.enrolled_at,
    Device.used_at,
    Device.last_sync_at,
)


SESSION = Prepared(
    lambda _: (
        select(*SESSION_COLUMNS)
        .select_from(Device)
        .join(Member, and_(Member.network_id == Device.network_id, Member.id == Device.member_id))
        .join(Network, Network.id == Device.network_id)
        .where(Device.token_hash == bindparam("token_hash"))
    )
)


def find_session(*, token_hash: str) -> Session | None:
    """The session of a living token, also of a revoked device: what it recorded is still welcome."""
    rows = ask(SESSION.given(token_hash=token_hash))
    return Session(*rows[0]) if rows else None


def scope_of(session: Session) -> Scope:
    """What this person may see."""
    return find_rights(network_id=session.network_id, member_id=session.member_id)[1]


def list_station_ids(*, network_id: int, member_id: str) -> list[str]:
    """The stations to which a member belongs."""
    return list(
        db.session.scalars(
            select(StationMember.station_id).where(
                StationMember.network_id == network_id, StationMember.member_id == member_id
            )
        )
    )


def find_member(*, network_id: int, member_id: str) -> Member | None:
    """One person of this network."""
    return db.session.get(Member, (network_id, member_id))


def get_member_by_code(*, network_id: int, code: str) -> Member:
    """One person by code. Refuses with member.not_found."""
    member = db.session.scalar(select(Member).where(Member.network_id == network_id, Member.code == code))
    if member is None:
        raise Refusal("member.not_found")
    return member


def find_account(account: str) -> Member | None:
    """The person behind an account, however it is typed; accounts are unique in the installation.

    One from before names were made plain is found as it was written.
    """
    written, plain = account.strip(), plain_account(account)
    found = db.session.scalars(select(Member).where(Member.account.in_([written, plain])))
    people = {member.account: member for member in found}
    return people.get(written) or people.get(plain)


def is_account_taken(account: str) -> bool:
    """Whether a plain name is somebody's, also in capitals from before names were made plain."""
    same = select(Member.id).where(func.lower(Member.account) == account)
    return db.session.scalar(same.limit(1)) is not None


def find_code(*, code_hash: str) -> EnrolmentCode | None:
    """The code as it was issued, used or not."""
    return db.session.scalar(select(EnrolmentCode).where(EnrolmentCode.code_hash == code_hash))


def list_device_owners(*, network_id: int, device_ids: Sequence[str]) -> dict[str, str]:
    """Device id → member id, for those that exist in this network."""
    if not device_ids:
        return {}
    rows = db.session.execute(
        select(Device.id, Device.member_id).where(Device.network_id == network_id, Device.id.in_(device_ids))
    )
    return {row[0]: row[1] for row in rows}


def list_recent_failures(
    *, address_hash: str, account_hash: str, now: datetime
) -> tuple[list[datetime], ...]:
    """When this address failed in the last 15 minutes: on this account, and on any."""
    rows = db.session.execute(
        select(SignInFailure.account_hash, SignInFailure.failed_at)
        .where(
            SignInFailure.address_hash == address_hash, SignInFailure.failed_at > now - FAILURES_REMEMBERED
        )
        .order_by(SignInFailure.failed_at)
    ).all()
    return [at for account, at in rows if account == account_hash], [at for _, at in rows]


def list_existing_members(*, network_id: int, ids: Sequence[str]) -> frozenset[str]:
    """Which of these people exist in the network."""
    if not ids:
        return frozenset()
    found = select(Member.id).where(Member.network_id == network_id, Member.id.in_(ids))
    return frozenset(db.session.scalars(found))


def find_rights(*, network_id: int, member_id: str) -> tuple[str, Scope]:
    """Role and scope of a person, also of one who is not calling."""
    member = db.session.get_one(Member, (network_id, member_id))
    level = level_of(member.role)
    ids = list_station_ids(network_id=network_id, member_id=member_id)
    scope = Scope(
        network_id=network_id,
        level=level,
        member_id=member_id,
        station_ids=frozenset(ids),
        division_id=member.division_id if level == "district" else None,
    )
    return member.role, scope


def list_names(*, network_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Member id → name."""
    found = select(Member.id, Member.name).where(Member.network_id == network_id, Member.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(found)}


# Whom each level of staff may enrol and stop: nobody of their own rank or above but themselves.
MANAGED_ROLES = {
    "stations": ("member",),
    "district": ("member", "liaison"),
    "network": ("member", "liaison", "district_office", "city_office", "auditor"),
}


def _managed(*, scope: Scope) -> Select[Any]:
    """The people that a person of staff manages: those of the stations in scope."""
    roles = MANAGED_ROLES.get(scope.level, ())
    statement = select(Member).where(Member.network_id == scope.network_id, Member.role.in_(roles))
    if scope.level == "network":
        return statement
    stations = confine_stations(select(Station.id), scope=scope)
    members = select(StationMember.member_id).where(
        StationMember.network_id == scope.network_id, StationMember.station_id.in_(stations)
    )
    return statement.where(Member.id.in_(members))


def may_manage(*, scope: Scope, member_id: str) -> bool:
    """Whether this person of staff may enrol that person and stop their devices."""
    return db.session.scalar(_managed(scope=scope).where(Member.id == member_id)) is not None


def list_managed(*, scope: Scope, ids: Collection[str]) -> set[str]:
    """Which of these people this person of staff may enrol."""
    found = _managed(scope=scope).with_only_columns(Member.id).where(Member.id.in_(ids))
    return set(db.session.scalars(found))


def list_people(*, scope: Scope, q: str, after: str) -> list[dict[str, Any]]:
    """One page of people within the scope by code, with their stations' names and their devices."""
    statement = _managed(scope=scope).where(Member.code > after).order_by(Member.code).limit(PEOPLE_PAGE)
    if q:
        found = Member.name.contains(q, autoescape=True) | Member.code.contains(q, autoescape=True)
        statement = statement.where(found)
    return describe_people(network_id=scope.network_id, people=list(db.session.scalars(statement)))


def get_person_in_scope(*, scope: Scope, member_id: str) -> Member:
    """One person whom this person of staff manages. Refuses with member.not_found."""
    own = _managed(scope=scope).where(Member.id == member_id)
    member: Member | None = db.session.scalar(own) if is_id(member_id) else None
    if member is None:
        raise Refusal("member.not_found")
    return member


def describe_people(*, network_id: int, people: Sequence[Member]) -> list[dict[str, Any]]:
    """People as a list shows them, with their stations' names and their devices."""
    sectors = {sector.code: sector.name for sector in list_sectors(network_id=network_id)}
    ids = [member.id for member in people]
    stations, devices = _station_names(network_id, ids), _devices(network_id, ids)
    return [
        {
            **{name: getattr(member, name) for name in ("id", "code", "name", "role", "disabled_at")},
            "sector": sectors.get(member.sector or ""),
            "stations": stations.get(member.id, []),
            "devices": devices.get(member.id, []),
        }
        for member in people
    ]


def _station_names(network_id: int, member_ids: Sequence[str]) -> dict[str, list[str]]:
    same = and_(Station.network_id == StationMember.network_id, Station.id == StationMember.station_id)
    rows = db.session.execute(
        select(StationMember.member_id, Station.name)
        .join(Station, same)
        .where(StationMember.network_id == network_id, StationMember.member_id.in_(member_ids))
        .order_by(Station.code)
    )
    names: dict[str, list[str]] = {}
    for member_id, name in rows:
        names.setdefault(member_id, []).append(name)
    return names


def _devices(network_id: int, member_ids: Sequence[str]) -> dict[str, list[Device]]:
    """Devices still in use or revoked; those merely signed out are of no interest."""
    rows = db.session.scalars(
        select(Device)
        .where(
            Device.network_id == network_id, Device.member_id.in_(member_ids), Device.token_hash.is_not(None)
        )
        .order_by(Device.enrolled_at)
    )
    devices: dict[str, list[Device]] = {}
    for device in rows:
        devices.setdefault(device.member_id, []).append(device)
    return devices


def count_network(*, network_id: int) -> tuple[int, int]:
    """How many stations and how many people a network has."""
    stations = select(func.count()).where(Station.network_id == network_id)
    people = select(func.count()).where(Member.network_id == network_id)
    return db.session.scalar(stations) or 0, db.session.scalar(people) or 0


def find_sample_member(*, network_id: int) -> str | None:
    """The code of somebody who can be given an enrolment code; members come first."""
    statement = (
        select(Member.code)
        .where(Member.network_id == network_id, Member.disabled_at.is_(None))
        .order_by((Member.role != "member"), Member.code)
    )
    return db.session.scalar(statement.limit(1))
