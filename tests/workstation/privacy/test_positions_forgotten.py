"""Coordinates are judged and forgotten: every position ever sent is searched for wherever the server writes.

A real server with several workers takes positions by every door it has. Then its database (as files and as
rows), logs, held box, exports, answers and a backup are searched, in every form a number can take.
"""

import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import psycopg
import pytest
import requests
from sqlalchemy import make_url, text

from api import clock, create_app
from tests.cast import NOON, Cast, Phone, any_uuid
from tests.databases import OWN_SERVER, settings
from tests.live_server import LiveServer
from tests.postgres import INSTALLED
from tests.workstation.privacy.position_traces import find_traces
from workstation.backups.operations import create_backup, unpack
from workstation.database import db
from workstation.keys import Keys
from workstation.privacy.people import tell_all
from workstation.sync.entries import Seal
from workstation.sync.held import open_up
from workstation.sync.models import HeldEntry
from workstation.sync.seals import unseal

BACKUP_KEY = b"b" * 32
# One for each door, so that a leak says where it came from. None is a station's own.
DOORS = (
    "inside", "shift", "outside", "station_unknown", "invalid", "newer_version", "unknown_kind",
    "conflict_first", "conflict_second", "correction", "behalf", "not_an_entry", "broken_envelope", "nearest",
    "revoked", "too_old",
)  # fmt: skip
POSITIONS = {
    door: (22.543_418_461_97 + step * 0.000_013_577_31, 114.058_213_537_41 + step * 0.000_017_313_59)
    for step, door in enumerate(DOORS)
}


def fix(door: str, **more: Any) -> dict[str, Any]:
    lat, lon = POSITIONS[door]
    return {"lat": lat, "lon": lon, "accuracy_m": 12, "age_s": 1} | more


class Traffic:
    """Sends positions through a real server, and keeps what it answers."""

    def __init__(self, server: LiveServer, cast: Cast) -> None:
        self.server, self.cast, self.answers = server, cast, []
        self.hall = cast.here.stations["hall"]
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, method: str, path: str, phone: Phone, **more: Any) -> requests.Response:
        headers = phone.headers | more.pop("headers", {})
        answer = self.session.request(method, f"{self.server.url}/api/v1/{path}", headers=headers, **more)
        self.answers.append(answer.content)
        return answer

    def send(self, phone: Phone, *entries: object, status: int = 200) -> list[dict[str, Any]]:
        envelope = {"protocol": 1, "sent_at": clock.now().isoformat(), "cursor": None, "pending": 0}
        answer = self.ask("POST", "sync", phone, json=envelope | {"entries": list(entries)})
        assert answer.status_code == status, answer.text
        return list(answer.json().get("results", []))

    def run(self) -> None:
        """By every door."""
        member, staff = self.cast.phone("member"), self.cast.phone("city_officer")
        first = member.check_in(self.hall, fix=fix("conflict_first"))
        second = first | {"body": first["body"] | {"fix": fix("conflict_second"), "purpose": "visit"}}
        correction = member.about("correction", first["id"], changes={"fix": fix("correction")})
        odd = member.check_in(self.hall, fix=fix("invalid", wrong="field"), stated_at="nine")
        results = self.send(
            member,
            member.check_in(self.hall, fix=fix("inside")),
            member.shift_start(self.hall, fix=fix("shift")),
            member.check_in(self.cast.here.stations["other"], fix=fix("outside")),
            member.check_in(any_uuid(), fix=fix("station_unknown")),
            member.check_in(self.hall, fix=fix("too_old", age_s=100_000)),
            odd,
            member.check_in(self.hall, fix=fix("newer_version")) | {"v": 9},
            member.entry("walk", {"station_id": self.hall, "fix": fix("unknown_kind")}),
            first,
            correction,
            member.check_in(self.hall, fix=fix("behalf"))
            | {"on_behalf_of": self.cast.here.members["colleague"]},
            {"fix": fix("not_an_entry")},
        )
        assert {result["status"] for result in results} == {"accepted", "held", "rejected"}
        assert self.send(member, second)[0]["status"] == "conflict"
        self.ask("POST", "sync", member, json={"fix": fix("broken_envelope"), "protocol": 1})
        self.ask("GET", "stations", member, params={"near": "{},{}".format(*POSITIONS["nearest"])})
        gone = self.cast.phone("stranger")
        self.ask("DELETE", f"devices/{gone.device_id}", staff)
        self.send(gone, gone.check_in(self.hall, fix=fix("revoked")))
        self.read(member, staff)

    def read(self, member: Phone, staff: Phone) -> None:
        """Everything that people can see or save."""
        window = "from=2020-01-01&to=2030-01-01"
        for path in (
            "held-entries", "records", f"coverage/facts?figure=check_ins&{window}",
            "coverage.csv?window=90d&by=station", "coverage.xlsx?window=90d&by=station",
            f"coverage/stations/{self.hall}.xlsx?window=90d", "coverage/gaps.csv?window=90d", "devices",
            "reports/preview.docx?period=2026",
        ):  # fmt: skip
            self.ask("GET", path, member if path == "records" else staff)
        self.ask("GET", "audit-events.csv", self.cast.phone("auditor"))
        self.send(member)


@pytest.fixture
def traffic(live_server: LiveServer) -> Iterator[Traffic]:
    made = settings(database_url=live_server.database_url, data_dir=live_server.data_dir)
    app = create_app(made)
    sent = Traffic(live_server, Cast(app))
    sent.run()
    yield sent
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_no_position_that_was_sent_is_anywhere(traffic: Traffic, tmp_path: Path) -> None:
    live = live_places(traffic)
    traffic.server.stop()
    searched = dict([*live, *files_of(traffic), *backup_of(traffic, tmp_path)])
    assert len(searched) > 20
    assert sum(map(len, searched.values())) > 500_000
    found = {
        place: traces for place, content in searched.items() if (traces := find_traces(content, POSITIONS))
    }
    assert not found


def live_places(traffic: Traffic) -> list[tuple[str, bytes]]:
    """Rows, what is encrypted in them, answers, and what one person is told."""
    app, here = traffic.cast.app, traffic.cast.here
    keys = app.extensions["keys"]
    places = [(f"answer {number}", unzipped(each)) for number, each in enumerate(traffic.answers)]
    with app.app_context():
        for table in db.Model.metadata.sorted_tables:
            rows = db.session.execute(text(f"SELECT * FROM {table.name}")).all()
            if table.name not in ("stations", "networks", "division_outlines"):
                places.append((f"rows of {table.name}", str(rows).encode()))
        held = db.session.scalars(db.select(HeldEntry))
        opened = [
            open_up(each.content, network_id=here.id, entry_id=each.entry_id, keys=keys) for each in held
        ]
        assert len(opened) >= 5
        places.append(("held box", str(opened).encode()))
        told = tell_all(network_id=here.id, member_id=here.members["member"], keys=keys)
        places.append(("one person's data", str(told).encode()))
    places.append(("seals", str(seals_in(traffic, keys)).encode()))
    return places


def seals_in(traffic: Traffic, keys: Keys) -> list[Any]:
    """What phones keep for the server, opened."""
    answered = [json.loads(each) for each in traffic.answers if each.startswith(b'{"server_time"')]
    results = [result for answer in answered for result in answer["results"] if result.get("sealed")]
    opened = [
        unseal(Seal(id=result["id"], sealed=result["sealed"]), network_id=traffic.cast.here.id, keys=keys)
        for result in results
    ]
    assert len(opened) >= 10
    return opened


def files_of(traffic: Traffic) -> Iterator[tuple[str, bytes]]:
    """Everything that the server wrote: its folder with the log, and PostgreSQL's own files."""
    url = make_url(traffic.server.database_url)
    folders = [traffic.server.data_dir]
    if url.get_backend_name() == "sqlite":
        yield "SQLite", Path(str(url.database)).read_bytes()
        folders.append(Path(str(url.database)).parent)
    elif not OWN_SERVER:
        yield from postgres_files(traffic.server.database_url)
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                yield str(file), file.read_bytes()


def postgres_files(url: str) -> Iterator[tuple[str, bytes]]:
    """The heap, the indexes and the write-ahead log, once all is written out."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        folder = Path(connection.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]  # it has one
        oid = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        log = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
    assert oid is not None
    assert log is not None
    files = sorted((folder / "base" / str(oid[0])).iterdir())
    yield "PostgreSQL's files", b"".join(file.read_bytes() for file in files)
    yield "PostgreSQL's log of writes", (folder / "pg_wal" / log[0]).read_bytes()


def backup_of(traffic: Traffic, tmp_path: Path) -> Iterator[tuple[str, bytes]]:
    """A backup as it is made, opened again."""
    made = traffic.cast.app
    with made.app_context():
        backup = create_backup(
            folder=tmp_path / "backups",
            scratch=tmp_path,
            key=BACKUP_KEY,
            secret_id="",
            data_key=0,
            now=NOON,
            programs=INSTALLED / "pginstall" / "bin",
        )
    unpack(backup.path, to=tmp_path / "unpacked", key=BACKUP_KEY)
    yield "backup", (tmp_path / "unpacked").read_bytes()


def unzipped(content: bytes) -> bytes:
    """Of a workbook or document, what is packed in it."""
    if not is_zipfile(io.BytesIO(content)):
        return content
    with ZipFile(io.BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param("{lat},{lon}", id="digits"),
        pytest.param("{lat:.5f} {lon:.5f}", id="five-digits"),
        pytest.param("{lat:.7f}", id="latitude-alone"),
        pytest.param(b"<d", id="double"),
        pytest.param(b">d", id="double-big-endian"),
        pytest.param(b"<f", id="float"),
        pytest.param(b">f", id="float-big-endian"),
        pytest.param(b"<i", id="ten-millionths"),
    ],
)
def test_the_search_would_find_it(planted: str | bytes) -> None:
    lat, lon = POSITIONS["inside"]
    if isinstance(planted, str):
        content = planted.format(lat=lat, lon=lon).encode()
    elif planted.endswith(b"i"):
        content = struct.pack("<2i", round(lat * 1e7), round(lon * 1e7))
    else:
        content = struct.pack(planted[:1].decode() + "2" + planted[1:].decode(), lat, lon)
    assert find_traces(b"noise" * 50 + content + b"noise" * 50, POSITIONS)
    assert not find_traces(b"noise" * 100, POSITIONS)
