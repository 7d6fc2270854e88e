"""Importing stations: what a row means, what is refused, and that nothing is written by halves."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.workstation.imports.conftest import Importer
from tests.workstation.imports.rows import TODAY, station_row
from workstation.database import db
from workstation.feed.models import EVERYBODY, Change
from workstation.geography.datum import Datum, from_wgs84
from workstation.geography.distance import Position, geodesic_m
from workstation.network.models import Area, ChecklistItem, Division, Network, Sector, Station

ENGLISH = [
    "code", "name", "kind", "district", "street", "community", "area", "sector", "address", "lat", "lon",
    "fence_radius_m", "opening_hours", "serves_street", "status", "opened_on",
]  # fmt: skip
CHINESE = [
    "编码", "名称", "类型", "区", "街道", "社区", "片区", "界别", "地址", "纬度", "经度",
    "围栏半径", "开放时间", "服务街道", "状态", "开站日期",
]  # fmt: skip
FULL = [
    "A1", "南园街道委员工作站", "委员工作站", "福田区", "南园街道", "", "", "", "南园路 1 号",
    "22.54", "114.06",
    "500", "每周三 9:00–11:30", "是", "open",
    "2025-01-01",
]  # fmt: skip


def stored(code: str = "A1") -> Station:
    return db.session.scalars(select(Station).where(Station.network_id == 2, Station.code == code)).one()


def items() -> dict[str, ChecklistItem]:
    return {
        item.item: item
        for item in db.session.scalars(select(ChecklistItem).where(ChecklistItem.network_id == 2))
    }


def count(model: type[Station | Division | Sector | Area]) -> int:
    return len(db.session.scalars(select(model).where(model.network_id == 2)).all())


@pytest.mark.parametrize(
    "heads", [ENGLISH, CHINESE, [f" {head}* " for head in ENGLISH]], ids=["English", "Chinese", "starred"]
)
def test_every_column_is_read_by_either_head_in_any_order(
    import_stations: Importer, heads: list[str]
) -> None:
    row = dict(reversed(list(zip(heads, FULL, strict=True))))
    report = import_stations(row)
    assert (report.errors, report.warnings, report.new, report.applied) == ([], [], 1, True)
    station = stored()
    assert (station.kind, station.level, station.fence_radius_m) == ("workstation", "street", 500)
    assert (station.lat, station.lon) == (22.54, 114.06)
    assert (station.address, station.opening_hours) == ("南园路 1 号", "每周三 9:00–11:30")
    assert (station.serves_street, station.status, station.opened_on) == (True, "open", date(2025, 1, 1))
    assert station.initials == "nyjdwygzz"


def test_a_dry_run_changes_nothing(import_stations: Importer) -> None:
    report = import_stations(station_row(area="东片", sector="科技界"), apply=False)
    assert (report.new, report.applied) == (1, False)
    assert count(Station) == count(Sector) == 0


def test_one_bad_row_keeps_all_others_out(import_stations: Importer) -> None:
    report = import_stations(station_row(), station_row(code="A2", lat="north"))
    assert [(error.row, error.column, error.code) for error in report.errors] == [(3, "lat", "import.number")]
    assert report.errors[0].message.startswith("第 3 行「lat」")
    assert not report.applied
    assert count(Station) == 0


def test_the_same_file_again_changes_nothing_even_tomorrow(import_stations: Importer) -> None:
    rows = (station_row(统一标识="是", 固定阵地="2026-01-05", status="closed"), station_row(code="A2"))
    import_stations(*rows)
    report = import_stations(*rows, today=TODAY + timedelta(days=1))
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)


def test_a_changed_row_is_changed_in_place(import_stations: Importer) -> None:
    import_stations(station_row(), station_row(code="A2"))
    before = stored().id
    report = import_stations(station_row(name="新名字"), station_row(code="A2"))
    assert (report.new, report.changed, report.unchanged) == (0, 1, 1)
    assert (stored().id, stored().name, stored().initials) == (before, "新名字", "xmz")


def test_a_column_that_is_not_there_leaves_what_is_stored(import_stations: Importer) -> None:
    import_stations(station_row(address="南园路", fence_radius_m="500", serves_street="否"))
    report = import_stations(station_row())
    assert report.unchanged == 1
    assert (stored().address, stored().fence_radius_m, stored().serves_street) == ("南园路", 500, False)


def test_phones_hear_of_new_and_changed_stations(import_stations: Importer) -> None:
    import_stations(station_row(community="老围社区"))
    changes = db.session.scalars(select(Change).where(Change.network_id == 2)).all()
    assert {(change.audience, change.noun) for change in changes} == {
        (EVERYBODY, "station"),
        (EVERYBODY, "division"),
    }


def test_the_noise_network_is_untouched(import_stations: Importer) -> None:
    import_stations(station_row(community="老围社区", area="东片"))
    assert db.session.scalars(select(Station).where(Station.network_id == 1)).all() == []
    assert len(db.session.scalars(select(Division).where(Division.network_id == 1)).all()) == 6


@pytest.mark.parametrize("datum", Datum)
def test_every_datum_ends_at_the_same_place(import_stations: Importer, datum: Datum) -> None:
    there = Position(22.54, 114.06)
    given = from_wgs84(position=there, datum=datum)
    import_stations(station_row(lat=f"{given.lat:.9f}", lon=f"{given.lon:.9f}"), datum=datum)
    assert geodesic_m(origin=there, target=Position(stored().lat, stored().lon)) < 0.02


def test_swapped_axes_are_an_error_that_says_so(import_stations: Importer) -> None:
    report = import_stations(station_row(lat="114.06", lon="22.54"))
    assert [error.code for error in report.errors] == ["import.axes_swapped"]
    assert "填反" in report.errors[0].message


def test_a_place_in_another_city_is_an_error(import_stations: Importer) -> None:
    report = import_stations(station_row(lat="39.9", lon="116.4"))
    assert [error.code for error in report.errors] == ["import.position_outside"]


def test_zero_is_a_number_and_not_an_empty_cell(import_stations: Importer) -> None:
    report = import_stations(station_row(lat="0", lon="0"))
    assert [error.code for error in report.errors] == ["import.position_outside"]


def test_a_probably_wrong_datum_is_a_warning_with_the_distance(import_stations: Importer) -> None:
    # Just inside the western edge of 福田区; read as GCJ-02 it moves half a kilometre west, out of it.
    report = import_stations(station_row(lat="22.54", lon="114.001"), datum=Datum.GCJ02)
    assert report.applied
    (warning,) = report.warnings
    assert (warning.row, warning.column, warning.code) == (2, "lat", "import.datum_doubtful")
    assert "福田区轮廓外约 410 米" in warning.message
    assert "按 wgs84 换算则在轮廓内" in warning.message


def test_a_district_without_an_outline_gives_no_warning(import_stations: Importer) -> None:
    assert import_stations(station_row(district="罗湖区", street="", lon="114.3")).warnings == []


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"code": " "}, "code", "import.required"),
        ({"name": ""}, "name", "import.required"),
        ({"name": "站" * 101}, "name", "import.too_long"),
        ({"name": "站\x00点"}, "name", "import.control_character"),
        ({"name": "=HYPERLINK(1)"}, "name", "import.formula"),
        ({"kind": "办公室"}, "kind", "import.choice"),
        ({"district": "朝阳区"}, "district", "import.district_unknown"),
        ({"street": "桂园街道"}, "street", "import.street_unknown"),
        ({"street": "", "community": "老围社区"}, "community", "import.street_required"),
        ({"community": "440304001099"}, "community", "import.community_unknown"),
        ({"lat": ""}, "lat", "import.required"),
        ({"lon": "190"}, "lon", "import.range"),
        ({"fence_radius_m": "30"}, "fence_radius_m", "import.range"),
        ({"serves_street": "也许"}, "serves_street", "import.yes_no"),
        ({"status": "热闹"}, "status", "import.choice"),
        ({"opened_on": "去年"}, "opened_on", "import.date"),
        ({"统一标识": "差不多"}, "统一标识", "import.yes_no_date"),
        ({"统一标识": "2027-01-01"}, "统一标识", "import.date_future"),
    ],
)
def test_bad_cells_are_named(
    import_stations: Importer, changes: dict[str, str], column: str, code: str
) -> None:
    report = import_stations(station_row(**changes))
    assert [(error.row, error.column, error.code) for error in report.errors] == [(2, column, code)]


def test_all_bad_cells_of_a_row_are_named_at_once(import_stations: Importer) -> None:
    report = import_stations(station_row(name="", kind="x", lat="x", district="x"))
    assert [error.column for error in report.errors] == ["name", "kind", "district", "lat"]


def test_a_code_twice_in_a_file_is_an_error(import_stations: Importer) -> None:
    report = import_stations(station_row(), station_row(code="Ａ１"))
    (error,) = report.errors
    assert (error.row, error.code) == (3, "import.code_repeated")
    assert "第 2 行" in error.message


def test_a_missing_column_is_one_error_and_not_one_a_row(import_stations: Importer) -> None:
    row = station_row()
    del row["lat"]
    (error,) = import_stations(row, row).errors
    assert (error.row, error.column, error.code) == (1, "纬度", "import.column_missing")


def test_the_same_column_twice_is_an_error(import_stations: Importer) -> None:
    (error,) = import_stations(station_row(编码="A2")).errors
    assert error.code == "import.column_repeated"


def test_unknown_columns_are_named_in_a_warning(import_stations: Importer) -> None:
    report = import_stations(station_row(负责人电话="1"))
    assert [(one.row, one.column, one.code) for one in report.warnings] == [
        (1, "负责人电话", "import.column_unknown")
    ]
    assert report.applied


def test_divisions_by_code_and_full_width_digits(import_stations: Importer) -> None:
    report = import_stations(station_row(district="４４０３０４", street="440304001", lat="２２.５４"))
    assert report.errors == []


def test_a_station_can_stand_at_district_or_city_level(import_stations: Importer) -> None:
    import_stations(station_row(street=""), station_row(code="A2", district="深圳市", street=""))
    assert (stored("A1").level, stored("A2").level) == ("district", "city")


def test_unknown_communities_areas_and_sectors_are_created_once_and_announced(
    import_stations: Importer,
) -> None:
    row = {"community": "老围社区", "area": "东片", "sector": "科技界"}
    report = import_stations(station_row(**row), station_row(code="A2", **row))
    assert [warning.code for warning in report.warnings] == ["import.will_create"] * 3
    assert (count(Sector), count(Area)) == (1, 1)
    assert stored("A1").division_id == stored("A2").division_id
    community = db.session.get_one(Division, (2, stored().division_id))
    assert (community.name, community.level, len(community.path)) == ("老围社区", "community", 4)
    assert import_stations(station_row(**row), station_row(code="A2", **row)).unchanged == 2


def test_sector_stations_serve_no_street_unless_the_file_says_so(import_stations: Importer) -> None:
    import_stations(
        station_row(serves_street="", sector=""),
        station_row(code="A2", sector="科技界", serves_street=""),
        station_row(code="A3", sector="科技界", serves_street="是"),
    )
    assert [stored(code).serves_street for code in ("A1", "A2", "A3")] == [True, False, True]


def test_the_checklist_keeps_item_date_checker_and_proof(import_stations: Importer) -> None:
    import_stations(station_row(统一标识="是", 固定阵地="2026-01-05", 核对人="区办 王", 佐证="照片 7"))
    sign, room = items()["统一标识"], items()["固定阵地"]
    assert (sign.met, sign.confirmed_on, sign.checker, sign.proof) == (True, TODAY, "区办 王", "照片 7")
    assert (room.met, room.confirmed_on) == (True, date(2026, 1, 5))


def test_without_checker_and_proof_the_import_itself_is_named(import_stations: Importer) -> None:
    import_stations(station_row(统一标识="是", 固定阵地="否"))
    assert (items()["统一标识"].checker, items()["统一标识"].proof) == ("批量导入", "站点.csv")
    assert (items()["固定阵地"].met, items()["固定阵地"].confirmed_on) == (False, None)


def test_an_item_that_is_lost_and_confirmed_again_gets_the_new_day(import_stations: Importer) -> None:
    import_stations(station_row(统一标识="2026-01-05"))
    assert import_stations(station_row(统一标识="否")).changed == 1
    assert import_stations(station_row(统一标识="是")).changed == 1
    assert items()["统一标识"].confirmed_on == TODAY


def test_closing_and_reopening_keep_the_day_of_closing(import_stations: Importer) -> None:
    import_stations(station_row(status="关闭"))
    assert stored().closed_on == TODAY
    import_stations(station_row(status="开放"))
    assert stored().closed_on is None


def test_a_filled_cell_beyond_the_head_is_refused(network: Network) -> None:
    from workstation.imports.operations import StationImport, judge
    from workstation.imports.tables import Table

    row = station_row()
    table = Table(1, list(row), [(2, [*row.values(), "stray"])])
    job = StationImport(network=network, datum=Datum.WGS84, today=TODAY, source="x.csv")
    assert [error.code for error in judge(job=job, table=table).errors] == ["import.cells_extra"]
