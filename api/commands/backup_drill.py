"""A restore drill: last night's backup in a scratch database, looked through."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from api import clock
from api.auth import app_keys
from api.commands.backup_places import check_fits, drilled, upgrade
from api.config import Settings, postgres_programs
from workstation.backups.drafts import scratch_folder
from workstation.backups.operations import check_unpacked, unpack
from workstation.backups.queries import count_rows
from workstation.backups.rules import BackupProblem
from workstation.backups.vault import Header
from workstation.chain.proofs import verify
from workstation.coverage.checks import compare_figures
from workstation.database import db
from workstation.network.queries import list_networks

Outcome = dict[str, Any]


def drill(
    path: Path, *, settings: Settings, key: bytes, secret_id: str, scratch_url: str | None, began: datetime
) -> Outcome:
    """What came of it, as one line for a file: `passed`, how long, and what was wrong."""
    told: Outcome = {"began_at": began.isoformat(), "file": path.name, "passed": False}
    try:
        with scratch_folder(settings.data_dir) as folder:
            header = unpack(path, to=folder / "unpacked", key=key)
            check_fits(header, secret_id=secret_id)
            check_unpacked(folder / "unpacked", header=header, programs=postgres_programs())
            with drilled(folder / "unpacked", header=header, settings=settings, scratch_url=scratch_url):
                told |= _look_through(header)
    except BackupProblem as problem:
        told["wrong"] = [str(problem)]
    told["passed"] = told.get("wrong") == []
    told["seconds"] = round((clock.now() - began).total_seconds(), 1)
    return told


def _look_through(header: Header) -> Outcome:
    """Counts the rows as they were, migrates, and compares all figures with what the facts say."""
    counted = count_rows(header["rows"])
    db.session.remove()
    upgrade()
    checks: list[Callable[[], list[str]]] = [
        lambda: _lacking(counted, header["rows"]),
        _broken_chains,
        _wrong_figures,
    ]
    return {
        "receipts": counted["receipts"],
        "networks": len(list_networks()),
        "wrong": [wrong for check in checks for wrong in check()],
    }


def _lacking(counted: dict[str, int], expected: dict[str, int]) -> list[str]:
    return [
        f"{name}：应有 {count} 行，实有 {counted[name]} 行"
        for name, count in expected.items()
        if counted[name] != count
    ]


def _broken_chains() -> list[str]:
    proofs = [(network.code, verify(network_id=network.id, keys=app_keys())) for network in list_networks()]
    return [f"{code}：记录链断在第 {proof.broken.block_no} 块" for code, proof in proofs if proof.broken]


def _wrong_figures() -> list[str]:
    found = [(network.code, compare_figures(network_id=network.id)) for network in list_networks()]
    return [
        f"{code}：{len(comparison.differences)} 处统计与原始记录不一致"
        for code, comparison in found
        if comparison.differences
    ]
