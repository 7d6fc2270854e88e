"""People and rules in a real browser: the history tells what one officer changed; rules need a second one."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e.conftest import Browser, Demo
from tests.e2e.office_views import go
from tests.e2e.phone_acts import picture
from tests.e2e.served import serving
from tests.e2e.test_office_edits import look_at, opened


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with serving(demo_folder, tmp_path_factory.mktemp("people")) as network:
        yield network.demo


@pytest.fixture
def office(desk: Browser, demo: Demo) -> Page:
    return opened(desk, demo)


def confirm(page: Page, act: str, reason: str = "") -> None:
    dialog = page.get_by_role("dialog")
    if reason:
        dialog.get_by_label("原因（必填）").fill(reason)
    dialog.get_by_role("button", name=act, exact=True).click()


def name_of(demo: Demo, who: str) -> str:
    with sqlite3.connect(demo.data_dir / "workstation.db") as database:
        account = demo.secrets[who]["account"]
        [name] = database.execute("SELECT name FROM members WHERE account = ?", [account]).fetchone()
    return str(name)


def changes(page: Page) -> Locator:
    """The history's rows, the latest first."""
    return page.locator("ol > li")


def test_a_person_is_added_edited_disabled_and_enabled_again(office: Page, demo: Demo) -> None:
    go(office, demo, "people")
    office.get_by_role("button", name="增加人员").click()
    office.get_by_label("编号（以后不变）").fill("X-1")
    office.get_by_label("姓名", exact=True).fill("何新来")
    office.get_by_label("按站名查找要加的站点").fill("委员工作站")
    office.get_by_role("button", name="+ ").first.click()
    office.get_by_label("原因（必填）").fill("届中增补")
    picture(office, "person-new")
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("已增加 何新来")).to_be_visible()

    office.get_by_role("button", name="修改资料").click()
    office.get_by_label("角色").select_option("liaison")
    office.get_by_label("原因（必填）").fill("兼任联络员")
    office.get_by_role("button", name="保存").click()
    expect(changes(office).first).to_contain_text("委员 → 联络员")

    office.get_by_role("button", name="停用这个人").click()
    picture(office, "person-disable")
    confirm(office, "停用这个人", "调离")
    expect(office.get_by_text("停用。手机上没发出的记录")).to_be_visible()
    expect(office.get_by_role("button", name="发登记码")).to_have_count(0)
    look_at(office, "person-disabled")
    changes(office).first.get_by_role("button", name="撤销这次修改").click()
    confirm(office, "撤销这次修改", "弄错了")
    expect(office.get_by_role("button", name="停用这个人")).to_be_visible()
    expect(changes(office).first).to_contain_text("撤销第 3 次修改")


def test_rules_count_once_a_second_officer_agrees(
    playwright: Playwright, chromium: str, tmp_path: Path, office: Page, demo: Demo
) -> None:
    other = Browser(playwright, chromium=chromium, profile=tmp_path / "other")
    try:
        second = opened(other, demo, "district_officer")
        name = name_of(demo, "district_officer")
        go(office, demo, "settings")
        expect(office.get_by_text("自己不能同意自己的提议")).to_be_visible()
        office.get_by_text("现行的标准和门槛").click()
        expect(office.get_by_text("超过这么多天没有完成的值班，就不算有效")).to_be_visible()
        picture(office, "rules")
        office.get_by_role("button", name="提议修改").click()
        office.get_by_label("排定的班次至少完成多少").fill("7")
        expect(office.get_by_text("请改好：排定的班次至少完成多少")).to_be_visible()
        office.get_by_label("排定的班次至少完成多少").fill("60")
        office.get_by_label("原因（必填）").fill("市里的新办法")
        picture(office, "rules-form")
        office.get_by_role("button", name="提交提议").click()
        expect(office.get_by_role("row", name="排定的班次至少完成多少（%） 75% 60%")).to_be_visible()
        expect(office.get_by_role("button", name="同意", exact=True)).to_have_count(0)

        go(office, demo, f"people?q={name}")
        office.get_by_role("link", name=f"资料与修改 {name}").click()
        office.get_by_role("button", name="修改资料").click()
        office.get_by_label("角色").select_option("city_office")
        office.get_by_label("原因（必填）").fill("调到市里")
        office.get_by_role("button", name="保存").click()
        expect(changes(office).first).to_contain_text("区政协 → 市政协")

        second.reload()
        go(second, demo, "settings")
        look_at(second, "rules-waiting")
        second.get_by_role("button", name="同意", exact=True).click()
        confirm(second, "同意")
        expect(second.get_by_role("heading", name="现行第 2 版")).to_be_visible()
        second.get_by_text("各版与提议").click()
        picture(second, "rules-history")
        second.get_by_role("button", name="改回这一版 1").click()
        expect(second.get_by_label("排定的班次至少完成多少")).to_have_value("75")
    finally:
        other.close()
