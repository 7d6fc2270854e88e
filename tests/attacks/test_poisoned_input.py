"""Somebody sends what is no request, or a file that bites. The numbers are those of README.md.

Rows of files are tried in tests/workstation/imports, windows and searches in test_coverage_bad_input.py.
"""

import gzip
import io
import json
import zipfile
import zlib
from typing import Any

import pytest

from tests.api.walking import CALLS, filled
from tests.cast import HALL, Cast, Phone, any_uuid

BODIES = sorted(address for address, (_, body) in CALLS.items() if isinstance(body, dict))
SHEETS = ("stations", "members", "plan", "ledger", "outlines")
# 47: none of these is JSON, or JSON that anybody should take.
NO_JSON = {
    "nothing": b"",
    "nan": b'{"a": NaN}',
    "infinite": b'{"a": 1e999}',
    "deep-lists": b"[" * 5000 + b"]" * 5000,
    "deep-objects": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "cut": b'{"a": "b',
    "trailing": b"{} {}",
    "cut-utf8": b'{"a": "\xe5\xbc"}',
    "overlong-utf8": b'{"a": "\xc0\xaf"}',
    "surrogate-in-utf8": b'{"a": "\xed\xa0\x80"}',
    "utf16": '{"a": 1}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"a": 1}',
    "raw-nul": b'{"a": "\x00"}',
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "number": b"1",
    "long-number": b"1" * 5000,
    "long-name": b'{"' + b"a" * 100_000 + b'": 1}',
    "wide": b"{" + b",".join(b'"a%d":1' % number for number in range(5000)) + b"}",
    "minus-zero": b'{"a": -0}',
    "comment": b"{/**/}",
}
# 47, 54: values that no text field, number or id should stumble over.
NASTY: dict[str, Any] = {
    "nul": "a\x00b",
    "surrogate": "\ud800",
    "right-to-left": "\u202egpj.exe",
    "sql": "'; DROP TABLE members; --",
    "quotes": "\"'`\\",
    "percent": "%_%s%d{0}",
    "markup": "<svg/onload=alert(1)>",
    "template": "{{7*7}}${7*7}",
    "long": "字" * 70_000,
    "huge": 10**400,
    "below": -(2**63) - 1,
    "fraction": 1e308,
    "yes": True,
    "null": None,
    "list": [[[[]]]],
    "object": {"$ne": None},
    "newline": "a\r\nSet-Cookie: x=1",
    "zalgo": "a" + "\u0301" * 300,
}


@pytest.fixture(scope="module")
def city(attacked: Cast) -> Phone:
    return attacked.phone("city_officer")


def is_clear(answer: Any, *allowed: int) -> None:
    assert answer.status_code in allowed, answer.text[:500]
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert {"type", "title", "status", "detail", "code"} <= answer.json.keys()


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_47_what_is_no_json_is_told_so_everywhere(city: Phone, content: bytes) -> None:
    for address in BODIES:
        method, path = address.split(" ")
        answer = city.client.open(
            path, method=method, data=content, headers=city.headers | {"Content-Type": "application/json"}
        )
        # An entry batch is told apart by a code of its own; what asks for nothing takes nothing.
        is_clear(answer, 400, 404, 422)


@pytest.mark.parametrize("name", NASTY)
def test_47_54_no_value_in_any_field_breaks_anything(city: Phone, name: str) -> None:
    """Each field of each body in turn; what does not belong is refused by its name, before any look-up."""
    ids = {word: any_uuid() for word in _words()}
    for address in BODIES:
        method, path = address.split(" ")
        said = filled(CALLS[address][1], ids)
        for field in said:
            body = json.dumps(said | {field: NASTY[name]})
            answer = city.client.open(
                filled(path, ids),
                method=method,
                data=body,
                headers=city.headers | {"Content-Type": "application/json"},
                environ_overrides={"REMOTE_ADDR": f"10.1.{hash(address) % 250}.{hash(field) % 250}"},
            )
            assert answer.status_code < 500, (address, field, answer.text[:300])


def _words() -> set[str]:
    from tests.api.walking import WORD

    return set(WORD.findall(json.dumps({k: v[1] for k, v in CALLS.items()}, default=str) + str(list(CALLS))))


@pytest.mark.parametrize("name", [each for each in NASTY if isinstance(NASTY[each], str) and each != "long"])
def test_54_no_question_breaks_a_search(city: Phone, attacked: Cast, name: str) -> None:
    auditor, value = attacked.phone("auditor"), NASTY[name].encode("utf-8", "surrogatepass").decode("latin-1")
    for phone, path, field in (
        (city, "members", "q"),
        (city, "members", "after"),
        (city, "stations", "q"),
        (city, "stations", "kind"),
        (city, "stations", "near"),
        (city, "coverage", "within"),
        (city, "coverage", "by"),
        (city, "coverage", "window"),
        (city, "coverage", "from"),
        (city, "held-entries", "after"),
        (city, "reports", "after"),
        (city, "reports/preview", "period"),
        (city, "suggestions/box", "after"),
        (auditor, "audit-events", "q"),
        (auditor, "audit-events", "action"),
        (auditor, "audit-events", "thing_id"),
        (auditor, "audit-events", "after"),
        (city, "records", "month"),
    ):
        answer = phone.get(f"/api/v1/{path}", query_string={field: value})
        assert answer.status_code < 500, (path, field, answer.text[:300])


@pytest.mark.parametrize("path", ["coverage/weeks", "coverage/weeks.csv", "coverage/hours"])
def test_54_what_one_table_is_asked_another_does_not_choke_on(city: Phone, path: str) -> None:
    is_clear(city.get(f"/api/v1/{path}?rules_version=1"), 422)


def test_54_a_search_for_percent_finds_percent(city: Phone) -> None:
    for wild in ("%", "_", "member%", "\\"):
        assert (
            city.get("/api/v1/members", query_string={"q": wild}).json["members"] in ([], None) or wild == "_"
        )


def test_47_of_two_fields_of_one_name_one_is_read_and_all_agree_which(attacked: Cast) -> None:
    """The last, in the body as in each entry: nobody checks one and stores the other."""
    phone = attacked.phone("member")
    hall, gone = attacked.here.stations["hall"], any_uuid()
    entry = json.dumps(phone.check_in("HERE"))
    for first, last, status in ((gone, hall, "accepted"), (hall, gone, "held")):
        twice = entry.replace('"station_id": "HERE"', f'"station_id": "{first}", "station_id": "{last}"')
        twice = twice.replace(json.loads(entry)["id"], any_uuid())
        envelope = (
            '{"protocol": 9, "protocol": 1, "sent_at": "2026-11-20T04:00:00Z", "cursor": null, "pending": 0'
        )
        envelope += f', "entries": [{twice}]}}'
        answer = phone.client.post(
            "/api/v1/sync", data=envelope, headers=phone.headers | {"Content-Type": "application/json"}
        )
        assert [row["status"] for row in answer.json["results"]] == [status]


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "application/json\x00",
        "a" * 300,
    ],
    ids=["none", "empty", "plain", "text-json", "form", "multipart", "xml", "nul", "long"],
)
def test_48_another_kind_of_body_is_not_taken_for_json(attacked: Cast, kind: str | None) -> None:
    phone = attacked.phone("member")
    headers = phone.headers | ({"Content-Type": kind} if kind is not None else {})
    for path, allowed in (("sync", (415,)), ("suggestions", (415, 422)), ("sign-ins", (415, 422, 401))):
        answer = phone.client.post(f"/api/v1/{path}", data=b'{"text": "x"}', headers=headers)
        is_clear(answer, *allowed)


PACKED = {
    "bomb": gzip.compress(b" " * 30_000_000),
    "nested": gzip.compress(gzip.compress(b"{}")),
    "cut": gzip.compress(b"{}" * 100)[:-6],
    "wrong-sum": gzip.compress(b"{}")[:-8] + b"\x00" * 8,
    "many": gzip.compress(b"{}") * 500,
    "deflate": zlib.compress(b"{}"),
    "head-only": gzip.compress(b"")[:10],
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_49_what_is_packed_badly_or_too_well(attacked: Cast, city: Phone, content: bytes) -> None:
    headers = city.headers | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    is_clear(city.client.post("/api/v1/sync", data=content, headers=headers), 400, 413)
    is_clear(city.client.post("/api/v1/rescue-files", data=content, headers=headers), 413, 422)
    for sheet in ("members", "outlines"):
        answer = city.client.post(f"/api/v1/imports/{sheet}?datum=wgs84", data=content, headers=headers)
        assert answer.status_code == 200
        assert answer.json["errors_count"] >= 1
    # What does not promise to unpack, does not: the packed bytes are no JSON.
    is_clear(city.client.post("/api/v1/suggestions", data=content, headers=headers), 400, 413, 415, 422)


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "deflate", "gzip, gzip", "identity, gzip", "\u00ff", "GZIP "]
)
def test_49_another_packing_is_not_guessed(city: Phone, encoding: str) -> None:
    headers = city.headers | {"Content-Encoding": encoding, "Content-Type": "application/json"}
    is_clear(city.client.post("/api/v1/sync", data=b"{}", headers=headers), 400, 415)


def workbook(**parts: bytes | str) -> bytes:
    """A small workbook with these parts in place of its own."""
    import openpyxl

    plain, made = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["编号", "姓名"])
    book.active.append(["A1", "=1+1"])
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            copy.writestr(name, parts.pop(name, None) or source.read(name))
        for name, content in parts.items():
            copy.writestr(name, content)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0"?>'
CELLS = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
WORKBOOKS = {
    "outside-entity": workbook(
        **{SHEET: f'{HEAD}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{CELLS.format("&e;")}'}
    ),
    "outside-address": workbook(
        **{SHEET: f'{HEAD}<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{CELLS.format("x")}'}
    ),
    "billion-laughs": workbook(
        **{SHEET: f'{HEAD}<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>{CELLS.format("&l9;")}'}
    ),
    "bomb": workbook(**{SHEET: HEAD + CELLS.format("x" * 300_000_000)}),
    "no-sheet": workbook(**{SHEET: "x"}),
    "no-xml": workbook(**{"xl/workbook.xml": b"\x00\xff"}),
    "paths": workbook(**{"../../../../tmp/evil": "x", "/etc/evil": "x"}),
    "far-cell": workbook(
        **{SHEET: HEAD + CELLS.format("x").replace("A1", "XFD1048576").replace('r="1"', 'r="1048576"')}
    ),
    "wrong-cell": workbook(**{SHEET: HEAD + CELLS.format("x").replace("A1", "A" * 5000)}),
    "no-zip": b"PK\x03\x04" + b"\x00" * 100,
}


@pytest.mark.parametrize("content", WORKBOOKS.values(), ids=WORKBOOKS)
def test_50_no_workbook_bites(city: Phone, content: bytes) -> None:
    for sheet in ("members", "stations", "ledger"):
        headers = city.headers | {"Content-Type": "application/octet-stream"}
        answer = city.client.post(f"/api/v1/imports/{sheet}?datum=wgs84", data=content, headers=headers)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.json["digest"] is None
        assert answer.json["errors_count"] >= 1
        assert "root:" not in answer.text


TABLES = {
    "open-quote": '编号,姓名\n"A1,张三\n' * 50,
    "nul": "编号,姓名\nA1,张\x00三\n",
    "many-columns": "编号,姓名" + "," * 100_000 + "\nA1,张三\n",
    "one-field": "编号,姓名\nA1," + "张" * 1_000_000 + "\n",
    "carriage-returns": "编号,姓名\rA1,张三\r\r\rA2,李四",
    "same-heads": "编号,编号,姓名,姓名\nA1,A2,张,李\n",
    "no-heads": ",,,\n,,,\n",
    "right-to-left": "编号,姓名\nA1,\u202e三张\u200b\n",
    "numbers": "编号,姓名\n1e999,NaN\n" + "9" * 5000 + ",Infinity\n",
    "formula": "编号,姓名\n=cmd|'/c calc'!A0,@SUM(1)\n",
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_51_no_table_bites(city: Phone, sheet: str, content: str) -> None:
    headers = city.headers | {"Content-Type": "text/csv"}
    answer = city.client.post(f"/api/v1/imports/{sheet}?datum=wgs84", data=content.encode(), headers=headers)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json["applied"] is False


SQUARE = [[HALL[1], HALL[0]], [HALL[1] + 0.1, HALL[0]], [HALL[1], HALL[0] + 0.1], [HALL[1], HALL[0]]]
OUTLINES = {
    "nothing": "{}",
    "no-list": '{"type": "FeatureCollection", "features": 5}',
    "nan": '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": '
    '{"type": "Polygon", "coordinates": [[[NaN, 1], [1, 1], [1, 2], [NaN, 1]]]}}]}',
    "infinite": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "440300"},
                    "geometry": {"type": "Polygon", "coordinates": [[[1e308, 1e308]] * 4]},
                }
            ],
        }
    ),
    "crossed": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "440303"},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [
                            [SQUARE[0], SQUARE[2], SQUARE[1], [SQUARE[1][0], SQUARE[2][1]], SQUARE[0]]
                        ],
                    },
                }
            ],
        }
    ),
    "text-as-number": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": 5},
                    "geometry": {"type": "Polygon", "coordinates": [[["a", "b"]] * 4]},
                }
            ],
        }
    ),
    "no-ring": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": None, "geometry": {"type": "Polygon", "coordinates": []}},
                {"type": "Feature", "geometry": None},
                None,
                5,
            ],
        }
    ),
    "nested": '{"type": "GeometryCollection", "geometries": [' * 200 + "]}" * 200,
    "many-points": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "440303"},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [
                            [[114 + n / 1e6, 22.5 + (n % 7) / 1e6] for n in range(60_000)] + [[114, 22.5]]
                        ],
                    },
                }
            ],
        }
    ),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("content", OUTLINES.values(), ids=OUTLINES)
def test_52_no_outline_bites(city: Phone, content: str) -> None:
    answer = city.client.post(
        "/api/v1/imports/outlines?datum=wgs84", data=content.encode(), headers=city.headers
    )
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json["digest"] is None
    assert answer.json["errors_count"] >= 1


def template(text: str) -> bytes:
    import docx

    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


TEMPLATES = {
    "attributes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "function": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "cycler": "{{ cycler.__init__.__globals__.os }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "endless": "{% for a in range(10**9) %}x{% endfor %}",
    "grown": "{{ 'x' * 10**9 }}",
    "format": "{{ '%s'.format(config) }}",
    "set": "{% set x = 1 %}",
    "config": "{{ config }}{{ request }}{{ g }}{{ self }}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_53_no_template_does_more_than_print(city: Phone, text: str) -> None:
    answer = city.client.put(
        "/api/v1/reports/template?name=x.docx", data=template(text), headers=city.headers
    )
    is_clear(answer, 422)
    assert answer.json["code"] == "report.template_invalid"


def test_53_no_template_brings_a_bomb_or_an_outside_part(city: Phone) -> None:
    plain = template("x")
    for name, content in (
        ("word/bomb.xml", b" " * 300_000_000),
        ("word/document.xml", WORKBOOKS["outside-entity"]),
    ):
        made = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(plain)) as source,
            zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy,
        ):
            for each in source.namelist():
                if each != name:
                    copy.writestr(each, source.read(each))
            copy.writestr(name, content)
        answer = city.client.put(
            "/api/v1/reports/template?name=x.docx", data=made.getvalue(), headers=city.headers
        )
        is_clear(answer, 422)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..%2fsecret.key", "a%00.csv", "..\\..\\x", "/etc/passwd", "con", "%2e%2e"],
)
def test_55_no_name_of_a_file_leads_anywhere(city: Phone, name: str) -> None:
    for path in (
        f"/api/v1/reports/{name}.docx",
        f"/api/v1/imports/{name}/template",
        f"/api/v1/coverage/stations/{name}.csv",
    ):
        answer = city.get(path)
        assert answer.status_code in (404, 308, 200)
        assert answer.status_code != 200 or answer.mimetype == "text/html"
        assert b"root:" not in answer.data
