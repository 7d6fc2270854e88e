import pytest

from workstation.network.rules import initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("粤海街道委员工作站", "yhjdwygzz"),
        ("粤海A站12（演示）", "yhaz12ys"),
        ("重庆😀 ABC", "cqabc"),
        ("", ""),
    ],
)
def test_initials_are_those_a_person_would_type(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_initials_fit_their_column() -> None:
    assert len(initials_of("站" * 300)) == 100
