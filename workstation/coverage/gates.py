"""The five gates of one station in words: have, need, and a fix that looks forward."""

from dataclasses import dataclass, replace

from workstation.coverage.rules import (
    LATER_NOTE,
    WEAK_NOTE,
    Gate,
    Thresholds,
    kept_enough,
    state_of,
    still_to_keep,
)

NEW_NOTE = "新站，开站未满 {days} 天，暂不评"
SHUT_NOTE = "期末没有开放，不评"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the gates of one station rest on. `stretch` is None when no day of the window has come yet."""

    stretch: int | None
    kept: int
    planned: int
    contacts: int


def judge(found: Evidence, *, thresholds: Thresholds, is_new: bool = False) -> tuple[bool | None, ...]:
    """G1 to G5: True passed, False failed, None not judged. G4 and G5 wait for matters."""
    if is_new:
        return (None,) * 5
    return (
        None if found.stretch is None else found.stretch <= thresholds.stretch_days,
        kept_enough(kept=found.kept, planned=found.planned, thresholds=thresholds),
        None if found.stretch is None else found.contacts >= thresholds.contacts,
        None,
        None,
    )


def describe(
    found: Evidence, *, firm: Evidence, thresholds: Thresholds, is_new: bool = False, is_open: bool = True
) -> list[Gate]:
    """The gates with what they have, need and would be helped by; 待佐证 where only weak facts carry them."""
    spared = is_new or not is_open
    states = judge(found, thresholds=thresholds, is_new=spared)
    firm_states = judge(firm, thresholds=thresholds, is_new=spared)
    gates = [
        _open(found, thresholds, states[0]),
        _kept(found, thresholds, states[1]),
        _contact(found, thresholds, states[2]),
        Gate(gate="G4", state="not_judged", need=thresholds.answered_share, note=LATER_NOTE),
        Gate(gate="G5", state="not_judged", need=thresholds.outcomes, note=LATER_NOTE),
    ]
    if spared:
        note = NEW_NOTE.format(days=thresholds.new_station_days) if is_open else SHUT_NOTE
        return [replace(gate, note=note, fix=None) for gate in gates]
    return [
        replace(gate, note=f"{gate.note}；{WEAK_NOTE}") if state and firm_state is False else gate
        for gate, state, firm_state in zip(gates, states, firm_states, strict=True)
    ]


def mark_released(gates: list[Gate], *, shifts: int, contacts: int) -> list[Gate]:
    """Says which gates rest on shifts (G1, G2) or contacts (G3) that staff had to make facts."""
    counts = {"G1": shifts, "G2": shifts, "G3": contacts}
    return [
        replace(gate, released=counts[gate.gate])
        if gate.state != "not_judged" and gate.gate in counts
        else gate
        for gate in gates
    ]


def _open(found: Evidence, thresholds: Thresholds, passed: bool | None) -> Gate:
    return Gate(
        gate="G1",
        state=state_of(passed),
        have=found.stretch,
        need=thresholds.stretch_days,
        fix=f"再值班 1 次，{thresholds.kept_minutes:g} 分钟以上" if passed is False else None,
        note=f"最长连续多少天没有完成的值班，至多 {thresholds.stretch_days} 天",
    )


def _kept(found: Evidence, thresholds: Thresholds, passed: bool | None) -> Gate:
    more = still_to_keep(kept=found.kept, planned=found.planned, thresholds=thresholds)
    note = f"排定 {found.planned} 次，至少完成 {thresholds.kept_share:.0%}"
    return Gate(
        gate="G2",
        state=state_of(passed),
        have=found.kept if found.planned else None,
        need=_need(found.planned, thresholds.kept_share) if found.planned else None,
        fix=f"再按计划值班 {more} 次" if passed is False else None,
        note=note if found.planned else "期内没有排定的班次",
    )


def _need(planned: int, share: float) -> int:
    return next(kept for kept in range(planned + 1) if kept >= share * planned)


def _contact(found: Evidence, thresholds: Thresholds, passed: bool | None) -> Gate:
    more = thresholds.contacts - found.contacts
    return Gate(
        gate="G3",
        state=state_of(passed),
        have=found.contacts,
        need=thresholds.contacts,
        fix=f"安排 {more} 次接待群众" if passed is False else None,
        note="期内接待次数（事项和协商活动启用后一并计入）",
    )
