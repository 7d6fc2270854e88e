"""How often somebody gave a station's code lately: all workers remember together, at no statement's cost."""

from api.proofs import present_minute
from api.shared_memory import shared_memory

KEPT_MINUTES = 24 * 60
REPEATED_MINUTES = 60  # a phone tries a broken call again long before


def count_code_attempt(name: str, attempt: str) -> int:
    """Attempts under this name, now included, with never a day between one and the next.

    `attempt` names this one: a phone whose call broke sends the same again, and has not guessed again.
    """
    memory, now = shared_memory(), present_minute()
    named = f"station code {name}".encode()
    if memory.is_new(f"station code {name} {attempt}".encode(), minute=now, keeps_minutes=REPEATED_MINUTES):
        return memory.count_lately(named, minute=now, keeps_minutes=KEPT_MINUTES)
    # Reads without the lock: a repeat changes nothing, and what others count meanwhile is theirs to heed.
    return memory.counted_lately(named, minute=now, keeps_minutes=KEPT_MINUTES)
