"""Compares the ledger with what the phones hold, entry by entry."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tests.cast import Cast, wait_for_feed
from tests.faults.field import FieldPhone
from workstation.check_ins.models import CheckIn
from workstation.coverage.models import StationDay
from workstation.coverage.operations import catch_up, rebuild
from workstation.database import db
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

FACTS: dict[str, Any] = {"check_in": CheckIn, "shift_start": Shift, "reception": Reception}


@dataclass(frozen=True)
class Count:
    """What a comparison went through. Whatever was lost or doubled has raised before."""

    entries: int
    calls: int
    unanswered: int

    def __str__(self) -> str:
        return f"{self.entries} entries, {self.calls} calls, {self.unanswered} without a good answer"


def compare(cast: Cast, phones: Sequence[FieldPhone]) -> Count:
    """0 lost, 0 doubled, 0 gaps, one number each, and every figure as counted anew. Raises AssertionError."""
    with cast.app.app_context():
        db.session.rollback()
        _compare_receipts(phones)
        _compare_facts()
        compare_figures(cast.here.id)
    _compare_feeds(cast, phones)
    return Count(
        entries=sum(len(phone.recorded) for phone in phones),
        calls=sum(phone.calls for phone in phones),
        unanswered=sum(phone.calls - phone.answered for phone in phones),
    )


def _compare_receipts(phones: Sequence[FieldPhone]) -> None:
    recorded = [id for phone in phones for id in phone.recorded]
    stored = {receipt.entry_id: receipt for receipt in db.session.scalars(select(Receipt))}
    assert stored.keys() == set(recorded), "lost, or from nowhere"
    assert len(recorded) == len(stored)
    numbers = Counter(receipt.receipt_no for receipt in stored.values())
    assert max(numbers.values(), default=1) == 1, "a receipt number was given twice"
    waiting = [(each.kind, each.state, each.code) for each in stored.values() if each.state != "accepted"]
    assert waiting == [], waiting
    assert db.session.scalar(select(HeldEntry.entry_id).where(HeldEntry.state == "waiting")) is None
    for phone in phones:
        assert not phone.waiting
        assert not phone.attention
        assert phone.renumbered == []
        for id, entry in phone.recorded.items():
            assert phone.receipts[id]["receipt_no"] == stored[id].receipt_no
            assert (stored[id].device_id, stored[id].seq) == (phone.phone.device_id, entry["seq"])
        seqs = sorted(stored[id].seq or 0 for id in phone.recorded)
        assert seqs == list(range(1, phone.phone.seq + 1)), "a gap"


def _compare_facts() -> None:
    """Each accepted root is one fact, and there is no fact without one."""
    for kind, model in FACTS.items():
        roots = set(db.session.scalars(select(Receipt.entry_id).where(Receipt.kind == kind)))
        facts = list(db.session.scalars(select(model.id)))
        assert len(facts) == len(set(facts))
        assert set(facts) == roots


def compare_figures(network_id: int) -> None:
    """The figures as they are shown are those that a rebuild makes. Needs an application context."""
    catch_up(network_id=network_id)
    before = _figures(network_id)
    rebuild(network_id=network_id)
    after = _figures(network_id)
    assert before == after, f"the day figures are not those of the facts: {set(before) ^ set(after)}"


def _figures(network_id: int) -> list[tuple[object, ...]]:
    columns = tuple(StationDay.__table__.columns)
    rows = db.session.execute(select(*columns).where(StationDay.network_id == network_id))
    return sorted((tuple(row) for row in rows), key=str)


def _compare_feeds(cast: Cast, phones: Sequence[FieldPhone]) -> None:
    """The feed tells each phone of all facts of its person that it did not learn as results."""
    wait_for_feed(cast.client)
    for phone in phones:
        phone.sync()
    for phone in phones:
        person = [other for other in phones if other.person == phone.person]
        known = phone.receipts.keys() | {id for noun, id in phone.rows if noun == "receipt"}
        assert known >= {id for other in person for id in other.recorded}, "the feed skipped something"
