"""One line for a command that changes or hands out something: it goes into the audit log like a call does."""

from collections.abc import Mapping
from typing import Any

from api import clock
from workstation.audit.operations import Actor, Deed, note
from workstation.database import writing
from workstation.network.queries import list_networks


def note_command(
    action: str,
    thing_id: str = "",
    *,
    network_id: int,
    reason: str | None = None,
    after: Mapping[str, Any] | None = None,
    about_id: str | None = None,
) -> None:
    """Notes what this command does to one network, as `noun.deed`. Inside its write transaction.

    The log adds the machine's user who ran it.
    """
    deed = Deed(action, action.partition(".")[0], thing_id, after=after, about_id=about_id)
    note(actor=Actor(network_id=network_id, now=clock.now()), deeds=[deed], reason=reason)


def note_in_every_network(action: str, thing_id: str = "", *, after: Mapping[str, Any] | None = None) -> None:
    """Notes what concerns the whole installation in the log of each network: each has its own auditors."""
    with writing():
        for network in list_networks():
            note_command(action, thing_id, network_id=network.id, after=after)
