"""The files of deploy/, run as they are but for addresses and folders.

nginx and PgBouncer come from the machine, or `make test` unpacks the distribution's packages. Where neither
is possible their tests are left out and `make test` says so.
"""

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from setup import unpacked
from setup.processes import end_with_parent
from tests.certificates import make_certificate
from tests.live_server import ROOT, LiveServer, free_port, is_taken
from tests.postgres import create_database, drop_database

NEEDED = {
    "test_nginx.py": "nginx",
    "test_pgbouncer.py": "pgbouncer",
    "test_units.py": "systemd-analyze",
}
collect_ignore = [file for file, program in NEEDED.items() if not unpacked.find(program)]


class Nginx:
    """nginx with deploy/nginx/workstation.conf in front of gunicorn on `upstream`, on ports of its own."""

    def __init__(self, folder: Path, *, upstream: int) -> None:
        self.folder = folder
        self.upstream = upstream
        self.http, self.https = free_port(), free_port()
        self.log = folder / "workstation.log"
        self.certificate = make_certificate(folder, ends_at=datetime.now(UTC) + timedelta(days=30))
        self.configuration = self._configure()
        self.process: subprocess.Popen[bytes] | None = None

    def _configure(self) -> Path:
        """The deployed file, with this machine's ports and folders in it."""
        text = (ROOT / "deploy" / "nginx" / "workstation.conf").read_text()
        for theirs, ours in {
            "server 127.0.0.1:8000": f"server 127.0.0.1:{self.upstream}",
            "listen 80;": f"listen {self.http};",
            "listen 443 ssl http2;": f"listen {self.https} ssl http2;",
            "/etc/letsencrypt/live/workstation.example.org/fullchain.pem": str(self.certificate),
            "/etc/letsencrypt/live/workstation.example.org/privkey.pem": str(self.certificate),
            "server_name workstation.example.org": "server_name localhost",
            "/var/log/nginx/": f"{self.folder}/",
        }.items():
            assert theirs in text, f"workstation.conf no longer says {theirs}"
            text = text.replace(theirs, ours)
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        file = self.folder / "nginx.conf"
        file.write_text(
            f"{user} daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;\n"
            f"events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{temporary}\n{text}\n}}\n"
        )
        return file

    def command(self, *words: str) -> list[str]:
        program = unpacked.find("nginx")
        assert program is not None, unpacked.ADVICE[0]
        return [program, "-e", f"{self.folder}/early.log", "-c", str(self.configuration), *words]

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(), env=unpacked.environment(), preexec_fn=end_with_parent, stdin=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while not is_taken(self.https):
            assert self.process.poll() is None, (self.folder / "early.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def production(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Nginx, LiveServer]]:
    """nginx, gunicorn and PostgreSQL; a test that stops one of them starts it again."""
    name = f"test_{uuid.uuid4().hex}"
    create_database(postgres_url, name, template=postgres_template)
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    server = LiveServer(database_url=url, data_dir=tmp_path_factory.mktemp("data"), workers=2)
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), upstream=server.port)
    server.start()
    nginx.start()
    try:
        yield nginx, server
    finally:
        nginx.stop()
        server.kill()
        drop_database(postgres_url, name)
