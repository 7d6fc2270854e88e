"""Rows of an old paper ledger: who was on duty, who received whom. Times are local (Asia/Shanghai).

A row becomes the entries that a liaison would have recorded for the person: on behalf, with the times of the
paper. Their ids follow from what the row says, so that the same row is the same entry however often it comes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from workstation.imports import cells
from workstation.imports.columns import Column, Row
from workstation.imports.directory import Index
from workstation.imports.ledger_entries import RECEPTION, SHIFT, Body, reception_entries, shift_entries
from workstation.imports.members import find_member, find_station
from workstation.imports.problems import Wrong
from workstation.imports.spans import take_span
from workstation.imports.stations import text_up_to

KINDS = {"值班": SHIFT, "接待": RECEPTION, "shift": SHIFT, "reception": RECEPTION}
CHANNELS = {
    "来访": "walk_in",
    "预约": "appointment",
    "电话": "phone",
    "走访": "visit",
    "扫码": "qr",
} | {channel: channel for channel in ("walk_in", "appointment", "phone", "visit", "qr")}
PARTIES = {
    "个人": "person",
    "群体": "group",
    "企业": "enterprise",
    "单位": "organisation",
} | {party: party for party in ("person", "group", "enterprise", "organisation")}
COLUMNS = (
    Column("kind", "类别", required=True),
    Column("station", "站点", required=True),
    Column("member", "委员", required=True),
    Column("date", "日期", required=True),
    Column("starts_at", "开始", required=True),
    Column("ends_at", "结束"),
    Column("headcount", "人数"),
    Column("topic", "主题"),
    Column("summary", "摘要"),
    Column("channel", "渠道"),
    Column("party_kind", "对象"),
    Column("answered_on_spot", "当场答复"),
    Column("wants_reply", "需要回复"),
    Column("note", "备注"),
)
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Known:
    """Where a ledger's words point: what the network calls its stations, people and topics."""

    network_code: str
    stations: Index
    members: Index
    topics: Index
    now: datetime


class Span(Protocol):
    """From when to when something lasted."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True)
class LedgerRow:
    """One row: the entries that it becomes, the first being the thing itself, and what it says of it."""

    number: int
    kind: str
    station_id: str
    member_id: str
    starts_at: datetime
    ends_at: datetime | None
    said: Body
    entries: tuple[Body, ...]

    @property
    def id(self) -> str:
        return str(self.entries[0]["id"])

    @property
    def ids(self) -> list[str]:
        return [entry["id"] for entry in self.entries]


def read_ledger(*, row: Row, known: Known) -> LedgerRow | None:
    """One row as the file gives it; None when a cell is wrong, which is then reported."""
    kind = row.take("kind", lambda text: cells.choice(text=text, choices=KINDS), required=True)
    station_id = row.take(
        "station", lambda text: find_station(text=text, stations=known.stations), required=True
    )
    member_id = row.take("member", lambda text: find_member(text=text, members=known.members), required=True)
    starts_at, ends_at = take_span(row=row, needs_end=kind == SHIFT)
    said = _shift(row) if kind == SHIFT else _reception(row, known.topics) if kind else {}
    if starts_at is None or station_id is None or member_id is None or kind is None or not row.ok:
        return None
    if (ends_at or starts_at) > known.now:
        row.refuse("import.ledger_future", "date")
        return None
    place = {"station_id": station_id, "member_id": member_id}
    make = shift_entries if kind == SHIFT else reception_entries
    entries = make(known.network_code, place, starts_at, ends_at, said)
    return LedgerRow(row.number, kind, station_id, member_id, starts_at, ends_at, said, tuple(entries))


def _shift(row: Row) -> Body:
    return {"note": row.take("note", text_up_to(LONGEST_NOTE))}


def _reception(row: Row, topics: Index) -> Body:
    """What a paper book leaves out is what it mostly was: somebody came in, alone."""

    def topic(text: str) -> str:
        found = topics.find(text)
        if found is None:
            raise Wrong("import.topic_unknown", value=text, choices="、".join(topics.by_name))
        return str(found.code)

    def yes_no(field: str) -> bool:
        return bool(row.take(field, cells.yes_no))

    return {
        "channel": row.take("channel", lambda text: cells.choice(text=text, choices=CHANNELS)) or "walk_in",
        "party_kind": row.take("party_kind", lambda text: cells.choice(text=text, choices=PARTIES))
        or "person",
        "headcount": row.take("headcount", _heads, required=True),
        "topic": row.take("topic", topic, required=True),
        "summary": row.take("summary", text_up_to(LONGEST_NOTE)) or "",
        "answered_on_spot": yes_no("answered_on_spot"),
        "wants_reply": yes_no("wants_reply"),
    }


def _heads(text: str) -> int:
    return cells.whole_number(text=text.removesuffix("人"), low=1, high=100_000)


def describe(row: LedgerRow) -> Body:
    """The row as a dry run shows it."""
    names = {SHIFT: "值班", RECEPTION: "接待"}
    fixed = {name: getattr(row, name) for name in ("id", "station_id", "member_id", "starts_at", "ends_at")}
    return {"entry": names[row.kind], **fixed, **row.said}


def is_near(row: LedgerRow, *, fact: Span, within: timedelta) -> bool:
    """Whether something recorded already may be the same thing: shifts that overlap, receptions close by."""
    if row.kind == RECEPTION:
        return abs(fact.starts_at - row.starts_at) <= within
    return fact.starts_at < (row.ends_at or row.starts_at) and row.starts_at < fact.ends_at
