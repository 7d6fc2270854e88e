"""The last step of a load: accounts and codes for trying the demo, and the network's real code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workstation.database import db
from workstation.demo.operations import CODE
from workstation.network.models import Division, Network, Station
from workstation.network.rules import UNFINISHED
from workstation.people.models import Member, StationMember
from workstation.people.operations import issue_code
from workstation.people.rules import CODE_LIVES

CODES = 20
# The district and the street whose officer and liaison get an account.
DISTRICT_CODE = "440304"
ACCOUNTS = {"office": "demo-office", "district_officer": "demo-district", "liaison": "demo-liaison"}


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Made outside at random: password hashes by the keys of ACCOUNTS, and hashes of CODES codes."""

    password_hashes: dict[str, str]
    code_hashes: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Holders:
    """What the accounts answer for."""

    division_id: str
    station_id: str


def open_network(*, secrets: Secrets, now: datetime) -> Holders:
    """Gives the network its code, its accounts and its enrolment codes, in the caller's transaction."""
    network = db.session.scalars(select(Network).where(Network.code == UNFINISHED)).one()
    network.code = CODE
    members = select(Member).where(Member.network_id == network.id)
    station, liaison = _a_liaison(network_id=network.id)
    officer = db.session.scalars(members.where(Member.code == f"Q{DISTRICT_CODE}")).one()
    office = db.session.scalars(members.where(Member.role == "city_office")).one()
    for key, person in (("office", office), ("district_officer", officer), ("liaison", liaison)):
        person.account, person.password_hash = ACCOUNTS[key], secrets.password_hashes[key]
    holders = db.session.scalars(members.where(Member.role == "member").order_by(Member.code).limit(CODES))
    for member, code_hash in zip(holders.all(), secrets.code_hashes, strict=True):
        issue_code(network_id=network.id, code_hash=code_hash, now=now, lives=CODE_LIVES, member_id=member.id)
    db.session.flush()
    return Holders(division_id=officer.division_id or "", station_id=station.id)


def _a_liaison(*, network_id: int) -> tuple[Station, Member]:
    """The first station in a street of that district, and its liaison."""
    street = (Division.network_id == Station.network_id) & (Division.id == Station.division_id)
    link = (StationMember.network_id == Station.network_id) & (StationMember.station_id == Station.id)
    person = (Member.network_id == Station.network_id) & (Member.id == StationMember.member_id)
    statement = (
        select(Station, Member)
        .join(Division, street)
        .join(StationMember, link)
        .join(Member, person)
        .where(
            Station.network_id == network_id,
            Division.code.startswith(DISTRICT_CODE),
            Member.role == "liaison",
        )
        .order_by(Station.code)
    )
    station, liaison = db.session.execute(statement.limit(1)).one()
    return station, liaison
