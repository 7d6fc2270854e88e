"""What may happen to phones, people and the server, in any order that Hypothesis thinks of.

Each rule is one thing that happens in the field. After each, every entry that was recorded is in its
phone's outbox or has a receipt there; at the end all phones sync until nothing moves, and everything is
compared (truth.py).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.cast import HALL, wait_for_feed
from tests.workstation.sync.model.phone import Call, Phone
from tests.workstation.sync.model.truth import check_everything
from tests.workstation.sync.model.world import PHONES, Backup, World
from workstation.feed.queries import read_cursor

ROUNDS = 12  # of syncing, at the end, before a phone that is still not quiet counts as stuck

phones = st.sampled_from(sorted(PHONES))
here = st.sampled_from(sorted(name for name, (_, network) in PHONES.items() if network == "here"))
people = st.sampled_from(["member", "colleague", "liaison"])
stations = st.sampled_from(["hall", "hall", "annex", "other", "nowhere"])
known_stations = st.sampled_from(["hall", "annex", "other"])
roots = st.sampled_from(["check_in", "shift_start", "reception", "nonsense"])
abouts = st.sampled_from(["shift_end", "correction", "withdrawal"])
words = st.sampled_from(["note", "summary", "hall", "other", "nowhere"])
any_number = st.integers(min_value=0, max_value=30)
NOWHERE = "99999999-0000-4000-8000-000000000000"
FIX = {"lat": HALL[0], "lon": HALL[1], "accuracy_m": 24, "age_s": 2}


class Field(RuleBasedStateMachine):
    """Phones in the field and one server. `make_world` gives the world that all runs share."""

    make_world: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make_world()
        self.world.begin()
        self.entries: list[tuple[str, dict[str, Any]]] = []  # network and wire of all that was recorded
        self.posted: list[tuple[Phone, Call]] = []
        self.touched: set[str] = set()
        self.was_restored = False

    def phone(self, name: str) -> Phone:
        self.world.now += timedelta(seconds=7)
        self.touched.add(name)
        return self.world.phones[name]

    # -- recording -----------------------------------------------------------------------------------

    @initialize(name=phones, kind=roots, station=stations)
    def begins_with(self, name: str, kind: str, station: str) -> None:
        self.record(self.phone(name), kind, self.root_body(name, kind, station))

    @rule(name=phones, kind=roots, station=stations, sync=st.booleans())
    def records(self, name: str, kind: str, station: str, sync: bool) -> None:
        self.record(self.phone(name), kind, self.root_body(name, kind, station))
        if sync:
            self.sync(self.phone(name))

    @rule(name=here, station=stations, whom=people)
    def records_for_somebody(self, name: str, station: str, whom: str) -> None:
        behalf = self.world.cast.here.members[whom]
        self.record(self.phone(name), "check_in", self.root_body(name, "check_in", station), behalf)

    @rule(name=phones, kind=abouts, which=any_number, what=words, sync=st.booleans())
    def speaks_about(self, name: str, kind: str, which: int, what: str, sync: bool) -> None:
        """About any entry of the network, known or not, one's own or not, sent or not."""
        phone = self.phone(name)
        known = [wire["id"] for network, wire in self.entries if network == phone.network]
        target = known[which % len(known)] if known else self.world.next_id()
        self.record(phone, kind, self.about_body(phone, kind, target, what))
        if sync:
            self.sync(phone)

    @rule(name=phones)
    def ends_what_will_begin(self, name: str) -> None:
        """Two phones of one shift: the end is recorded here, its start elsewhere and later."""
        phone = self.phone(name)
        start = self.world.next_id()
        self.record(phone, "shift_end", {"shift_id": start})
        self.sync(phone)
        body = self.root_body(name, "shift_start", "hall")
        other = self.phone("first") if phone.network == "here" else phone
        self.record(other, "shift_start", body, id=start)

    def record(
        self, phone: Phone, kind: str, body: dict[str, Any], behalf: str | None = None, *, id: str = ""
    ) -> None:
        id = id or self.world.next_id()
        kind = "reception" if kind == "nonsense" else kind
        self.world.ids[phone.network].add(id)
        wire = phone.record(id=id, kind=kind, body=body, now=self.world.now, on_behalf_of=behalf)
        self.entries.append((phone.network, wire))

    def root_body(self, name: str, kind: str, station: str) -> dict[str, Any]:
        place = self.world.places[PHONES[name][1]]
        body: dict[str, Any] = {"station_id": place.stations.get(station, NOWHERE)}
        if kind == "check_in":
            return body | {"purpose": "duty", "fix": FIX, "note": f"第{len(self.entries)}条"}
        if kind == "shift_start":
            return body | {"fix": None, "no_fix_reason": "timeout"}
        return body | {
            "started_at": self.world.now.isoformat(),
            "channel": "walk_in",
            "party_kind": "person",
            "headcount": 2,
            "topic": "nonsense" if kind == "nonsense" else "housing",
            "summary": f"第{len(self.entries)}件",
            "answered_on_spot": True,
            "wants_reply": False,
            "constituent": {"name": "王某", "contact": "139", "consent": True, "consent_version": "1"},
        }

    def about_body(self, phone: Phone, kind: str, target: str, what: str) -> dict[str, Any]:
        if kind == "shift_end":
            return {"shift_id": target}
        if kind == "withdrawal":
            return {"target_id": target, "reason": "记错了"}
        stations = self.world.places[phone.network].stations
        words = {"note": f"改{len(self.entries)}", "summary": f"改{len(self.entries)}"}
        changes = {what: words[what]} if what in words else {"station_id": stations.get(what, NOWHERE)}
        return {"target_id": target, "changes": changes, "reason": "记错了"}

    # -- calls, and what becomes of them -------------------------------------------------------------

    @rule(name=phones, most=st.sampled_from([1, 2, 25]))
    def syncs(self, name: str, most: int) -> None:
        self.sync(self.phone(name), most)

    @rule()
    def everybody_with_news_syncs(self) -> None:
        for name in sorted(self.touched):
            if self.phone(name).wants_more():
                self.sync(self.phone(name))

    def sync(self, phone: Phone, most: int = 25) -> None:
        call = phone.prepare(now=self.world.now, most=most)
        self.world.take_in(phone, call, self.post(phone, call))

    def post(self, phone: Phone, call: Call) -> Any:
        self.posted.append((phone, call))
        return self.world.post(phone, call)

    @rule(name=phones, most=st.sampled_from([1, 25]))
    def loses_the_answer(self, name: str, most: int) -> None:
        """It arrived, and the phone does not know. A lost request is a call that nobody delivers."""
        phone = self.phone(name)
        self.post(phone, phone.prepare(now=self.world.now, most=most))

    @rule(name=phones, cut=st.integers(min_value=1, max_value=400))
    def gets_half_an_answer(self, name: str, cut: int) -> None:
        """Half of JSON is no JSON: as if lost."""
        phone = self.phone(name)
        answer = self.post(phone, phone.prepare(now=self.world.now))
        half = answer.data[: -min(cut, len(answer.data) - 1)]
        assert not phone.reads(half)

    @rule(name=phones, order=st.randoms(use_true_random=False))
    def sends_in_any_order(self, name: str, order: Any) -> None:
        phone = self.phone(name)
        call = phone.prepare(now=self.world.now)
        order.shuffle(call.envelope["entries"])
        self.world.take_in(phone, call, self.post(phone, call))

    @rule(name=phones, most=st.sampled_from([1, 25]))
    def opens_a_tab(self, name: str, most: int) -> None:
        """A second sender with the same outbox: its call is ready, and goes out later or never."""
        phone = self.phone(name)
        phone.tabs.append(phone.prepare(now=self.world.now, most=most))

    @precondition(lambda self: any(phone.tabs for phone in self.world.phones.values()))
    @rule(which=any_number, hears=st.booleans())
    def a_tab_sends(self, which: int, hears: bool) -> None:
        tabs = [(phone, call) for phone in self.world.phones.values() for call in phone.tabs]
        phone, call = tabs[which % len(tabs)]
        phone.tabs.remove(call)
        answer = self.post(phone, call)
        if hears:
            self.world.take_in(phone, call, answer)

    @precondition(lambda self: self.posted)
    @rule(which=any_number)
    def an_old_call_arrives_again(self, which: int) -> None:
        """A proxy repeats what it saw, however old; nobody hears the answer."""
        phone, call = self.posted[which % len(self.posted)]
        self.world.post(phone, call)

    @precondition(lambda self: self.entries)
    @rule(name=phones, which=any_number)
    def says_something_else_under_the_same_id(self, name: str, which: int) -> None:
        phone = self.phone(name)
        known = [wire for network, wire in self.entries if network == phone.network]
        call = phone.prepare(now=self.world.now, most=0)
        for wire in known[which % len(known) :][:1] if known else []:
            other = "2026-11-19T01:00:00+08:00"
            call.envelope["entries"] = [wire | {"recorded_at": other}]
        self.world.post(phone, call)

    # -- phones --------------------------------------------------------------------------------------

    @rule(name=phones, hours=st.sampled_from([0, 2, -50, 9000]))
    def is_killed_and_its_clock_jumps(self, name: str, hours: int) -> None:
        self.phone(name).kill()
        self.phone(name).clock_error = timedelta(hours=hours)

    @rule(name=phones)
    def signs_in_again(self, name: str) -> None:
        """Signs out, and gets a new device id; what waits keeps the old one."""
        phone = self.phone(name)
        self.world.sign_out(phone)
        if not self.world.is_disabled(phone):  # who is may not sign in, and keeps what waits
            self.sign_in(phone)

    def sign_in(self, phone: Phone) -> None:
        device_id, token = self.world.sign_in(phone.person, phone.network)
        phone.sign_in(device_id=device_id, token=token)

    @rule(name=phones)
    def is_copied(self, name: str) -> None:
        self.phone(name).keep_copy()

    @precondition(lambda self: any(phone.copy for phone in self.world.phones.values()))
    @rule(which=any_number)
    def comes_back_from_its_copy(self, which: int) -> None:
        """What was recorded since and never sent went with the phone; all else must still come together."""
        copied = [phone for phone in self.world.phones.values() if phone.copy]
        copied[which % len(copied)].restore_copy()

    # -- staff ---------------------------------------------------------------------------------------

    @rule(name=here)
    def is_revoked(self, name: str) -> None:
        self.world.revoke(self.phone(name))

    @rule(who=people, disabled=st.booleans())
    def is_disabled_or_welcome_again(self, who: str, disabled: bool) -> None:
        self.world.disable(who, disabled=disabled)

    @rule(who=people, station=known_stations)
    def moves(self, who: str, station: str) -> None:
        self.world.move(who, station)

    @rule(station=known_stations, name=phones)
    def a_station_is_renamed(self, station: str, name: str) -> None:
        self.phone(name)
        self.world.rename(station, f"{station} {self.world.now:%H:%M:%S}")

    @precondition(lambda self: self.world.references["here"].held())
    @rule(which=any_number, release=st.booleans())
    def staff_decide(self, which: int, release: bool) -> None:
        reference = self.world.references["here"]
        held = reference.held()
        chosen = held[which % len(held)]
        self.world.decide(*chosen, release=release and chosen not in reference.seconds)

    # -- the server ----------------------------------------------------------------------------------

    @rule()
    def the_server_is_backed_up(self) -> None:
        self.world.backups.append(self.world.back_up())

    @rule(which=any_number)
    def the_server_is_restored(self, which: int) -> None:
        self.was_restored = True
        self.world.restore(self.backup(which), announced=True)

    def backup(self, which: int) -> Backup:
        """One of those taken in this run, or how it all began."""
        backups = [self.world.template, *self.world.backups]
        return backups[-1 - which % len(backups)]

    @rule(which=any_number)
    def the_server_is_put_back_in_silence(self, which: int) -> None:
        """A copied file says nothing. PostgreSQL is noticed anyhow, SQLite by who has seen more of it."""
        self.was_restored = True
        self.world.restore(self.backup(which), announced=False)
        if self.world.store.is_postgresql:
            return
        standing = self.world.standing()
        ahead = [phone for phone in self.world.phones.values() if self.is_ahead(phone, *standing)]
        if not ahead:
            self.world.restore(self.backup(which), announced=True)
        for phone in ahead[:1]:
            self.post(phone, phone.prepare(now=self.world.now))

    def is_ahead(self, phone: Phone, epoch: str, last_seq: int) -> bool:
        """Whether this phone can tell that the server forgot something."""
        stored = phone.storage
        if not stored.cursor or stored.feed_of != stored.device_id or not self.world.knows(phone):
            return False
        known = read_cursor(stored.cursor, keys=self.world.app.extensions["keys"])
        return known is not None and known[0] == epoch and known[1].seq > last_seq

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def every_entry_is_in_an_outbox_or_has_a_receipt(self) -> None:
        for phone in self.world.phones.values():
            for id, row in phone.storage.entries.items():
                assert row.state == "waiting" or id in phone.storage.receipts

    def teardown(self) -> None:
        """The network is back: everybody signs in where needed, and syncs to quiet."""
        phones = [self.world.phones[name] for name in sorted(self.touched)]
        for phone in phones:
            if not self.world.knows(phone):
                if self.world.is_disabled(phone):
                    self.world.disable(phone.person, disabled=False)
                self.sign_in(phone)
        for phone in phones:
            if self.was_restored or phone.wants_more():
                self.settle(phone)
        for phone in phones:  # what one brought may be news for another
            self.settle(phone)
        check_everything(self.world, phones, was_restored=self.was_restored)

    def settle(self, phone: Phone) -> None:
        wait_for_feed(self.world.client)
        for _ in range(ROUNDS):
            self.sync(phone)
            if not phone.wants_more():
                return
        raise AssertionError(f"{phone.person} never comes to rest")
