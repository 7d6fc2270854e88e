"""Judges how an installation is: from measured values alone, in words for whoever looks after it."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

State = Literal["ok", "soon", "now"]

MIB, GIB = 1 << 20, 1 << 30
CLOCK_TOLERANCE = timedelta(seconds=5)
BACKUP_SOON, BACKUP_NOW = timedelta(hours=26), timedelta(days=3)
DRILL_SOON = timedelta(days=35)
CHORES_SOON = timedelta(hours=26)
WAITING_SOON = timedelta(days=7)
DISK_SOON, DISK_NOW = 2 * GIB, 256 * MIB
WAL_SOON, WAL_NOW = 64 * MIB, GIB
OLDEST_SOON_S = 120.0
CERTIFICATE_SOON = timedelta(days=21)
OLDEST_POSTGRESQL, NEWEST_POSTGRESQL = 15, 18
OLDEST_SQLITE = (3, 51, 3)


class Finding(NamedTuple):
    """What was looked at, how it is, and what to do; `ok` needs nothing, `soon` this week, `now` today."""

    name: str
    state: State
    said: str
    do: str = ""


def worst(findings: Iterable[Finding]) -> State:
    """The state of the whole."""
    return worst_state(finding.state for finding in findings)


def worst_state(states: Iterable[State]) -> State:
    """`now` before `soon` before `ok`."""
    found = set(states)
    return "now" if "now" in found else "soon" if "soon" in found else "ok"


def judge_comparison(is_equal: bool | None) -> State:
    """What last night's comparison found; None when there was none yet."""
    return "soon" if is_equal is None else "ok" if is_equal else "now"


def judge_waiting(*, now: datetime, oldest: datetime | None) -> State:
    """Entries that wait for staff: since when the oldest does."""
    return "soon" if oldest is not None and now - oldest > WAITING_SOON else "ok"


def judge_database_version(*, engine: str, version: str) -> Finding:
    """SQLite must be free of the WAL-reset corruption; PostgreSQL one that is tried."""
    number = tuple(int(part) for part in re.findall(r"\d+", version))
    if engine == "sqlite":
        if number < OLDEST_SQLITE:
            return Finding(
                "database", "now", f"SQLite {version} 过旧", "请运行 make build，装上随程序的版本。"
            )
        return Finding("database", "ok", f"SQLite {version}")
    if not OLDEST_POSTGRESQL <= number[0] <= NEWEST_POSTGRESQL:
        tried = f"{OLDEST_POSTGRESQL}–{NEWEST_POSTGRESQL}"
        return Finding("database", "soon", f"PostgreSQL {version} 没有试过", f"请使用 PostgreSQL {tried}。")
    return Finding("database", "ok", f"PostgreSQL {version}")


def judge_clock(*, now: datetime, latest_call: datetime | None, database: datetime | None) -> Finding:
    """The clock went back when a phone called in the future; it is off when the database has another time."""
    if latest_call is not None and latest_call > now + CLOCK_TOLERANCE:
        return Finding(
            "clock",
            "now",
            f"本机时钟比最近一次同步还早 {_span(latest_call - now)}",
            "时钟被往回拨过：请校准时间（timedatectl set-ntp true）。手机上的记录不受影响。",
        )
    if database is not None and abs(database - now) > CLOCK_TOLERANCE:
        difference = _span(abs(database - now))
        return Finding(
            "clock",
            "soon",
            f"本机与数据库服务器的时钟相差 {difference}",
            "请在两台机器上开启时间同步（NTP）。",
        )
    return Finding("clock", "ok", "时钟正常")


def judge_disk(*, where: str, free: int, total: int) -> Finding:
    """Room for the database, its journal and backups."""
    said = f"{where} 还剩 {free / GIB:.1f} GiB（共 {total / GIB:.0f} GiB）"
    if free < DISK_NOW:
        return Finding("disk", "now", said, "磁盘快满了：手机会保存并稍后再传，但请立即腾出空间。")
    if free < DISK_SOON:
        return Finding("disk", "soon", said, "请清理或扩容；旧备份可用 flask backup create --keep 少留几份。")
    return Finding("disk", "ok", said)


def judge_wal(*, size: int) -> Finding:
    """A journal that grows on means that somebody has been reading all the while."""
    said = f"SQLite 日志 {size / MIB:.0f} MiB"
    do = "请运行 flask housekeeping run；仍不变小时，重启服务器：有进程一直占着旧的读视图。"
    return Finding(
        "wal",
        "now" if size > WAL_NOW else "soon" if size > WAL_SOON else "ok",
        said,
        do if size > WAL_SOON else "",
    )


def judge_backup(*, now: datetime, latest: datetime | None, same_disk: bool) -> Finding:
    """Last night's backup, on another disk than the database."""
    if latest is None:
        return Finding("backup", "now", "还没有备份", "请运行 flask backup create，并启用每晚的定时备份。")
    age = now - latest
    said = f"最近一次备份在 {_span(age)}前"
    if age > BACKUP_NOW:
        return Finding("backup", "now", said, "备份停了：请运行 flask backup create，看它报什么错。")
    if age > BACKUP_SOON:
        return Finding("backup", "soon", said, "昨晚没有备份：请看 systemctl status workstation-backup。")
    if same_disk:
        do = "备份与数据库在同一块磁盘上：请把 BACKUP_DIR 指到另一块磁盘，或每天复制到别的机器。"
        return Finding("backup", "soon", said, do)
    return Finding("backup", "ok", said)


def judge_drill(*, now: datetime, began_at: datetime | None, passed: bool) -> Finding:
    """Whether a backup was restored and looked through of late."""
    if began_at is None or now - began_at > DRILL_SOON:
        said = "还没有做过恢复演练" if began_at is None else f"最近一次恢复演练在 {_span(now - began_at)}前"
        return Finding("drill", "soon", said, "请运行 flask backup drill：没有恢复过的备份不算备份。")
    if not passed:
        return Finding(
            "drill", "now", "最近一次恢复演练没有通过", "请看备份文件夹里的 drills.jsonl，再备份、再演练。"
        )
    return Finding("drill", "ok", f"{_span(now - began_at)}前的恢复演练通过")


def judge_chores(*, now: datetime, began_at: datetime | None, failed: list[str]) -> Finding:
    """Housekeeping's last run."""
    do = "请运行 flask housekeeping run，并启用每晚的定时整理。"
    if began_at is None:
        return Finding("housekeeping", "soon", "还没有整理过", do)
    said = f"最近一次整理在 {_span(now - began_at)}前"
    if failed:
        return Finding(
            "housekeeping", "now", f"{said}，没有做成：{'、'.join(failed)}", "请再运行一次，看它说什么。"
        )
    if now - began_at > CHORES_SOON:
        return Finding("housekeeping", "soon", said, do)
    return Finding("housekeeping", "ok", said)


def judge_activity(*, connections: int, most: int, oldest_s: float) -> Finding:
    """PostgreSQL's connections, and transactions that hold up the feed and its vacuum."""
    said = f"{connections} / {most} 个连接，最久的事务 {oldest_s:.0f} 秒"
    if connections > most * 0.8:
        return Finding(
            "activity", "soon", said, "连接快用完了：请调小 WEB_CONCURRENCY × WEB_THREADS，或用 PgBouncer。"
        )
    if oldest_s > OLDEST_SOON_S:
        return Finding(
            "activity", "soon", said, "有事务长时间不结束，会拖住同步：请在 pg_stat_activity 里找到它。"
        )
    return Finding("activity", "ok", said)


def judge_certificate(*, left: timedelta | None, error: str | None) -> Finding:
    """The certificate that phones see: without one that is valid they neither sync nor open the app."""
    if error is not None or left is None:
        do = "请更新证书（certbot renew），再 systemctl reload nginx。手机会继续记录，稍后再传。"
        return Finding("certificate", "now", f"HTTPS 连不上：{error}", do)
    said = f"HTTPS 证书还有 {left.days} 天"
    if left < CERTIFICATE_SOON:
        return Finding("certificate", "soon", said, "请检查自动续期：certbot renew --dry-run。")
    return Finding("certificate", "ok", said)


def judge_unreachable(error: str) -> Finding:
    """No certificate was seen: the name leads nowhere, nobody answers there, or it is no HTTPS."""
    do = "请检查 PUBLIC_URL、域名解析、防火墙和 nginx（systemctl status nginx）。手机会继续记录，稍后再传。"
    return Finding("certificate", "now", f"HTTPS 连不上：{error}", do)


def _span(span: timedelta) -> str:
    """Such as 3 天, 5 小时, 12 分钟."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 2 * 24 * 60 else f"{minutes // (24 * 60)} 天"
