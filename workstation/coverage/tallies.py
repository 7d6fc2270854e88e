"""The figures of some stations added up."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from workstation.coverage.judged import Added
from workstation.coverage.queries import Sums
from workstation.coverage.stations import Figures


@dataclass
class Tally:
    """The figures of some stations added up."""

    stations: int = 0
    tangible: int = 0
    effective: int = 0
    effective_high: int = 0
    not_judged: int = 0
    dormant: int = 0
    gates_judged: int = 0
    pending: int = 0
    released_shifts: int = 0
    released_receptions: int = 0
    extra_shifts: int = 0
    extra_duty_ms: int = 0
    extra_person_ms: int = 0
    sums: list[int] = field(default_factory=lambda: [0] * len(Sums()))
    silent: set[str] = field(default_factory=set)
    unsettled: set[date] = field(default_factory=set)
    served: tuple[set[str], set[str], set[str]] = field(default_factory=lambda: (set(), set(), set()))

    def add(self, one: Figures, street: str | None) -> None:
        """Counts one more station. `street` is the one it serves, if any."""
        self.stations += one.is_open
        self.tangible += one.is_tangible
        self.effective += one.is_effective
        self.effective_high += one.may_be_effective
        self.not_judged += one.is_new
        self.dormant += one.is_dormant
        self.gates_judged = max(self.gates_judged, sum(gate is not None for gate in one.gates))
        self.pending += one.pending
        self.released_shifts += one.released.shifts
        self.released_receptions += one.released.receptions
        self.extra_shifts += one.extra.shifts
        self.extra_duty_ms += one.extra.duty_ms
        self.extra_person_ms += one.extra.person_ms
        self.sums = [have + more for have, more in zip(self.sums, one.sums, strict=True)]
        self.silent |= one.silent
        self.unsettled.update(one.unsettled)
        if street is not None:
            reached = (one.is_tangible, one.is_effective, one.may_be_effective)
            for served, is_reached in zip(self.served, reached, strict=True):
                served.update({street} if is_reached else ())

    def add_plain(self, some: Added, unsettled: Collection[date]) -> None:
        """Counts stations that the database judged; `unsettled` are the days that are settled nowhere."""
        self.stations += some.is_open
        self.tangible += some.is_tangible
        self.effective += some.is_effective
        self.effective_high += some.may_be_effective
        self.not_judged += some.is_new
        self.dormant += some.is_dormant
        self.gates_judged = max(self.gates_judged, some.gates)
        self.sums = [have + more for have, more in zip(self.sums, some.sums, strict=True)]
        self.unsettled.update(unsettled)
