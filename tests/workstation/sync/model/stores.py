"""Databases that a run can begin from, back up and put back, in a millisecond or two.

Both know how a fresh network looks from the cast that was once written into them. Nobody may be connected
while a store changes files: `let_go` ends the application's own connections.
"""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import create_database, drop_database


class SqliteStore:
    """One file. A backup is its bytes."""

    is_postgresql = False

    def __init__(self, template: Path, folder: Path) -> None:
        self.file = folder / "workstation.db"
        shutil.copy(template, self.file)
        self.url = f"sqlite:///{self.file}"
        self.let_go: Callable[[], None] = lambda: None

    def back_up(self) -> bytes:
        self.let_go()  # the last one to leave also empties the write-ahead log
        return self.file.read_bytes()

    def put_back(self, backup: bytes) -> None:
        self.let_go()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        self.file.write_bytes(backup)

    def remove(self) -> None:
        self.let_go()


@dataclass
class PostgresStore:
    """One database of a running server. A backup is another one; put back, it is another one again."""

    server: str
    template: str
    name: str = field(default_factory=lambda: f"model_{uuid.uuid4().hex}")
    is_postgresql = True

    def __post_init__(self) -> None:
        self.backups: list[str] = []
        self.let_go: Callable[[], None] = lambda: None
        create_database(self.server, self.name, template=self.template)

    @property
    def url(self) -> str:
        return self.server.rpartition("/postgres?")[0] + f"/{self.name}?" + self.server.rpartition("?")[2]

    def back_up(self) -> str:
        self.let_go()
        self.backups.append(f"{self.name}_{len(self.backups)}")
        create_database(self.server, self.backups[-1], template=self.name)
        return self.backups[-1]

    def put_back(self, backup: str) -> None:
        self.let_go()
        drop_database(self.server, self.name)
        create_database(self.server, self.name, template=backup)

    def forget_backups(self) -> None:
        """All but the first, which every run begins from."""
        for backup in self.backups[1:]:
            drop_database(self.server, backup)
        del self.backups[1:]

    def remove(self) -> None:
        self.let_go()
        for name in (*self.backups, self.name):
            drop_database(self.server, name)
