from pathlib import Path

from workstation.imports.problems import MESSAGES, problem

DOCUMENTED = (Path(__file__).parents[3] / "docs" / "imports.md").read_text()


def test_every_code_stands_in_the_documentation() -> None:
    assert not [code for code in MESSAGES if f"| `{code}` |" not in DOCUMENTED]


def test_a_message_names_line_and_column() -> None:
    assert (
        problem(code="import.required", row=3, column="纬度").message == "第 3 行「纬度」：必填，不能为空。"
    )
    assert problem(code="import.empty").message == "文件是空的，第一行应是表头。"
