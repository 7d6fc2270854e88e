"""What nobody would write by hand: bytes to the sync call, and files to each importer (Hypothesis).

Never a 5xx, always a code; a good entry beside a bad one is kept; and a file that was only looked at
changes nothing.
"""

import json
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.api.walking import Walk
from tests.attacks.test_poisoned_input import NASTY, NO_JSON, OUTLINES, TABLES, WORKBOOKS
from tests.cast import Phone
from workstation.ids import new_id
from workstation.network.models import Station
from workstation.people.models import Member

SOAKS = (hypothesis.settings.default.max_examples or 0) >= 1000
SETTINGS = hypothesis.settings(
    max_examples=1_500 if SOAKS else 60,
    deadline=None,
    derandomize=not SOAKS,
    suppress_health_check=list(HealthCheck),
)
SHEETS = ("stations", "members", "plan", "ledger", "outlines")
WORDS = (
    "body",
    "entries",
    "protocol",
    "sent_at",
    "seq",
    "station_id",
    "fix",
    "lat",
    "__proto__",
    "\x00",
    "\ud800",
    "",
)
LEAVES = st.one_of(
    st.sampled_from(list(NASTY.values())),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.text(alphabet="\u202e\u2066\u200b\ufeff\x00\x1b\ud800", max_size=8),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
ENTRY_FIELDS = (
    "id",
    "seq",
    "kind",
    "v",
    "recorded_at",
    "elapsed_ms",
    "device_id",
    "author_id",
    "on_behalf_of",
    "body",
    "sealed",
    "else",
)
BODY_FIELDS = (
    "station_id",
    "purpose",
    "fix",
    "no_fix_reason",
    "station_code",
    "stated_at",
    "note",
    "shift_id",
    "summary",
    "changes",
    "target_id",
    "constituent",
)
KINDS = ("check_in", "shift_start", "shift_end", "reception", "correction", "withdrawal")


@pytest.fixture(scope="module")
def phone(searched: Walk) -> Phone:
    return searched.cast.phone("member")


def said(value: Any) -> bytes:
    """JSON as careless programs write it: with NaN, with lone surrogates."""
    return json.dumps(value).encode()


def send(phone: Phone, content: bytes) -> Any:
    headers = phone.headers | {"Content-Type": "application/json"}
    return phone.client.post("/api/v1/sync", data=content, headers=headers)


def is_clear(answer: Any) -> None:
    assert answer.status_code in (200, 400, 413, 426), answer.text[:300]
    if answer.status_code != 200:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"].startswith("sync.")


@given(content=st.binary(max_size=400) | st.sampled_from(list(NO_JSON.values())) | ANYTHING.map(said))
@SETTINGS
def test_no_bytes_break_the_sync_call(phone: Phone, content: bytes) -> None:
    is_clear(send(phone, content))


@given(field=st.sampled_from(("protocol", "sent_at", "cursor", "pending", "entries", "else")), value=ANYTHING)
@SETTINGS
def test_no_field_of_the_envelope_breaks_it(phone: Phone, field: str, value: Any) -> None:
    envelope = {"protocol": 1, "sent_at": "2026-11-20T04:00:00Z", "cursor": None, "pending": 0, "entries": []}
    is_clear(send(phone, said(envelope | {field: value})))


@given(
    kind=st.sampled_from(KINDS),
    spoilt=st.dictionaries(st.sampled_from(ENTRY_FIELDS), ANYTHING, max_size=3),
    body=st.dictionaries(st.sampled_from(BODY_FIELDS), ANYTHING, max_size=3),
    twice=st.booleans(),
)
@SETTINGS
def test_a_bad_entry_is_answered_and_costs_no_other(
    searched: Walk, phone: Phone, kind: str, spoilt: dict[str, Any], body: dict[str, Any], twice: bool
) -> None:
    """Each gets one result in its place; the good one is a fact; the same again says the same numbers."""
    hall = searched.here["station_id"]
    good = phone.check_in(hall)
    bad = phone.entry(kind, {"station_id": hall} | body) | spoilt
    envelope = {"protocol": 1, "sent_at": "2026-11-20T04:00:00Z", "cursor": None, "pending": 0}
    content = said(envelope | {"entries": [bad, good]})
    answer = send(phone, content)
    is_clear(answer)
    if answer.status_code != 200:  # NaN or a depth without end costs the call: the phone halves it
        assert b"NaN" in content or b"Infinity" in content or len(content) > 100_000
        return
    first, second = answer.json["results"]
    assert second["status"] == "accepted"
    assert first["status"] in ("accepted", "duplicate", "held", "rejected", "conflict")
    assert (first["code"] is None) == (first["status"] in ("accepted", "duplicate"))
    assert (first["receipt_no"] is None) == (first["status"] == "rejected")
    if twice:
        again, _ = send(phone, content).json["results"]
        assert again["receipt_no"] == first["receipt_no"]


FILES = [content.encode() for content in [*TABLES.values(), *OUTLINES.values()]] + list(WORKBOOKS.values())
SMALL = [content for content in FILES if len(content) < 20_000]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file with some bytes changed, put in or taken out."""
    content = bytearray(draw(st.sampled_from(SMALL)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        content[at : at + draw(st.integers(0, 4))] = draw(
            st.binary(max_size=6) | st.sampled_from([b"\x00", b'"', b"\xff\xfe", "\u202e".encode(), b"PK"])
        )
    return bytes(content)


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_file_breaks_an_importer_and_a_look_changes_nothing(searched: Walk, sheet: str) -> None:
    cast, headers = searched.cast, searched.callers["city"]
    headers = headers | {"Content-Type": "application/octet-stream"}

    def counted() -> list[int]:
        return [cast.scalar(select(func.count()).select_from(model)) for model in (Station, Member)]

    before = counted()

    @given(
        content=mutated()
        | st.binary(max_size=300)
        | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))
    )
    @hypothesis.settings(SETTINGS, max_examples=SETTINGS.max_examples // 2)
    def look(content: bytes) -> None:
        answer = cast.client.post(f"/api/v1/imports/{sheet}?datum=wgs84", data=content, headers=headers)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.json["applied"] is False
        assert (answer.json["digest"] is None) >= (answer.json["errors_count"] > 0)

    look()
    assert counted() == before


@given(content=mutated() | st.binary(max_size=300))
@hypothesis.settings(SETTINGS, max_examples=SETTINGS.max_examples // 3)
def test_no_file_breaks_the_template(searched: Walk, content: bytes) -> None:
    answer = searched.cast.client.put(
        "/api/v1/reports/template?name=x.docx", data=content, headers=searched.callers["city"]
    )
    assert (answer.status_code, answer.json["code"]) == (422, "report.template_invalid")


@given(value=ANYTHING, name=st.sampled_from(("format", "v", "kid", "made_at", "count", "jwe", "else")))
@hypothesis.settings(SETTINGS, max_examples=SETTINGS.max_examples // 3)
def test_no_bytes_break_the_rescue_file(searched: Walk, phone: Phone, value: Any, name: str) -> None:
    plain = {"format": "workstation.rescue", "v": 1, "kid": "x", "made_at": "x", "count": 1, "jwe": new_id()}
    headers = phone.headers | {"Content-Type": "application/json"}
    answer = phone.client.post("/api/v1/rescue-files", data=said(plain | {name: value}), headers=headers)
    assert answer.status_code in (413, 422), answer.text[:300]
    assert answer.json["code"].startswith("rescue.")
