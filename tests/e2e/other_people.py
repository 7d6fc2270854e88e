"""People beside the one whose phone is in the browser, speaking to the server as any client may."""

import json
import os
import subprocess
import sys
import urllib.request
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.conftest import Demo
from tests.live_server import ROOT, TEST_KEY

LOCAL = ZoneInfo("Asia/Shanghai")
DEVICE = {"name": "另一台手机"}


def local_now() -> datetime:
    return datetime.now(LOCAL)


def flask(demo: Demo, *words: str) -> str:
    """What a command of the served installation prints."""
    environment = os.environ | {"DATA_DIR": str(demo.data_dir), "DATABASE_URL": "", "SECRET_KEY": TEST_KEY}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout


class Person:
    """Somebody with a plain token, who sends entries."""

    def __init__(self, demo: Demo, *, path: str, proof: dict[str, str]) -> None:
        self.url = demo.url
        self.seq = 0
        self.token = ""
        signed_in = self.post(path, proof | {"device": DEVICE})
        self.token, self.member = signed_in["token"], signed_in["me"]["member"]

    def post(self, path: str, body: object) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        call = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(call, timeout=30) as answer:
            return json.load(answer)

    def send(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        at: datetime | None = None,
        status: str = "accepted",
        **more: Any,
    ) -> str:
        """The id of one entry that the server must take like this, else as a fact."""
        self.seq += 1
        at = at or local_now()
        entry = {
            "id": str(uuid.uuid4()),
            "seq": self.seq,
            "kind": kind,
            "v": 1,
            "recorded_at": at.isoformat(),
            "body": body,
        }
        envelope = {
            "protocol": 1,
            "sent_at": local_now().isoformat(),
            "cursor": None,
            "entries": [entry | more],
        }
        [result] = self.post("/api/v1/sync", envelope)["results"]
        assert result["status"] == status, result
        return str(entry["id"])

    def receives(self, station_id: str, *, at: datetime, summary: str, headcount: int = 3) -> str:
        """Writes down a reception."""
        body = {
            "station_id": station_id,
            "started_at": at.isoformat(),
            "channel": "walk_in",
            "party_kind": "person",
            "headcount": headcount,
            "topic": self.topics()[0],
            "summary": summary,
            "answered_on_spot": True,
            "wants_reply": False,
        }
        return self.send("reception", body, at=at)

    def topics(self) -> list[str]:
        call = urllib.request.Request(
            f"{self.url}/api/v1/topics", headers={"Authorization": f"Bearer {self.token}"}
        )
        with urllib.request.urlopen(call, timeout=30) as answer:
            return [topic["code"] for topic in json.load(answer)["topics"]]


def liaison(demo: Demo) -> Person:
    """The liaison of the demo's `station_id`."""
    secrets = demo.secrets["liaison"]
    proof = {"account": secrets["account"], "password": secrets["password"]}
    return Person(demo, path="/api/v1/sign-ins", proof=proof)


def another_phone(demo: Demo, *, member: str) -> Person:
    """Another phone of this member (by the member's own code)."""
    issued = flask(demo, "codes", "issue", "--network", "demo", "--member", member).strip().splitlines()[-1]
    return Person(demo, path="/api/v1/enrolments", proof={"code": json.loads(issued)["code"]})


def plan(demo: Demo, folder: Path, rows: list[tuple[str, str, int]]) -> None:
    """Imports a plan of mornings: (station code, member code, days from today)."""
    lines = ["站点,委员,日期,开始,结束"]
    for station, member, days in rows:
        lines.append(f"{station},{member},{(local_now() + timedelta(days=days)).date()},09:00,12:00")
    file = folder / "plan.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    flask(demo, "import", "plan", str(file), "--network", "demo", "--apply")
