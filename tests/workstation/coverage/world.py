"""A network as the slow reference sees it: plain facts, read row by row, nothing added up yet."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Division:
    id: str
    name: str
    level: str
    path: list[str]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Tick:
    """One item of the standard at one station."""

    item: str
    met: bool
    checker: str | None
    proof: str | None
    confirmed_on: date | None


@dataclass(frozen=True)
class Station:
    id: str
    name: str
    kind: str
    path: list[str]
    area_id: str | None
    sector: str | None
    serves_street: bool
    status: str
    opened_on: date | None
    closed_on: date | None
    ticks: list[Tick] = field(default_factory=list)


@dataclass(frozen=True)
class Fact:
    """A check-in, a shift or a reception; `at` is when it happened or began."""

    id: str
    kind: str
    station_id: str
    member_id: str
    on_behalf: bool
    at: datetime
    flags: list[str]
    withdrawn: bool
    evidence: int | None = None
    ended_at: datetime | None = None
    closes_at: datetime | None = None
    headcount: int = 0


@dataclass(frozen=True)
class Plan:
    id: str
    station_id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Phone:
    id: str
    member_id: str
    enrolled_at: datetime
    last_sync_at: datetime | None
    pending: int
    lost: bool
    last_station_id: str | None


@dataclass(frozen=True)
class World:
    """Everything that the figures of one network are made of, and the moment at which they are asked for."""

    now: datetime
    code: str
    name: str
    begun_at: datetime
    standard: list[str]
    rules_version: int
    divisions: list[Division]
    stations: list[Station]
    areas: dict[str, str]
    sectors: dict[str, str]
    facts: list[Fact]
    plans: list[Plan]
    phones: list[Phone]
    settings: dict[str, Any]
