"""Drafts, issues and illustrates reports; puts a network's template in place."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from workstation.database import db
from workstation.errors import Refusal
from workstation.ids import new_id
from workstation.local_time import local_day
from workstation.network.models import Network
from workstation.people.rules import Scope
from workstation.reports import changes
from workstation.reports.document import Draft, Since, write_document
from workstation.reports.figures import Place, begin, get_place, measure, measure_all, window_of
from workstation.reports.models import Report, ReportTemplate
from workstation.reports.periods import read_period
from workstation.reports.queries import count_received, find_last_edition, find_template
from workstation.reports.templates import DEFAULT, open_template


def draft_report(*, scope: Scope, period: str, district_id: str | None, now: datetime) -> Draft:
    """The report as it would be issued at this moment.

    Refuses with report.period_invalid or division.not_found.
    """
    wanted = read_period(period, today=local_day(now))
    place = get_place(scope=scope, district_id=district_id)
    newest = begin(scope)
    last = find_last_edition(network_id=scope.network_id, place=place.id, period=wanted.code)
    network = db.session.get_one(Network, scope.network_id)
    return Draft(
        network_name=network.name,
        is_demo=network.is_demo,
        place=place,
        period=wanted,
        edition=last.edition + 1 if last else 1,
        figures=measure_all(
            scope=scope, place=place, period=wanted, window=wanted.window(today=local_day(now)), now=now
        ),
        since=_since(last, scope=scope, place=place, now=now) if last else None,
        last_receipt_no=newest,
    )


def _since(last: Report, *, scope: Scope, place: Place, now: datetime) -> Since:
    window = window_of(last.figures)
    again = measure(scope=scope, place=place, window=window, now=now)
    received = count_received(scope=scope, place=place, window=window, above=last.last_receipt_no)
    said = changes.sentences(edition=last.edition, before=last.figures, after=again, received=received)
    return Since(
        edition=last.edition, sentences=said, changes=changes.compare(before=last.figures, after=again)
    )


def write_draft(draft: Draft, *, network_id: int) -> bytes:
    """The draft as a Word document, by the network's own template where there is one."""
    own = find_template(network_id=network_id)
    template = open_template(own.content if own else DEFAULT.read_bytes())
    return write_document(draft, template=template)


def issue_report(draft: Draft, *, document: bytes, network_id: int, member_id: str) -> Report:
    """Keeps the edition for good. Refuses with report.just_issued when somebody was quicker."""
    report = Report(
        network_id=network_id,
        id=new_id(),
        place=draft.place.id,
        period=draft.period.code,
        edition=draft.edition,
        starts_on=window_of(draft.figures).starts_on,
        ends_on=window_of(draft.figures).ends_on,
        as_of=datetime.fromisoformat(draft.figures["as_of"]),
        issued_by_id=member_id,
        last_receipt_no=draft.last_receipt_no,
        figures=draft.figures | {"since": _kept(draft.since)},
        document=document,
    )
    db.session.add(report)
    try:
        db.session.flush()
    except IntegrityError:
        raise Refusal("report.just_issued") from None
    return report


def _kept(since: Since | None) -> dict[str, object] | None:
    if since is None:
        return None
    return {
        "edition": since.edition,
        "sentences": list(since.sentences),
        "changes": [each._asdict() for each in since.changes],
    }


def place_template(
    *, content: bytes, name: str, draft: Draft, network_id: int, member_id: str, now: datetime
) -> None:
    """Takes the office's own template once it has printed this draft.

    Refuses with report.template_invalid.
    """
    write_document(draft, template=open_template(content))
    db.session.merge(
        ReportTemplate(
            network_id=network_id, name=name, content=content, placed_at=now, placed_by_id=member_id
        )
    )


def remove_template(*, network_id: int) -> None:
    """Back to the template that comes with the program; what was issued stays as it is."""
    own = find_template(network_id=network_id)
    if own is not None:
        db.session.delete(own)
