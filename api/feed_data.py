"""What the things in the feed are now: one look-up a noun for a whole page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from api.notice_data import notices_data
from api.schemas.base import write_moment
from api.schemas.feed import DutyOut, PlanOut
from api.schemas.network import DivisionOut, StationOut, TopicOut
from api.schemas.sync import write_result
from workstation.database import Base, db
from workstation.errors import ENTRY_MESSAGES
from workstation.feed.queries import Row
from workstation.network.models import Division, Station, Topic
from workstation.shifts.models import PlannedShift, Shift
from workstation.sync.models import HeldEntry, Receipt
from workstation.sync.reviews import Settled, list_news_of_conflicts, list_settled

Dump = Callable[[Any], dict[str, Any]]


def receipt_data(receipt: Receipt, settled: Settled | None) -> dict[str, Any]:
    """A receipt as a result, with what another phone of the same person needs to show it."""
    closed = receipt.state == "closed"
    status = "accepted" if receipt.state == "accepted" else "held"
    message = _said(settled) if settled else ENTRY_MESSAGES.get(receipt.code or "")
    result = write_result(vars(receipt) | {"id": receipt.entry_id, "status": status, "message": message})
    shown = {name: getattr(receipt, name) for name in ("kind", "station_id", "target_id", "body")}
    return result | shown | {"recorded_at": write_moment(receipt.recorded_at), "closed": closed}


def conflict_data(held: HeldEntry, settled: Settled) -> dict[str, Any]:
    """A settled conflict as a result, with its own number, under the id of the entry."""
    closed = held.state == "closed"
    said: dict[str, Any] = {
        "id": held.entry_id,
        "status": "conflict" if closed else "accepted",
        "receipt_no": held.receipt_no,
        "received_at": held.held_at,
        "flags": [],
        "code": held.code if closed else None,
        "message": _said(settled),
    }
    return write_result(said) | {"closed": closed}


def _said(settled: Settled) -> str | None:
    """What staff decided, in words, with the reason and the name; nothing where it settled itself."""
    done = "已关闭" if settled.state == "closed" else "已改正" if settled.is_amended else "已确认"
    who = settled.by_name or "工作人员"
    return f"{who}{done}：{settled.reason}" if settled.reason else None


NOUNS: dict[str, tuple[type[Base], Any, Dump]] = {
    "station": (Station, Station.id, StationOut().dump),
    "division": (Division, Division.id, DivisionOut().dump),
    "topic": (Topic, Topic.id, TopicOut().dump),
    "planned_shift": (PlannedShift, PlannedShift.id, PlanOut().dump),
    "shift": (Shift, Shift.id, DutyOut().dump),
}


def changes_with_data(*, network_id: int, changes: Sequence[Row]) -> list[dict[str, Any]]:
    """The changes as the wire has them. What is gone by now comes as a removal."""
    data = {noun: _data(network_id, noun, changes) for noun in {change.noun for change in changes}}
    return [_with_data(change, data[change.noun].get(change.id)) for change in changes]


def _with_data(change: Row, data: dict[str, Any] | None) -> dict[str, Any]:
    op = "remove" if data is None else change.op
    return {"noun": change.noun, "id": change.id, "op": op, "data": data if op == "put" else None}


def _data(network_id: int, noun: str, changes: Iterable[Row]) -> dict[str, dict[str, Any]]:
    ids = [change.id for change in changes if change.noun == noun and change.op == "put"]
    if noun == "receipt":
        return receipts_data(network_id=network_id, ids=ids)
    if noun == "notice":
        return notices_data(network_id=network_id, ids=ids)
    model, column, dump = NOUNS[noun]
    statement = select(model).where(model.network_id == network_id, column.in_(ids))  # type: ignore[attr-defined]  # each has a network
    return {getattr(row, column.key): dump(row) for row in db.session.scalars(statement)}


def receipts_data(*, network_id: int, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Receipts by the id of their entry, settled conflicts by an id of their own."""
    statement = select(Receipt).where(Receipt.network_id == network_id, Receipt.entry_id.in_(ids))
    receipts = list(db.session.scalars(statement))
    unknown = set(ids) - {receipt.entry_id for receipt in receipts}
    conflicts = list_news_of_conflicts(network_id=network_id, feed_ids=unknown)
    decided = {receipt.entry_id for receipt in receipts if _was_held(receipt)}
    decided |= {held.entry_id for held in conflicts}
    settled = list_settled(network_id=network_id, entry_ids=decided)
    return {
        receipt.entry_id: receipt_data(receipt, settled.get((receipt.entry_id, receipt.content_hash)))
        for receipt in receipts
    } | {
        str(held.feed_id): conflict_data(held, settled[held.entry_id, held.content_hash])
        for held in conflicts
    }


def _was_held(receipt: Receipt) -> bool:
    return receipt.state == "closed" or "released" in receipt.flags
