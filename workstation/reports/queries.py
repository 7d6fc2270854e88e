"""Asks the database for issued reports and templates, within a scope."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, and_, cast, func, select
from sqlalchemy.orm import aliased, undefer

from workstation.coverage.windows import Window
from workstation.database import db
from workstation.errors import Refusal
from workstation.local_time import day_start
from workstation.network.models import Division, Station
from workstation.network.queries import confine_stations, in_division
from workstation.people.models import Member
from workstation.people.rules import Scope
from workstation.reports.figures import Place
from workstation.reports.models import Report, ReportTemplate
from workstation.sync.models import Receipt

REPORTS_PAGE = 50
LISTED = (
    Report.id,
    Report.place,
    Report.period,
    Report.edition,
    Report.starts_on,
    Report.ends_on,
    Report.as_of,
)


def _seen(statement: Any, *, scope: Scope) -> Any:
    """An officer of a district sees its reports; one of the city sees all."""
    statement = statement.where(Report.network_id == scope.network_id)
    return statement if scope.level == "network" else statement.where(Report.place == scope.division_id)


def find_last_edition(*, network_id: int, place: str, period: str) -> Report | None:
    """The newest edition with its figures."""
    return db.session.scalar(
        select(Report)
        .where(Report.network_id == network_id, Report.place == place, Report.period == period)
        .order_by(Report.edition.desc())
        .limit(1)
        .options(undefer(Report.figures))
    )


def get_report(*, scope: Scope, report_id: str) -> Report:
    """One issued report. Refuses with report.not_found what is not within the scope."""
    report: Report | None = db.session.scalar(
        _seen(select(Report), scope=scope).where(Report.id == report_id)
    )
    if report is None:
        raise Refusal("report.not_found")
    return report


def list_reports(
    *, scope: Scope, after: str | None = None, report_id: str | None = None
) -> list[dict[str, Any]]:
    """One page of editions, latest first (ids grow with time), or one of them."""
    issuer, district = aliased(Member), aliased(Division)
    statement = (
        _seen(select(*LISTED, issuer.name.label("issued_by"), district.name.label("place_name")), scope=scope)
        .join(issuer, and_(issuer.network_id == Report.network_id, issuer.id == Report.issued_by_id))
        .outerjoin(district, and_(district.network_id == Report.network_id, _is_place(district)))
        .order_by(Report.id.desc())
        .limit(REPORTS_PAGE)
    )
    if after is not None:
        statement = statement.where(Report.id < after)
    if report_id is not None:
        statement = statement.where(Report.id == report_id)
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _is_place(district: Any) -> Any:
    """Condition: the division that a report is about. `place` is text, since it may be empty."""
    return cast(district.id, String) == Report.place


def count_received(*, scope: Scope, place: Place, window: Window, above: int) -> dict[str, int]:
    """Kind → accepted entries above this receipt number about these days, at stations in sight.

    A correction or withdrawal belongs to the day of the fact that it is about.
    """
    about = aliased(Receipt)
    happened = func.coalesce(about.occurred_at, Receipt.occurred_at)
    stations = confine_stations(select(Station.id), scope=scope)
    if place.id:
        stations = stations.where(in_division(place.id))
    rows = db.session.execute(
        select(Receipt.kind, func.count())
        .outerjoin(about, and_(about.network_id == Receipt.network_id, about.entry_id == Receipt.root_id))
        .where(
            Receipt.network_id == scope.network_id,
            Receipt.receipt_no > above,
            Receipt.state == "accepted",
            func.coalesce(Receipt.station_id, about.station_id).in_(stations),
            happened >= day_start(window.starts_on),
            happened < day_start(window.ends_on),
        )
        .group_by(Receipt.kind)
    )
    return {str(kind): count for kind, count in rows}


def find_template(*, network_id: int) -> ReportTemplate | None:
    """The network's own template; None while it uses the one that comes with the program."""
    return db.session.get(ReportTemplate, network_id)


def list_districts(*, scope: Scope) -> Sequence[tuple[str, str]]:
    """Id and name of the districts on which this officer can report."""
    statement = select(Division.id, Division.name).where(
        Division.network_id == scope.network_id, Division.level == "district"
    )
    if scope.level != "network":
        statement = statement.where(Division.id == scope.division_id)
    return [(key, name) for key, name in db.session.execute(statement.order_by(Division.code))]
