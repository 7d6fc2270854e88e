"""The kinds of entries on the wire, and the reading of one entry: validated, without its position.

An entry that is not valid for its kind is still an entry: it is kept for staff. Only what has no usable
id is none.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from api.json import dump_json
from api.schemas.base import IdText, Measure, Moment, Strict, Text, WholeNumber, YesNo
from workstation.check_ins.rules import Fix
from workstation.ids import is_id
from workstation.keys import Keys
from workstation.sync.entries import Entry, Seal, Unusable
from workstation.sync.rules import (
    LARGEST_SEQ,
    MOST_ENTRY_BYTES,
    content_hash,
    without_position,
    without_silent_constituent,
)

PURPOSES = ("duty", "reception", "session", "visit")
CHANNELS = ("walk_in", "appointment", "phone", "visit", "qr")
PARTY_KINDS = ("person", "group", "enterprise", "organisation")
NO_FIX_REASONS = ("denied", "timeout", "unavailable")
VERSION = 1
LONGEST_MS = 100 * 366 * 24 * 3600 * 1000  # a century


class FixIn(Strict):
    """A position as the browser gives it: WGS-84 degrees, metres, seconds."""

    lat = Measure(required=True, validate=validate.Range(-90, 90))
    lon = Measure(required=True, validate=validate.Range(-180, 180))
    accuracy_m = Measure(required=True, validate=validate.Range(0, 50_000_000))
    age_s = Measure(required=True, validate=validate.Range(-86_400, 1e9))


class PresenceBody(Strict):
    station_id = IdText(required=True)
    fix = fields.Nested(FixIn, allow_none=True)
    no_fix_reason = fields.String(allow_none=True, validate=validate.OneOf(NO_FIX_REASONS))
    station_code = Text(most=20, allow_none=True)
    stated_at = Moment(allow_none=True)
    note = Text(most=2000, allow_none=True)


class ShiftStartBody(PresenceBody):
    """One tap starts a shift; judged like a check-in, and not counted as one."""


class CheckInBody(PresenceBody):
    """One person present at one station at one moment."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))


class ShiftEndBody(Strict):
    """The end of the shift that the named `shift_start` entry began."""

    shift_id = IdText(required=True)
    stated_at = Moment(allow_none=True)
    note = Text(most=2000, allow_none=True)


class ConstituentIn(Strict):
    """Who was received, only with consent."""

    name = Text(most=100, allow_none=True)
    contact = Text(most=200, allow_none=True)
    consent = YesNo(required=True)
    consent_version = Text(least=1, most=40, required=True)


class ReceptionBody(Strict):
    """One encounter with a person, group or enterprise."""

    station_id = IdText(required=True)
    shift_id = IdText(allow_none=True)
    started_at = Moment(required=True)
    ended_at = Moment(allow_none=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    party_kind = fields.String(required=True, validate=validate.OneOf(PARTY_KINDS))
    headcount = WholeNumber(required=True, validate=validate.Range(1, 100_000))
    topic = Text(least=1, most=40, required=True)
    summary = Text(most=2000, required=True)
    answered_on_spot = YesNo(required=True)
    wants_reply = YesNo(required=True)
    constituent = fields.Nested(ConstituentIn, allow_none=True)


class CorrectionBody(Strict):
    """New values for some fields of an earlier entry."""

    target_id = IdText(required=True)
    changes = fields.Dict(keys=fields.String(), required=True, validate=validate.Length(min=1))
    reason = Text(least=1, most=500, required=True)


class WithdrawalBody(Strict):
    """Takes an earlier entry back."""

    target_id = IdText(required=True)
    reason = Text(least=1, most=500, required=True)


class EntryIn(Strict):
    """The envelope of one entry."""

    id = IdText(required=True)
    seq = WholeNumber(required=True, validate=validate.Range(1, LARGEST_SEQ))
    kind = fields.String(required=True)
    v = WholeNumber(required=True, validate=validate.Equal(VERSION))
    recorded_at = Moment(required=True)
    elapsed_ms = WholeNumber(allow_none=True, load_default=None, validate=validate.Range(0, LONGEST_MS))
    device_id = IdText(allow_none=True, load_default=None)
    author_id = IdText(allow_none=True, load_default=None)
    on_behalf_of = IdText(allow_none=True, load_default=None)
    body = fields.Dict(keys=fields.String(), required=True)


BODIES: dict[str, Strict] = {
    "check_in": CheckInBody(),
    "shift_start": ShiftStartBody(),
    "shift_end": ShiftEndBody(),
    "reception": ReceptionBody(),
    "correction": CorrectionBody(),
    "withdrawal": WithdrawalBody(),
}
ENVELOPE = EntryIn()
FIX = FixIn()
# What a correction may never touch, whatever its target.
FIXED_FIELDS = frozenset({"fix", "no_fix_reason", "station_code", "shift_id"})
NOT_KEPT = frozenset({"fix", "station_code", "constituent"})


class EntryReader:
    """Reads entries for one network's list of topics, which is asked for only when an entry names one."""

    def __init__(self, *, keys: Keys, topics: Callable[[], frozenset[str]]) -> None:
        self.keys = keys
        self.topics = topics

    def read(self, raw: Any) -> Entry | Seal | Unusable:
        """One element of `entries`, whatever it is. Never raises."""
        if not isinstance(raw, dict) or not is_id(raw.get("id")) or _is_too_large(raw):
            return Unusable(id=_echo(raw.get("id")) if isinstance(raw, dict) else None)
        if raw.keys() == {"id", "sealed"}:
            return Seal(id=raw["id"], sealed=str(raw["sealed"]))
        said, dropped = without_silent_constituent(raw)
        try:
            return self._valid(said, flags=["consent_missing"] if dropped else [])
        except ValidationError as error:
            return self._invalid(said, error)

    def check_changes(self, kind: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is wrong with a correction's changes to an entry of this kind; empty when nothing is."""
        forbidden = {name: ["不能更改。"] for name in changes if name in FIXED_FIELDS}
        return forbidden or BODIES[kind].validate(dict(changes), partial=True) or self._check_topic(changes)

    def _check_topic(self, body: Mapping[str, Any]) -> dict[str, list[str]]:
        unknown = "topic" in body and body["topic"] not in self.topics()
        return {"topic": ["没有这个主题。"]} if unknown else {}

    def _valid(self, raw: dict[str, Any], *, flags: list[str]) -> Entry:
        envelope = ENVELOPE.load(raw)
        if envelope["kind"] not in BODIES:
            raise ValidationError({"kind": ["不认识这种记录。"]})
        body = BODIES[envelope["kind"]].load(raw["body"])
        if wrong := self._check_topic(body):
            raise ValidationError(wrong)
        entry = replace(
            self._bare(raw), kind=envelope["kind"], body=_kept_body(raw["body"], body), flags=flags
        )
        for name in ("seq", "recorded_at", "elapsed_ms", "device_id", "author_id", "on_behalf_of"):
            setattr(entry, name, envelope[name])
        entry.fix = Fix(**body["fix"]) if body.get("fix") else None
        entry.station_code = body.get("station_code")
        entry.stated_at = body.get("stated_at")
        entry.constituent = _constituent(entry.kind, body)
        return entry

    def _invalid(self, raw: dict[str, Any], error: ValidationError) -> Entry:
        """Kept for staff as it came. A wrong `v` alone means a newer phone."""
        version = raw.get("v")
        newer = isinstance(version, int) and not isinstance(version, bool) and version > VERSION
        entry = self._bare(raw)
        entry.problem = "entry.newer_version" if newer else "entry.invalid"
        entry.content["errors"] = error.messages
        for name in ("seq", "recorded_at", "device_id", "author_id", "kind"):
            setattr(entry, name, _if_valid(name, raw.get(name)))
        entry.body = _station_only(raw.get("body"))
        entry.fix = _fix_only(raw.get("body"))
        return entry

    def _bare(self, raw: dict[str, Any]) -> Entry:
        body = raw.get("body")
        return Entry(
            id=raw["id"],
            seq=None,
            kind=None,
            body={},
            content=without_position(raw),
            content_hash=content_hash(
                kind=raw.get("kind"),
                version=raw.get("v"),
                recorded_at=raw.get("recorded_at"),
                body=body,
                keys=self.keys,
            ),
            recorded_at=None,
        )


def _echo(value: Any) -> Any:
    """An unusable id as it was sent, if it can be said again at all."""
    sayable = isinstance(value, str) and len(value) <= 200 and value.isprintable()
    return value if sayable else None


def _station_only(body: Any) -> dict[str, Any]:
    """The station that a broken entry names: it decides who of the staff may see it."""
    station_id = body.get("station_id") if isinstance(body, dict) else None
    return {"station_id": station_id} if is_id(station_id) else {}


def _fix_only(body: Any) -> Fix | None:
    """The position of a broken entry: it is judged on arrival like any other, since it is not kept."""
    fix = body.get("fix") if isinstance(body, dict) else None
    return Fix(**FIX.load(fix)) if isinstance(fix, dict) and not FIX.validate(fix) else None


def _is_too_large(raw: dict[str, Any]) -> bool:
    return len(dump_json(raw)) > MOST_ENTRY_BYTES


def _kept_body(raw: dict[str, Any], loaded: dict[str, Any]) -> dict[str, Any]:
    """The body as it is stored: what was sent, times in one spelling, nothing that must be forgotten."""
    kept = {name: value for name, value in raw.items() if name not in NOT_KEPT and value is not None}
    for name, value in loaded.items():
        if isinstance(value, datetime):
            kept[name] = value.isoformat()
    if "changes" in kept:
        kept["changes"] = _kept_changes(kept["changes"])
    return kept


def _kept_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """What must be forgotten stays as a name: so it can be refused, or be told that it was corrected."""
    return {
        name: None if name in NOT_KEPT else _one_spelling(value) if name.endswith("_at") else value
        for name, value in changes.items()
    }


def _one_spelling(value: Any) -> Any:
    try:
        return Moment().deserialize(value).isoformat() if value is not None else None
    except ValidationError:
        return value  # judged when the target is known: check_changes


def _constituent(kind: str | None, body: dict[str, Any]) -> dict[str, Any] | None:
    given = body["changes"].get("constituent") if kind == "correction" else body.get("constituent")
    if kind == "correction" and given:
        return dict(ConstituentIn().load(given))
    return dict(given) if given else None


def _if_valid(name: str, value: Any) -> Any:
    try:
        found = ENVELOPE.fields[name].deserialize(value)
    except ValidationError:
        return None
    return found if name != "kind" or found in BODIES else None
