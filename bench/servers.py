"""gunicorn as in production, workers of four threads, on a free port: for the product and its peers."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.databases import SECRET
from tests.live_server import ROOT, answers, free_port

OURS, BARE, ONE_INSERT = "wsgi:app", "bench.peers.bare:app", "bench.peers.one_insert:app"
READY_WITHIN_S = 60


@contextlib.contextmanager
def served(application: str, *, database_url: str, data_dir: Path, workers: int) -> Iterator[int]:
    """The port on which it answers."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": SECRET,
        "WEB_CONCURRENCY": str(workers),
        "WEB_THREADS": "4",
        "CALLS_A_MINUTE": "1000000",  # few phones here ask for many
    }
    with (data_dir / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application],
            cwd=ROOT,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port)
        yield port
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{_end_of(data_dir / 'server.log')}") from error
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not answers(f"http://127.0.0.1:{port}/readyz"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not get ready")
        time.sleep(0.05)


def _end_of(log: Path) -> str:
    """What the server said last, without the line of each call that went well."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if '"status": 200' not in line]
    return "\n".join(lines[-40:])
