"""What a code is worth, what is said beside a fact, and stations that stand elsewhere than they are said to.

Flags inform: whatever they say, the fact is a fact and counts as before.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import Connection, event, select, update

from api import clock
from tests.cast import HALL, Cast, Phone, Time, any_uuid
from tests.faults.test_referee import REFUSALS
from tests.workstation.geography.test_datum_guard import mistaken
from workstation.check_ins.models import StationOffsets
from workstation.check_ins.station_codes import MOST_CODES_A_DAY, MOST_WRONG_A_DAY, day_keys
from workstation.database import WRITE_OPTIONS, db, writing
from workstation.geography.datum import Datum
from workstation.geography.distance import Position
from workstation.network.models import Station
from workstation.sync.models import Receipt

FIX = {"accuracy_m": 20, "age_s": 1}
INSIDE = FIX | {"lat": HALL[0], "lon": HALL[1]}


def shown(cast: Cast, *, station: str = "hall", epoch: int = 1) -> str:
    """What the door's screen shows now."""
    keys = day_keys(
        network_id=cast.here.id,
        station_id=cast.here.stations[station],
        epoch=epoch,
        now=clock.now(),
        keys=cast.app.extensions["keys"],
    )
    return TOTP(keys[0].key).at(clock.now())


def judged(result: dict[str, Any]) -> tuple[str, int, bool]:
    return result["status"], result["evidence"], "code_repeated" in result["flags"]


@contextmanager
def code_used_after_the_look(cast: Cast, entry_id: str) -> Iterator[list[str]]:
    """The code of this fact is free until somebody has looked whether it is; gives the looks."""
    looks: list[str] = []
    fact = update(Receipt).where(Receipt.entry_id == entry_id)
    with cast.app.app_context():
        engine = db.engine
        step = db.session.scalar(select(Receipt.code_step).where(Receipt.entry_id == entry_id))
        with writing() as connection:
            connection.execute(fact.values(code_step=None))

    def use(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not ("EXISTS" in statement and "code_step" in statement):
            return
        looks.append(engine.dialect.name)
        if len(looks) > 1:
            return
        if engine.dialect.name == "sqlite":
            connection.execute(fact.values(code_step=step))
            return
        options = WRITE_OPTIONS["postgresql"]
        with engine.connect().execution_options(**options) as another, another.begin():
            another.execute(fact.values(code_step=step))

    event.listen(engine, "after_cursor_execute", use)
    yield looks
    event.remove(engine, "after_cursor_execute", use)


class TestACodeCountsOnce:
    def test_for_a_person_and_kind_whenever_it_comes_again(self, cast: Cast, time: Time) -> None:
        phone, hall, code = cast.phone("member"), cast.here.stations["hall"], shown(cast)
        at = clock.now()
        first = phone.check_in(hall, station_code=code, fix=INSIDE)
        assert judged(phone.sync(first)[0]) == ("accepted", 3, False)
        time.passes(days=4)  # no worker remembers that long; and the repeat of the first is no second use
        second = phone.check_in(hall, station_code=code, fix=INSIDE, at=at)
        results = phone.sync(first, second)
        assert judged(results[0]) == ("duplicate", 3, False)
        assert judged(results[1]) == ("accepted", 2, True)
        assert "code_unverified" not in results[1]["flags"]

    def test_in_one_batch_too_and_the_next_code_counts_again(self, cast: Cast, time: Time) -> None:
        phone, hall, code = cast.phone("member"), cast.here.stations["hall"], shown(cast)
        batch = [phone.check_in(hall, station_code=code) for _ in range(3)]
        assert [result["evidence"] for result in phone.sync(*batch)] == [2, 1, 1]
        time.passes(seconds=90)
        assert phone.sync(phone.check_in(hall, station_code=shown(cast)))[0]["evidence"] == 2

    def test_once_for_the_check_in_once_for_the_shift_and_for_each_person(self, cast: Cast) -> None:
        phone, hall, code = cast.phone("member"), cast.here.stations["hall"], shown(cast)
        both = phone.sync(phone.check_in(hall, station_code=code), phone.shift_start(hall, station_code=code))
        other = cast.phone("colleague")
        [honest] = other.sync(other.check_in(hall, station_code=code))
        assert [judged(each) for each in [*both, honest]] == [("accepted", 2, False)] * 3

    def test_what_waits_for_staff_uses_up_none(self, cast: Cast) -> None:
        """Or whoever hands in a forged file would spoil the code for its author."""
        phone, thief, code = cast.phone("member"), cast.phone("stranger"), shown(cast)
        forged = thief.check_in(cast.here.stations["hall"], station_code=code)
        [held] = thief.sync(forged | {"author_id": cast.here.members["member"]})
        assert held["code"] == "entry.carried"
        own = phone.check_in(cast.here.stations["hall"], station_code=code)
        assert judged(phone.sync(own)[0]) == ("accepted", 2, False)

    @pytest.mark.parametrize("used_meanwhile", [True, False], ids=["used-meanwhile", "free"])
    def test_what_waited_uses_one_up_when_it_becomes_a_fact(self, cast: Cast, used_meanwhile: bool) -> None:
        phone, carrier, code = cast.phone("member"), cast.phone("colleague"), shown(cast)
        hall, at = cast.here.stations["hall"], clock.now()
        waits = carrier.check_in(hall, station_code=code, fix=INSIDE)
        [held] = carrier.sync(waits | {"author_id": cast.here.members["member"]})
        assert (held["status"], held["evidence"]) == ("held", 3)
        own = phone.check_in(hall, station_code=code, at=at)
        if used_meanwhile:
            assert judged(phone.sync(own)[0]) == ("accepted", 2, False)
        office = cast.phone("city_officer")
        [row] = office.get("/api/v1/held-entries").json["held_entries"]
        body = {"content_hash": row["content_hash"], "reason": "本人说明"}
        assert office.post(f"/api/v1/held-entries/{held['id']}/release", body).status_code == 204
        own_month = phone.get(f"/api/v1/records?month={at:%Y-%m}").json["records"]
        [fact] = [row for row in own_month if row["id"] == held["id"]]
        expected = (2, True) if used_meanwhile else (3, False)
        assert (fact["evidence"], "code_repeated" in fact["flags"]) == expected
        if not used_meanwhile:
            assert judged(phone.sync(own)[0]) == ("accepted", 1, True)

    @pytest.mark.parametrize("path", ["one", "many"])
    def test_used_between_look_and_write_it_is_looked_up_again(self, cast: Cast, path: str) -> None:
        phone, carrier, code = cast.phone("member"), cast.phone("colleague"), shown(cast)
        hall, office = cast.here.stations["hall"], cast.phone("city_officer")
        waits = carrier.check_in(hall, station_code=code, fix=INSIDE)
        [held] = carrier.sync(waits | {"author_id": cast.here.members["member"]})
        [own] = phone.sync(phone.check_in(hall, station_code=code))
        [row] = office.get("/api/v1/held-entries").json["held_entries"]
        this = {"content_hash": row["content_hash"]}
        with code_used_after_the_look(cast, own["id"]) as looks:
            if path == "one":
                answer = office.post(f"/api/v1/held-entries/{held['id']}/release", this | {"reason": "说明"})
                assert answer.status_code == 204
            else:
                body = {"how": "release", "code": row["code"], "reason": "说明"}
                entries = [this | {"id": held["id"]}]
                answer = office.post("/api/v1/held-entries/decisions", body | {"entries": entries})
                assert [each["done"] for each in answer.json["results"]] == [True]
        assert len(looks) == 2
        records = phone.get(f"/api/v1/records?month={clock.now():%Y-%m}").json["records"]
        [fact] = [row for row in records if row["id"] == held["id"]]
        # SQLite has one writer at a time: there the other use came in this transaction, and went with it.
        expected = (2, True) if looks[0] == "postgresql" else (3, False)
        assert (fact["evidence"], "code_repeated" in fact["flags"]) == expected

    def test_of_two_at_the_same_moment_one_counts(self, cast: Cast) -> None:
        phone, hall, code = cast.phone("member"), cast.here.stations["hall"], shown(cast)
        entries = [phone.check_in(hall, station_code=code) for _ in range(2)]
        results: list[dict[str, Any]] = []
        ready = threading.Barrier(2)

        def send(entry: dict[str, Any]) -> None:
            ready.wait(timeout=60)
            own = Phone(cast.app.test_client(), token=phone.token, device_id=phone.device_id)
            results.extend(own.sync(entry))

        threads = [threading.Thread(target=send, args=[entry]) for entry in entries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert sorted(judged(result) for result in results) == [("accepted", 1, True), ("accepted", 2, False)]

    def test_wrong_codes_of_many_days_are_limited_too(self, cast: Cast) -> None:
        """Else a year's days would be as many doors to try."""
        guesser, hall = cast.phone("member"), cast.here.stations["hall"]
        guesses = [
            guesser.check_in(hall, station_code="no", at=clock.now() - timedelta(days=day))
            for day in range(MOST_WRONG_A_DAY + 2)
        ]
        flags = [result["flags"] for result in guesser.sync(*guesses)]
        assert ["code_guesses" in each for each in flags] == [False] * MOST_WRONG_A_DAY + [True] * 2

    def test_what_is_judged_twice_in_a_call_that_goes_wrong_was_guessed_once(self, cast: Cast) -> None:
        """So is what a phone sends again since it had no answer."""
        with cast.app.app_context(), writing() as connection:
            connection.exec_driver_sql(REFUSALS[connection.dialect.name])
        phone, hall = cast.phone("member"), cast.here.stations["hall"]
        batch = [phone.check_in(hall, station_code="000000") for _ in range(MOST_CODES_A_DAY - 1)]
        batch.append(phone.check_in(hall, note="毒"))
        results = phone.sync(*batch, phone.check_in(hall, station_code="000001"))
        assert [result["status"] for result in results].count("held") == 1
        assert not [result for result in results if "code_guesses" in result["flags"]]
        [one_more] = phone.sync(phone.check_in(hall, station_code="000002"))
        assert "code_guesses" in one_more["flags"]


class TestTooFast:
    def test_two_far_stations_within_a_minute_are_said_and_both_count(self, cast: Cast, time: Time) -> None:
        phone = cast.phone("member")
        [here] = phone.sync(phone.check_in(cast.here.stations["hall"], fix=INSIDE))
        time.passes(minutes=1)
        [there] = phone.sync(phone.check_in(cast.here.stations["other"]))
        assert "too_fast" not in here["flags"]
        assert (there["status"], there["evidence"]) == ("accepted", 1)
        assert "too_fast" in there["flags"]
        figures = cast.phone("city_officer").get("/api/v1/coverage?window=30d&by=network").json["totals"]
        assert (figures["check_ins"]["low"], figures["check_ins"]["by_evidence"]) == (2, [0, 1, 1, 0])

    @pytest.mark.parametrize("turned", [False, True], ids=["in-order", "the-later-one-first"])
    def test_in_one_batch_and_against_a_shift_in_whatever_order(self, cast: Cast, turned: bool) -> None:
        phone, at = cast.phone("member"), clock.now() - timedelta(hours=2)
        entries = [
            phone.shift_start(cast.here.stations["hall"], at=at),
            phone.check_in(cast.here.stations["other"], at=at + timedelta(minutes=2)),
        ]
        results = phone.sync(*(reversed(entries) if turned else entries))
        assert ["too_fast" in result["flags"] for result in results] == [False, True]

    def test_who_had_the_time_or_was_elsewhere_or_only_says_so_hears_nothing(
        self, cast: Cast, time: Time
    ) -> None:
        phone, stations, stated = cast.phone("member"), cast.here.stations, clock.now().isoformat()
        far = INSIDE | {"lat": HALL[0] + 0.1}
        results = phone.sync(
            phone.check_in(stations["hall"]),
            phone.check_in(stations["other"], stated_at=stated),
            phone.check_in(stations["other"], fix=INSIDE),
        )
        other = cast.phone("colleague")
        results += other.sync(other.check_in(stations["other"], fix=far))
        time.passes(minutes=10)
        results += phone.sync(phone.check_in(stations["other"], fix=far))
        assert not [result for result in results if "too_fast" in result["flags"]]

    def test_what_was_taken_back_is_nothing_to_compare_with(self, cast: Cast) -> None:
        phone, stations = cast.phone("member"), cast.here.stations
        mistake = phone.check_in(stations["hall"])
        phone.sync(mistake, phone.about("withdrawal", mistake["id"]))
        [right] = phone.sync(phone.check_in(stations["other"]))
        assert "too_fast" not in right["flags"]

    def test_nor_what_was_taken_back_in_the_same_batch(self, cast: Cast) -> None:
        phone, stations = cast.phone("member"), cast.here.stations
        mistake = phone.check_in(stations["hall"])
        batch = [mistake, phone.about("withdrawal", mistake["id"]), phone.check_in(stations["other"])]
        assert "too_fast" not in phone.sync(*batch)[-1]["flags"]

    @pytest.mark.parametrize("how", ["withdrawal", "correction"])
    def test_nor_what_the_same_batch_takes_back_or_puts_right_at_its_end(self, cast: Cast, how: str) -> None:
        phone, stations = cast.phone("member"), cast.here.stations
        mistake, right = phone.check_in(stations["hall"]), phone.check_in(stations["other"])
        changes = {"changes": {"station_id": stations["other"]}} if how == "correction" else {}
        batch = [mistake, right, phone.about(how, mistake["id"], **changes)]
        assert "too_fast" not in phone.sync(*batch)[1]["flags"]

    def test_where_the_carrier_was_says_nothing_of_the_author(self, cast: Cast) -> None:
        carrier, stations, code = cast.phone("colleague"), cast.here.stations, shown(cast)
        carrier.sync(carrier.check_in(stations["hall"], station_code=code))
        author = {"author_id": cast.here.members["member"]}
        carried = [
            carrier.check_in(stations["hall"], station_code=code) | author,
            carrier.check_in(stations["other"]) | author,
        ]
        results = carrier.sync(*carried)
        assert [judged(result) for result in results] == [("held", 2, False), ("held", 1, False)]
        assert "too_fast" not in results[1]["flags"]


def enrol(cast: Cast, who: str, installation: str) -> Phone:
    """A phone of this person on a given installation of the app."""
    device = {"name": "一台平板", "installation_id": installation}
    answer = cast.client.post("/api/v1/enrolments", json={"code": cast.code_for(who), "device": device})
    return Phone(cast.client, token=answer.json["token"], device_id=answer.json["device_id"])


class TestManyPeople:
    MANY = ("member", "colleague", "stranger", "liaison", "other_liaison", "district_officer")

    def test_the_sixth_of_a_day_on_one_installation_is_said(self, cast: Cast, time: Time) -> None:
        tablet, hall = any_uuid(), cast.here.stations["hall"]
        phones = [enrol(cast, who, tablet) for who in self.MANY]
        results = [phone.sync(phone.check_in(hall, fix=INSIDE))[0] for phone in phones]
        assert [("many_people" in each["flags"], each["evidence"]) for each in results] == [
            *[(False, 2)] * 5,
            (True, 2),
        ]
        own = cast.phone("member")
        assert "many_people" not in own.sync(own.check_in(hall))[0]["flags"]
        time.passes(days=1, minutes=1)
        assert "many_people" not in phones[0].sync(phones[0].check_in(hall))[0]["flags"]

    def test_who_is_enrolled_there_and_hands_in_nothing_is_nobody(self, cast: Cast) -> None:
        tablet = any_uuid()
        phones = [enrol(cast, who, tablet) for who in self.MANY]
        for phone in phones:
            phone.pull()
        [result] = phones[0].sync(phones[0].check_in(cast.here.stations["hall"]))
        assert "many_people" not in result["flags"]


def remarked(office: Phone, station_id: str) -> list[dict[str, Any]]:
    return list(office.get(f"/api/v1/stations/{station_id}/evidence").json["remarked"])


def test_the_office_sees_remarks_beside_the_station_and_the_fact(cast: Cast, time: Time) -> None:
    phone, office, stations = cast.phone("member"), cast.phone("city_officer"), cast.here.stations
    phone.sync(phone.check_in(stations["hall"]), phone.check_in(stations["other"], station_code="000000"))
    assert remarked(office, stations["hall"]) == []
    [row] = remarked(office, stations["other"])
    assert (row["kind"], row["member_name"], row["evidence"]) == ("check_in", "member（测试）", 1)
    assert {"too_fast", "code_unverified"} <= set(row["flags"])
    facts = office.get(f"/api/v1/coverage/facts?figure=check_ins&station_id={stations['other']}&window=30d")
    [fact] = facts.json["facts"]
    assert {"too_fast", "code_unverified"} <= set(fact["flags"])
    time.passes(days=91)
    assert remarked(office, stations["other"]) == []


def test_the_persons_other_phone_is_told_the_same(cast: Cast) -> None:
    phone, other = cast.phone("member"), cast.phone("member")
    phone.sync(*(phone.check_in(cast.here.stations[name]) for name in ("hall", "other")))
    receipts = [change["data"] for change in other.pull() if change["noun"] == "receipt"]
    assert sorted("too_fast" in receipt["flags"] for receipt in receipts) == [False, True]


# -- where stations stand -----------------------------------------------------------------------------


DOOR = Position(*HALL)


@pytest.fixture
def misplaced(cast: Cast) -> Cast:
    """The hall's coordinates were copied from a map in GCJ-02 and taken for WGS-84."""
    place = mistaken(DOOR, said=Datum.WGS84, truly=Datum.GCJ02)
    own = (Station.network_id == cast.here.id) & (Station.id == cast.here.stations["hall"])
    with cast.app.app_context(), writing():
        db.session.execute(update(Station).where(own).values(lat=place.lat, lon=place.lon))
    return cast


def register(cast: Cast, *people: str, times: int = 3) -> None:
    """Everybody stands at the hall's real door, so often."""
    for who in people:
        phone = cast.phone(who)
        entries = [phone.check_in(cast.here.stations["hall"], fix=INSIDE) for _ in range(times)]
        assert {result["verdict"] for result in phone.sync(*entries)} <= {"outside", "inside"}


def evidence(cast: Cast) -> dict[str, Any]:
    path = f"/api/v1/stations/{cast.here.stations['hall']}/evidence"
    return dict(cast.phone("city_officer").get(path).json)


def put_right(officer: Phone, cast: Cast, *, mistake: str = "wgs84_gcj02", version: int = 0) -> Any:
    body = {"version": version, "mistake": mistake, "reason": "各次登记都指向同一个方向"}
    return officer.post(f"/api/v1/stations/{cast.here.stations['hall']}/place", body)


class TestAWrongDatum:
    def test_it_is_noticed_and_proposed_with_before_and_after(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", "stranger")
        doubt = evidence(misplaced)["doubt"]
        assert (doubt["mistake"], doubt["agreeing"], doubt["asked"]) == ("wgs84_gcj02", 9, 9)
        assert (doubt["after"]["lat"], doubt["after"]["lon"]) == pytest.approx(HALL, abs=2e-6)
        assert 560 < doubt["moves_m"] < 630

    def test_an_officer_accepts_it_as_an_edit_that_can_be_undone(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", "stranger")
        officer, phone = misplaced.phone("district_officer"), misplaced.phone("member")
        phone.pull()
        assert evidence(misplaced)["doubt"]
        done = put_right(officer, misplaced)
        assert done.status_code == 201, done.text
        [edit] = done.json["edits"]
        assert set(edit["after"]) == {"lat", "lon"}
        [change] = [each["data"] for each in phone.pull() if each["noun"] == "station"]
        assert (change["lat"], change["lon"]) == pytest.approx(HALL, abs=2e-6)
        register(misplaced, "colleague")  # inside now
        assert evidence(misplaced)["doubt"] is None
        assert put_right(officer, misplaced, version=1).json["code"] == "station.not_doubted"
        undo = {"version": 1, "reason": "还是原来的对", "undoes": 1}
        path = f"/api/v1/stations/{misplaced.here.stations['hall']}/edits"
        assert officer.post(path, undo).json["fields"]["lat"] == edit["before"]["lat"]

    def test_only_as_proposed_and_only_what_the_officer_saw(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", "stranger")
        officer = misplaced.phone("city_officer")
        evidence(misplaced)
        assert put_right(officer, misplaced, mistake="gcj02_wgs84").json["code"] == "station.not_doubted"
        assert put_right(officer, misplaced, version=3).json["code"] == "edit.conflict"
        body = {"version": 0, "reason": "试试", "changes": {"lat": 22.5}}
        path = f"/api/v1/stations/{misplaced.here.stations['hall']}/edits"
        assert officer.post(path, body).status_code == 422

    def test_nothing_is_counted_before_three_people_were_there(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", times=6)
        assert evidence(misplaced)["doubt"] is None
        assert misplaced.scalar(select(StationOffsets.station_id)) is None
        register(misplaced, "stranger", times=8)
        assert evidence(misplaced)["doubt"]["agreeing"] == 8

    def test_kept_are_names_of_answers_and_how_many(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", "stranger")
        evidence(misplaced)
        assert misplaced.scalar(select(StationOffsets.answers)) == {"wgs84_gcj02": 9}
        assert evidence(misplaced)["doubt"]["asked"] == 9  # looking counts nothing twice

    def test_where_people_stand_at_the_door_nothing_is_proposed(self, cast: Cast) -> None:
        register(cast, "member", "colleague", "stranger", times=4)
        assert evidence(cast)["doubt"] is None
        assert cast.scalar(select(StationOffsets.answers)) == {"here": 12}

    def test_stated_times_and_positions_of_unknown_age_say_nothing(self, misplaced: Cast) -> None:
        register(misplaced, "member", "colleague", "stranger", times=1)
        evidence(misplaced)
        phone, hall = misplaced.phone("member"), misplaced.here.stations["hall"]
        phone.sync(*(phone.check_in(hall, fix=INSIDE, stated_at=clock.now().isoformat()) for _ in range(9)))
        phone.sync(phone.check_in(hall, fix=INSIDE | {"age_s": -1}))
        evidence(misplaced)
        assert misplaced.scalar(select(StationOffsets.answers)) == {"wgs84_gcj02": 3}
