"""A disk or a database that takes no writes: every address answers, and what would have to write says later.

The same answer as where the database is away: phones keep what they hold, and try again.
"""

from werkzeug.test import TestResponse

from tests.api.test_coverage_on_a_full_disk import no_writes
from tests.api.test_route_table import TABLE
from tests.api.walking import ask, everybody, things
from tests.cast import Cast

ASKS = ("city", "auditor", "officer", "member", "door", "nobody")
# What is sent there changes nothing: the file is looked through, and what is wrong is said.
LOOKS = {f"POST /api/v1/imports/{sheet}" for sheet in ("ledger", "members", "outlines", "plan", "stations")}
# Who took a file is noted; but the office's own template is none about anybody.
FILES = (".csv", ".xlsx", ".docx")
UNNOTED = {"GET /api/v1/reports/template.docx"}


def first_let_in(address: str) -> str:
    return next((who for who in ASKS if TABLE[address][who] < 300), "city")


def writes(address: str) -> bool:
    return address.endswith(FILES) if address.startswith("GET ") else address not in LOOKS


def test_every_address_answers_and_what_has_to_write_says_later(cast: Cast) -> None:
    ids = things(cast, cast.here)
    callers = everybody(cast, ids)
    with no_writes(cast):
        answers = {address: ask(cast.app, callers[first_let_in(address)], address, ids) for address in TABLE}
    away = {address for address, answer in answers.items() if is_away(answer)}
    let_in = {address for address in TABLE if TABLE[address][first_let_in(address)] < 300}
    assert away & let_in == {address for address in let_in - UNNOTED if writes(address)}
    assert {address: answers[address].status_code for address in answers.keys() - away} == {
        address: TABLE[address][first_let_in(address)] for address in answers.keys() - away
    }


def is_away(answer: TestResponse) -> bool:
    if answer.status_code != 503:
        return False
    return (answer.json["code"], answer.headers["Retry-After"]) == ("server.unavailable", "5")
