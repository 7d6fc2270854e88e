"""What is stored about one person, and its erasure as far as the public record allows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from workstation.accounts.models import RecoveryCode, SecondFactor
from workstation.audit.models import AuditEvent
from workstation.audit.operations import Actor, Deed, note
from workstation.audit.rules import MASK
from workstation.database import Base, db
from workstation.exports.models import ExportKey
from workstation.keys import Keys
from workstation.network.history import Editor
from workstation.network.models import Edit
from workstation.people.models import Device, EnrolmentCode, Member, Notice, StationMember
from workstation.people.rules import Scope
from workstation.planning.operations import unplan_shift
from workstation.shifts.models import PlannedShift
from workstation.suggestions.models import Suggestion
from workstation.sync.held import masked, open_up
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.stories import ROOTS

ERASED_NAME = "已注销"
# The tables of what people record, each with whose it is and who entered it.
RECORDS: dict[str, Any] = {root.table.__tablename__: root.table for root in ROOTS.values()}
# Whose rows are about a person, by the columns that name the person.
ABOUT: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "devices": (Device.member_id,),
    "stations": (StationMember.member_id,),
    "receipts": (Receipt.member_id, Receipt.entered_by_id),
    "held_entries": (HeldEntry.member_id,),
    **{name: (table.member_id, table.entered_by_id) for name, table in RECORDS.items()},
    "planned_shifts": (PlannedShift.member_id,),
    "notices": (Notice.member_id,),
    "enrolment_codes": (EnrolmentCode.member_id,),
    "export_keys": (ExportKey.member_id,),
    "suggestions": (Suggestion.member_id,),
    "edits": (Edit.member_id,),
    "audit_events": (AuditEvent.member_id, AuditEvent.about_id),
}
# Secrets, and hashes of secrets: of no use to the person, and of some to a thief of the file.
NEVER_TOLD = frozenset({"password_hash", "token_hash", "code_hash", "key_hash", "content_hash"})
# What stays after erasing, under the person's id without a name, and why.
KEPT = {
    "receipts": "政协工作的公共记录，各项数字由此得出；只留编号，不留姓名",
    **dict.fromkeys(RECORDS, "同上"),
    "receptions": "同上；群众的身份另按期限清除",
    "held_entries": "还没有处理的条目不能丢，处理后按期限清除",
    "edits": "谁改过站点、排班、设置，按编号留存",
    "audit_events": "审计日志依法至少留存 180 天，只有编号",
}


def tell_all(*, network_id: int, member_id: str, keys: Keys) -> dict[str, Any]:
    """Everything stored about a person, by table. Constituents in it stay masked: they are other people."""
    member = db.session.get_one(Member, (network_id, member_id))
    told: dict[str, Any] = {"member": _plain(member)}
    for name, columns in ABOUT.items():
        model = columns[0].class_
        whose = or_(*(column == member_id for column in columns))
        rows = db.session.scalars(select(model).where(model.network_id == network_id, whose))
        told[name] = [_plain(row) | _opened(row, keys) for row in rows]
    return told


def _plain(row: Base) -> dict[str, Any]:
    values = {column.name: getattr(row, column.key) for column in row.__table__.columns}
    return {
        name: value
        for name, value in values.items()
        if name not in NEVER_TOLD and not isinstance(value, bytes | memoryview)
    }


def _opened(row: Base, keys: Keys) -> dict[str, Any]:
    if not isinstance(row, HeldEntry):
        return {}
    content = open_up(row.content, network_id=row.network_id, entry_id=row.entry_id, keys=keys)
    return {"content": masked(content)}


def erase(*, network_id: int, member_id: str, reason: str, now: datetime) -> dict[str, int]:
    """Takes away a person's name, account, devices and all that is not public record.

    Inside a write transaction. Gives how many rows of each kind stay, under an id that leads to nobody any
    more (`KEPT` says why).
    """
    _unplan(network_id, member_id, reason, now)
    for model in (StationMember, EnrolmentCode, Notice, Suggestion, RecoveryCode, SecondFactor, ExportKey):
        _delete(model, network_id, member_id)
    _empty_devices(network_id, member_id, now)
    _mask_history(network_id, member_id)
    _empty_member(db.session.get_one(Member, (network_id, member_id)), now)
    actor = Actor(network_id=network_id, now=now)
    note(actor=actor, deeds=[Deed("member.erased", "member", member_id)], reason=reason)
    return count_kept(network_id=network_id, member_id=member_id)


def _unplan(network_id: int, member_id: str, reason: str, now: datetime) -> None:
    """Nobody of that name will come any more."""
    ahead = select(PlannedShift.id).where(
        PlannedShift.network_id == network_id,
        PlannedShift.member_id == member_id,
        PlannedShift.starts_at > now,
    )
    scope = Scope(network_id=network_id, level="network", member_id=member_id)
    editor = Editor(network_id=network_id, member_id=None, now=now, reason=reason)
    for shift_id in list(db.session.scalars(ahead)):
        unplan_shift(scope=scope, shift_id=shift_id, editor=editor)


def _delete(model: Any, network_id: int, member_id: str) -> None:
    own = and_(model.network_id == network_id, model.member_id == member_id)
    db.session.execute(delete(model).where(own).execution_options(synchronize_session=False))


def _empty_devices(network_id: int, member_id: str, now: datetime) -> None:
    """Their ids stay, since receipts name them; what they tell of a phone goes."""
    own = and_(Device.network_id == network_id, Device.member_id == member_id)
    nothing: dict[str, Any] = dict.fromkeys(
        ("installation_id", "platform", "app_version", "key_thumbprint", "token_hash", "last_station_id")
    )
    gone = update(Device).where(own).values(name=ERASED_NAME, pending=0, revoked_at=now, **nothing)
    db.session.execute(gone.execution_options(synchronize_session=False))


def _mask_history(network_id: int, member_id: str) -> None:
    """The office's edits of this person: that there were some stays, what they said does not."""
    own = select(Edit).where(Edit.network_id == network_id, Edit.noun == "member", Edit.thing_id == member_id)
    for edit in db.session.scalars(own):
        edit.before = edit.before and dict.fromkeys(edit.before, MASK)
        edit.after = edit.after and dict.fromkeys(edit.after, MASK)


def _empty_member(member: Member, now: datetime) -> None:
    member.name, member.code = ERASED_NAME, f"erased-{member.id[-12:]}"
    member.account = member.password_hash = member.sector = None
    member.shows_name_at_door = False
    member.disabled_at = member.disabled_at or now


def count_kept(*, network_id: int, member_id: str) -> dict[str, int]:
    """How many rows of each kept kind name this id."""
    counts = {}
    for name in KEPT:
        columns = ABOUT[name]
        table: Table = columns[0].class_.__table__
        whose = or_(*(column == member_id for column in columns))
        rows = select(*table.primary_key).where(table.c.network_id == network_id, whose)
        counts[name] = len(db.session.execute(rows).all())
    return counts
