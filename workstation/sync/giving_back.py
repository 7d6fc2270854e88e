"""After a restore phones give back what the backup lacked, sealed by the server itself [8.4]."""

from workstation.sync.entries import Entry, HeldContent, Kept, Result, Seal, content_of
from workstation.sync.ledger import Ledger
from workstation.sync.seals import Unsealed


def give_back(ledger: Ledger, given: Seal) -> Result:
    """Takes back what the server itself had kept [8.4]; numbers and judgement stay as they were."""
    opened = ledger.unsealed[given.sealed]
    if opened is None:
        return Result(id=given.id, status="rejected", code="entry.seal_invalid")
    for part in (opened.kept, opened.held):
        if part is not None and given.needs_number:
            part.receipt_no = None
    if opened.kept is None:
        return _beside(ledger, opened)
    seen = ledger.find(given.id)
    if seen is None:
        return _take_back(ledger, opened.kept, opened, entry=ledger.reread.get(given.sealed), into=ledger.new)
    if seen.content_hash != opened.kept.content_hash:
        return _under_another_number(ledger, opened.kept, opened)
    own = ledger.sender.member_id == (opened.kept.entered_by_id or opened.kept.member_id)
    if own and seen.state == "held" and seen.code == "entry.carried" and given.sealed in ledger.reread:
        # Another person's phone had handed it in; now its author's own does.
        entry = ledger.reread[given.sealed]
        return _take_back(ledger, opened.kept, opened, entry=entry, into=ledger.changed)
    return ledger.say_again(seen, constituent=opened.constituent)


def _take_back(
    ledger: Ledger, kept: Kept, opened: Unsealed, *, entry: Entry | None, into: dict[str, Kept]
) -> Result:
    owner = kept.entered_by_id or kept.member_id
    kept.device_id = kept.device_id if _knows_device(ledger, kept.device_id) else None
    kept.member_id = kept.member_id if kept.member_id in ledger.subjects else ledger.sender.member_id
    into[kept.entry_id] = kept
    held = opened.held
    if entry is not None:
        kept.code = "entry.carried" if owner != ledger.sender.member_id else ledger.reason(entry, kept)
        kept.state = "held" if kept.code else "accepted"
        held = ledger.hold(entry, kept.code) if kept.code else None
        if held is None:
            ledger.accept(kept, entry)
    elif held is not None:
        kept.state = "held"  # what staff had closed, they close again: their reason is not in the seal
        ledger.new_held[kept.entry_id, kept.content_hash] = held
    if held is not None:
        held.receipt_no, held.content_hash = kept.receipt_no, kept.content_hash
        kept.body = None
    return Result.of(kept, status=kept.state, held=held, constituent=opened.constituent)


def _knows_device(ledger: Ledger, device_id: str | None) -> bool:
    return device_id == ledger.sender.device_id or device_id in ledger.device_owners


def _under_another_number(ledger: Ledger, kept: Kept, opened: Unsealed) -> Result:
    """Since the restore something else was said under its id: kept beside it, with its own number."""
    held = HeldContent(
        entry_id=kept.entry_id,
        content_hash=kept.content_hash,
        code="entry.conflict",
        member_id=kept.entered_by_id or kept.member_id,
        station_id=kept.station_id if kept.station_id in ledger.stations else None,
        held_at=kept.received_at,
        content=opened.held.content if opened.held else content_of(kept),
        receipt_no=kept.receipt_no,
    )
    return _beside(ledger, opened._replace(held=held))


def _beside(ledger: Ledger, opened: Unsealed) -> Result:
    held = opened.held
    assert held is not None  # a seal without a receipt is the seal of a conflict
    stored = ledger.held_content(held.entry_id, held.content_hash)
    if stored is None:
        ledger.new_held[held.entry_id, held.content_hash] = held
    return Result(id=held.entry_id, status="conflict", code="entry.conflict", held=stored or held)
