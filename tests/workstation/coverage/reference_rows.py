"""The clerk's rows: one for each group of stations and one for all, with the names of the contract."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.workstation.coverage.reference import ONE_DAY, Clerk, day_of, once
from tests.workstation.coverage.reference_gates import Judge
from tests.workstation.coverage.world import Division, Station, World

HOURS = ("duty_hours", "person_hours")
RANGES = ("check_ins", "shifts", "receptions", "people_received", *HOURS)
KIND_NAMES = {
    "workstation": "委员工作站",
    "studio": "委员工作室",
    "liaison_station": "联络站",
    "room": "协商议事室",
    "collection_point": "社情民意点",
}
Row = dict[str, Any]


class Question(Judge):
    """One question for coverage, put to one world."""

    def __init__(self, world: World, *, starts_on: date, ends_on: date, within: str | None = None) -> None:
        super().__init__(Clerk(world), starts_on, ends_on)
        self.within = within
        self.stations = [each for each in world.stations if within in (None, each.area_id, *each.path)]
        self.by_id = {each.id: each for each in world.divisions}
        self.near = {place for station in self.stations for place in station.path}

    def answer(self, by: str) -> dict[str, Any]:
        world, ends_on = self.world, self.last + ONE_DAY
        return {
            "settled_until": str(self.clerk.settled_until(self.stations, ends_on)),
            "rules_version": world.rules_version,
            "window": {"from": str(self.days[0]), "to": str(ends_on)},
            "totals": self.row(world.code, world.name, self.stations, self.streets(), all_of_it=True),
            "rows": self.rows(by),
        }

    # ---- divisions: "the state of stations and divisions is that of W's last day" ----

    def valid(self, level: str) -> list[Division]:
        """In sight: below the place asked for, or with a station in sight."""
        return [
            each
            for each in self.world.divisions
            if each.level == level
            and each.valid_from <= self.last
            and (each.valid_to is None or self.last < each.valid_to)
            and (self.within in (None, *each.path) or each.id in self.near)
        ]

    def streets(self) -> set[str]:
        return {each.id for each in self.valid("street")}

    # ---- rows ----

    def rows(self, by: str) -> list[Row]:
        if by in ("district", "street"):
            return [self.place_row(each) for each in self.valid(by)]
        if by == "station":
            return [self.row(s.id, s.name, [s], self.streets() & self.served(s)) for s in self.stations]
        if by == "network":
            return [self.row(self.world.code, self.world.name, self.stations, self.streets(), all_of_it=True)]
        if by == "kind":
            used = {each.kind for each in self.stations}
            return self.grouped({k: v for k, v in KIND_NAMES.items() if k in used}, lambda each: each.kind)
        if by == "sector":
            return self.grouped(self.seen(self.world.sectors, "sector"), lambda each: each.sector)
        return [
            self.row(area, name, stands, self.streets() & {p for each in stands for p in each.path})
            for area, name in self.seen(self.world.areas, "area_id").items()
            for stands in [[each for each in self.stations if each.area_id == area]]
        ]

    def seen(self, named: dict[str, str], field: str) -> dict[str, str]:
        """All areas or sectors of the network, or those in sight."""
        used = {getattr(each, field) for each in self.stations}
        return {key: name for key, name in named.items() if self.within is None or key in used}

    def grouped(self, named: dict[str, str], key: Callable[[Station], str | None]) -> list[Row]:
        """Without streets: they mean nothing there."""
        return [
            self.row(each, name, [s for s in self.stations if key(s) == each], None)
            for each, name in named.items()
        ]

    def place_row(self, place: Division) -> Row:
        streets = {each for each in self.streets() if place.id in self.by_id[each].path}
        return self.row(place.id, place.name, [s for s in self.stations if place.id in s.path], streets)

    def served(self, station: Station) -> set[str]:
        """ "Sector, company and other gated stations serve no street unless marked so." """
        return set(station.path) if station.serves_street else set()

    def row(
        self,
        key: str,
        name: str,
        stations: list[Station],
        streets: set[str] | None,
        *,
        all_of_it: bool = False,
    ) -> Row:
        judged = {each.id: self.judge(each) for each in stations if self.is_open(each)}
        here = [each for each in stations if each.id in judged]
        silent = self.clerk.silent_phones(stations, self.days)
        lost = self.nowhere() if all_of_it and self.within is None else []
        sums = self.sums(stations)
        for figure in ("check_ins", "shifts", "receptions", "people_received"):
            sums[figure]["high"] += sum(phone.pending for phone in lost)
        unsettled = self.clerk.unsettled(stations, self.days, self.last + ONE_DAY)
        return {
            "key": key,
            "name": name,
            "stations": len(here),
            "tangible": sum(each.is_tangible for each in judged.values()),
            "effective": sum(each.is_effective for each in judged.values()),
            "effective_high": sum(each.may_be_effective for each in judged.values()),
            "not_judged": sum(each.is_new for each in judged.values()),
            "dormant": sum(not self.records(each) for each in here),
            **self.street_figures(here, streets, judged),
            "gates_judged": max((each.gates_judged for each in judged.values()), default=0),
            **sums,
            "members_active": len({fact.member_id for each in stations for fact in self.records(each)}),
            "silent_phones": len(silent | {phone.id for phone in lost}),
            "provisional": len(unsettled),
            "released": {kind: self.released(kind, stations) for kind in ("shifts", "receptions")},
        }

    def released(self, kind: str, stations: list[Station]) -> int:
        """Facts that count, and that staff had to release."""
        facts = (self.clerk.facts(kind.removesuffix("s"), each, self.days) for each in stations)
        return len([fact for some in facts for fact in some if "released" in fact.flags])

    def nowhere(self) -> list[Any]:
        """Phones that hold entries and were at no station that is known: in the network's totals only."""
        return [phone for phone in self.clerk.holding(self.days) if phone.last_station_id is None]

    def street_figures(self, here: list[Station], streets: set[str] | None, judged: dict[str, Any]) -> Row:
        """ "Streets with ≥ 1 tangible station that serves the street ÷ streets valid on W's last day." """

        def reached(condition: str) -> set[str]:
            stations = [each for each in here if getattr(judged[each.id], condition)]
            return {place for each in stations for place in self.served(each)} & (streets or set())

        names = {"tangible": "is_tangible", "effective": "is_effective", "effective_high": "may_be_effective"}
        counts = {name: len(reached(condition)) for name, condition in names.items()}
        rates = {name: count / len(streets) if streets else None for name, count in counts.items()}
        row: Row = {"streets": None if streets is None else len(streets)}
        row |= {f"streets_{name}": None if streets is None else count for name, count in counts.items()}
        row |= {"tangible_rate": rates["tangible"], "effective_rate": rates["effective"]}
        gap = None if rates["tangible"] is None else rates["tangible"] - rates["effective"]  # type: ignore[operator]  # both or none
        return row | {"effective_rate_high": rates["effective_high"], "gap": gap}

    def sums(self, stations: list[Station]) -> Row:
        """Days and stations are added; hours become decimal numbers only here."""
        each = [self.station_sums(station) for station in stations]
        total: Row = {
            name: {end: sum(one[name][end] for one in each) for end in ("low", "high")} for name in RANGES
        }
        for name in HOURS:
            total[name] = {end: float(value) for end, value in total[name].items()}
        return total | {
            "check_ins": total["check_ins"]
            | {"by_evidence": [sum(one["by_evidence"][n] for one in each) for n in range(4)]}
        }

    @once
    def station_sums(self, station: Station) -> Row:
        clerk = self.clerk
        check_ins, shifts, receptions = (
            clerk.facts(kind, station, self.days) for kind in ("check_in", "shift", "reception")
        )
        silent, waiting = self.unanswered(station), self.pending_at(station)
        people = sum(each.headcount for each in receptions)
        return {
            "check_ins": {"low": len(check_ins), "high": len(check_ins) + waiting},
            "by_evidence": [len([each for each in check_ins if each.evidence == n]) for n in range(4)],
            "shifts": {"low": len(shifts), "high": len(shifts) + waiting + len(silent)},
            "receptions": {"low": len(receptions), "high": len(receptions) + waiting},
            "people_received": {"low": people, "high": people + waiting},
            "duty_hours": {"low": self.duty_hours(shifts), "high": self.duty_hours(shifts, silent)},
            "person_hours": {"low": self.person_hours(shifts), "high": self.person_hours(shifts, silent)},
        }

    # ---- the calendar of a station's page ----

    def calendar(self, station: Station) -> list[Row]:
        """Every day of the window that has come."""
        return [self.day(station, day) for day in self.days if day <= self.clerk.today]

    def day(self, station: Station, day: date) -> Row:
        clerk = self.clerk
        shifts, receptions = clerk.facts("shift", station, [day]), clerk.facts("reception", station, [day])
        plans = clerk.plans_at(station, [day])
        silent = [plan for plan in self.unanswered(station) if day_of(plan.starts_at) == day]
        return {
            "day": str(day),
            "shifts": len(shifts),
            "kept": len([each for each in shifts if clerk.is_kept(each)]),
            "planned": len(plans),
            "planned_kept": self.kept_plans(plans, shifts),
            "duty_hours": {
                "low": float(self.duty_hours(shifts)),
                "high": float(self.duty_hours(shifts, silent)),
            },
            "receptions": len(receptions),
            "people_received": sum(each.headcount for each in receptions),
            "check_ins": len(clerk.facts("check_in", station, [day])),
            "provisional": not clerk.is_settled(station, day, self.last + ONE_DAY),
        }
