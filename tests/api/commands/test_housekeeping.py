"""`flask housekeeping run`: every chore, as often as one likes, and one at a time."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, text, update

from api.commands import housekeeping
from api.restores import begin_counted_epoch
from tests.cast import Cast, Time
from workstation.chain.models import ChainBlock
from workstation.coverage.models import StationDay, TouchedDays
from workstation.database import db, writing
from workstation.people.models import EnrolmentCode, SignInFailure
from workstation.receptions.models import Constituent
from workstation.upkeep.turns import housekeeping_turn


def run(cast: Cast) -> Result:
    return cast.app.test_cli_runner().invoke(args=["housekeeping", "run"])


def count(cast: Cast, model: Any) -> int:
    return int(cast.scalar(select(func.count()).select_from(model)))


def noted(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "housekeeping.json").read_text())
    return found


def test_each_chore_is_done_and_noted(cast: Cast, tmp_path: Path) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    answer = run(cast)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[-1].startswith(f"整理完成：{len(housekeeping.CHORES)} 项")
    assert count(cast, TouchedDays) == 0
    assert count(cast, ChainBlock) > 0
    assert [chore["name"] for chore in noted(tmp_path)["chores"]] == [each[0] for each in housekeeping.CHORES]
    assert all(chore["ok"] for chore in noted(tmp_path)["chores"])


def test_twice_is_as_good_as_once(cast: Cast) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    assert run(cast).exit_code == 0
    blocks, days = count(cast, ChainBlock), count(cast, StationDay)
    assert run(cast).exit_code == 0
    assert (count(cast, ChainBlock), count(cast, StationDay)) == (blocks, days)


def test_while_another_is_at_it_nothing_is_done_and_that_is_noted(cast: Cast, tmp_path: Path) -> None:
    with cast.app.app_context(), housekeeping_turn() as is_ours:
        assert is_ours
        answer = run(cast)
    assert answer.exit_code == 0
    assert "正在整理，这次不重复" in answer.output
    assert "left_to_another_at" in noted(tmp_path)
    assert "chores" not in noted(tmp_path)


def test_the_turn_is_free_again_afterwards(cast: Cast) -> None:
    with cast.app.app_context():
        for _ in range(2):
            with housekeeping_turn() as is_ours:
                assert is_ours


def test_old_failures_and_codes_go_and_recent_ones_stay(cast: Cast, time: Time) -> None:
    cast.code_for("member")
    cast.client.post(
        "/api/v1/sign-ins", json={"account": "x@y", "password": "wrong", "device": {"name": "any"}}
    )
    assert run(cast).exit_code == 0
    assert (count(cast, SignInFailure), count(cast, EnrolmentCode)) == (1, 1)
    time.passes(days=94)
    assert run(cast).exit_code == 0
    assert (count(cast, SignInFailure), count(cast, EnrolmentCode)) == (0, 0)


def test_shifts_that_the_rule_closed_are_counted(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    phone.sync(phone.shift_start(cast.here.stations["hall"]))
    assert "24 小时内 0 个班次" in run(cast).output
    time.passes(hours=13)
    assert "24 小时内 1 个班次" in run(cast).output
    time.passes(days=2)
    assert "24 小时内 0 个班次" in run(cast).output


def test_figures_that_drifted_are_told_and_the_other_chores_are_done(
    cast: Cast, tmp_path: Path, time: Time
) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"], at=time.now() - timedelta(days=3)))
    assert run(cast).exit_code == 0
    with cast.app.app_context(), writing():
        db.session.execute(update(StationDay).values(shifts=77))
    answer = run(cast)
    assert answer.exit_code == 1
    assert "整理没有全部完成：核对统计" in answer.output
    assert "flask coverage rebuild" in answer.output
    states = {chore["name"]: chore["ok"] for chore in noted(tmp_path)["chores"]}
    assert not states.pop("compare")
    assert all(states.values())


def test_a_chore_that_breaks_keeps_no_other_from_being_done(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_kept: object) -> str:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(housekeeping, "CHORES", (("first", "第一项", breaks), *housekeeping.CHORES))
    answer = run(cast)
    assert answer.exit_code == 1
    assert "✗ 第一项：出错：the disk is gone" in answer.output
    assert [chore["ok"] for chore in noted(tmp_path)["chores"]] == [False] + [True] * (
        len(housekeeping.CHORES) - 1
    )


def test_contacts_go_when_their_time_is_over(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    contact = {"name": "某人", "contact": "无", "consent": True, "consent_version": "1"}
    phone.sync(phone.reception(cast.here.stations["hall"], constituent=contact))
    kept = select(func.count()).select_from(Constituent).where(Constituent.identity.is_not(None))
    assert run(cast).exit_code == 0
    assert cast.scalar(kept) == 1
    time.passes(days=181)
    assert "清除 1 位群众的联系方式" in run(cast).output
    assert cast.scalar(kept) == 0


class TestTheChain:
    """Each night what is new is read; once in 30 days, and after a restore, everything."""

    def proved(self, cast: Cast, folder: Path) -> str:
        run(cast)
        [said] = [chore["said"] for chore in noted(folder)["chores"] if chore["name"] == "verify"]
        return str(said)

    def record(self, cast: Cast) -> None:
        phone = cast.phone("member")
        phone.sync(phone.check_in(cast.here.stations["hall"]))

    def tamper(self, cast: Cast, statement: str) -> None:
        with cast.app.app_context(), writing():
            db.session.execute(text("DROP TRIGGER IF EXISTS chain_blocks_stay"))
            db.session.execute(text(statement))

    def test_a_row_is_read_once_and_all_of_them_every_month(
        self, sqlite_cast: Cast, time: Time, tmp_path: Path
    ) -> None:
        self.record(sqlite_cast)
        assert self.proved(sqlite_cast, tmp_path) == "记录链完好：核对了 1 行"
        self.record(sqlite_cast)
        assert self.proved(sqlite_cast, tmp_path) == "记录链完好：核对了 1 行，另 1 行以前核对过"
        self.tamper(sqlite_cast, "UPDATE receipts SET evidence = 3 WHERE receipt_no = 1")
        assert self.proved(sqlite_cast, tmp_path) == "记录链完好：核对了 0 行，另 2 行以前核对过"
        time.passes(days=30)
        assert "记录链断了" in self.proved(sqlite_cast, tmp_path)

    def test_a_changed_block_is_found_the_same_night(
        self, sqlite_cast: Cast, time: Time, tmp_path: Path
    ) -> None:
        self.record(sqlite_cast)
        self.proved(sqlite_cast, tmp_path)
        self.tamper(sqlite_cast, "UPDATE chain_blocks SET sealed_at = '2026-01-01 00:00:00.000000'")
        assert "记录链断了" in self.proved(sqlite_cast, tmp_path)

    def test_a_chain_cut_off_behind_what_was_proven_is_found_the_same_night(
        self, sqlite_cast: Cast, time: Time, tmp_path: Path
    ) -> None:
        for _ in range(2):
            self.record(sqlite_cast)
            self.proved(sqlite_cast, tmp_path)
        with sqlite_cast.app.app_context(), writing():
            db.session.execute(text("DROP TRIGGER chain_blocks_kept"))
            db.session.execute(text("DELETE FROM chain_blocks WHERE no = 2"))
            db.session.execute(text("DELETE FROM receipts WHERE receipt_no = 2"))
        assert "记录链断了" in self.proved(sqlite_cast, tmp_path)

    def test_after_a_restore_everything_is_read(self, sqlite_cast: Cast, time: Time, tmp_path: Path) -> None:
        self.record(sqlite_cast)
        self.proved(sqlite_cast, tmp_path)
        with sqlite_cast.app.app_context(), writing():
            begin_counted_epoch(data_dir=tmp_path)
        assert self.proved(sqlite_cast, tmp_path) == "记录链完好：核对了 1 行"
