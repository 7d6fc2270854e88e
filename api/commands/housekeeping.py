"""`flask housekeeping run`: what a server does once a night. `flask doctor` shows when it last ran."""

import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import structlog
from flask import current_app
from flask.cli import AppGroup

from api import clock
from api.auth import app_keys
from api.commands import upkeep_notes
from api.commands.proven import prove_onward
from workstation.chain.operations import LEAST_RETENTION, prune, seal
from workstation.coverage.checks import compare_figures
from workstation.coverage.operations import catch_up
from workstation.coverage.usual_windows import keep_usual
from workstation.database import db, writing
from workstation.network.queries import list_networks
from workstation.privacy.redaction import LEAST_DAYS, MOST_DAYS, redact
from workstation.upkeep.operations import forget_codes, forget_failures, tidy_sqlite, vacuum_postgresql
from workstation.upkeep.queries import count_auto_closed
from workstation.upkeep.turns import housekeeping_turn

group = AppGroup("housekeeping", help="What a server does once a night.")
log = structlog.get_logger()

DAY = timedelta(days=1)


class Kept(NamedTuple):
    """How long constituents' contacts and audit events are kept."""

    contacts: timedelta
    events: timedelta


class Found(Exception):
    """A chore looked, and something is wrong; the text says what to do."""


@group.command("run")
@click.option(
    "--redact-days",
    type=click.IntRange(LEAST_DAYS, MOST_DAYS),
    default=MOST_DAYS,
    envvar="REDACT_AFTER_DAYS",
    show_default=True,
    help="After how many days names and contacts of constituents go.",
)
@click.option(
    "--audit-days",
    type=click.IntRange(min=LEAST_RETENTION.days),
    default=LEAST_RETENTION.days,
    envvar="AUDIT_DAYS",
    show_default=True,
    help="After how many days audit events go.",
)
def run(redact_days: int, audit_days: int) -> None:
    """Do all chores. Safe at any time, twice, and on several machines at once: the second lets the first be.

    Exit status 0: all done, or somebody else is at it. 1: some chore failed; the others are done.
    """
    data_dir: Path = current_app.config["SETTINGS"].data_dir
    with housekeeping_turn() as is_ours:
        if not is_ours:
            upkeep_notes.note(data_dir, {"left_to_another_at": clock.now().isoformat()})
            click.echo("另一台机器（或另一个进程）正在整理，这次不重复。")
            return
        began = clock.now()
        kept = Kept(timedelta(days=redact_days), timedelta(days=audit_days))
        told = [_done(name, title, partial(chore, kept)) for name, title, chore in CHORES]
    failed = [each["title"] for each in told if not each["ok"]]
    seconds = round((clock.now() - began).total_seconds(), 1)
    upkeep_notes.note(
        data_dir,
        {"began_at": began.isoformat(), "seconds": seconds, "machine": socket.gethostname(), "chores": told},
    )
    if failed:
        click.echo(f"整理没有全部完成：{'、'.join(failed)}。用时 {seconds} 秒。", err=True)
        sys.exit(1)
    click.echo(f"整理完成：{len(told)} 项，用时 {seconds} 秒。")


def _done(name: str, title: str, chore: Callable[[], str]) -> dict[str, Any]:
    """One chore, whatever becomes of it: the next ones are done all the same."""
    began, ok = clock.now(), True
    try:
        said = chore()
    except Found as found:
        ok, said = False, str(found)
    except Exception as error:  # a chore that breaks must not keep the others from being done
        log.exception("housekeeping.failed", chore=name)
        ok, said = False, f"出错：{error}"
    finally:
        db.session.rollback()
    click.echo(f"{'✓' if ok else '✗'} {title}：{said}")
    seconds = round((clock.now() - began).total_seconds(), 1)
    return {"name": name, "title": title, "ok": ok, "said": said, "seconds": seconds}


def _networks() -> Iterator[tuple[int, str]]:
    """Ids and codes, read before the work: each chore ends its transaction."""
    yield from [(network.id, network.code) for network in list_networks()]


def _catch_up(_kept: Kept) -> str:
    for id, _ in _networks():
        catch_up(network_id=id)
        keep_usual(network_id=id, now=clock.now())
    return "统计已是最新"


def _count_auto_closed(_kept: Kept) -> str:
    now = clock.now()
    counts = [count_auto_closed(network_id=id, since=now - DAY, until=now) for id, _ in _networks()]
    return f"24 小时内 {sum(counts)} 个班次没有结束，已按规则自动结束"


def _forget(_kept: Kept) -> str:
    with writing():
        failures, codes = forget_failures(now=clock.now()), forget_codes(now=clock.now())
    return f"删除 {failures} 条失败的登录、{codes} 个过期的登记码"


def _redact(kept: Kept) -> str:
    found = []
    for id, _ in _networks():
        with writing():
            found.append(redact(network_id=id, after=kept.contacts, keys=app_keys(), now=clock.now()))
    people, held = sum(each.constituents for each in found), sum(each.held_entries for each in found)
    return f"清除 {people} 位群众的联系方式、{held} 份待核内容"


def _seal(_kept: Kept) -> str:
    return f"封存 {sum(seal(network_id=id, keys=app_keys(), now=clock.now()) for id, _ in _networks())} 行"


def _prune(kept: Kept) -> str:
    count = 0
    for id, _ in _networks():
        with writing():
            count += prune(network_id=id, older_than=kept.events, now=clock.now())
    return f"按期限清除 {count} 条审计事件"


def _verify(_kept: Kept) -> str:
    data_dir: Path = current_app.config["SETTINGS"].data_dir
    proofs = {
        code: prove_onward(network_id=id, code=code, data_dir=data_dir, now=clock.now())
        for id, code in _networks()
    }
    if broken := [code for code, proof in proofs.items() if proof.broken]:
        raise Found(f"{'、'.join(broken)} 的记录链断了：请运行 flask audit verify 看断在哪里，并保留现场")
    rows, earlier = sum(each.rows for each in proofs.values()), sum(each.earlier for each in proofs.values())
    return f"记录链完好：核对了 {rows} 行" + (f"，另 {earlier} 行以前核对过" if earlier else "")


def _compare(_kept: Kept) -> str:
    found = {code: compare_figures(network_id=id).differences for id, code in _networks()}
    wrong = [f"{code} {len(differences)} 处" for code, differences in found.items() if differences]
    if wrong:
        raise Found(f"{'、'.join(wrong)}与原始记录不一致：请运行 flask coverage rebuild，并告诉维护人员")
    return "统计与原始记录一致"


def _tidy(_kept: Kept) -> str:
    if db.engine.dialect.name == "postgresql":
        vacuum_postgresql()
        return "已整理常变的表"
    db.session.remove()
    saved = tidy_sqlite(Path(db.engine.url.database or ""))
    return f"日志已并入数据库，文件小了 {max(saved, 0) >> 20} MiB"


Chores = Sequence[tuple[str, str, Callable[[Kept], str]]]
CHORES: Chores = (
    ("figures", "更新统计", _catch_up),
    ("auto_closed", "自动结束班次", _count_auto_closed),
    ("forget", "清除过期的登录痕迹", _forget),
    ("redact", "清除到期的群众信息", _redact),
    ("seal", "封存记录链", _seal),
    ("prune", "清除到期的审计事件", _prune),
    ("verify", "核对记录链", _verify),
    ("compare", "核对统计", _compare),
    ("tidy", "整理数据库文件", _tidy),
)
