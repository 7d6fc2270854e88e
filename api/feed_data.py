"""What the things in the feed are now: one look-up a noun for a whole page."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from api.schemas.base import write_moment
from api.schemas.feed import DutyOut, NoticeOut, PlanOut
from api.schemas.network import DivisionOut, StationOut, TopicOut
from api.schemas.sync import write_result
from workstation.database import Base, db
from workstation.errors import ENTRY_MESSAGES
from workstation.feed.models import Change
from workstation.network.models import Division, Station, Topic
from workstation.people.models import Notice
from workstation.shifts.models import PlannedShift, Shift
from workstation.sync.models import Receipt

Dump = Callable[[Any], dict[str, Any]]


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """A receipt as a result, with what another phone of the same person needs to show it."""
    closed = receipt.state == "closed"
    status = "accepted" if receipt.state == "accepted" else "held"
    message = (
        f"工作人员已处理：{receipt.closing_reason}" if closed else ENTRY_MESSAGES.get(receipt.code or "")
    )
    result = write_result(vars(receipt) | {"id": receipt.entry_id, "status": status, "message": message})
    shown = {name: getattr(receipt, name) for name in ("kind", "station_id", "target_id", "body")}
    return result | shown | {"recorded_at": write_moment(receipt.recorded_at), "closed": closed}


NOUNS: dict[str, tuple[type[Base], Any, Dump]] = {
    "station": (Station, Station.id, StationOut().dump),
    "division": (Division, Division.id, DivisionOut().dump),
    "topic": (Topic, Topic.id, TopicOut().dump),
    "planned_shift": (PlannedShift, PlannedShift.id, PlanOut().dump),
    "shift": (Shift, Shift.id, DutyOut().dump),
    "notice": (Notice, Notice.id, NoticeOut().dump),
    "receipt": (Receipt, Receipt.entry_id, receipt_data),
}


def changes_with_data(
    *, network_id: int, changes: Sequence[Change], told: Collection[str]
) -> list[dict[str, Any]]:
    """The changes as the wire has them. What is gone by now comes as a removal.

    `told` are entries that the same answer calls facts already: their receipts are not said twice.
    """
    news = [change for change in changes if not (change.noun == "receipt" and change.id in told)]
    data = {noun: _data(network_id, noun, news) for noun in {change.noun for change in news}}
    return [_with_data(change, data[change.noun].get(change.id)) for change in news]


def _with_data(change: Change, data: dict[str, Any] | None) -> dict[str, Any]:
    op = "remove" if data is None else change.op
    return {"noun": change.noun, "id": change.id, "op": op, "data": data if op == "put" else None}


def _data(network_id: int, noun: str, changes: Iterable[Change]) -> dict[str, dict[str, Any]]:
    model, column, dump = NOUNS[noun]
    ids = [change.id for change in changes if change.noun == noun and change.op == "put"]
    statement = select(model).where(model.network_id == network_id, column.in_(ids))  # type: ignore[attr-defined]
    return {getattr(row, column.key): dump(row) for row in db.session.scalars(statement)}
