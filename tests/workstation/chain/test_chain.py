"""The chain: every committed row is sealed once, and whatever is changed behind its back is named."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.api.test_evidence import shown
from tests.cast import NOON, Cast, Phone, any_uuid
from workstation.audit.operations import Actor, Deed, note
from workstation.chain.models import ChainBlock
from workstation.chain.operations import KEY, prune, seal
from workstation.chain.proofs import Break, Proof, list_heads, verify
from workstation.chain.queries import count_new, count_unsealed, read_rows
from workstation.chain.rules import Link, digest_of, leaf_of, numbers_in
from workstation.database import db, writing


class Sealer:
    """Acts on the chain of one network of the cast."""

    def __init__(self, cast: Cast) -> None:
        self.app, self.network_id = cast.app, cast.here.id
        self.keys = cast.app.extensions["keys"]

    def seal(self) -> int:
        with self.app.app_context():
            return seal(network_id=self.network_id, keys=self.keys, now=NOON)

    def verify(self, **more: Any) -> Proof:
        with self.app.app_context():
            return verify(network_id=self.network_id, keys=self.keys, **more)

    def note(self, count: int = 1, *, days_ago: int = 0) -> None:
        actor = Actor(network_id=self.network_id, now=NOON - timedelta(days=days_ago))
        deeds = [Deed("station.edited", "station", str(number)) for number in range(count)]
        with self.app.app_context(), writing():
            note(actor=actor, deeds=deeds, reason="试一试")

    def tamper(self, sql: str, **values: Any) -> None:
        """As somebody with all rights to the database would: triggers off."""
        with self.app.app_context(), writing():
            is_sqlite = db.engine.dialect.name == "sqlite"
            if is_sqlite:
                for trigger in (
                    "audit_events_stay",
                    "audit_events_kept",
                    "chain_blocks_stay",
                    "chain_blocks_kept",
                ):
                    db.session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
            else:
                db.session.execute(text("SET LOCAL session_replication_role = replica"))
            db.session.execute(text(sql), values)


@pytest.fixture
def chain(cast: Cast) -> Sealer:
    return Sealer(cast)


def held(phone: Phone) -> dict[str, Any]:
    """An entry that waits for the start that it names."""
    return phone.shift_end(any_uuid())


def test_all_that_is_committed_is_sealed_once(cast: Cast, chain: Sealer) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]), held(phone))
    chain.note(2)
    before = chain.seal()
    assert before >= 4
    assert chain.seal() == 0
    proof = chain.verify()
    assert (proof.broken, proof.rows) == (None, before)
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    assert chain.seal() == 1
    with cast.app.app_context():
        assert count_unsealed(network_id=cast.here.id) == 0
        assert count_new(network_id=cast.here.id, most=10) == 0
    phone.sync(*(phone.check_in(cast.here.stations["hall"]) for _ in range(5)))
    chain.note(4)
    with cast.app.app_context():
        assert count_new(network_id=cast.here.id, most=10) == 9
        assert count_new(network_id=cast.here.id, most=3) == 6  # of each kind


def test_what_waited_is_sealed_again_when_it_becomes_a_fact(cast: Cast, chain: Sealer) -> None:
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    start = phone.shift_start(hall)
    end = phone.shift_end(start["id"], at=NOON + timedelta(hours=1))
    assert phone.sync(end)[0]["status"] == "held"
    chain.seal()
    phone.sync(start)
    assert chain.seal() == 2  # the start, and what became of the end
    assert sources(cast) >= {"receipt", "held", "settled"}
    assert chain.verify().broken is None


def sources(cast: Cast) -> set[str]:
    with cast.app.app_context():
        return set(db.session.scalars(select(ChainBlock.source)))


def test_a_row_that_commits_late_or_comes_back_is_sealed_too(cast: Cast, chain: Sealer) -> None:
    phone = cast.phone("member")
    entries = [phone.check_in(cast.here.stations["hall"]) for _ in range(3)]
    [first, *_] = phone.sync(*entries)
    chain.tamper(
        "UPDATE receipts SET receipt_no = receipt_no + 100 WHERE receipt_no = :no", no=first["receipt_no"]
    )
    chain.seal()
    [late] = phone.sync(phone.check_in(cast.here.stations["hall"]))
    chain.tamper(
        "UPDATE receipts SET receipt_no = :low WHERE receipt_no = :no",
        low=first["receipt_no"],
        no=late["receipt_no"],
    )
    assert chain.seal() == 1
    assert chain.verify().broken is None


def test_two_who_seal_at_once_seal_everything_once(cast: Cast, chain: Sealer) -> None:
    phone = cast.phone("member")
    phone.sync(*(phone.check_in(cast.here.stations["hall"]) for _ in range(20)))
    counts: list[int] = []
    runs = [Thread(target=lambda: counts.append(chain.seal())) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    proof = chain.verify()
    assert (len(counts), sum(counts)) == (3, proof.rows)
    assert proof.broken is None


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        pytest.param("UPDATE receipts SET body = NULL WHERE receipt_no = :no", "row.altered", id="body"),
        pytest.param("UPDATE receipts SET evidence = 3 WHERE receipt_no = :no", "row.altered", id="evidence"),
        pytest.param(
            "UPDATE receipts SET occurred_at = received_at, recorded_at = NULL WHERE receipt_no = :no",
            "row.altered",
            id="moment",
        ),
        pytest.param("DELETE FROM receipts WHERE receipt_no = :no", "row.missing", id="deleted"),
    ],
)
def test_a_changed_receipt_is_named(cast: Cast, chain: Sealer, sql: str, what: str) -> None:
    phone = cast.phone("member")
    results = phone.sync(*(phone.check_in(cast.here.stations["hall"]) for _ in range(5)))
    chain.seal()
    number = results[2]["receipt_no"]
    chain.tamper(sql, no=number)
    broken = chain.verify().broken
    assert broken == Break(1, "receipt", number, what)


@pytest.mark.parametrize("value", ["NULL", "7"], ids=["given-free", "another"])
def test_which_code_counted_is_sealed_with_the_receipt(cast: Cast, chain: Sealer, value: str) -> None:
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    results = phone.sync(phone.check_in(hall), phone.check_in(hall, station_code=shown(cast)))
    number = results[1]["receipt_no"]
    assert results[1]["evidence"] == 2
    chain.seal()
    chain.tamper(f"UPDATE receipts SET code_step = {value} WHERE receipt_no = :no", no=number)
    assert chain.verify().broken == Break(1, "receipt", number, "row.altered")


def test_blocks_from_before_that_still_prove_their_rows(cast: Cast, chain: Sealer) -> None:
    phone, hall = cast.phone("member"), cast.here.stations["hall"]
    results = phone.sync(*(phone.check_in(hall, station_code=shown(cast)) for _ in range(3)))
    chain.seal()
    as_it_was_sealed_formerly(chain, block_no=1)
    assert chain.verify().broken is None
    number = results[1]["receipt_no"]
    chain.tamper("UPDATE receipts SET evidence = 3 WHERE receipt_no = :no", no=number)
    assert chain.verify().broken == Break(1, "receipt", number, "row.altered")


def as_it_was_sealed_formerly(chain: Sealer, *, block_no: int) -> None:
    """Makes this block anew, of receipts without which code counted, and lets the next one link to it."""
    with chain.app.app_context():
        blocks = list(db.session.scalars(select(ChainBlock).order_by(ChainBlock.no)))
        previous, made = blocks[block_no - 1].previous, []
        for block in blocks[block_no - 1 :]:
            leaves = block.leaves
            if block.no == block_no:
                numbers = numbers_in(leaves)
                rows = read_rows(network_id=block.network_id, source=block.source, numbers=numbers)
                leaves = b"".join(leaf_of(row[:-1]) for row in rows)
            said = {name: getattr(block, name) for name in Link._fields} | {"previous": previous}
            digest = digest_of(Link(**said), leaves, key=chain.keys.derive(KEY))
            made.append({"no": block.no, "leaves": leaves, "previous": previous, "digest": digest})
            previous = digest
        db.session.rollback()
    for each in made:
        chain.tamper(
            "UPDATE chain_blocks SET leaves = :leaves, previous = :previous, digest = :digest WHERE no = :no",
            **each,
        )


def test_a_changed_audit_event_is_named(chain: Sealer) -> None:
    chain.note(3)
    chain.seal()
    chain.tamper("UPDATE audit_events SET reason = '另一个' WHERE thing_id = '1'")
    broken = chain.verify().broken
    assert broken is not None
    assert (broken.source, broken.what) == ("audit", "row.altered")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        pytest.param(
            "DELETE FROM chain_blocks WHERE no = 2", Break(2, None, None, "block.missing"), id="gone"
        ),
        pytest.param(
            "UPDATE chain_blocks SET digest = previous WHERE no = 2",
            Break(2, "audit", None, "block.altered"),
            id="digest",
        ),
        pytest.param(
            "UPDATE chain_blocks SET leaves = (SELECT leaves FROM chain_blocks WHERE no = 1) WHERE no = 2",
            Break(2, "audit", None, "block.altered"),
            id="leaves",
        ),
        pytest.param(
            "UPDATE chain_blocks SET pruned_at = sealed_at WHERE no = 2",
            Break(2, "audit", None, "block.altered"),
            id="let-go-too-early",
        ),
    ],
)
def test_a_changed_block_is_named(chain: Sealer, sql: str, found: Break) -> None:
    for _ in range(3):
        chain.note()
        chain.seal()
    chain.tamper(sql)
    assert chain.verify().broken == found


def test_a_chain_cut_off_at_its_end_is_found_by_a_head_kept_outside(cast: Cast, chain: Sealer) -> None:
    for _ in range(2):
        chain.note()
        chain.seal()
    with cast.app.app_context():
        [head] = list_heads(network_id=cast.here.id)
    kept = {head.block_no: head.digest}
    assert chain.verify(heads=kept).broken is None
    chain.tamper("DELETE FROM chain_blocks WHERE no = 2")
    assert chain.verify().broken is None
    assert chain.verify(heads=kept).broken == Break(2, None, None, "head.missing")


def test_another_secret_proves_nothing(cast: Cast, chain: Sealer) -> None:
    from workstation.keys import Keys

    chain.note()
    chain.seal()
    chain.keys = Keys(b"somebody else's secret, long enough")
    broken = chain.verify().broken
    assert broken is not None
    assert broken.what == "block.altered"


# -- only ever added to -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_events SET reason = 'x'",
        "DELETE FROM audit_events",
        "UPDATE chain_blocks SET digest = previous",
        "DELETE FROM chain_blocks",
    ],
)
def test_the_database_refuses_to_change_the_log(cast: Cast, chain: Sealer, sql: str) -> None:
    chain.note()
    chain.seal()
    with cast.app.app_context(), pytest.raises(Exception, match="only ever added to"), writing():
        db.session.execute(text(sql))


def test_retention_takes_out_old_events_and_the_chain_stays_whole(cast: Cast, chain: Sealer) -> None:
    chain.note(2, days_ago=200)
    chain.seal()
    chain.note(days_ago=181)  # old, but not sealed
    with cast.app.app_context():
        with writing():
            assert prune(network_id=cast.here.id, older_than=timedelta(days=180), now=NOON) == 2
        chain.seal()
        count = db.session.scalar(select(func.count()).select_from(text("audit_events")))
    assert count == 2  # that one, and the note about the two
    proof = chain.verify()
    assert (proof.broken, proof.pruned) == (None, 2)
    chain.note()
    assert chain.seal() == 1  # a number is not given twice


def test_nothing_is_let_go_before_half_a_year(cast: Cast, chain: Sealer) -> None:
    chain.note(days_ago=400)
    chain.seal()
    with cast.app.app_context(), writing(), pytest.raises(ValueError, match="180 days"):
        prune(network_id=cast.here.id, older_than=timedelta(days=30), now=NOON)
