"""The report page in a real browser: looked at, issued, downloaded, and a table reloaded by a key."""

import base64
import csv
import io
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page, Playwright, expect

from tests.api.reporting import COLUMNS, csv_rows, sheet_rows, word_tables
from tests.e2e.conftest import DESK, Browser, Demo
from tests.e2e.measuring import OFFICE_LOOKS, faults
from tests.e2e.office_views import go, sign_in
from tests.e2e.phone_acts import picture
from tests.e2e.served import serving
from workstation.local_time import LOCAL


@pytest.fixture(scope="module")
def office(
    playwright: Playwright, chromium: str, demo_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, Demo]]:
    """The city's office at its desk, with the page of reports open."""
    folder = tmp_path_factory.mktemp("reports")
    desk = Browser(playwright, chromium=chromium, profile=folder / "desk")
    with serving(demo_folder, folder) as network:
        page, demo = desk.open(size=DESK), network.demo
        page.goto(f"{demo.url}/staff")
        sign_in(page, **{name: demo.secrets["office"][name] for name in ("account", "password")})
        expect(page.get_by_role("link", name="报告")).to_be_visible()
        yield page, demo
        desk.close()


@pytest.fixture
def reports(office: tuple[Page, Demo]) -> Page:
    page, demo = office
    go(page, demo, "reports")
    expect(page.get_by_role("heading", name="总体情况")).to_be_visible()
    return page


def card(page: Page, heading: str) -> Locator:
    return page.locator("section.card").filter(has=page.get_by_role("heading", name=heading, exact=True))


def saved(page: Page, button: Locator) -> Download:
    with page.expect_download() as underway:
        button.click()
    return underway.value


def issue(page: Page, edition: int) -> None:
    page.get_by_role("button", name=f"发布第 {edition} 版").click()
    page.get_by_role("dialog").get_by_role("button", name=f"发布第 {edition} 版").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=f"发布第 {edition + 1} 版")).to_be_visible()


def test_an_edition_is_issued_and_its_files_agree(reports: Page) -> None:
    sentence = reports.get_by_text("个街道中，").first.inner_text()
    issue(reports, 1)
    row = card(reports, "已发布").get_by_role("listitem").first
    expect(row).to_contain_text("全部范围 · 第 1 版")
    files = {
        kind: Path(saved(reports, row.get_by_role("button", name=f"下载 {kind}")).path()).read_bytes()
        for kind in ("Word", "XLSX", "CSV")
    }
    document = docx.Document(io.BytesIO(files["Word"]))
    # The moment is that of the issue, a little later than that of the sentence on the page.
    said = next(each.text for each in document.paragraphs if "个街道中，" in each.text)
    assert said.partition("，")[2] == sentence.partition("，")[2]
    assert "第1版" in document.paragraphs[1].text
    rows = list(csv.DictReader(io.StringIO(files["CSV"].decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(files["XLSX"]))["明细"]
    heads, *cells = sheet.iter_rows(values_only=True)
    hours = [row[heads.index("duty_hours_low")] for row in cells]
    assert [float(each["duty_hours_low"]) for each in rows[:-1]] == hours
    table = document.tables[0].rows
    assert [row.cells[0].text for row in table[1:]] == [each["name"] for each in rows]
    picture(reports, "office-reports-issued")


ON_THE_PAGE = {
    "站点": "stations", "有形率": "tangible_rate", "有效率": "effective_rate", "落差": "gap",
    "值班（次）": "shifts", "值班（小时）": "duty_hours", "接待（人次）": "people_received",
}  # fmt: skip


def test_the_page_of_the_same_days_prints_what_the_files_and_the_report_say(
    reports: Page, office: tuple[Page, Demo]
) -> None:
    draft = saved(reports, reports.get_by_role("button", name="看 Word 稿"))
    _, *word = word_tables(Path(draft.path()).read_bytes())[0]
    today = datetime.now(LOCAL).date()
    days = f"from={today.replace(day=1)}&to={today + timedelta(days=1)}"
    calls = re.compile(r"/api/v1/coverage(\.\w+)?\?")
    # The page has windows of its own: here it asks for the days of the report.
    reports.route(calls, lambda route: route.continue_(url=route.request.url.replace("window=90d", days)))
    go(*office, "coverage")
    table = reports.get_by_role("region", name="覆盖表", exact=True)
    heads, whole, *rows = [row.locator("th, td").all_inner_texts() for row in table.get_by_role("row").all()]
    files = [saved(reports, table.get_by_role("button", name=f"下载 {kind}")) for kind in ("CSV", "XLSX")]
    reports.unroute(calls)
    of_csv, of_xlsx = (Path(each.path()).read_bytes() for each in files)
    # What may still come hangs on the moment; what is certain does not.
    said = [[certain(row[heads.index(head)]) for head in ON_THE_PAGE] for row in [*rows, whole]]
    assert said == [[certain(row[COLUMNS.index(name)]) for name in ON_THE_PAGE.values()] for row in word]
    assert said[:-1] == [written(row) for row in csv_rows(of_csv)]
    assert said[:-1] == [written(row) for row in sheet_rows(of_xlsx, "明细")]
    assert said[-1:] == [written(row) for row in sheet_rows(of_xlsx, "合计")]
    assert len(said) == 10


def certain(text: str) -> str:
    """`1,234.5–1,300.0` → `1234.5`, `90.5–92%` → `90.5`."""
    return text.strip().rstrip("%").partition("–")[0].replace(",", "")


def written(row: Mapping[str, Any]) -> list[str]:
    """A row of a file, rounded as one would by hand."""

    def write(name: str) -> str:
        value = Decimal(str(row.get(name, row.get(f"{name}_low"))))
        if name.endswith("_rate") or name == "gap":
            return f"{(value * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
        return str(value.quantize(Decimal("0.1" if name == "duty_hours" else "1"), ROUND_HALF_UP))

    return [write(name) for name in ON_THE_PAGE.values()]


def test_the_second_edition_says_what_changed(reports: Page) -> None:
    reports.get_by_text("上月", exact=True).click()
    expect(reports.get_by_text("没有上一版可比")).to_be_visible()
    issue(reports, 1)
    expect(reports.get_by_text("下表是同一时段重新统计后的变动")).to_be_visible()
    issue(reports, 2)
    row = card(reports, "已发布").get_by_role("listitem").filter(has_text="第 2 版")
    row.get_by_text("比上一版变了什么").click()
    expect(row).to_contain_text("没有变动。")


def test_one_district_is_chosen_by_the_address(reports: Page, office: tuple[Page, Demo]) -> None:
    reports.get_by_role("combobox").select_option(label="南山区")
    expect(reports.get_by_role("heading", name="南山区")).to_be_visible()
    reports.reload()
    expect(reports.get_by_role("heading", name="南山区")).to_be_visible()
    draft = saved(reports, reports.get_by_role("button", name="看 Word 稿"))
    assert "各街道覆盖情况" in "".join(each.text for each in docx.Document(str(draft.path())).paragraphs)


def test_the_office_brings_its_own_template(reports: Page) -> None:
    part = card(reports, "Word 模板")
    template = docx.Document(str(saved(reports, part.get_by_role("button", name="下载现用模板")).path()))
    template.paragraphs[0].text = "我办的报告 {{ period }}"
    mine, wrong = io.BytesIO(), io.BytesIO()
    template.save(mine)
    template.paragraphs[0].text = "{{ no_such_word }}"
    template.save(wrong)

    def hand_in(file: io.BytesIO, name: str) -> None:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        payload = {"name": name, "mimeType": kind, "buffer": file.getvalue()}
        part.locator("input[type=file]").set_input_files(files=[payload])  # type: ignore[list-item]  # a TypedDict there

    hand_in(wrong, "wrong.docx")
    expect(part.get_by_role("alert")).to_contain_text("no_such_word")
    hand_in(mine, "我办的.docx")
    expect(part.get_by_role("status")).to_contain_text("我办的.docx")
    draft = saved(reports, reports.get_by_role("button", name="看 Word 稿"))
    assert docx.Document(str(draft.path())).paragraphs[0].text.startswith("我办的报告 20")
    part.get_by_role("button", name="改回自带的模板").click()
    expect(part).to_contain_text("现用系统自带的模板")


def test_a_spreadsheet_reloads_by_a_key_until_it_is_stopped(reports: Page) -> None:
    part = card(reports, "让表格自己取数")
    part.get_by_text("按街道", exact=True).click()
    address = part.get_by_label("地址", exact=True).input_value()
    part.get_by_label("给新密钥起个名字").fill("每周例会表")
    part.get_by_role("button", name="新建密钥").click()
    user = part.get_by_label("用户名", exact=True).input_value()
    key = part.get_by_label("密码", exact=True).input_value()
    picture(reports, "office-reports-key")

    def fetch() -> tuple[int, str]:
        asked = urllib.request.Request(address)
        asked.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode())
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, answer.read().decode("utf-8-sig")
        except urllib.error.HTTPError as error:
            return error.code, ""

    status, text = fetch()
    assert status == 200
    assert len(list(csv.DictReader(io.StringIO(text)))) == 74
    part.get_by_role("button", name="停用 每周例会表").click()
    reports.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(part.get_by_text("× ")).to_be_visible()
    assert fetch()[0] == 401
    reports.reload()
    expect(part.get_by_label("密码", exact=True)).to_have_count(0)


def test_everybody_can_use_the_page(reports: Page) -> None:
    expect(reports.locator(".stale")).to_have_count(0)
    found = faults(reports, OFFICE_LOOKS)
    assert not found, found
