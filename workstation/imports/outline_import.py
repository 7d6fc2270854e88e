"""Outlines of streets and districts: simplified together, put into WGS-84, one a division."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workstation.geography.datum import Datum
from workstation.geography.outlines import simplify_together
from workstation.imports import outlines, queries
from workstation.imports.columns import Column, Row
from workstation.imports.differences import Difference
from workstation.imports.directory import Directory, Index
from workstation.imports.outlines import OutlineRow
from workstation.imports.previews import OUTLINE_HEADS
from workstation.imports.problems import Report, problem
from workstation.imports.writes import upsert
from workstation.network.models import DivisionOutline, Network
from workstation.network.queries import list_outlines


@dataclass
class OutlineImport:
    """The borders that the map shows and that positions of stations are doubted by."""

    network: Network
    datum: Datum
    today: date
    rows: list[OutlineRow] = field(default_factory=list)
    geometries: list[dict[str, Any]] = field(default_factory=list)
    noun: str = ""
    columns: Sequence[Column] = outlines.COLUMNS
    heads: Mapping[str, str] = field(default_factory=lambda: OUTLINE_HEADS)

    def __post_init__(self) -> None:
        self.network_id = self.network.id
        self.directory: Directory = queries.get_directory(network=self.network, today=self.today)
        self.streets = Index()
        for place in self.directory.places():
            if place.level == "street":
                self.streets.add(place)

    def read(self, row: Row) -> Hashable | None:
        found = outlines.read_outline(
            row=row, directory=self.directory, streets=self.streets, datum=self.datum
        )
        if found is None:
            return None
        self.rows.append(found)
        return found.place.id

    def finish(self, report: Report) -> None:
        """Neighbours are simplified together, so this has to wait for all."""
        if report.errors or not self.rows:
            return
        shapes = [row.outline for row in self.rows]
        self.geometries = simplify_together(outlines=shapes, datum=self.datum)
        if better := outlines.better_datum(rows=self.rows, datum=self.datum):
            name, more, less = better
            report.warnings.append(
                problem(code="import.outline_datum", datum=name.value, more=f"{more:.0%}", less=f"{less:.0%}")
            )

    def compare(self) -> Difference:
        stored = {division.id: shape for division, shape in list_outlines(network_id=self.network_id)}
        found = Difference()
        for row, geometry in zip(self.rows, self.geometries, strict=False):  # none while there are errors
            place = {"division_id": row.place.id, "name": self._name(row)}
            before = stored.get(row.place.id)
            found.count(
                number=row.number,
                stored=None if before is None else place | {"geometry": before},
                record=place | {"geometry": geometry},
            )
        return found

    def _name(self, row: OutlineRow) -> str:
        above = self.directory.districts.names().get(row.place.parent_id or "", "")
        return f"{above} {row.place.name}".strip()

    def save(self, difference: Difference) -> None:
        records = [
            {
                "network_id": self.network_id,
                "division_id": record["division_id"],
                "geometry": record["geometry"],
            }
            for record in difference.records
        ]
        upsert(DivisionOutline, records, key=("network_id", "division_id"))

    def names(self) -> Mapping[str, str]:
        return {}
