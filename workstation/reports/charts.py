"""Charts that Word and WPS draw themselves, with their figures inside: a double click opens them.

XlsxWriter knows how to write a chart. It writes one into a small workbook; the chart goes into the document
and the workbook beside it, as Word does it.
"""

import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from zipfile import ZipFile

import xlsxwriter
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Cm
from docxtpl import DocxTemplate
from markupsafe import Markup

from workstation.exact_numbers import ExactNumber

WIDTH, HEIGHT = Cm(15.6), Cm(8)
# Told apart in print as well: the second is hatched.
FILLS: tuple[dict[str, Any], ...] = (
    {"fill": {"color": "#0f5fd0"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#a8480f", "bg_color": "white"}},
)
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WORKBOOK_LINK = '<c:externalData r:id="{link}"><c:autoUpdate val="0"/></c:externalData>'
FRAME = (
    # A line as high as the chart, whatever the template's own lines are.
    '<w:p><w:pPr><w:spacing w:before="120" w:after="120" w:line="240" w:lineRule="auto"/>'
    '<w:ind w:firstLine="0"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing>'
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="1" name="{name}" descr="{title}"/><wp:cNvGraphicFramePr/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
    '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{link}"/>'
    "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)


class Chart(NamedTuple):
    """Columns side by side: a name for each place on the axis, and at most two series of figures."""

    title: str
    names: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    number_format: str = "0"
    highest: float | None = None


class ChartInPlace:
    """Stands in a template's context: where the template prints it, the document gets the chart."""

    def __init__(self, chart: Chart, *, template: DocxTemplate) -> None:
        self.chart = chart
        self.template = template

    def __html__(self) -> str:
        main = self.template.current_rendering_part
        part = add_chart(self.chart, package=main.package)
        link = main.relate_to(part, RELATIONSHIP_TYPE.CHART)
        frame = Markup(FRAME).format(  # noqa: S704  # our own text; what goes into it is escaped
            width=WIDTH, height=HEIGHT, link=link, name=part.partname.filename, title=self.chart.title
        )
        return str(frame)


def add_chart(chart: Chart, *, package: Any) -> Part:
    """The chart and its workbook as parts of a Word package."""
    workbook, drawing = _draw(chart)
    sheet_name = package.next_partname("/word/embeddings/report-chart%d.xlsx")
    sheet = Part(PackURI(str(sheet_name)), CONTENT_TYPE.SML_SHEET, workbook, package)
    name = package.next_partname("/word/charts/report-chart%d.xml")
    part = Part(PackURI(str(name)), CONTENT_TYPE.DML_CHART, drawing, package)
    link = WORKBOOK_LINK.format(link=part.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE)).encode()
    # The schema wants it before what says how the chart is printed alone.
    part._blob = re.sub(rb"(?=<c:printSettings>)", link, drawing, count=1)
    return part


def _draw(chart: Chart) -> tuple[bytes, bytes]:
    """The workbook, and the XML of the chart in it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN | {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        drawn = workbook.add_chart({"type": "column"})
        last = len(chart.names)
        sheet.write_column(1, 0, chart.names)
        for column, (name, values) in enumerate(chart.series, start=1):
            sheet.write_string(0, column, name)
            sheet.write_column(1, column, [None if value is None else ExactNumber(value) for value in values])
            of = {"name": ["Sheet1", 0, column], "categories": ["Sheet1", 1, 0, last, 0]}
            drawn.add_series(of | {"values": ["Sheet1", 1, column, last, column]} | FILLS[column - 1])
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawn.set_y_axis({"num_format": chart.number_format, "min": 0, "max": chart.highest})
        drawn.set_legend({"position": "bottom"})
        sheet.insert_chart("F2", drawn)
    with ZipFile(file) as parts:
        return file.getvalue(), parts.read("xl/charts/chart1.xml")
