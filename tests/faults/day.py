"""What a day at a station brings: entries of every kind, in the order in which a member records them."""

import random
from typing import Any

from tests.cast import Phone

Entry = dict[str, Any]


class Day:
    """Endless entries of one phone, the same kinds in the same order for the same seed."""

    def __init__(self, phone: Phone, *, station_id: str, seed: int) -> None:
        self.phone = phone
        self.station_id = station_id
        self.random = random.Random(seed)
        self.targets: list[Entry] = []
        self.open_shift: str | None = None

    def next(self) -> Entry:
        roll = self.random.random()
        if roll < 0.2:
            return self._shift()
        if roll < 0.4:
            constituent = {"name": "王女士", "consent": True, "consent_version": "1"}
            return self.phone.reception(self.station_id, constituent=constituent)
        if roll < 0.5 and self.targets:
            return self._about(self.targets.pop(self.random.randrange(len(self.targets))))
        check_in = self.phone.check_in(self.station_id, note=f"第 {self.phone.seq + 1} 条")
        self.targets.append(check_in)
        return check_in

    def _shift(self) -> Entry:
        if self.open_shift:
            shift, self.open_shift = self.open_shift, None
            return self.phone.shift_end(shift)
        start = self.phone.shift_start(self.station_id)
        self.open_shift = start["id"]
        return start

    def _about(self, target: Entry) -> Entry:
        if self.random.random() < 0.5:
            return self.phone.about("correction", target["id"], changes={"note": "更正"})
        return self.phone.about("withdrawal", target["id"])
