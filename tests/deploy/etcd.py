"""Three etcd on loopback, one for each machine of the cluster: two of them agree on who is primary."""

import subprocess
from pathlib import Path
from typing import Any

import requests

from setup import unpacked
from setup.processes import end_with_parent
from tests.live_server import free_port


class Etcd:
    """One member; what it knows lies in `folder` and outlives a kill."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.client, self.peer = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, members: "list[Etcd]") -> None:
        program = unpacked.find("etcd")
        assert program is not None, "etcd is missing: apt-get install -y etcd-server"
        addresses = {
            "listen-client-urls": self.client,
            "advertise-client-urls": self.client,
            "listen-peer-urls": self.peer,
            "initial-advertise-peer-urls": self.peer,
        }
        words = [f"--{name}=http://{address}" for name, address in addresses.items()]
        everybody = ",".join(f"{each.name}=http://{each.peer}" for each in members)
        self.process = subprocess.Popen(
            [
                program,
                f"--name={self.name}",
                f"--data-dir={self.folder}",
                f"--initial-cluster={everybody}",
                *words,
            ],
            stdin=subprocess.DEVNULL,
            stdout=self.folder.with_suffix(".log").open("ab"),
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
        )

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL; its data stay."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=30)

    def is_well(self) -> bool:
        """It has a leader, and most of the others agree."""
        try:
            return self.runs() and requests.get(f"http://{self.client}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def leads(self) -> bool:
        said = self._status()
        return bool(said) and said["leader"] == said["header"]["member_id"]

    def _status(self) -> dict[str, Any]:
        try:
            answer = requests.post(f"http://{self.client}/v3/maintenance/status", json={}, timeout=2)
        except requests.RequestException:
            return {}
        found: dict[str, Any] = answer.json() if answer.ok else {}
        return found
