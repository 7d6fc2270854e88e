"""`flask doctor`: how this installation is, and what to do about it."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from api import clock
from api.certificate import look_at_certificate
from api.commands import upkeep_notes
from api.config import Settings, backup_folder
from api.health import is_ahead, is_migrated
from api.replica import find_replica_out
from workstation import replica
from workstation.backups.rules import list_backups, made_at
from workstation.chain.queries import count_new
from workstation.database import db
from workstation.feed.horizon import measure_lag
from workstation.network.queries import list_networks
from workstation.upkeep import queries, rules
from workstation.upkeep.patience import TookTooLong, at_most
from workstation.upkeep.rules import Finding

MARKS = {"ok": "✓", "soon": "！", "now": "✗"}
TOLD = {"ok": "一切正常。", "soon": "本周内请处理上面标“！”的几项。", "now": "请今天就处理上面标“✗”的几项。"}
STATUSES = {"ok": 0, "soon": 1, "now": 2}
SLOW_MS = 500.0
NO_MODES = "前面有 PgBouncer 时，请照 deploy/pgbouncer/pgbouncer.ini 写 connect_query。"
BEHIND_NGINX = (
    "前面有 nginx 时请设 TRUSTED_PROXIES=1：否则所有手机看起来都是同一个地址，输错几次密码会拖慢所有人登录。"
)
UNSEALED_SOON = 2_000
PATIENCE_S = 1.0
TOO_SLOW = "数据库正忙或很大：请稍后再运行；总是如此，请看磁盘和慢查询，并把这一行交给维护人员。"


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for machines.")
@with_appcontext
def group(as_json: bool) -> None:
    """Look at versions, settings, clock, disk, backups and chores; says what to do. Changes nothing.

    Exit status 0: all is well. 1: something to do this week. 2: something to do today.
    """
    findings = [finding for look in LOOKS for finding in _looked(look)]
    state = rules.worst(findings)
    if as_json:
        click.echo(
            json.dumps(
                {"state": state, "findings": [each._asdict() for each in findings]}, ensure_ascii=False
            )
        )
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.state]} {finding.said}")
            if finding.do:
                click.echo(f"   → {finding.do}")
        click.echo(TOLD[state])
    sys.exit(STATUSES[state])


def _looked(look: Callable[[Settings, datetime], Iterator[Finding]]) -> list[Finding]:
    """What one look found; a look that breaks, or that takes too long, is a finding too."""
    name = look.__name__.removeprefix("_look_at_")
    try:
        return list(_patiently(look))
    except TookTooLong:
        return [Finding(name, "soon", f"查看 {name} 超过 {PATIENCE_S:g} 秒，没有看完", TOO_SLOW)]
    except Exception as error:  # whatever is broken here: the other looks must go on
        return [Finding(name, "now", f"查看 {name} 时出错：{error}", "请把这一行交给维护人员。")]
    finally:
        db.session.rollback()


def _patiently(look: Callable[[Settings, datetime], Iterator[Finding]]) -> Iterator[Finding]:
    given = (current_app.config["SETTINGS"], clock.now())
    if look in WITHOUT_DATABASE:
        yield from look(*given)
        return
    with at_most(PATIENCE_S):
        yield from look(*given)


def _look_at_versions(_settings: Settings, _now: datetime) -> Iterator[Finding]:
    yield Finding("python", "ok", f"Python {sys.version.split()[0]}")
    yield rules.judge_database_version(engine=db.engine.dialect.name, version=queries.database_version())


def _look_at_migrations(_settings: Settings, _now: datetime) -> Iterator[Finding]:
    if is_migrated():
        yield Finding("migrations", "ok", "数据库结构是最新的")
    elif is_ahead():
        do = "退回旧版期间照常使用；请尽快升到修好的新版。"
        yield Finding("migrations", "soon", "数据库结构比这一版新", do)
    else:
        yield Finding("migrations", "now", "数据库结构不是这一版的", "请运行 flask db upgrade。")


def _look_at_settings(settings: Settings, _now: datetime) -> Iterator[Finding]:
    if settings.public_url is None:
        do = "请把 PUBLIC_URL 设为手机访问的 https 地址：登记链接、二维码和手机密钥都按它生成。"
        yield Finding("public_url", "soon", "没有设置 PUBLIC_URL", do)
    elif not settings.public_url.startswith("https://"):
        do = "没有 HTTPS，手机就没有离线使用和定位：请改为 https:// 开头的地址。"
        yield Finding("public_url", "now", f"PUBLIC_URL 是 {settings.public_url}", do)
    else:
        yield look_at_certificate(settings.public_url, now=clock.now())
        if not settings.trusted_proxies:
            yield Finding("trusted_proxies", "soon", "没有设置 TRUSTED_PROXIES", BEHIND_NGINX)


def _look_at_clock(_settings: Settings, now: datetime) -> Iterator[Finding]:
    database, latest = queries.database_now(), queries.latest_call_at()
    yield rules.judge_clock(now=now, latest_call=latest, database=database)


def _look_at_disk(settings: Settings, _now: datetime) -> Iterator[Finding]:
    folders = {
        folder.stat().st_dev: folder
        for folder in (backup_folder(settings), settings.data_dir)
        if folder.exists()
    }
    for folder in folders.values():
        usage = shutil.disk_usage(folder)
        yield rules.judge_disk(where=str(folder), free=usage.free, total=usage.total)


def _look_at_permissions(settings: Settings, _now: datetime) -> Iterator[Finding]:
    names = ("workstation.db", "secret.key", "backup.key", "demo.json")
    open_ones = [name for name in names if _others_can_read(settings.data_dir / name)]
    if open_ones:
        do = f"请运行 chmod 600 {' '.join(str(settings.data_dir / name) for name in open_ones)}。"
        yield Finding("permissions", "soon", f"别的用户能读 {'、'.join(open_ones)}", do)
    else:
        yield Finding("permissions", "ok", "数据文件只有所有者能读")


def _others_can_read(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o044) and bool(path.parent.stat().st_mode & 0o011)


def _look_at_database(_settings: Settings, _now: datetime) -> Iterator[Finding]:
    if db.engine.dialect.name == "sqlite":
        wal = Path(f"{db.engine.url.database}-wal")
        yield rules.judge_wal(size=wal.stat().st_size if wal.exists() else 0)
        return
    if not queries.refuses_unsaid_writes():
        yield Finding("modes", "now", "数据库连接没有默认只读", NO_MODES)
    yield rules.judge_activity(**queries.read_activity()._asdict())
    lag = measure_lag()
    yield Finding("feed", "ok" if lag.seconds < 60 else "soon", f"变更推送滞后 {lag.seconds:.0f} 秒")
    yield from _slow_statements()


def _slow_statements() -> Iterator[Finding]:
    slow = queries.list_slow_statements(above_ms=SLOW_MS)
    if slow is None:
        said = "没有装 pg_stat_statements，看不到慢查询"
        yield Finding("slow", "ok", said, "想看的话：CREATE EXTENSION pg_stat_statements。")
    elif not slow:
        yield Finding("slow", "ok", f"没有平均超过 {SLOW_MS:.0f} 毫秒的查询")
    for each in slow or []:
        said = f"慢查询：平均 {each.mean_ms:.0f} 毫秒，{each.calls} 次：{each.statement}"
        yield Finding("slow", "soon", said, "请把这一行交给维护人员。")


def _look_at_replica(_settings: Settings, _now: datetime) -> Iterator[Finding]:
    if replica.is_set():
        yield find_replica_out()


def _look_at_backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    folder = backup_folder(settings)
    found = list_backups(folder)
    same_disk = folder.exists() and folder.stat().st_dev == settings.data_dir.stat().st_dev
    yield rules.judge_backup(now=now, latest=made_at(found[0].name) if found else None, same_disk=same_disk)
    began_at, passed = upkeep_notes.read_last_drill(folder)
    yield rules.judge_drill(now=now, began_at=began_at, passed=passed)


def _look_at_housekeeping(settings: Settings, now: datetime) -> Iterator[Finding]:
    notes = upkeep_notes.read(settings.data_dir)
    moments = [notes[name] for name in ("began_at", "left_to_another_at") if name in notes]
    yield rules.judge_chores(
        now=now,
        began_at=datetime.fromisoformat(max(moments)) if moments else None,
        failed=[f"{each['title']}（{each['said']}）" for each in notes.get("chores", []) if not each["ok"]],
    )


def _look_at_chain(_settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Not how many there are, which takes long after years, but whether there are too many."""
    networks = [network.id for network in list_networks()]
    waiting = [count_new(network_id=id, most=UNSEALED_SOON) for id in networks]
    if max(waiting, default=0) >= UNSEALED_SOON:
        do = "请启用定时的 flask audit seal，见 docs/operations.zh-CN.md。"
        yield Finding("chain", "soon", f"{UNSEALED_SOON} 行以上还没有封存进记录链", do)
    else:
        yield Finding("chain", "ok", f"记录链还有 {sum(waiting)} 行没有封存")


LOOKS: Sequence[Callable[[Settings, datetime], Iterator[Finding]]] = (
    _look_at_versions,
    _look_at_migrations,
    _look_at_settings,
    _look_at_clock,
    _look_at_disk,
    _look_at_permissions,
    _look_at_database,
    _look_at_replica,
    _look_at_backups,
    _look_at_housekeeping,
    _look_at_chain,
)
# These say what is wrong even when the database is away.
WITHOUT_DATABASE = (
    _look_at_settings,
    _look_at_disk,
    _look_at_permissions,
    _look_at_backups,
    _look_at_housekeeping,
)
