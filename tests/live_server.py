"""The server as it runs in production, gunicorn with several workers, on a free port of this machine."""

import os
import random
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from setup.processes import end_with_parent, running, send

ROOT = Path(__file__).parent.parent
WORKERS = 3
# The same as in tests/databases.py, so that a test can also act behind the server's back.
TEST_KEY = "a key that only tests use" * 2
READY_WITHIN_S = 60
# Above those that a browser refuses, and below those that Linux gives to anybody.
PORTS = range(12_000, 32_000)
HELD: list[socket.socket] = []
GUNICORN = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
# Forked from a process that has imported the application: importing is most of a start, and of a worker's.
WARM = get_context("forkserver")
WARM.set_forkserver_preload(["tests.warm"])


class LiveServer:
    """Started with `start()`, ended with `stop()` or, without mercy, `kill()`; the port stays the same."""

    def __init__(
        self, *, database_url: str, data_dir: Path, workers: int = WORKERS, under: Sequence[str] = ()
    ) -> None:
        self.database_url = database_url
        self.data_dir = data_dir
        self.workers = workers
        self.under = under  # a program that watches it, such as strace
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: BaseProcess | None = None

    def start(self) -> "LiveServer":
        """Returns when /readyz answers 200."""
        self.process = WARM.Process(target=serve, args=(self.environment(), self.log_file, self.under))
        self.process.start()
        self._wait_until_ready()
        return self

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the server and all its workers at the same moment."""
        self._end(signal.SIGKILL)

    def kill_worker(self) -> None:
        """SIGKILL to one of the workers, as when memory runs out; the server starts another."""
        if found := self.worker_pids():
            send([random.choice(found)], signal.SIGKILL)

    def kill_master(self) -> None:
        """SIGKILL to the server but not to its workers; returns when they have noticed and left the port."""
        assert self.process is not None
        self.process.kill()
        self.process.join(timeout=30)
        deadline = time.monotonic() + READY_WITHIN_S
        while is_taken(self.port):
            assert time.monotonic() < deadline, "workers outlive their server"
            time.sleep(0.05)

    def worker_pids(self) -> list[int]:
        assert self.process is not None
        return sorted(pid for pid, parent in running().items() if parent == self.process.pid)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def log_file(self) -> Path:
        return self.data_dir / "server.log"

    def environment(self) -> dict[str, str]:
        """Its settings: for commands that act beside it."""
        return os.environ | {
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": TEST_KEY,
            "DATA_DIR": str(self.data_dir),
            "WEB_CONCURRENCY": str(self.workers),
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not answers(f"{self.url}/readyz"):
            assert self.process is not None
            if not self.process.is_alive() or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not get ready:\n{self.log()}")
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.is_alive():
            assert self.process.pid is not None
            os.killpg(self.process.pid, how)
            self.process.join(timeout=30)
            assert not self.process.is_alive(), "the server does not end"


def serve(environment: dict[str, str], log: Path, under: Sequence[str]) -> None:
    """Be gunicorn, with this environment, writing into `log`; `under` another program if one is given."""
    os.setsid()
    end_with_parent()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file, open(os.devnull) as nothing:
        for own, other in ((0, nothing), (1, file), (2, file)):
            os.dup2(other.fileno(), own)
    if under:
        os.execvp(under[0], [*under, sys.executable, "-m", *GUNICORN])
    from gunicorn.app.wsgiapp import run

    sys.argv = GUNICORN
    run()


def free_port() -> int:
    """A port that is free, and until this process ends for this caller alone.

    The system gives none of PORTS to whoever asks for any, nor to a connection: a server that was killed
    finds its port free when it starts again.
    """
    for port in random.sample(PORTS, len(PORTS)):
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        # Now a server that asks for the same may have it, and the next caller of this function may not.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        HELD.append(holder)
        return port
    raise AssertionError("no port is free")


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def live_server(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A fresh database served by several workers."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    server = LiveServer(database_url=database_url, data_dir=data_dir).start()
    yield server
    server.stop()
