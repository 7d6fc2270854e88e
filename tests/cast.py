"""The cast: a small network with people of every role, another network beside it, and phones that sync.

Names say who they are. Every network also holds rows that no test asks for, so that a query which forgot
its condition is found out.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api import clock, create_app
from api.codes import code_hash, new_code
from workstation.database import db, writing
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.ids import new_id
from workstation.network.models import Division, Network, Sector, Station, Topic
from workstation.people.models import Member, StationMember
from workstation.people.operations import issue_code
from workstation.people.passwords import hash_password
from workstation.people.rules import CODE_LIVES

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday, 12:00 in Shenzhen
PASSWORD = "a password only for tests"
HALL = (22.5431, 114.0579)


@dataclass
class Place:
    """One network of the cast: ids by the names that tests use."""

    id: int
    code: str
    divisions: dict[str, str] = field(default_factory=dict)
    stations: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)


class Phone:
    """A phone of one person: makes entries, numbers them, and syncs as the contract says."""

    def __init__(self, client: FlaskClient, *, token: str, device_id: str) -> None:
        self.client = client
        self.token = token
        self.device_id = device_id
        self.seq = 0
        self.cursor: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, headers=self.headers, **kwargs)

    def post(self, path: str, body: object) -> TestResponse:
        return self.client.post(path, json=body, headers=self.headers)

    def entry(
        self, kind: str, body: dict[str, Any], *, at: datetime | None = None, **more: Any
    ) -> dict[str, Any]:
        """An entry as a phone freezes it."""
        self.seq += 1
        made = {
            "id": new_id(),
            "seq": self.seq,
            "kind": kind,
            "v": 1,
            "recorded_at": (at or clock.now()).isoformat(),
            "elapsed_ms": None,
            "body": body,
        }
        return made | more

    def check_in(self, station_id: str, **more: Any) -> dict[str, Any]:
        at = more.pop("at", None)
        return self.entry("check_in", {"station_id": station_id, "purpose": "duty"} | more, at=at)

    def shift_start(self, station_id: str, **more: Any) -> dict[str, Any]:
        at = more.pop("at", None)
        return self.entry("shift_start", {"station_id": station_id} | more, at=at)

    def shift_end(self, shift_id: str, **more: Any) -> dict[str, Any]:
        at = more.pop("at", None)
        return self.entry("shift_end", {"shift_id": shift_id} | more, at=at)

    def reception(self, station_id: str, **more: Any) -> dict[str, Any]:
        at = more.pop("at", None)
        body = {
            "station_id": station_id,
            "started_at": (at or clock.now()).isoformat(),
            "channel": "walk_in",
            "party_kind": "person",
            "headcount": 2,
            "topic": "housing",
            "summary": "加装电梯",
            "answered_on_spot": True,
            "wants_reply": False,
        }
        return self.entry("reception", body | more, at=at)

    def about(self, kind: str, target_id: str, **more: Any) -> dict[str, Any]:
        """A correction or withdrawal."""
        return self.entry(kind, {"target_id": target_id, "reason": "记错了"} | more)

    def call(self, *entries: object, **more: Any) -> TestResponse:
        """One sync call, whatever it answers."""
        envelope = {
            "protocol": 1,
            "sent_at": clock.now().isoformat(),
            "cursor": self.cursor,
            "pending": 0,
            "entries": list(entries),
        }
        return self.client.post("/api/v1/sync", json=envelope | more, headers=self.headers)

    def sync(self, *entries: object, **more: Any) -> list[dict[str, Any]]:
        """One sync call that must succeed; its results."""
        answer = self.call(*entries, **more)
        assert answer.status_code == 200, answer.text
        return list(answer.json["results"])

    def pull(self) -> list[dict[str, Any]]:
        """All changes since the last pull, page by page."""
        wait_for_feed(self.client)
        changes: list[dict[str, Any]] = []
        more = True
        while more:
            answer = self.call().json
            changes += answer["changes"]
            self.cursor, more = answer["cursor"], answer["more"]
        return changes


def wait_for_feed(client: FlaskClient) -> None:
    """Until the feed has caught up: on PostgreSQL it trails while any other test's transaction runs."""
    caught_up = text(
        "SELECT coalesce(max(tx), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM changes"
    )
    with client.application.app_context():
        if db.engine.dialect.name == "postgresql":
            deadline = monotonic() + 20
            while not db.session.scalar(caught_up) and monotonic() < deadline:
                db.session.rollback()
                sleep(0.01)


class Cast:
    """Both networks, and ways to act as their people."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        with app.app_context():
            self.here = _network("here")
            self.elsewhere = _network("elsewhere")

    def code_for(self, who: str, *, network: Place | None = None) -> str:
        """A fresh enrolment code for one of the cast."""
        network = network or self.here
        code = new_code()
        with self.app.app_context(), writing():
            issue_code(
                network_id=network.id,
                code_hash=code_hash(code, keys=self.app.extensions["keys"]),
                now=clock.now(),
                lives=CODE_LIVES,
                member_id=network.members[who],
            )
        return code

    def phone(self, who: str, *, network: Place | None = None) -> Phone:
        """A freshly enrolled phone of one of the cast."""
        body = {"code": self.code_for(who, network=network), "device": {"name": f"phone of {who}"}}
        answer = self.client.post("/api/v1/enrolments", json=body)
        assert answer.status_code == 201, answer.text
        return Phone(self.client, token=answer.json["token"], device_id=answer.json["device_id"])

    def scalar(self, statement: Any) -> Any:
        """Asks the database behind the product's back."""
        with self.app.app_context():
            return db.session.scalar(statement)


def _network(code: str) -> Place:
    with writing():
        network = Network(
            code=code,
            name=f"网络 {code}",
            is_demo=True,
            bounds=[22.3, 113.7, 22.9, 114.7],
            standard=["统一标识", "固定阵地", "明确职责", "配套工作机制"],
            thresholds={},
            rules_version=1,
            created_at=NOON,
        )
        db.session.add(network)
        db.session.flush()
        made = Place(id=network.id, code=code)
        _divisions(made)
        _stations(made)
        _people(made)
    return made


def _divisions(made: Place) -> None:
    paths: dict[str, list[str]] = {}
    tree = {
        "city": None,
        "nanshan": "city",
        "futian": "city",
        "yuehai": "nanshan",
        "xili": "nanshan",
        "huafu": "futian",
    }
    levels = {"city": "city", "nanshan": "district", "futian": "district"}
    for position, (name, parent) in enumerate(tree.items()):
        made.divisions[name] = new_id()
        paths[name] = [*paths.get(parent or "", []), made.divisions[name]]
        division = Division(
            network_id=made.id,
            id=made.divisions[name],
            code=f"4403{position:02}",
            name=name,
            level=levels.get(name, "street"),
            parent_id=made.divisions[parent] if parent else None,
            path=paths[name],
            valid_from=date(2000, 1, 1),
        )
        db.session.add(division)
        db.session.flush()
    _announce(made, "division", made.divisions.values())


def _stations(made: Place) -> None:
    db.session.add(Sector(network_id=made.id, code="health", name="医药卫生界"))
    topics = [
        Topic(network_id=made.id, code=code, id=new_id(), name=name, position=position)
        for position, (code, name) in enumerate({"housing": "住房", "schools": "教育"}.items())
    ]
    db.session.add_all(topics)
    db.session.flush()
    places = {
        "hall": ("yuehai", 0.0),
        "annex": ("yuehai", 0.01),
        "far": ("xili", 0.05),
        "other": ("huafu", 0.1),
    }
    for name, (division, north) in places.items():
        made.stations[name] = new_id()
        db.session.add(
            Station(
                network_id=made.id,
                id=made.stations[name],
                code=name.upper(),
                name=f"{name} 委员工作站",
                initials=f"{name}wygzz",
                kind="workstation",
                level="street",
                division_id=made.divisions[division],
                lat=HALL[0] + north,
                lon=HALL[1],
                fence_radius_m=300,
                serves_street=True,
                status="open",
                opened_on=date(2020, 1, 1),
                code_epoch=1,
            )
        )
    db.session.flush()
    _announce(made, "station", made.stations.values())
    _announce(made, "topic", [topic.id for topic in topics])


def _people(made: Place) -> None:
    roles = {
        "member": ("member", "hall", None),
        "colleague": ("member", "hall", None),
        "stranger": ("member", "other", None),
        "liaison": ("liaison", "hall", None),
        "other_liaison": ("liaison", "other", None),
        "district_officer": ("district_office", None, "nanshan"),
        "other_officer": ("district_office", None, "futian"),
        "city_officer": ("city_office", None, None),
        "auditor": ("auditor", None, None),
    }
    for name, (role, station, division) in roles.items():
        made.members[name] = new_id()
        db.session.add(
            Member(
                network_id=made.id,
                id=made.members[name],
                code=name,
                name=f"{name}（测试）",
                role=role,
                division_id=made.divisions[division] if division else None,
                account=f"{name}@{made.code}",
                password_hash=TEST_HASH,
            )
        )
        db.session.flush()
        if station:
            link = StationMember(
                network_id=made.id, station_id=made.stations[station], member_id=made.members[name]
            )
            db.session.add(link)


TEST_HASH = hash_password(PASSWORD)


def _announce(made: Place, noun: str, ids: Any) -> None:
    publish(network_id=made.id, changes=[FeedChange(EVERYBODY, noun, id) for id in ids])


class Time:
    """The server's clock in a test's hand."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def passes(self, **kwargs: float) -> None:
        self.moment += timedelta(**kwargs)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Noon of a Friday, until the test lets time pass."""
    held = Time()
    monkeypatch.setattr(clock, "now", held.now)
    return held


@pytest.fixture
def cast(app: Flask, time: Time) -> Cast:
    """The cast on a fresh database of each kind."""
    return Cast(app)


@pytest.fixture
def sqlite_cast(sqlite_database: str, tmp_path: Path, time: Time) -> Cast:
    """The cast on SQLite alone: for what does not come to know its database."""
    from tests.databases import settings  # a plugin itself, which pytest wants to import first

    return Cast(create_app(settings(database_url=sqlite_database, data_dir=tmp_path)))


def any_uuid() -> str:
    """An id that nobody has."""
    return str(uuid.uuid4())
