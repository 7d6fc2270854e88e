"""Two networks on the real server, their phones, and the reference that is asked the same questions.

Every call goes through HTTP. Each answer is compared with the reference at once, and looked through for
anything of the other network.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Update, select, text, update
from werkzeug.test import TestResponse

from api import clock, create_app
from api.restores import begin_counted_epoch
from tests.cast import NOON, Cast, Place
from tests.databases import settings
from tests.workstation.sync.model.phone import Call, Phone
from tests.workstation.sync.model.reference import Device, Expected, Kept, Reference, Seal, Second
from tests.workstation.sync.model.stores import PostgresStore, SqliteStore
from workstation.database import db, writing
from workstation.feed.models import EVERYBODY, Installation
from workstation.feed.operations import FeedChange, publish
from workstation.network.models import Station
from workstation.people.models import Member, StationMember

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Whose phone, and in which network; two of them are one person's.
PHONES = {
    "first": ("member", "here"),
    "second": ("member", "here"),
    "colleague": ("colleague", "here"),
    "liaison": ("liaison", "here"),
    "elsewhere": ("member", "elsewhere"),
}


@dataclass(frozen=True)
class Backup:
    """The server's database and what the reference knew then."""

    stored: Any
    references: dict[str, Reference]


class World:
    """The server with its networks. `begin` makes it new for each run."""

    def __init__(self, store: SqliteStore | PostgresStore, data_dir: Path) -> None:
        self.store = store
        self.data_dir = data_dir
        self.app: Flask = create_app(settings(database_url=store.url, data_dir=data_dir))
        store.let_go = self._disconnect
        self.now = NOON
        self.cast = Cast(self.app)
        self.client = self.cast.client
        self.places = {"here": self.cast.here, "elsewhere": self.cast.elsewhere}
        clock.now = lambda: self.now
        self.references = {name: _reference(place) for name, place in self.places.items()}
        self._forget()
        self.office = self.enrol("city_officer", "here")
        self.templates = {name: self.enrol(*who) for name, who in PHONES.items()}
        for phone in self.templates.values():
            call = phone.prepare(now=self.now)
            self.take_in(phone, call, self.post(phone, call))
        self.template = self.back_up()

    def _disconnect(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def begin(self) -> None:
        """Everything as it was when everybody had just been enrolled and had pulled once."""
        clock.now = lambda: self.now
        self.now = NOON
        self._put_back(self.template)
        for counted in ("restores", "last_epoch_start"):
            (self.data_dir / counted).unlink(missing_ok=True)
        if isinstance(self.store, PostgresStore):
            self.store.forget_backups()
        self.phones = deepcopy(self.templates)
        self._forget()

    def _forget(self) -> None:
        """What one run knows and the next does not."""
        self.backups: list[Backup] = []
        self.seals: dict[str, Seal] = {}
        self.numbers: dict[tuple[str, int], tuple[str, str]] = {}
        self.ids = {name: set(self.known_ids(place)) for name, place in self.places.items()}
        self.made = 0

    def known_ids(self, place: Place) -> list[str]:
        return [*place.divisions.values(), *place.stations.values(), *place.members.values()]

    # -- people and their phones ---------------------------------------------------------------------

    def enrol(self, person: str, network: str) -> Phone:
        device_id, token = self.sign_in(person, network)
        return Phone(person=person, network=network, device_id=device_id, token=token)

    def sign_in(self, person: str, network: str) -> tuple[str, str]:
        """A new device id and token of this person."""
        phone = self.cast.phone(person, network=self.places[network])
        reference = self.references[network]
        reference.devices[phone.device_id] = Device(member=self.places[network].members[person])
        reference.tokens[phone.token] = phone.device_id
        return phone.device_id, phone.token

    def sign_out(self, phone: Phone) -> None:
        headers = {"Authorization": f"Bearer {phone.storage.token}"}
        answer = self.client.delete("/api/v1/sign-ins/current", headers=headers)
        if answer.status_code == 204:  # to who is not welcome only sync is open
            del self.references[phone.network].tokens[phone.storage.token]

    def knows(self, phone: Phone) -> bool:
        """Whether the server still takes this phone's token."""
        return phone.storage.token in self.references[phone.network].tokens

    def is_disabled(self, phone: Phone) -> bool:
        member_id = self.places[phone.network].members[phone.person]
        return member_id in self.references[phone.network].disabled

    def next_id(self) -> str:
        """Ids whose order says nothing about the order of recording: phones' clocks are wrong."""
        self.made += 1
        return f"{self.made * 0x9E3779B1 & 0xFFFFFFFF:08x}-0000-7000-8000-{self.made:012x}"

    # -- calls ---------------------------------------------------------------------------------------

    def post(self, phone: Phone, call: Call) -> TestResponse:
        """One call as the server takes it, checked; what the phone makes of the answer is its own affair."""
        self.ids[phone.network].update(call.ids)
        headers = {"Authorization": f"Bearer {call.token}"}
        answer = self.client.post("/api/v1/sync", json=call.envelope, headers=headers)
        reference = self.references[phone.network]
        if call.token not in reference.tokens:
            assert answer.status_code == 401, answer.text
            return answer
        assert answer.status_code == 200, answer.text
        self._check_results(phone.network, call, answer.json["results"])
        self._check_changes(phone.network, call, answer)
        return answer

    def _check_results(self, network: str, call: Call, results: list[dict[str, Any]]) -> None:
        entries = [self._opened(entry) for entry in call.envelope["entries"]]
        expected = self.references[network].receive(token=call.token, entries=entries)
        assert [result["id"] for result in results] == call.ids
        for result, hope in zip(results, expected, strict=True):
            code = None if hope.status in ("accepted", "duplicate") else hope.code
            assert (result["status"], result["code"]) == (hope.status, code), (result, hope)
            self._check_number(network, result, hope)

    def _opened(self, entry: dict[str, Any]) -> Any:
        return self.seals[entry["sealed"]] if "sealed" in entry else entry

    def _check_number(self, network: str, result: dict[str, Any], hope: Expected) -> None:
        """The same number for the same entry for ever, and never the same for two."""
        assert hope.holder is not None
        number = result["receipt_no"]
        hope.holder.number = hope.holder.number or number
        assert number == hope.holder.number, (result, hope)
        whose = (hope.holder.entry["id"], wording_of(hope.holder))
        assert self.numbers.setdefault((network, number), whose) == whose, (result, hope)
        self.seals[result["sealed"]] = Seal(deepcopy(hope.holder))

    def _check_changes(self, network: str, call: Call, answer: TestResponse) -> None:
        """Nothing of another network, no receipt of another person, nothing for who is not welcome."""
        found = set(UUID.findall(answer.text))
        strangers = set().union(*(ids for name, ids in self.ids.items() if name != network))
        assert not found & strangers
        reference = self.references[network]
        device = reference.devices[reference.tokens[call.token]]
        changes = answer.json["changes"]
        for change in changes:
            if change["noun"] == "receipt":
                assert device.member in reference.readers_of(change["id"], change["data"]), change
        assert not (changes and (device.is_revoked or device.member in reference.disabled))

    def take_in(self, phone: Phone, call: Call, answer: TestResponse) -> None:
        if answer.status_code == 200:
            phone.take_in(call, answer.json)
        else:
            phone.storage.is_paused = True

    # -- what staff do -------------------------------------------------------------------------------

    def revoke(self, phone: Phone) -> None:
        path = f"/api/v1/devices/{phone.storage.device_id}"
        known = self.references["here"].devices.get(phone.storage.device_id)
        answer = self.client.delete(path, headers=self.office_headers)
        assert answer.status_code == (204 if known else 404), answer.text
        if known:
            known.is_revoked = True

    @property
    def office_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.office.storage.token}"}

    def decide(self, entry_id: str, said: str, *, release: bool) -> None:
        """Staff settle what is held; the reference knows whether they may."""
        content_hash = self.hash_of(entry_id, said)
        verb = "release" if release else "close"
        answer = self.client.post(
            f"/api/v1/held-entries/{entry_id}/{verb}",
            json={"content_hash": content_hash, "reason": "核对过"},
            headers=self.office_headers,
        )
        reference = self.references["here"]
        if release:
            fits = reference.release(entry_id, said)
            assert (answer.status_code == 204) is fits, answer.text
            assert answer.status_code in (204, 409), answer.text
        else:
            assert answer.status_code == 204, answer.text
            reference.close(entry_id, said)

    def hash_of(self, entry_id: str, said: str) -> str:
        """The server's name for a wording, by the number under which it is held."""
        reference = self.references["here"]
        kept = reference.kept.get(entry_id)
        holder = kept if kept and kept.said == said else reference.seconds[entry_id, said]
        find = "SELECT content_hash FROM held_entries WHERE network_id = :network AND receipt_no = :number"
        where = {"network": self.places["here"].id, "number": holder.number}
        return str(self.cast.scalar(text(find).bindparams(**where)))

    def disable(self, person: str, *, disabled: bool) -> None:
        member_id = self.places["here"].members[person]
        self._write(
            update(Member).where(Member.id == member_id).values(disabled_at=self.now if disabled else None)
        )
        people = self.references["here"].disabled
        (people.add if disabled else people.discard)(member_id)

    def move(self, person: str, station: str) -> None:
        """The person belongs to this station and no other."""
        place = self.places["here"]
        member_id, station_id = place.members[person], place.stations[station]
        link = update(StationMember).where(StationMember.member_id == member_id)
        self._write(link.values(station_id=station_id))
        self.references["here"].stations_of[member_id] = {station_id}

    def rename(self, station: str, name: str) -> None:
        """The office gives a station another name, and everybody is told."""
        place = self.places["here"]
        id = place.stations[station]
        self._write(
            update(Station).where(Station.id == id).values(name=name),
            lambda: publish(network_id=place.id, changes=[FeedChange(EVERYBODY, "station", id)]),
        )

    def _write(self, statement: Update, and_then: Callable[[], None] = lambda: None) -> None:
        with self.app.app_context(), writing():
            db.session.execute(statement)
            and_then()

    # -- backups -------------------------------------------------------------------------------------

    def back_up(self) -> Backup:
        references = {name: reference.copy() for name, reference in self.references.items()}
        return Backup(stored=self.store.back_up(), references=references)

    def _put_back(self, backup: Backup) -> None:
        self.store.put_back(backup.stored)
        self.references = {name: reference.copy() for name, reference in backup.references.items()}

    def restore(self, backup: Backup, *, announced: bool) -> None:
        """Puts a backup back. Announced, as the command does; else the server must notice by itself."""
        self._put_back(backup)
        if announced:
            with self.app.app_context(), writing():
                begin_counted_epoch(data_dir=self.data_dir)

    def standing(self) -> tuple[str, int]:
        """The epoch of the database, and the number of its last change (SQLite)."""
        with self.app.app_context():
            row = db.session.execute(select(Installation.epoch, Installation.last_change_seq)).one()
            return str(row[0]), int(row[1])

    def close(self) -> None:
        self.store.remove()


def wording_of(holder: Kept | Second) -> str:
    return json.dumps(holder.entry["body"], sort_keys=True)


def _reference(place: Place) -> Reference:
    ids = place.members
    stations = {"member": "hall", "colleague": "hall", "stranger": "other", "liaison": "hall"}
    roles = {id: name if name in ("liaison", "auditor") else "member" for name, id in ids.items()}
    return Reference(
        roles=roles | {ids["city_officer"]: "city_office"},
        stations=set(place.stations.values()),
        stations_of={id: {place.stations[stations.get(name, "other")]} for name, id in ids.items()},
        topics={"housing", "schools"},
    )
