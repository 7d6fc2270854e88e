"""Periods, wording, sentences and comparisons, without a database."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.errors import Refusal
from workstation.reports.changes import compare, sentences
from workstation.reports.periods import read_period, recent_periods
from workstation.reports.sentences import missing, notes
from workstation.reports.wording import among, moment, percent, span, tenth, told

DAYS = st.dates(date(2001, 1, 1), date(2198, 12, 31))


class TestPeriods:
    @given(DAYS)
    def test_every_recent_period_has_begun_and_knows_its_name(self, today: date) -> None:
        found = recent_periods(today)
        for name, period in found.items():
            assert period.starts_on <= today
            assert (period.ends_on > today) == name.startswith("this")
            assert read_period(period.code, today=today) == period
        for each in ("month", "quarter", "year"):
            assert found[f"last_{each}"].ends_on == found[f"this_{each}"].starts_on

    @given(DAYS)
    def test_parts_cover_each_day_of_the_window_once(self, today: date) -> None:
        for period in recent_periods(today).values():
            window = period.window(today=today)
            days = [day for _, part in period.parts(window) for day in part.days()]
            assert days == list(window.days())
            assert window.last_day == min(period.ends_on - timedelta(days=1), today)

    def test_weeks_end_with_sunday_and_months_have_their_names(self) -> None:
        today = date(2026, 11, 22)
        month, quarter = read_period("2026-11", today=today), read_period("2026-Q4", today=today)
        assert [name for name, _ in month.parts(month.window(today=today))] == [
            "11.1", "11.2—11.8", "11.9—11.15", "11.16—11.22",
        ]  # fmt: skip
        assert [name for name, _ in quarter.parts(quarter.window(today=today))] == ["10月", "11月"]
        assert (month.name, quarter.name) == ("2026年11月", "2026年第四季度")

    @pytest.mark.parametrize("code", ["2026-12", "2026-13", "2026-Q0", "26-11", "2026/11", "", "٢٠٢٦"])
    def test_what_is_none_is_refused(self, code: str) -> None:
        with pytest.raises(Refusal, match=r"report\.period_invalid"):
            read_period(code, today=date(2026, 11, 22))


class TestWording:
    def test_halves_are_rounded_away_from_zero_as_on_the_pages(self) -> None:
        assert [tenth(value) for value in (0.25, 6.25, 99.95, 0.04)] == ["0.3", "6.3", "100.0", "0.0"]
        # An hour and nine minutes: the nearest binary number is a little less than 1.15.
        assert [tenth(value) for value in (1.15, 8.35, 1e-7)] == ["1.2", "8.4", "0.0"]
        assert [percent(rate) for rate in (None, 0.0625, 61 / 74, 1)] == ["—", "6.3%", "82.4%", "100.0%"]

    def test_a_range_says_what_may_still_come(self) -> None:
        assert span({"low": 12, "high": 12}) == "12"
        assert span({"low": 12, "high": 15}) == "12–15"
        assert told({"low": 1.52, "high": 2.0}, "小时", tenth) == "1.5小时（另可能补到0.5小时）"

    def test_names_are_cut_short(self) -> None:
        assert among(["甲", "乙"], total=2) == "甲、乙"
        assert among(list("甲乙丙丁戊己"), total=9) == "甲、乙、丙、丁、戊等"

    def test_moments_are_local(self) -> None:
        assert moment("2026-11-20T16:05:00Z") == "2026年11月21日0时05分"


def figures(**totals: Any) -> dict[str, Any]:
    row = {
        **dict.fromkeys(("stations", "tangible", "effective", "streets", "streets_tangible"), 3),
        **dict.fromkeys(("streets_effective", "members_active", "gates_judged"), 3),
        **{each: {"low": 4, "high": 6} for each in ("shifts", "duty_hours", "person_hours", "receptions")},
        **{each: {"low": 4, "high": 6} for each in ("people_received", "check_ins")},
        "key": "here",
        "name": "here",
        "provisional": 0,
        "silent_phones": 0,
    }
    return {
        "window": {"from": "2026-11-01", "to": "2026-12-01"},
        "as_of": "2026-12-03T00:00:00Z",
        "settled_until": "2026-12-01",
        "rules_version": 1,
        "totals": row | totals,
        "rows": [row | {"key": "a", "name": "甲区"}],
    }


class TestChanges:
    def test_only_what_is_certain_is_compared(self) -> None:
        before, after = figures(), figures(shifts={"low": 4, "high": 4}, duty_hours={"low": 5.5, "high": 6})
        assert [tuple(each) for each in compare(before=before, after=after)] == [
            ("here", "合计", "duty_hours", 4, 5.5)
        ]

    def test_a_row_that_came_or_went_is_told(self) -> None:
        before, after = figures(), figures()
        after["rows"] = [{**before["rows"][0], "key": "b", "name": "乙区", "shifts": {"low": 0, "high": 0}}]
        found = {(each.name, each.before, each.after) for each in compare(before=before, after=after)}
        assert found >= {("乙区", None, 0), ("乙区", None, 3), ("甲区", 4, None), ("甲区", 3, None)}

    def test_without_news_nothing_is_said_of_them(self) -> None:
        [said] = sentences(edition=2, before=figures(), after=figures(), received={})
        assert said.startswith("第2版的数据截至2026年12月3日8时00分，统计到2026年12月1日之前。")


def test_what_is_not_settled_is_said_once_and_plainly() -> None:
    settled = notes(figures(), ends_on=date(2026, 12, 1))
    assert settled[0] == "本期各日的数字均已确定。"
    open_ones = notes(figures(provisional=3, silent_phones=2), ends_on=date(2027, 1, 1))
    assert "其中3天为暂计" in open_ones[0]
    assert open_ones[1] == "本期尚未结束，数字统计到2026年11月30日。"
    assert open_ones[2].startswith("有2台手机可能还有记录没有发出")


def test_what_staff_released_is_said_with_its_number() -> None:
    def said(**released: int) -> str:
        return "".join(notes(figures(released=released), ends_on=date(2026, 12, 1)))

    assert "其中2次值班、1次接待原为待核，由工作人员放行后计入。" in said(shifts=2, receptions=1)
    assert "其中1次接待原为待核" in said(shifts=0, receptions=1)
    assert "放行" not in said(shifts=0, receptions=0)
    before_it_was_counted = notes(figures(), ends_on=date(2026, 12, 1))
    assert "放行" not in "".join(before_it_was_counted)


def test_nothing_missing_is_said_too() -> None:
    nothing = {"count": 0, "first": []}
    gaps = dict.fromkeys(("streets_without_station", "dormant", "not_tangible"), nothing)
    assert missing({"gaps": gaps | {"failing": {}, "quiet_devices": 0}}) == ["眼下没有缺口。"]
    one = {"count": 1, "first": [{"name": "坪地"}]}
    said = missing({"gaps": gaps | {"dormant": one, "failing": {"G1": 2}, "quiet_devices": 1}})
    assert said[0].startswith("近期无记录的站点1个：坪地。建议")
    assert said[1] == "未达到“按时开放”的站点2个。"
