"""The entries that a row of a paper ledger becomes, in the form in which a phone sends them."""

import json
import uuid
from datetime import datetime
from typing import Any

from workstation.local_time import LOCAL

SHIFT, RECEPTION = "shift_start", "reception"
# The names of ledger entries; never change it, or every old file would come in a second time.
NAMESPACE = uuid.UUID("0d5b5c1e-6f0e-5d0c-9a53-6c1de2b1a7f4")

Body = dict[str, Any]


def shift_entries(
    network: str, place: Body, starts_at: datetime, ends_at: datetime | None, said: Body
) -> list[Body]:
    """A start and its end. A person starts once at a place and a time: the end may not be another later."""
    began = _id(network, SHIFT, place, starts_at)
    start = {"station_id": place["station_id"], "stated_at": _spelled(starts_at), **said}
    end = {"shift_id": began, "stated_at": _spelled(ends_at)}
    return [
        _entry(SHIFT, began, place, starts_at, start),
        _entry("shift_end", _id(network, began, ends_at, said), place, ends_at or starts_at, end),
    ]


def reception_entries(
    network: str, place: Body, starts_at: datetime, ends_at: datetime | None, said: Body
) -> list[Body]:
    """Everything in the row names it: paper gives several receptions the same time."""
    body = said | {
        "station_id": place["station_id"],
        "started_at": _spelled(starts_at),
        "ended_at": _spelled(ends_at),
    }
    return [_entry(RECEPTION, _id(network, RECEPTION, place, body), place, starts_at, body)]


def _entry(kind: str, own_id: str, place: Body, at: datetime, body: Body) -> Body:
    """In the form in which a phone sends one. The paper was written then: the clock of the paper."""
    return {
        "id": own_id,
        "seq": 1,
        "kind": kind,
        "v": 1,
        "recorded_at": _spelled(at),
        "on_behalf_of": place["member_id"],
        "body": body,
    }


def _spelled(moment: datetime | None) -> str | None:
    return moment.astimezone(LOCAL).isoformat() if moment is not None else None


def _id(*said: Any) -> str:
    name = json.dumps(said, ensure_ascii=False, sort_keys=True, default=_spelled)
    return str(uuid.uuid5(NAMESPACE, name))
