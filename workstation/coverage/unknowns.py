"""What *high* adds to the stored figures: plans of people with silent phones; and open shifts taken out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from workstation.coverage.days import SHIFT, DayFigures, Fact, counted, figure_day
from workstation.coverage.facts import list_facts, list_open_places
from workstation.coverage.phones import Silence
from workstation.coverage.places import Map
from workstation.coverage.rules import Thresholds
from workstation.coverage.windows import Window
from workstation.shifts.rules import Span, overlap


@dataclass
class Extra:
    """The difference between the figures as they are now and as they are stored, for one station's *high*."""

    shifts: int = 0
    duty_ms: int = 0
    person_ms: int = 0
    planned_kept: dict[date, int] = field(default_factory=dict)
    duty_ms_by_day: dict[date, int] = field(default_factory=dict)
    # The days looked at, and whether a kept shift may have been then.
    kept: dict[date, bool] = field(default_factory=dict)


def list_extras(*, ground: Map, window: Window, silence: Silence, now: datetime) -> Mapping[str, Extra]:
    """Station id → what *high* adds now to what is stored, in two statements over a few station-days."""
    silent: dict[tuple[str, date], list[Fact]] = defaultdict(list)
    for plan in silence.plans:
        silent[plan.station_id, plan.day].append(plan)
    in_sight = {stand.id for stand in ground.stands}
    open_now = list_open_places(network_id=ground.network.id, window=window, now=now)
    places = {place for place in (*silent, *open_now) if place[0] in in_sight}
    return _differences(ground, places, silent, now)


def _differences(
    ground: Map,
    places: Collection[tuple[str, date]],
    silent: Mapping[tuple[str, date], list[Fact]],
    now: datetime,
) -> Mapping[str, Extra]:
    facts = list_facts(network_id=ground.network.id, places=places)
    extras: dict[str, Extra] = defaultdict(Extra)
    for station_id, day in places:
        found = facts.get((station_id, day), [])
        stored = figure_day(found, thresholds=ground.thresholds)
        plans = still_possible(
            silent.get((station_id, day), []), facts=found, stored=stored, thresholds=ground.thresholds
        )
        live = figure_day(found, thresholds=ground.thresholds, now=now, silent_plans=plans)
        _add(extras[station_id], day, stored, live, len(plans))
    return extras


def _add(extra: Extra, day: date, stored: DayFigures, live: DayFigures, plans: int) -> None:
    extra.shifts += plans
    extra.duty_ms += live.duty_ms_high - stored.duty_ms_high
    extra.duty_ms_by_day[day] = live.duty_ms_high - stored.duty_ms_high
    extra.person_ms += _person_ms(live) - _person_ms(stored)
    extra.planned_kept[day] = live.planned_kept_high - stored.planned_kept_high
    extra.kept[day] = live.kept_high > 0


def _person_ms(figures: DayFigures) -> int:
    return sum(high for _, high in figures.people.values())


def still_possible(
    plans: Sequence[Fact], *, facts: Sequence[Fact], stored: DayFigures, thresholds: Thresholds
) -> list[Fact]:
    """The silent plans that no known shift has answered: neither an own one nor, by number, a stand-in."""
    shifts = [fact for fact in counted(facts, within=thresholds.merge) if fact.kind == SHIFT]
    unanswered = [plan for plan in plans if not any(_answers(shift, plan) for shift in shifts)]
    return sorted(unanswered, key=lambda plan: plan.starts_at)[: stored.planned - stored.planned_kept]


def _answers(shift: Fact, plan: Fact) -> bool:
    ends_at = shift.ends_at or shift.closes_at or shift.starts_at
    both = overlap(Span(shift.starts_at, ends_at), Span(plan.starts_at, plan.ends_at or plan.starts_at))
    return shift.member_id == plan.member_id and both > timedelta()
