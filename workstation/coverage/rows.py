"""Rows of figures: one for each group of stations, and one for all of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from workstation.coverage.people import People, count_people
from workstation.coverage.places import KIND_NAMES, Map, list_groups
from workstation.coverage.queries import Sums
from workstation.coverage.stands import Stand
from workstation.coverage.stations import Figures, Picture
from workstation.coverage.tallies import Tally
from workstation.errors import Refusal

HOUR_MS = 3_600_000
WITHOUT_STREETS = ("sector", "kind")

Row = dict[str, Any]


class Group(NamedTuple):
    """What a row is about. `streets` is None where streets mean nothing."""

    key: str
    name: str
    streets: frozenset[str] | None


def list_rows(picture: Picture, *, by: str) -> tuple[Row, list[Row]]:
    """The totals, and a row for each group. Stations above the asked level are in the totals only."""
    ground = picture.ground
    groups, keys = group_stands(ground, by=by)
    tallies = {group.key: Tally() for group in groups}
    everything = Tally()
    for one in picture.stations:
        street = served_street(ground, one)
        everything.add(one, street)
        key = keys[one.stand.id]
        if key in tallies:
            tallies[key].add(one, street)
    if ground.is_whole:  # phones of which nobody knows where they are
        everything.pending += picture.silence.pending.get(None, 0)
        everything.silent |= picture.silence.silent.get(None, set())
    people = count_people(ground=ground, window=picture.window, by=by, keys=_division_keys(ground, by))
    return make_rows(ground, by, groups, tallies=tallies, everything=everything, people=people)


def make_rows(
    ground: Map,
    by: str,
    groups: Sequence[Group],
    *,
    tallies: Mapping[Any, Tally],
    everything: Tally,
    people: Mapping[str | None, People],
) -> tuple[Row, list[Row]]:
    """The totals, and a row for each group, from what was added up by the keys of groups."""
    whole = Group(ground.network.code, ground.network.name, ground.streets)
    totals = make_row(whole, everything, people.get(None, People()))
    if by == "network":
        return totals, [totals]
    return totals, [make_row(group, tallies[group.key], people.get(group.key, People())) for group in groups]


def group_stands(ground: Map, *, by: str) -> tuple[list[Group], dict[str, str | None]]:
    """The groups in their order, and station id → the key of its group, None where it has none."""
    keys = station_keys(ground, by)
    if by == "station":
        return [Group(stand.id, stand.name, _own_street(ground, stand)) for stand in ground.stands], keys
    return name_groups(ground, by, set(keys.values())), keys


def station_keys(ground: Map, by: str) -> dict[str, str | None]:
    """Station id → the key of its group, None where it has none."""
    if by in ("district", "street"):
        keys = _division_keys(ground, by)
        return {stand.id: keys.get(stand.division_id) for stand in ground.stands}
    if by == "network":
        return {stand.id: ground.network.code for stand in ground.stands}
    column = {"area": "area_id", "station": "id"}.get(by, by)
    return {stand.id: getattr(stand, column) for stand in ground.stands}


def _division_keys(ground: Map, by: str) -> dict[str, str]:
    if by not in ("district", "street"):
        return {}
    found = {each: ground.ancestor(each, by) for each in ground.divisions}
    return {each: place.id for each, place in found.items() if place is not None}


def served_street(ground: Map, one: Figures) -> str | None:
    """The street in sight that this station serves."""
    return street_of(ground, one.stand)


def street_of(ground: Map, stand: Stand) -> str | None:
    """The same of a stand."""
    place = ground.ancestor(stand.division_id, "street") if stand.serves_street else None
    return place.id if place is not None and place.id in ground.streets else None


def name_groups(ground: Map, by: str, used: Collection[str | None]) -> list[Group]:
    """The groups in their order, of all groupings but single stations; `used` are the keys in sight."""
    if by == "network":
        return [Group(ground.network.code, ground.network.name, ground.streets)]
    if by in ("district", "street"):
        below, none = ground.streets_below, frozenset[str]()
        return [Group(each.id, each.name, below.get(each.id, none)) for each in ground.list_places(by)]
    if by == "kind":
        return [Group(code, name, None) for code, name in KIND_NAMES.items() if code in used]
    found = list_groups(network_id=ground.network.id, by=by)
    streets = _streets_of_areas(ground) if by == "area" else {}
    empty = frozenset[str]() if by == "area" else None
    return [
        Group(key, name, streets.get(key, empty)) for key, name in found if ground.is_whole or key in used
    ]


def _own_street(ground: Map, stand: Stand) -> frozenset[str]:
    street = street_of(ground, stand)
    return frozenset() if street is None else frozenset({street})


def _streets_of_areas(ground: Map) -> Mapping[str | None, frozenset[str]]:
    """The streets in which an area's stations stand."""
    found: dict[str | None, frozenset[str]] = {}
    for area_id, division_id in ground.standing.areas:
        near = ground.streets & set(ground.divisions[division_id].path)
        found[area_id] = found.get(area_id, frozenset()) | near
    return found


def make_row(group: Group, tally: Tally, people: People) -> Row:
    """One row in the order of the contract. Hours are not rounded."""
    sums = Sums(*tally.sums)
    duty_high, person_high = (
        sums.duty_ms_high + tally.extra_duty_ms,
        people.person_ms_high + tally.extra_person_ms,
    )
    return {
        "key": group.key,
        "name": group.name,
        "stations": tally.stations,
        "tangible": tally.tangible,
        "effective": tally.effective,
        "effective_high": tally.effective_high,
        "not_judged": tally.not_judged,
        "dormant": tally.dormant,
        **_street_fields(group.streets, tally),
        "gates_judged": tally.gates_judged,
        "shifts": _range(sums.shifts, tally.pending + tally.extra_shifts),
        "duty_hours": {"low": sums.duty_ms_low / HOUR_MS, "high": duty_high / HOUR_MS},
        "person_hours": {"low": people.person_ms_low / HOUR_MS, "high": person_high / HOUR_MS},
        "receptions": _range(sums.receptions, tally.pending),
        "people_received": _range(sums.people_received, tally.pending),
        "check_ins": _range(sums.check_ins, tally.pending) | {"by_evidence": list(sums[:4])},
        "members_active": people.members,
        "silent_phones": len(tally.silent),
        "provisional": len(tally.unsettled),
        "released": {"shifts": tally.released_shifts, "receptions": tally.released_receptions},
    }


def _range(low: int, more: int) -> Row:
    return {"low": low, "high": low + more}


def _street_fields(streets: frozenset[str] | None, tally: Tally) -> Row:
    names = ("streets_tangible", "streets_effective", "streets_effective_high")
    rates = ("tangible_rate", "effective_rate", "effective_rate_high")
    if streets is None:
        return dict.fromkeys(("streets", *names, *rates, "gap"))
    served = [len(streets & some) for some in tally.served]
    shares = [count / len(streets) if streets else None for count in served]
    gap = None if shares[0] is None or shares[1] is None else shares[0] - shares[1]
    return {
        "streets": len(streets),
        **dict(zip(names, served, strict=True)),
        **dict(zip(rates, shares, strict=True)),
        "gap": gap,
    }


def page(rows: Sequence[Row], *, limit: int | None, after: str | None) -> Sequence[Row]:
    """At most `limit` rows behind the one whose key is `after`. Refuses with coverage.after_unknown."""
    keys = [row["key"] for row in rows]
    if after is not None and after not in keys:
        raise Refusal("coverage.after_unknown")
    start = keys.index(after) + 1 if after is not None else 0
    return rows[start:] if limit is None else rows[start : start + limit]
