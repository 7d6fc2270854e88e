"""Writes whole lists of records, and says in the feed what changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from workstation.database import Base, insert_rows, update_set
from workstation.feed.models import EVERYBODY
from workstation.feed.operations import FeedChange, publish
from workstation.imports.directory import Directory
from workstation.network.models import Area, Division, Sector


def create_groups(*, directory: Directory, today: date) -> None:
    """Writes the communities, areas and sectors that the file named and the network lacked."""
    own = {"network_id": directory.network_id}
    fields = ("id", "code", "name", "level", "parent_id")
    divisions = [
        own
        | {name: getattr(place, name) for name in fields}
        | {"path": list(place.path), "valid_from": today, "valid_to": None}
        for place in directory.new_divisions
    ]
    insert_rows(Division, divisions)
    insert_rows(
        Area, [own | {"id": area.id, "code": area.code, "name": area.name} for area in directory.new_areas]
    )
    insert_rows(
        Sector, [own | {"code": sector.code, "name": sector.name} for sector in directory.new_sectors]
    )
    announce(network_id=directory.network_id, noun="division", records=divisions)


def announce(*, network_id: int, noun: str, records: Sequence[dict[str, Any]]) -> None:
    """Tells every phone of the network that these changed."""
    publish(network_id=network_id, changes=[FeedChange(EVERYBODY, noun, record["id"]) for record in records])


def upsert(model: type[Base], records: Sequence[dict[str, Any]], *, key: Sequence[str]) -> None:
    """Inserts records, or replaces what stands under the same key."""
    if not records:
        return
    changing = [name for name in records[0] if name not in key]
    conflict = update_set(changing, key=key) if changing else "DO NOTHING"
    insert_rows(model, records, conflict=conflict)
