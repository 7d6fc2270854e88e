"""`flask keys`, `flask redact`, `flask people`: promises to people, kept from the command line."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, text

from tests.cast import NOON, Cast, Phone, Time, any_uuid
from workstation.audit.models import AuditEvent
from workstation.chain.operations import seal
from workstation.chain.proofs import verify
from workstation.database import db
from workstation.people.models import Device, Member
from workstation.receptions.models import Constituent
from workstation.sync.models import HeldEntry, Receipt

NAME, CONTACT = "王某某独一无二", "13900001234"
SAID = {"name": NAME, "contact": CONTACT, "consent": True, "consent_version": "2026-1"}


def run(cast: Cast, *args: str, works: bool = True) -> Result:
    result = cast.app.test_cli_runner().invoke(args=args)
    assert (result.exit_code == 0) is works, result.output
    return result


def received(cast: Cast, phone: Phone, **more: Any) -> str:
    [result] = phone.sync(phone.reception(cast.here.stations["hall"], constituent=SAID, **more))
    return str(result["id"])


def held(cast: Cast, phone: Phone) -> str:
    """A reception of a station that nobody knows, with somebody's name."""
    [result] = phone.sync(phone.reception(any_uuid(), constituent=SAID))
    assert result["status"] == "held"
    return str(result["id"])


def reveal(cast: Cast, reception_id: str) -> Any:
    return cast.phone("city_officer").post(
        f"/api/v1/receptions/{reception_id}/constituent", {"reason": "回访"}
    )


# -- keys ---------------------------------------------------------------------------------------------


def test_after_rotating_everything_opens_with_the_new_key_and_nothing_needs_the_old(cast: Cast) -> None:
    phone = cast.phone("member")
    receptions, waiting = [received(cast, phone) for _ in range(3)], held(cast, phone)
    assert "第 0 把：4 处" in run(cast, "keys", "list").output
    run(cast, "keys", "rotate")
    assert "第 1 把：4 处（新内容用这一把）" in run(cast, "keys", "list").output
    assert "第 0 把：0 处" not in run(cast, "keys", "list").output
    run(cast, "keys", "rotate")
    run(cast, "keys", "rotate", "--again")
    assert run(cast, "keys", "list").output.splitlines()[-1] == "第 2 把：4 处（新内容用这一把）"
    cast.app.config["SETTINGS"].data_dir.joinpath("keys", "1.key").unlink()
    assert reveal(cast, receptions[2]).json["contact"] == CONTACT
    rows = cast.phone("city_officer").get("/api/v1/held-entries").json["held_entries"]
    assert rows[0]["id"] == waiting
    assert rows[0]["content"]["body"]["summary"] == "加装电梯"


def test_what_no_key_opens_is_left_and_named(cast: Cast) -> None:
    received(cast, cast.phone("member"))
    run(cast, "keys", "rotate")
    cast.app.config["SETTINGS"].data_dir.joinpath("keys", "1.key").unlink()
    cast.app.extensions["keys"]._data_keys._known.clear()
    cast.app.extensions["keys"]._cipher.cache_clear()
    before = cast.scalar(select(Constituent.identity))
    cast.app.config["SETTINGS"].data_dir.joinpath("keys", "2.key").write_text("00" * 32)
    assert "1 处没有一把密钥能打开" in run(cast, "keys", "rotate", "--again", works=False).output
    assert cast.scalar(select(Constituent.identity)) == before


# -- redaction ----------------------------------------------------------------------------------------


def identities(cast: Cast) -> int:
    return int(cast.scalar(select(func.count()).where(Constituent.identity.is_not(None))))


def test_a_name_goes_on_time_and_once(cast: Cast, time: Time) -> None:
    phone = cast.phone("member")
    old = received(cast, phone)
    time.passes(days=100)
    received(cast, phone)
    time.passes(days=79)
    assert "清除 0 位" in run(cast, "redact").output
    time.passes(days=1)
    assert "here：清除 1 位" in run(cast, "redact").output
    assert "here：清除 0 位" in run(cast, "redact").output
    assert identities(cast) == 1
    assert reveal(cast, old).json["code"] == "constituent.not_found"
    with cast.app.app_context():
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "constituent.redacted"))
    assert event.after == event.after | {"constituents": 1, "held_entries": 0, "days": 180}


def test_a_network_may_choose_a_shorter_time_and_never_a_longer_one(
    cast: Cast, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(cast, cast.phone("member"))
    time.passes(days=31)
    assert run(cast, "redact", "--days", "400", works=False)
    monkeypatch.setenv("REDACT_AFTER_DAYS", "30")
    assert "here：清除 1 位" in run(cast, "redact").output


def test_what_waits_for_staff_loses_the_name_alone_and_what_is_settled_all_of_it(
    cast: Cast, time: Time
) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    waiting, closed = held(cast, phone), held(cast, phone)
    content_hash = cast.scalar(select(HeldEntry.content_hash).where(HeldEntry.entry_id == closed))
    body = {"content_hash": content_hash, "reason": "重复"}
    assert office.post(f"/api/v1/held-entries/{closed}/close", body).status_code == 204
    time.passes(days=181)
    assert "2 份待核内容" in run(cast, "redact").output
    assert "0 份待核内容" in run(cast, "redact").output
    rows = cast.phone("city_officer").get("/api/v1/held-entries").json["held_entries"]
    [row] = [row for row in rows if row["id"] == waiting]
    assert row["content"]["body"]["summary"] == "加装电梯"
    assert "constituent" not in row["content"]["body"]
    assert cast.scalar(select(HeldEntry.content).where(HeldEntry.entry_id == closed)) is None


# -- one person ---------------------------------------------------------------------------------------


def test_all_that_is_stored_about_a_person_is_handed_over(cast: Cast, tmp_path: Path) -> None:
    phone = cast.phone("member")
    received(cast, phone)
    held(cast, phone)
    phone.sync(phone.check_in(cast.here.stations["hall"], note="我的备注"))
    file = tmp_path / "member.json"
    counts = json.loads(
        run(cast, "people", "export", "member", "--network", "here", "--out", str(file)).output.splitlines()[
            -1
        ]
    )
    told = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert told["member"]["name"] == "member（测试）"
    assert (counts["receipts"], counts["devices"], counts["held_entries"], counts["stations"]) == (3, 1, 1, 1)
    assert "我的备注" in file.read_text()
    assert told["held_entries"][0]["content"]["body"]["summary"] == "加装电梯"
    for secret in (NAME, CONTACT, "token_hash", "password_hash", "argon2"):
        assert secret not in file.read_text()
    assert "colleague（测试）" not in file.read_text()
    assert run(cast, "people", "export", "member", "--network", "here", "--out", str(file), works=False)


def test_erasing_leaves_the_public_record_and_no_name(cast: Cast) -> None:
    phone, office = cast.phone("member"), cast.phone("city_officer")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    rename = {"version": 0, "reason": "改名", "changes": {"name": "改过的名字"}}
    assert office.post(f"/api/v1/members/{cast.here.members['member']}/edits", rename).status_code == 201
    with cast.app.app_context():
        seal(network_id=cast.here.id, keys=cast.app.extensions["keys"], now=NOON)
    output = run(
        cast, "people", "erase", "member", "--network", "here", "--reason", "本人申请", "--yes"
    ).output
    assert "receipts：1。" in output
    assert phone.get("/api/v1/me").status_code == 401
    assert cast.scalar(select(Member.name).where(Member.id == cast.here.members["member"])) == "已注销"
    assert cast.scalar(select(func.count()).select_from(Receipt)) == 1
    assert cast.scalar(select(Device.name).where(Device.member_id == cast.here.members["member"])) == "已注销"
    assert found_anywhere(cast, "member（测试）", "改过的名字", "phone of member", "member@here") == []
    with cast.app.app_context():
        proof = verify(network_id=cast.here.id, keys=cast.app.extensions["keys"])
    assert proof.broken is None  # neither receipts nor the log had to be touched


def found_anywhere(cast: Cast, *words: str) -> list[tuple[str, str]]:
    """Tables of this network in which one of these texts still stands."""
    found = []
    with cast.app.app_context():
        for table in db.Model.metadata.sorted_tables:
            if "network_id" in table.c:
                sql = text(f"SELECT * FROM {table.name} WHERE network_id = :id")  # our own names
                rows = str(db.session.execute(sql, {"id": cast.here.id}).all())
                found += [(table.name, word) for word in words if word in rows]
    return found


def test_erasing_asks_first(cast: Cast) -> None:
    result = cast.app.test_cli_runner().invoke(
        args=["people", "erase", "member", "--network", "here", "--reason", "x"], input="n\n"
    )
    assert result.exit_code == 1
    assert (
        cast.scalar(select(Member.name).where(Member.id == cast.here.members["member"])) == "member（测试）"
    )


def test_planned_duty_ahead_is_taken_out(cast: Cast, time: Time) -> None:
    office = cast.phone("city_officer")
    begins = time.now() + timedelta(days=2)
    body = {
        "station_id": cast.here.stations["hall"],
        "member_id": cast.here.members["member"],
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
        "reason": "排班",
    }
    assert office.post("/api/v1/duty-plan", body).status_code == 201
    run(cast, "people", "erase", "member", "--network", "here", "--reason", "本人申请", "--yes")
    assert cast.scalar(text("SELECT count(*) FROM planned_shifts")) == 0
