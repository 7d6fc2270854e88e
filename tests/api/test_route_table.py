"""Every address and every export as each of the cast, against route_table.txt, which one can check by eye.

And every place for an id, in an address, a query or a body: what another network has answers exactly as
what nobody has.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api import clock, create_app
from tests.api.walking import ALSO, CALLS, WORD, Walk, addresses, unknown
from tests.cast import NOON, Cast
from tests.databases import settings

LINES = [
    line.split()
    for line in (Path(__file__).parent / "route_table.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
HEADS = LINES[0]
TABLE = {
    f"{method} {path}": dict(zip(HEADS, map(int, said), strict=True)) for method, path, *said in LINES[1:]
}
# Words that are no id of a thing: codes that open by themselves, and the mark of a content.
SECRETS = {"code", "door_code", "reset_code", "hash"}
# Where the city's office may not look, somebody else asks.
ASKS = {"audit-events": "auditor"}
OWN_TO_EACH_ANSWER = {"X-Request-ID", "Date", "Content-Length"}


@pytest.fixture(scope="module")
def walk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The lively network at noon. Who may what is decided without the database's kind."""
    folder = tmp_path_factory.mktemp("walk")
    file = folder / "workstation.db"
    file.write_bytes(sqlite_template.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOON)
        app = create_app(settings(database_url=f"sqlite:///{file}", data_dir=folder))
        yield Walk(Cast(app), file)


def test_every_address_stands_in_the_table(walk: Walk) -> None:
    assert addresses(walk.cast.app) == sorted(TABLE), "tests/api/route_table.txt lists every address"


def test_the_table_asks_as_everybody(walk: Walk) -> None:
    assert list(walk.callers) == HEADS


@pytest.mark.parametrize("address", TABLE)
def test_each_of_the_cast_gets_what_the_table_says(walk: Walk, address: str) -> None:
    got = {who: walk.call(who, address, walk.here).status_code for who in HEADS}
    assert got == TABLE[address]


def places_for_ids() -> list[Any]:
    found = []
    for address in TABLE:
        for number, sent in enumerate((CALLS.get(address, ("", None)), ALSO.get(address))):
            if sent is not None:
                where = f"{address} {sent[0]} {json.dumps(sent[1], default=str)}"
                words = sorted(set(WORD.findall(where)) - SECRETS - {"template"})
                found += [
                    pytest.param(address, sent, word, id=f"{address}-{word}-{number}") for word in words
                ]
    return found


@pytest.mark.parametrize(("address", "sent", "word"), places_for_ids())
def test_an_id_of_another_network_answers_as_one_that_nobody_has(
    walk: Walk, address: str, sent: tuple[str, Any], word: str
) -> None:
    who = next((asks for part, asks in ASKS.items() if part in address), "city")
    foreign, missing = walk.here | {word: walk.elsewhere[word]}, unknown(walk.here, word)
    answers = [plain(walk.call(who, address, ids, sent=sent), id=ids[word]) for ids in (foreign, missing)]
    assert answers[0] == answers[1]
    assert answers[0][0] < 500


def plain(answer: TestResponse, *, id: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers, without what differs in each answer anyway."""
    headers = {name: value for name, value in answer.headers if name not in OWN_TO_EACH_ANSWER}
    return answer.status_code, answer.get_data(as_text=True).replace(id, "ID"), headers


def test_the_walk_knows_many_places_for_ids() -> None:
    """Nobody who renames a word turns the walk off."""
    assert len(places_for_ids()) >= 60
    assert len(TABLE) > 100
