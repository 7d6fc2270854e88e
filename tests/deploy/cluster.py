"""Three machines on loopback, each PostgreSQL, Patroni and etcd, as deploy/patroni/patroni.yml says."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import requests

from setup.processes import descendants, end_with_parent, send
from tests.deploy.etcd import Etcd
from tests.live_server import ROOT, free_port
from tests.postgres import UNPRIVILEGED, PostgresServer, open_to_all

PACKAGES = ROOT / "var" / "patroni"
READY_WITHIN_S = 120
NODES = ("db1", "db2", "db3")


class Node:
    """One machine: etcd, Patroni, and the PostgreSQL that this starts."""

    def __init__(self, name: str, folder: Path, *, programs: Path, etcds: list[Etcd]) -> None:
        self.name = name
        self.folder = folder / name
        self.folder.mkdir()
        own(self.folder)
        self.port, self.api = free_port(), free_port()
        self.etcds = etcds
        [self.etcd] = [each for each in etcds if each.name == name]
        self.configuration = self._configure(programs)
        self.process: subprocess.Popen[bytes] | None = None

    def _configure(self, programs: Path) -> Path:
        """The deployed file, with this machine's ports and folders in it, and nobody asked for a password."""
        text = (ROOT / "deploy" / "patroni" / "patroni.yml").read_text()
        etcds = ", ".join(etcd.client for etcd in self.etcds)
        for theirs, ours in {
            "name: db1": f"name: {self.name}",
            "10.0.0.11:8008": f"127.0.0.1:{self.api}",
            "[10.0.0.11:2379, 10.0.0.12:2379, 10.0.0.13:2379]": f"[{etcds}]",
            "10.0.0.11:5432": f"127.0.0.1:{self.port}",
            "/var/lib/postgresql/18/workstation": str(self.folder / "data"),
            "/usr/lib/postgresql/18/bin": str(programs),
            "local all all peer": "local all all trust",
            "10.0.0.0/24 scram-sha-256": "127.0.0.1/32 trust",
            '        log_line_prefix: "%m [%p] %a "': f"        unix_socket_directories: {self.folder}",
        }.items():
            assert theirs in text, f"patroni.yml no longer says {theirs}"
            text = text.replace(theirs, ours)
        file = self.folder / "patroni.yml"
        file.write_text(text)
        return file

    def start(self) -> None:
        if not self.etcd.runs():
            self.etcd.start(self.etcds)
        self.process = subprocess.Popen(
            [python(), "-m", "patroni", str(self.configuration)],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": str(PACKAGES),
                "HOME": str(self.folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "log").open("ab"),
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
            **as_nobody(),
        )

    def kill(self) -> None:
        """The machine is gone: etcd, Patroni and every process of PostgreSQL at the same moment."""
        assert self.process is not None
        assert self.etcd.process is not None
        pids = {self.process.pid, *descendants(self.process.pid), *self._postgres()}
        send({self.etcd.process.pid, *pids}, signal.SIGKILL)
        self.process.wait(timeout=30)
        self.etcd.process.wait(timeout=30)

    def _postgres(self) -> set[int]:
        """PostgreSQL leaves its parent when it starts."""
        file = self.folder / "data" / "postmaster.pid"
        if not file.exists():
            return set()
        pid = int(file.read_text().split()[0])
        return {pid, *descendants(pid)}

    def says(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = requests.get(f"http://127.0.0.1:{self.api}/patroni", timeout=3).json()
        except requests.RequestException:
            return {}
        return found

    def is_primary(self) -> bool:
        said = self.says()
        return said.get("state") == "running" and said.get("role") in ("primary", "master")


class Cluster:
    """The machines, and where the server finds whichever is primary."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = PostgresServer(folder)._programs
        self.etcds = [Etcd(name, folder / f"etcd-{name}") for name in NODES]
        self.nodes = [Node(name, folder, programs=programs, etcds=self.etcds) for name in NODES]

    def start(self) -> None:
        for etcd in self.etcds:
            etcd.start(self.etcds)
        wait("three etcd", self._etcds_are_well)
        for node in self.nodes:
            node.start()
            wait("the first primary", lambda: self.primary() is not None)
        self.wait_until_whole()

    def primary(self) -> Node | None:
        return next((node for node in self.nodes if node.is_primary()), None)

    def leader_of_etcd(self) -> Etcd:
        return next(etcd for etcd in self.etcds if etcd.leads())

    def _etcds_are_well(self) -> bool:
        return all(etcd.is_well() for etcd in self.etcds)

    def wait_until_whole(self) -> None:
        """Until one is primary, another has to agree to each commit, and three etcd know who."""
        wait("three etcd", self._etcds_are_well)
        wait("a synchronous replica", lambda: "sync_standby" in [self._role(node) for node in self.nodes])

    @staticmethod
    def _role(node: Node) -> str:
        said = node.says()
        return "sync_standby" if said.get("sync_standby") else str(said.get("role"))

    def url(self, database: str) -> str:
        """As in docs/postgresql.md: all machines by name; libpq looks for the one that is primary."""
        hosts = "&".join(f"host=127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql+psycopg://postgres@/{database}?{hosts}&target_session_attrs=primary&connect_timeout=3"

    def create_database(self, name: str) -> None:
        primary = self.primary()
        assert primary is not None
        address = f"host=127.0.0.1 port={primary.port} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")

    def stop(self) -> None:
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.kill()
        for etcd in self.etcds:
            if etcd.runs():
                etcd.kill()

    def logs(self) -> str:
        return "\n".join(f"{node.name}:\n{(node.folder / 'log').read_text()[-3000:]}" for node in self.nodes)


def wait(what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not ready():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.2)


def python() -> str:
    """A Python that the server's user may run: root's own is often under /root."""
    mine = Path(sys.executable).resolve()
    if os.geteuid() != 0 or open_to_all(mine):
        return str(mine)
    return shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin") or str(mine)


def as_nobody() -> dict[str, Any]:
    return {"user": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}


def own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, user=UNPRIVILEGED)
