"""Reports on both databases: the same figures in every form, numbered editions, the office's own template."""

import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import docx
import openpyxl
import pytest

from api import clock
from api.schemas.coverage import RowOut
from api.schemas.reports import PreviewOut, ReportOut
from api.spreadsheets import flat
from tests.api.reporting import (
    COLUMNS,
    NOVEMBER,
    csv_rows,
    fetched,
    issue,
    preview,
    sheet_rows,
    try_to_issue,
    word_tables,
    word_text,
)
from tests.api.test_coverage import FIX, change, coverage, tick, worked
from tests.cast import Cast, Phone, Time
from workstation.database import db, writing
from workstation.errors import Refusal
from workstation.network.models import Network, Station
from workstation.people.rules import Scope
from workstation.reports.document import write_row
from workstation.reports.operations import draft_report, issue_report

UNKNOWN_ID = "019a0000-0000-7000-8000-000000000000"
OFFICERS = ("district_officer", "city_officer")


def lively(cast: Cast) -> None:
    """Two stations with odd figures, one of them with entries that have not come yet."""
    tick(cast, "hall")
    member, stranger = cast.phone("member"), cast.phone("stranger")
    hall, other = cast.here.stations["hall"], cast.here.stations["other"]
    member.sync(
        *worked(member, hall, begins=26, hours=1 / 3),
        *worked(member, hall, begins=3, hours=2.2),
        member.reception(hall, headcount=3),
        member.check_in(hall, fix=FIX),
        pending=2,
    )
    stranger.sync(stranger.check_in(other), stranger.reception(other, headcount=7))


class TestOneSetOfFigures:
    def test_the_preview_has_the_figures_of_the_coverage_call(self, cast: Cast) -> None:
        lively(cast)
        officer = cast.phone("city_officer")
        found = preview(officer)
        assert not PreviewOut().validate(found)
        answer = coverage(officer, by="district", **{"from": "2026-11-01", "to": "2026-11-21"})
        for part in ("window", "as_of", "settled_until", "rules_version", "totals", "rows"):
            assert found["figures"][part] == answer[part]
        assert answer["totals"]["duty_hours"]["low"] == pytest.approx(2.2 + 1 / 3)

    def test_json_csv_xlsx_and_word_agree_to_the_last_digit(self, cast: Cast) -> None:
        lively(cast)
        officer = cast.phone("city_officer")
        before = preview(officer)["figures"]
        path = f"/api/v1/reports/{issue(officer)['id']}"
        found = officer.get(path).json
        assert not ReportOut().validate(found)
        figures = found["figures"]
        assert {name: figures[name] for name in before} == before
        expected = [flat(row) for row in [*figures["rows"], figures["totals"] | {"name": "合计"}]]
        printed = csv_rows(fetched(officer, f"{path}.csv"))
        assert printed == [
            {name: "" if value is None else str(value) for name, value in row.items()} for row in expected
        ]
        workbook = fetched(officer, f"{path}.xlsx")
        assert sheet_rows(workbook, "明细") + sheet_rows(workbook, "合计") == [
            *expected[:-1],
            flat(figures["totals"]),
        ]
        [heads, *rows] = word_tables(fetched(officer, f"{path}.docx"))[0]
        assert len(heads) == len(COLUMNS)
        written = [write_row(row) for row in [*figures["rows"], figures["totals"] | {"name": "合计"}]]
        assert rows == [[row[column] for column in COLUMNS] for row in written]
        assert rows[-1][-3:] == ["2–4", "2.5", "10–12"]

    def test_a_workbook_says_what_it_rests_on(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        made = issue(officer, district_id=cast.here.divisions["nanshan"])
        [said] = sheet_rows(fetched(officer, f"/api/v1/reports/{made['id']}.xlsx"), "说明")
        assert said == {
            "window_from": "2026-11-01",
            "window_to": "2026-11-21",
            "as_of": "2026-11-20T04:00:00Z",
            "settled_until": said["settled_until"],
            "rules_version": 1,
            "filters_by": "street",
            "filters_within": cast.here.divisions["nanshan"],
            "period": NOVEMBER,
            "edition": 1,
        }

    def test_parts_add_up_to_the_whole(self, cast: Cast) -> None:
        lively(cast)
        for period in (NOVEMBER, "2026-Q4", "2026"):
            figures = preview(cast.phone("city_officer"), period=period)["figures"]
            parts, totals = figures["parts"], figures["totals"]
            assert parts[0]["window"]["from"] == figures["window"]["from"]
            assert parts[-1]["window"]["to"] == figures["window"]["to"]
            for field in ("shifts", "receptions", "people_received", "check_ins"):
                assert sum(part[field]["low"] for part in parts) == totals[field]["low"]
            assert len(parts) == {NOVEMBER: 4, "2026-Q4": 2, "2026": 11}[period]

    def test_the_charts_hold_the_figures_themselves(self, cast: Cast) -> None:
        lively(cast)
        officer = cast.phone("city_officer")
        made = issue(officer)
        figures = officer.get(f"/api/v1/reports/{made['id']}").json["figures"]
        with ZipFile(io.BytesIO(fetched(officer, f"/api/v1/reports/{made['id']}.docx"))) as parts:
            charts = [name for name in parts.namelist() if name.startswith("word/charts/report-chart")]
            books = sorted(name for name in parts.namelist() if name.endswith(".xlsx"))
            book = openpyxl.load_workbook(io.BytesIO(parts.read(books[0])))
            assert all(b"<c:externalData r:id=" in parts.read(name) for name in charts)
        assert (len(charts), len(books)) == (2, 2)
        rows = list(book["Sheet1"].iter_rows(min_row=2, values_only=True))
        rates = ("name", "tangible_rate", "effective_rate")
        assert rows == [tuple(row[field] for field in rates) for row in figures["rows"]]

    def test_a_name_in_a_document_is_text_whatever_it_looks_like(self, cast: Cast) -> None:
        names = {"hall": "=1+1", "annex": "{{ period }}<b>&", "far": "\x0b铃\x07声"}
        for station, name in names.items():
            change(cast, Station, cast.here.stations[station], name=name)
        officer = cast.phone("city_officer")
        text = word_text(fetched(officer, f"/api/v1/reports/{issue(officer)['id']}.docx"))
        for name in ("=1+1", "{{ period }}<b>&", "铃声"):
            assert name in text


class TestSentences:
    def test_they_say_what_is_so_and_what_is_not_settled(self, cast: Cast) -> None:
        lively(cast)
        sections = preview(cast.phone("city_officer"))["sections"]
        said = "".join(sections["summary"] + sections["work"] + sections["notes"])
        assert "截至2026年11月20日12时00分，3个街道中，" in said
        assert "值班2次（另可能补到2次）" in said
        assert "接待2次（另可能补到2次）、10人次（另可能补到2人次）" in said
        assert "本期尚未结束，数字统计到2026年11月20日。" in said
        assert "台手机可能还有记录没有发出" in said

    def test_a_period_that_is_settled_says_so(self, cast: Cast) -> None:
        notes = preview(cast.phone("city_officer"), period="2026-09")["sections"]["notes"]
        assert notes[0] == "本期各日的数字均已确定。"
        assert not any("尚未结束" in note for note in notes)

    def test_nobody_is_named_in_a_report(self, cast: Cast) -> None:
        lively(cast)
        officer = cast.phone("city_officer")
        text = word_text(fetched(officer, f"/api/v1/reports/{issue(officer)['id']}.docx"))
        assert "（测试）" not in text


class TestEditions:
    def test_they_are_numbered_by_place_and_period(self, cast: Cast) -> None:
        city, district = cast.phone("city_officer"), cast.phone("district_officer")
        assert [issue(city, edition=n)["edition"] for n in (1, 2)] == [1, 2]
        assert issue(city, period="2026-10")["edition"] == 1
        own = issue(district)
        assert (own["edition"], own["place_name"]) == (1, "nanshan")
        assert issue(city, edition=2, district_id=cast.here.divisions["nanshan"])["edition"] == 2
        listed = city.get("/api/v1/reports").json
        assert [(row["period_name"], row["edition"], row["place_name"]) for row in listed["reports"]] == [
            ("2026年11月", 2, "nanshan"),
            ("2026年11月", 1, "nanshan"),
            ("2026年10月", 1, None),
            ("2026年11月", 2, None),
            ("2026年11月", 1, None),
        ]
        assert listed["next"] is None

    def test_the_same_edition_is_issued_once(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        issue(officer)
        again = try_to_issue(officer)
        assert (again.status_code, again.json["code"]) == (409, "report.just_issued")
        assert len(officer.get("/api/v1/reports").json["reports"]) == 1

    def test_of_two_officers_at_once_one_issues(self, cast: Cast) -> None:
        scope = Scope(network_id=cast.here.id, level="network", member_id=cast.here.members["city_officer"])
        asked = {"scope": scope, "period": NOVEMBER, "district_id": None, "now": clock.now()}
        issuer = {"network_id": cast.here.id, "member_id": scope.member_id, "document": b"x"}
        with cast.app.app_context():
            drafts = [draft_report(**asked) for _ in range(2)]
            with writing():
                issue_report(drafts[0], **issuer)
            with pytest.raises(Refusal, match=r"report\.just_issued"), writing():
                issue_report(drafts[1], **issuer)

    def test_an_edition_never_changes(self, cast: Cast, time: Time) -> None:
        lively(cast)
        officer = cast.phone("city_officer")
        path = f"/api/v1/reports/{issue(officer)['id']}"
        before = [fetched(officer, f"{path}{kind}") for kind in ("", ".docx", ".csv")]
        time.passes(days=1)
        phone = cast.phone("colleague")
        hall = cast.here.stations["hall"]
        phone.sync(*worked(phone, hall, begins=40, hours=1))
        change(cast, Station, hall, name="新名字")
        assert [fetched(officer, f"{path}{kind}") for kind in ("", ".docx", ".csv")] == before

    def test_the_next_one_lists_what_late_facts_changed(self, cast: Cast, time: Time) -> None:
        lively(cast)
        officer, late = cast.phone("city_officer"), cast.phone("colleague")
        hall = cast.here.stations["hall"]
        issue(officer)
        at = clock.now() - timedelta(days=6)
        start = late.shift_start(hall, at=at, fix=FIX)
        end = late.shift_end(start["id"], at=at + timedelta(hours=1.5))
        time.passes(days=2)
        today = late.check_in(hall, fix=FIX)
        late.sync(start, end, late.reception(hall, at=at, headcount=4), today)
        since = preview(officer)["figures"]["since"]
        totals = {each["field"]: each for each in since["changes"] if each["name"] == "合计"}
        assert since["edition"] == 1
        assert (totals["shifts"]["before"], totals["shifts"]["after"]) == (2, 3)
        assert (totals["people_received"]["before"], totals["people_received"]["after"]) == (10, 14)
        assert totals["duty_hours"]["after"] - totals["duty_hours"]["before"] == pytest.approx(1.5)
        # What came in of days after the first edition is no change of it.
        assert "check_ins" not in totals
        assert {each["name"] for each in since["changes"]} == {"合计", "nanshan"}
        assert "开始值班1条、结束值班1条" in "".join(since["sentences"])
        second = issue(officer, edition=2)
        table = word_tables(fetched(officer, f"/api/v1/reports/{second['id']}.docx"))[3]
        assert table[0] == ["名称", "项目", "上一版", "现在"]
        assert ["合计", "接待（人次）", "10", "14"] in table
        kept = sheet_rows(fetched(officer, f"/api/v1/reports/{second['id']}.xlsx"), "变动")
        assert kept == since["changes"]

    def test_a_withdrawal_is_a_change_too(self, cast: Cast) -> None:
        phone, officer = cast.phone("member"), cast.phone("city_officer")
        entry = phone.check_in(cast.here.stations["hall"])
        phone.sync(entry)
        issue(officer)
        phone.sync(phone.about("withdrawal", entry["id"]))
        since = preview(officer)["figures"]["since"]
        assert ("合计", "check_ins", 1, 0) in [
            (each["name"], each["field"], each["before"], each["after"]) for each in since["changes"]
        ]
        assert "撤回1条" in "".join(since["sentences"])

    def test_other_rules_are_named_as_a_reason(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        issue(officer)
        change_rules(cast)
        assert "规则由第1版改为第2版" in "".join(preview(officer)["sections"]["since"])

    def test_without_a_change_the_document_says_so(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        assert preview(officer)["figures"]["since"] is None
        issue(officer)
        second = issue(officer, edition=2)
        content = fetched(officer, f"/api/v1/reports/{second['id']}.docx")
        assert "没有变动。" in word_text(content)
        assert len(word_tables(content)) == 3


def change_rules(cast: Cast) -> None:
    with cast.app.app_context(), writing():
        db.session.get_one(Network, cast.here.id).rules_version = 2


class TestPeriods:
    @pytest.mark.parametrize(
        "period",
        [
            "2026-12",
            "2027",
            "2026-13",
            "2026-00",
            "2026-Q5",
            "1999-01",
            "2200",
            "二〇二六",
            "2026-1",
            "2026-11 ",
        ],
    )
    def test_what_is_no_period_or_has_not_begun_is_refused(self, cast: Cast, period: str) -> None:
        officer = cast.phone("city_officer")
        answer = officer.get("/api/v1/reports/preview", query_string={"period": period})
        assert (answer.status_code, answer.json["code"]) == (422, "report.period_invalid")

    def test_the_choices_are_the_offices_own_words(self, cast: Cast) -> None:
        found = cast.phone("city_officer").get("/api/v1/reports/choices").json
        assert {each["name"]: each["period"] for each in found["periods"]} == {
            "this_month": "2026-11",
            "last_month": "2026-10",
            "this_quarter": "2026-Q4",
            "last_quarter": "2026-Q3",
            "this_year": "2026",
            "last_year": "2025",
        }
        assert [each["name"] for each in found["districts"]] == ["nanshan", "futian"]


class TestScope:
    PATHS = ("", "/choices", "/preview?period=2026-11", "/preview.docx?period=2026-11", "/template.docx")

    def test_without_a_token_nobody_sees_a_report(self, cast: Cast) -> None:
        for path in (*self.PATHS, f"/{UNKNOWN_ID}", f"/{UNKNOWN_ID}.docx", "/preview?period=nonsense"):
            assert cast.client.get(f"/api/v1/reports{path}").status_code == 401

    @pytest.mark.parametrize("who", ["member", "liaison", "auditor"])
    def test_only_officers_report(self, cast: Cast, who: str) -> None:
        phone = cast.phone(who)
        answers = [phone.get(f"/api/v1/reports{path}") for path in self.PATHS]
        for answer in [*answers, try_to_issue(phone)]:
            assert (answer.status_code, answer.json["code"]) == (403, "scope.denied")

    def test_a_district_officer_reports_on_the_own_district_only(self, cast: Cast) -> None:
        lively(cast)
        officer = cast.phone("district_officer")
        found = preview(officer)
        assert found["place_name"] == "nanshan"
        assert found["figures"]["totals"]["people_received"]["low"] == 3
        assert [row["name"] for row in found["figures"]["rows"]] == ["yuehai", "xili"]
        assert found == preview(cast.phone("city_officer"), district_id=cast.here.divisions["nanshan"])
        for place in ("futian", "city", "yuehai"):
            answer = try_to_issue(officer, district_id=cast.here.divisions[place])
            assert (answer.status_code, answer.json["code"]) == (404, "division.not_found")

    def test_what_is_outside_the_scope_does_not_exist(self, cast: Cast) -> None:
        made = issue(cast.phone("city_officer"))
        outside = [cast.phone("district_officer"), cast.phone("city_officer", network=cast.elsewhere)]
        for phone in outside:
            for kind in ("", ".docx", ".csv", ".xlsx"):
                answer = phone.get(f"/api/v1/reports/{made['id']}{kind}")
                assert (answer.status_code, answer.json["code"]) == (404, "report.not_found")
            assert phone.get("/api/v1/reports").json["reports"] == []
        there = cast.elsewhere.divisions["nanshan"]
        assert (
            try_to_issue(cast.phone("city_officer"), district_id=there).json["code"] == "division.not_found"
        )

    def test_odd_ids_are_not_found(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        for report_id in ("x", UNKNOWN_ID, "x.docx", f"{UNKNOWN_ID}.csv"):
            assert officer.get(f"/api/v1/reports/{report_id}").json["code"] == "report.not_found"


def put_template(phone: Phone, content: bytes) -> Any:
    return phone.client.put(
        "/api/v1/reports/template",
        query_string={"name": "我办的模板.docx"},
        data=content,
        headers=phone.headers,
    )


def a_template(*paragraphs: str) -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(file)
    return file.getvalue()


class TestTemplate:
    def test_the_office_prints_by_its_own_template(self, cast: Cast) -> None:
        officer = cast.phone("city_officer")
        own = a_template(
            "〔{{ edition }}〕号 {{ period }}", "{%p for row in rows %}", "{{ row.name }}", "{%p endfor %}"
        )
        assert put_template(officer, own).status_code == 204
        assert officer.get("/api/v1/reports/choices").json["template"]["name"] == "我办的模板.docx"
        assert fetched(officer, "/api/v1/reports/template.docx") == own
        text = word_text(fetched(officer, "/api/v1/reports/preview.docx?period=2026-11"))
        assert text.splitlines() == ["〔1〕号 2026年11月", "nanshan", "futian", "合计"]
        answer = officer.client.delete("/api/v1/reports/template", headers=officer.headers)
        assert answer.status_code == 204
        assert officer.get("/api/v1/reports/choices").json["template"] is None

    @pytest.mark.parametrize(
        "paragraph",
        [
            "{{ no_such_word }}",
            "{% for row in rows %}",
            "{{ ().__class__.__mro__ }}",
            "{{ rows.append(1) }}",
            "{% for a in range(9) %}{% endfor %}",
            "{{ 'a' * 999999999 }}",
            "{{ 'a'|center(999999999) }}",
            "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% endfor %}{% endfor %}{% endfor %}",
            "{% include 'other' %}",
            "{% set a = 'ha' ~ 'ha' %}",
            "{{ period ~ period }}",
            "{% with a = rows %}{{ a }}{% endwith %}",
            "{% set a %}{{ period }}{% endset %}",
        ],
    )
    def test_what_does_more_than_print_is_refused(self, cast: Cast, paragraph: str) -> None:
        officer = cast.phone("city_officer")
        answer = put_template(officer, a_template(paragraph))
        assert (answer.status_code, answer.json["code"]) == (422, "report.template_invalid")
        assert officer.get("/api/v1/reports/choices").json["template"] is None

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a text", b"x" * (2 * 1024 * 1024 + 1)])
    def test_what_is_no_document_is_refused(self, cast: Cast, content: bytes) -> None:
        answer = put_template(cast.phone("city_officer"), content)
        assert (answer.status_code, answer.json["code"]) == (422, "report.template_invalid")

    def test_a_small_file_that_unpacks_to_much_is_refused(self, cast: Cast) -> None:
        file = io.BytesIO(a_template("{{ period }}"))
        with ZipFile(file, "a", compression=8) as parts:
            parts.writestr("word/huge.xml", b"0" * (21 * 1024 * 1024))
        answer = put_template(cast.phone("city_officer"), file.getvalue())
        assert answer.json["code"] == "report.template_invalid"

    def test_only_the_citys_office_replaces_it(self, cast: Cast) -> None:
        answer = put_template(cast.phone("district_officer"), a_template("{{ period }}"))
        assert answer.json["code"] == "scope.denied"


def test_rows_have_the_fields_of_coverage(cast: Cast) -> None:
    figures = preview(cast.phone("city_officer"))["figures"]
    assert list(figures["totals"]) == list(RowOut().fields)
