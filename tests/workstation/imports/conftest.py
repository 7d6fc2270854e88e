"""A small network to import into, and a noise network beside it that no import may touch."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from tests.workstation.imports.rows import NOW, TODAY, table_of
from workstation.database import db, writing
from workstation.geography.datum import Datum
from workstation.ids import new_id
from workstation.imports.operations import MemberImport, PlanImport, StationImport, judge, save
from workstation.imports.problems import Report
from workstation.network.history import Editor
from workstation.network.models import Division, DivisionOutline, Network

STANDARD = ["统一标识", "固定阵地"]
FUTIAN = [[114.0, 22.5], [114.1, 22.5], [114.1, 22.6], [114.0, 22.6], [114.0, 22.5]]
DIVISIONS = [
    ("4403", "深圳市", "city", None),
    ("440304", "福田区", "district", "4403"),
    ("440303", "罗湖区", "district", "4403"),
    ("440304001", "南园街道", "street", "440304"),
    ("440304002", "园岭街道", "street", "440304"),
    ("440303001", "桂园街道", "street", "440303"),
]


@pytest.fixture
def database_url(sqlite_database: str) -> str:
    """What a row means does not hang on the database: tests/api/commands imports into both kinds."""
    return sqlite_database


def add_network(*, number: int, code: str) -> None:
    db.session.add(
        Network(
            id=number,
            code=code,
            name=f"网络 {code}",
            is_demo=False,
            bounds=[22.4, 113.7, 22.9, 114.7],
            standard=STANDARD,
            thresholds={},
            created_at=NOW,
        )
    )
    db.session.flush()
    made: dict[str, Division] = {}
    for division_code, name, level, parent in DIVISIONS:
        own_id = new_id()
        path = [*(made[parent].path if parent else []), own_id]
        made[division_code] = Division(
            network_id=number,
            id=own_id,
            code=division_code,
            name=name,
            level=level,
            parent_id=path[-2] if parent else None,
            path=path,
            valid_from=date(2020, 1, 1),
        )
        db.session.add(made[division_code])
        db.session.flush()
    outline = {"type": "Polygon", "coordinates": [FUTIAN]}
    db.session.add(DivisionOutline(network_id=number, division_id=made["440304"].id, geometry=outline))


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    """The network that files are imported into; noise stands beside it."""
    with app.app_context():
        with writing():
            add_network(number=1, code="noise")
            add_network(number=2, code="shenzhen")
        yield db.session.get_one(Network, 2)
        db.session.rollback()


Importer = Callable[..., Report]


@pytest.fixture
def import_stations(network: Network) -> Importer:
    def run(
        *rows: dict[str, str], datum: Datum = Datum.WGS84, today: date = TODAY, apply: bool = True
    ) -> Report:
        job = StationImport(network=network, datum=datum, today=today, source="站点.csv")
        return _run(job, rows, apply)

    return run


@pytest.fixture
def import_members(network: Network) -> Importer:
    def run(*rows: dict[str, str], apply: bool = True) -> Report:
        return _run(MemberImport(network=network, today=TODAY), rows, apply)

    return run


@pytest.fixture
def import_plan(network: Network) -> Importer:
    def run(*rows: dict[str, str], now: datetime = NOW, apply: bool = True) -> Report:
        return _run(PlanImport(network=network, now=now), rows, apply)

    return run


def _run(job: Any, rows: tuple[dict[str, str], ...], apply: bool) -> Report:
    report = judge(job=job, table=table_of(*rows))
    if apply and not report.errors:
        with writing():
            editor = Editor(network_id=job.network_id, member_id=None, now=NOW, reason="导入")
            save(job=job, report=report, editor=editor)
    return report
