"""What must hold when every phone has synced to quiet: database, reference and phones agree."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from api.feed_data import NOUNS
from api.json import dump_json, read_json
from tests.workstation.sync.model.phone import Phone
from tests.workstation.sync.model.reference import Kept, Reference
from tests.workstation.sync.model.world import World
from workstation.check_ins.models import CheckIn
from workstation.database import db
from workstation.people.models import Notice
from workstation.receptions.models import Reception
from workstation.shifts.models import Shift
from workstation.sync.models import HeldEntry, Receipt

TABLES: dict[str, Any] = {"check_in": CheckIn, "shift_start": Shift, "reception": Reception}
PUBLIC = ("station", "division", "topic")
SHOWN = (*PUBLIC, "shift")


def check_everything(world: World, phones: list[Phone], *, was_restored: bool) -> None:
    """Raises where the database is not what the reference says, or a phone does not know it."""
    with world.app.app_context():
        db.session.rollback()
        for name, place in world.places.items():
            reference = world.references[name]
            receipts = {row.entry_id: row for row in _rows(Receipt, place.id)}
            check_receipts(reference, receipts)
            check_held(reference, list(_rows(HeldEntry, place.id)))
            check_facts(reference, place.id, receipts)
        for network in {phone.network for phone in phones}:
            network_id = world.places[network].id
            things = {noun: list(_rows(NOUNS[noun][0], network_id)) for noun in SHOWN}
            things |= {"notice": list(_rows(Notice, network_id))}
            for phone in phones:
                if phone.network == network:
                    check_phone(world.references[network], phone, things, was_restored=was_restored)


def _rows(model: Any, network_id: int) -> Iterable[Any]:
    return db.session.scalars(select(model).where(model.network_id == network_id))


# -- the ledger -------------------------------------------------------------------------------------


def check_receipts(reference: Reference, stored: dict[str, Receipt]) -> None:
    """One receipt for each entry that arrived, with its state, number and people."""
    assert stored.keys() == reference.kept.keys()
    for id, kept in reference.kept.items():
        row = stored[id]
        said = (row.state, row.code, row.member_id, row.entered_by_id)
        assert said == (kept.state, kept.code, kept.member, kept.entered_by), id
        assert kept.number in (None, row.receipt_no), id
        assert kept.state != "accepted" or row.root_id == kept.root, id


def check_held(reference: Reference, stored: list[HeldEntry]) -> None:
    """Staff see what waits, and nothing that does not."""
    waiting = sorted((row.entry_id, row.code) for row in stored if row.state == "waiting")
    firsts = [(kept.id, kept.code) for kept in reference.kept.values() if kept.state == "held"]
    seconds = [
        (key[0], "entry.conflict") for key, second in reference.seconds.items() if second.state == "waiting"
    ]
    assert waiting == sorted(firsts + seconds), (waiting, firsts, seconds)


# -- facts ------------------------------------------------------------------------------------------


def check_facts(reference: Reference, network_id: int, receipts: dict[str, Receipt]) -> None:
    """Every accepted root is one row, net of what was said about it later; nothing else is there."""
    accepted = [kept for kept in reference.kept.values() if kept.state == "accepted"]
    accepted.sort(key=lambda kept: (receipts[kept.id].occurred_at, kept.id))
    for kind, model in TABLES.items():
        rows = {row.id: row for row in _rows(model, network_id)}
        roots = {kept.id: kept for kept in accepted if kept.kind == kind}
        assert rows.keys() == roots.keys()
        for id, root in roots.items():
            told = tell(root, [kept for kept in accepted if kept.root == id])
            assert {name: getattr(rows[id], name) for name in told} == told, id


def tell(root: Kept, family: list[Kept]) -> dict[str, Any]:
    """The row of a root after everything that was accepted about it, in order of time."""
    body = dict(root.entry["body"])
    for kept in family:
        if kept.kind == "correction" and kept.target == root.id:
            body |= kept.entry["body"]["changes"]
    note = "summary" if root.kind == "reception" else "note"
    row = {"station_id": body["station_id"], "member_id": root.member, "entered_by_id": root.entered_by}
    row |= {"withdrawn": _is_withdrawn(root, family), note: body.get(note)}
    return row | ({"end_id": _end_of(root, family)} if root.kind == "shift_start" else {})


def _is_withdrawn(kept: Kept, family: list[Kept]) -> bool:
    return any(each.kind == "withdrawal" and each.target == kept.id for each in family)


def _end_of(root: Kept, family: list[Kept]) -> str | None:
    ends = (kept for kept in family if kept.kind == "shift_end" and kept.target == root.id)
    return next((end.id for end in ends if not _is_withdrawn(end, family)), None)


# -- phones -----------------------------------------------------------------------------------------


def check_phone(
    reference: Reference, phone: Phone, things: dict[str, list[Any]], *, was_restored: bool
) -> None:
    """Its outbox is empty, its receipts are the server's, and its feed has come to the truth."""
    assert not phone.waiting
    for row in phone.storage.entries.values():
        check_entry(reference, phone, row.wire["id"])
    device = reference.devices[phone.storage.device_id]
    if not device.is_revoked and device.member not in reference.disabled:
        check_feed(phone, device.member, things)
        check_receipts_of(reference, phone, device.member, was_restored=was_restored)


def check_entry(reference: Reference, phone: Phone, id: str) -> None:
    """What a phone calls received, held or in conflict is there, under the number that it shows."""
    receipt = phone.storage.receipts[id]
    numbers = {reference.kept[id].number: reference.kept[id]} if id in reference.kept else {}
    seconds = {second.number for key, second in reference.seconds.items() if key[0] == id}
    assert receipt.number in numbers.keys() | seconds, id


def check_feed(phone: Phone, member_id: str, things: dict[str, list[Any]]) -> None:
    """What the phone has put together piece by piece is what the tables say now."""
    for noun in SHOWN:
        _, column, dump = NOUNS[noun]
        mine = (row for row in things[noun] if noun in PUBLIC or row.member_id == member_id)
        there = {getattr(row, column.key): dump(row) for row in mine}
        assert shown(phone, noun) == read_json(dump_json(there)), noun
    notices = {notice.id for notice in things["notice"] if notice.member_id == member_id}
    assert shown(phone, "notice").keys() == notices


def shown(phone: Phone, noun: str) -> dict[str, Any]:
    return {id: data for (of, id), (_, data) in phone.storage.feed.items() if of == noun}


def check_receipts_of(reference: Reference, phone: Phone, member_id: str, *, was_restored: bool) -> None:
    """The phone knows each receipt of its person, and whether it is a fact.

    After a restore staff may have to release again what a phone calls a fact since they once did [5.7].
    """
    for kept in reference.kept.values():
        if member_id not in kept.audience:
            continue
        known = phone.storage.receipts[kept.id]
        is_fact = known.result["status"] in ("accepted", "duplicate")
        if known.number == kept.number and not (is_fact and was_restored):
            assert is_fact == (kept.state == "accepted"), kept
