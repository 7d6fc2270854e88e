"""Between which values a network may set each threshold. A change outside of them is a slip of the finger."""

from collections.abc import Mapping
from typing import NamedTuple

from workstation.coverage.rules import Thresholds

# The items of a standard: how many, and how long each name may be.
ITEMS_MOST = 12
ITEM_LETTERS_MOST = 30


class Limit(NamedTuple):
    """The smallest and largest value that may be set; `whole`: only integers."""

    least: float
    most: float
    whole: bool = True


# In the order in which they are shown.
LIMITS: Mapping[str, Limit] = {
    "kept_minutes": Limit(5, 240),
    "stretch_days": Limit(7, 366),
    "kept_share": Limit(0.1, 1, whole=False),
    "contacts": Limit(1, 100),
    "answered_share": Limit(0.1, 1, whole=False),
    "outcomes": Limit(1, 100),
    "new_station_days": Limit(0, 366),
    "confirmed_days": Limit(30, 1830),
    "review_days": Limit(0, 366),
    "merge_minutes": Limit(0, 180),
    "seen_days": Limit(1, 90),
    "silent_days": Limit(7, 90),
    "settle_hours": Limit(24, 336),
}
# They are in the daily figures: a change of one means that all of these are counted again.
COUNTED_IN = ("kept_minutes", "merge_minutes")


def counts_again(before: Thresholds, after: Thresholds) -> bool:
    """Whether the daily figures differ under these thresholds."""
    return any(getattr(before, name) != getattr(after, name) for name in COUNTED_IN)
