"""The station code of an entry that waited for staff: it counts when the entry becomes a fact, if it can."""

from collections.abc import Callable

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from workstation.database import db
from workstation.keys import Keys
from workstation.sync.entries import Entry, Kept
from workstation.sync.judgement import Placed, step_of
from workstation.sync.models import Receipt

# The code was none, or no longer counted, when the entry came.
UNCOUNTED = frozenset({"code_guesses", "code_repeated", "code_unverified"})


def use_code(kept: Kept, *, entry: Entry, station: Placed | None, keys: Keys) -> None:
    """Uses up the code, or takes back the level of evidence that it gave: meanwhile it counted elsewhere."""
    if not kept.evidence or station is None or UNCOUNTED & set(kept.flags):
        return
    step = step_of(kept, entry=entry, station=station, keys=keys)
    if step is None:
        return  # the station has another secret since then, so nobody can give this code again
    if _counted_elsewhere(kept, step):
        kept.evidence -= 1
        kept.flags = [*kept.flags, "code_repeated"]
    else:
        kept.code_step = step


def try_twice(release: Callable[[], None]) -> None:
    """Calls `release`, one transaction, again if the code was used between its look and its write.

    The second one sees that and takes back the evidence. What fails again is another fault, and raised.
    """
    try:
        release()
    except IntegrityError:
        release()


def _counted_elsewhere(kept: Kept, step: int) -> bool:
    used = exists().where(
        Receipt.network_id == kept.network_id,
        Receipt.member_id == kept.member_id,
        Receipt.station_id == kept.station_id,
        Receipt.kind == kept.kind,
        Receipt.code_step == step,
        Receipt.entry_id != kept.entry_id,
    )
    return bool(db.session.scalar(select(used)))
