"""Coverage as a patient clerk would count it: by the text of the rules, fact by fact, day by day.

It is slow, shares no line with the engine, and is right when one can read it beside the rules. Each function
quotes the sentence that it follows. Times are exact; hours are fractions until the end.
"""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.workstation.coverage.world import Fact, Phone, Plan, Station, World

STATION_TIME = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def day_of(at: datetime) -> date:
    """ "The local day is the station's (Asia/Shanghai)." """
    return at.astimezone(STATION_TIME).date()


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), STATION_TIME)


def end_of(day: date) -> datetime:
    return begin_of(day + ONE_DAY)


def days_between(first: date, until: date) -> list[date]:
    """Half-open."""
    return [first + timedelta(days=n) for n in range((until - first).days)]


def hours_of_union(spans: list[Span]) -> Fraction:
    """How long at least one of the spans lasted: "two members at once count once"."""
    marks = sorted({mark for span in spans for mark in span})
    total = timedelta()
    for begin, end in pairwise(marks):
        if any(since <= begin and end <= until for since, until in spans):
            total += end - begin
    return Fraction(total // timedelta(microseconds=1), 3_600_000_000)


def earliest_and_smallest(fact: Fact) -> tuple[datetime, datetime, int, int]:
    return fact.at, fact.ended_at or fact.closes_at or fact.at, fact.evidence or 0, fact.headcount


def once(method: Any) -> Any:
    """The clerk remembers: the same question about the same things has the same answer."""

    def remembered(self: Any, *asked: Any, **said: Any) -> Any:
        names = [getattr(each, "id", each) for each in [*asked, *said.values()]]
        key = (method.__name__, *(tuple(each) if isinstance(each, list) else each for each in names))
        if key not in self.memory:
            self.memory[key] = method(self, *asked, **said)
        return self.memory[key]

    return remembered


class Clerk:
    """Counts one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.memory: dict[Any, Any] = {}
        self.today = day_of(world.now)
        self.counted = self._without_doubles([fact for fact in world.facts if not fact.withdrawn])

    def setting(self, name: str, usual: float) -> float:
        return self.world.settings.get(name, usual)

    # ---- what counts ----

    def _without_doubles(self, facts: list[Fact]) -> list[Fact]:
        """ "代录 and the person's own later entry for the same station and kind within 30 min are one thing:
        the own one counts." One own entry stands for one on behalf, both of one day: the earliest first,
        and of one moment the shorter or smaller one."""
        gone: set[str] = set()
        near = timedelta(minutes=self.setting("merge_minutes", 30))
        in_order = sorted(facts, key=earliest_and_smallest)
        for own in (fact for fact in in_order if not fact.on_behalf):
            for other in (fact for fact in in_order if fact.on_behalf and fact.id not in gone):
                same = (other.kind, other.station_id, other.member_id) == (
                    own.kind,
                    own.station_id,
                    own.member_id,
                )
                if same and day_of(other.at) == day_of(own.at) and abs(other.at - own.at) <= near:
                    gone.add(other.id)
                    break
        return [fact for fact in facts if fact.id not in gone]

    @once
    def all_facts(self, kind: str, station: Station) -> list[tuple[date, Fact]]:
        return [
            (day_of(fact.at), fact)
            for fact in self.counted
            if fact.kind == kind and fact.station_id == station.id
        ]

    @once
    def facts(self, kind: str, station: Station, days: list[date]) -> list[Fact]:
        """A fact belongs to its local day; a shift, with all its hours, to the day it began."""
        wanted = {*days}
        return [fact for day, fact in self.all_facts(kind, station) if day in wanted]

    def is_auto_closed(self, shift: Fact) -> bool:
        """ "A forgotten end is closed by rule"; before that moment the shift is simply still open."""
        assert shift.closes_at is not None
        return shift.ended_at is None and shift.closes_at <= self.world.now

    def is_kept(self, shift: Fact) -> bool:
        """ "Of at least 30 minutes (a setting), and really ended." """
        least = timedelta(minutes=self.setting("kept_minutes", 30))
        return shift.ended_at is not None and shift.ended_at - shift.at >= least

    def is_weak(self, fact: Fact) -> bool:
        """ "Only evidence 0, late, stated or auto-closed facts." """
        return fact.evidence == 0 or fact.on_behalf or bool({"late", "stated", "auto_closed"} & {*fact.flags})

    def spans(self, shifts: list[Fact], *, high: bool) -> list[Span]:
        """ "Its hours count 0 in low and the rule's in high." """
        found = []
        for shift in shifts:
            if shift.ended_at is not None:
                found.append((shift.at, max(shift.at, shift.ended_at)))
            elif high and self.is_auto_closed(shift):
                found.append((shift.at, max(shift.at, shift.closes_at)))
        return found

    # ---- phones ----

    def last_heard(self, phone: Phone) -> datetime:
        return phone.last_sync_at or phone.enrolled_at

    def may_still_speak(self, phone: Phone) -> bool:
        """ "A phone silent for 30 days or marked lost leaves high." """
        silent_for = self.world.now - self.last_heard(phone)
        return not phone.lost and silent_for <= timedelta(days=30)

    def phones_of(self, member_id: str) -> list[Phone]:
        """Those that may still speak."""
        return [p for p in self.world.phones if p.member_id == member_id and self.may_still_speak(p)]

    def holding(self, days: list[date]) -> list[Phone]:
        """The phones that said they hold entries, of which some may be of these days: what a phone holds is
        of the 30 days before it spoke, or was recorded in the 30 days since."""
        a_month = timedelta(days=30)
        return [
            phone
            for phone in self.world.phones
            if phone.pending > 0
            and self.may_still_speak(phone)
            and days[-1] >= day_of(self.last_heard(phone)) - a_month
            and days[0] <= day_of(self.last_heard(phone)) + a_month
        ]

    def may_be_kept(self, plan: Plan) -> bool:
        """ "Planned shifts of people whose phones are silent": begun in the last 30 days, and a phone has not
        spoken since the plan ended, or still holds entries."""
        silent = [
            phone
            for phone in self.phones_of(plan.member_id)
            if self.last_heard(phone) < plan.ends_at or phone.pending > 0
        ]
        is_late = day_of(plan.starts_at) < self.today - timedelta(days=30)
        return plan.starts_at <= self.world.now and bool(silent) and not is_late

    # ---- settled days ----

    @once
    def plans_at(self, station: Station, days: list[date]) -> list[Plan]:
        return [
            plan
            for plan in self.world.plans
            if plan.station_id == station.id and day_of(plan.starts_at) in days
        ]

    def holds_back(self, phone: Phone, day: date) -> bool:
        """ "Have synced after its end with nothing pending." """
        return self.last_heard(phone) < end_of(day) or phone.pending > 0

    @once
    def awaited(self, station: Station, day: date, asked_until: date) -> list[Phone]:
        """ "The phones of those planned at the station, or seen there in the last 30 days", which end with
        the window, or today where it goes on."""
        until = min(asked_until, self.today + ONE_DAY)
        recent = days_between(until - timedelta(days=31), until)
        people = {plan.member_id for plan in self.plans_at(station, [day])} | {
            fact.member_id
            for fact in self.counted
            if fact.station_id == station.id and day_of(fact.at) in recent
        }
        return [phone for who in people for phone in self.phones_of(who)]

    @once
    def is_settled(self, station: Station, day: date, asked_until: date) -> bool:
        """ "Once the phones have synced after its end with nothing pending, else after 72 h." """
        if self.world.now < end_of(day):
            return False
        if self.world.now >= end_of(day) + timedelta(hours=self.setting("settle_hours", 72)):
            return True
        return not any(self.holds_back(phone, day) for phone in self.awaited(station, day, asked_until))

    def unsettled(self, stations: list[Station], days: list[date], asked_until: date) -> set[date]:
        """The days that have come and that are not settled at each of these stations."""
        return {
            day
            for day in days
            if day <= self.today and not all(self.is_settled(each, day, asked_until) for each in stations)
        }

    def settled_until(self, stations: list[Station], asked_until: date) -> date:
        """Every day before it is settled; 72 hours (or the setting) bound how far back one need look."""
        back = int(self.setting("settle_hours", 72) // 24) + 2
        latest = min(asked_until, self.today)
        recent = days_between(latest - timedelta(days=back), latest)
        return min(self.unsettled(stations, recent, asked_until) | {latest})

    def silent_phones(self, stations: list[Station], days: list[date]) -> set[str]:
        """ "Those with entries pending, and those awaited that have not spoken since the last day that is
        over": of the planned ones, since the day of the plan, or that still hold entries."""
        until = days[-1] + ONE_DAY
        here = {station.id for station in stations}
        silent = {phone.id for phone in self.holding(days) if phone.last_station_id in here}
        over = begin_of(min(until, self.today))
        for station in stations:
            seen = self.awaited(station, date.min, until)
            silent |= {phone.id for phone in seen if self.last_heard(phone) < over}
            for plan in self.plans_at(station, self.recent(days)):
                day = day_of(plan.starts_at)
                phones = self.phones_of(plan.member_id) if day < self.today else []
                silent |= {phone.id for phone in phones if self.holds_back(phone, day)}
        return silent

    def recent(self, days: list[date]) -> list[date]:
        """The last 30 days of the window that have come."""
        until = min(days[-1], self.today) + ONE_DAY
        return [day for day in days if until - timedelta(days=31) <= day < until]
