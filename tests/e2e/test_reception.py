"""Writing a reception: two fields, a draft that survives, consent before a name, and the red line."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browser
from tests.e2e.phone_acts import enrol, everything_is_received, picture
from tests.e2e.served import Network, serving

NAME = "王先生"
CONTACT = "电话 138"
EVERYTHING_ON_THE_PHONE = """async () => {
  const read = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)))
  let all = JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
  for (const { name } of await indexedDB.databases()) {
    const database = await read(indexedDB.open(name))
    for (const store of database.objectStoreNames)
      all += JSON.stringify(await read(database.transaction(store).objectStore(store).getAll()))
    database.close()
  }
  return all
}"""


@pytest.fixture(scope="module")
def served(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with serving(demo_folder, tmp_path_factory.mktemp("reception")) as network:
        yield network


@pytest.fixture
def network(served: Network) -> Network:
    return served.begin()


def arrived(network: Network, page: Page, *, entries: int = 1) -> list[tuple[str, dict]]:
    """Kind and body of what the server got in this test."""
    page.reload()
    deadline = time.monotonic() + 30
    while len(network.kept()) < entries:
        assert time.monotonic() < deadline, "nothing arrives"
        page.wait_for_timeout(50)
    ids = ",".join(f"'{each.entry_id}'" for each in network.kept())
    with sqlite3.connect(network.demo.data_dir / "workstation.db") as database:
        sql = f"SELECT kind, body FROM receipts WHERE entry_id IN ({ids}) ORDER BY receipt_no"
        return [(kind, json.loads(body)) for kind, body in database.execute(sql)]


def constituents(network: Network) -> int:
    with sqlite3.connect(network.demo.data_dir / "workstation.db") as database:
        return int(database.execute("SELECT count(*) FROM constituents").fetchone()[0])


def writing(network: Network, browser: Browser) -> Page:
    page = network.new_phone(browser)
    everything_is_received(page)
    page.get_by_role("link", name="写接待").click()
    expect(page.get_by_role("radio", name="教育")).to_be_visible()
    return page


def saved(page: Page) -> None:
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已存本机，有网就发。")).to_be_visible()


def test_people_and_topic_are_enough_and_the_summary_follows_as_a_correction(
    network: Network, phone: Browser
) -> None:
    page = writing(network, phone)
    expect(page.get_by_label("怎么来的")).to_be_hidden()
    page.get_by_role("radio", name="教育").check()
    saved(page)
    expect(page.get_by_text("今天内补上就好")).to_be_visible()
    picture(page, "reception-saved-bare")
    [(kind, body)] = arrived(network, page)
    assert (kind, body["headcount"], body["summary"]) == ("reception", 1, "")

    page.get_by_role("link", name="记录", exact=True).click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    page.get_by_role("button", name="补写摘要").click()
    expect(page.get_by_label("为什么更正")).to_have_value("补写摘要")
    page.get_by_label("摘要", exact=True).fill("希望增加校车")
    page.get_by_role("button", name="存下更正").click()
    expect(page.get_by_text("改为：希望增加校车")).to_be_visible()
    expect(page.get_by_role("button", name="补写摘要")).to_have_count(0)
    page.get_by_role("button", name="更正", exact=True).click()
    expect(page.get_by_label("摘要", exact=True)).to_have_value("希望增加校车")
    page.get_by_role("radio", name="已现场答复").check()
    page.get_by_label("怎么来的").select_option(label="电话")
    picture(page, "record-corrected-again")
    page.get_by_role("button", name="存下更正").click()
    expect(page.get_by_text("改为：希望增加校车；已现场答复；电话")).to_be_visible()
    _, (_, first), (_, second) = arrived(network, page, entries=3)
    assert first["changes"] == {"summary": "希望增加校车"}
    assert second["changes"] == {"answered_on_spot": True, "channel": "phone"}


def test_a_draft_survives_the_battery_at_every_keystroke_also_while_chinese_is_composed(
    network: Network, phone: Browser
) -> None:
    page = writing(network, phone)
    page.get_by_role("button", name="加一人").click()
    page.get_by_role("radio", name="教育").check()
    page.get_by_label("摘要").click()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "xi'wang", "selectionStart": 7, "selectionEnd": 7})
    keyboard.send("Input.insertText", {"text": "希望"})
    keyboard.send("Input.imeSetComposition", {"text": "加装", "selectionStart": 2, "selectionEnd": 2})
    expect(page.get_by_label("摘要")).to_have_value("希望加装")
    expect(page.get_by_text("草稿已存本机")).to_be_visible()
    page.wait_for_function(
        """() => new Promise((done) => {
          indexedDB.open('workstation').onsuccess = ({ target: { result } }) => {
            result.transaction('drafts').objectStore('drafts').getAll().onsuccess = (found) => {
              result.close()
              done(found.target.result.some(({ value }) => value.summary === '希望加装'))
            }
          }
        })"""
    )
    phone.kill()

    page = phone.open()
    page.goto(f"{network.url}/#/reception")
    expect(page.get_by_label("摘要")).to_have_value("希望加装")
    expect(page.get_by_role("radio", name="教育")).to_be_checked()
    expect(page.get_by_text("2", exact=True)).to_be_visible()
    page.get_by_label("摘要").press_sequentially("电梯")
    saved(page)
    [(_, body)] = arrived(network, page)
    assert (body["headcount"], body["summary"]) == (2, "希望加装电梯")


def test_another_person_on_the_same_phone_does_not_see_the_draft(network: Network, phone: Browser) -> None:
    page = writing(network, phone)
    page.get_by_label("摘要").fill("只有我知道")
    expect(page.get_by_text("草稿已存本机")).to_be_visible()
    page.goto(f"{network.url}/#/enrol/{network.code()}")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("button", name="到站登记")).to_be_visible()
    page.get_by_role("link", name="写接待").click()
    expect(page.get_by_label("摘要")).to_have_value("")


def test_undone_a_reception_stands_in_its_form_again(network: Network, phone: Browser) -> None:
    page = writing(network, phone)
    page.get_by_role("radio", name="教育").check()
    page.get_by_label("摘要").fill("写了很久的一段话")
    saved(page)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_label("摘要")).to_have_value("写了很久的一段话")
    expect(page.get_by_role("radio", name="教育")).to_be_checked()
    page.reload()
    expect(page.get_by_label("摘要")).to_have_value("写了很久的一段话")
    saved(page)
    assert len(arrived(network, page)) == 1


def test_name_and_contact_stand_behind_the_consent(network: Network, phone: Browser) -> None:
    before = constituents(network)
    page = writing(network, phone)
    page.get_by_role("radio", name="教育").check()
    page.get_by_text("更多", exact=True).click()
    expect(page.get_by_role("textbox", name="姓名")).to_have_count(0)
    page.get_by_label("来人同意").check()
    page.get_by_role("textbox", name="姓名").fill(NAME)
    page.get_by_label("来人同意").uncheck()
    expect(page.get_by_role("textbox", name="姓名")).to_have_count(0)
    saved(page)
    arrived(network, page)
    assert constituents(network) == before


def test_who_wants_a_reply_is_asked_how_to_be_reached_with_consent(network: Network, phone: Browser) -> None:
    before = constituents(network)
    page = writing(network, phone)
    page.get_by_role("radio", name="教育").check()
    page.get_by_role("radio", name="已现场答复").check()
    expect(page.get_by_label("来人同意")).to_be_hidden()
    page.get_by_role("radio", name="要回复").check()
    expect(page.get_by_text("怎么找到来人")).to_be_visible()
    page.get_by_label("来人同意").check()
    page.get_by_role("textbox", name="联系方式").fill(CONTACT)
    picture(page, "reception-reply")
    saved(page)
    [(_, body)] = arrived(network, page)
    assert (body["answered_on_spot"], body["wants_reply"]) == (False, True)
    assert constituents(network) == before + 1


def named(network: Network) -> list[bool]:
    """For each reception with a name, the latest last: whether the server still has it."""
    with sqlite3.connect(network.demo.data_dir / "workstation.db") as database:
        rows = database.execute("SELECT identity IS NOT NULL FROM constituents ORDER BY rowid").fetchall()
    return [bool(has) for (has,) in rows]


def test_who_was_received_is_written_anew_with_consent_or_taken_out(network: Network, phone: Browser) -> None:
    page = writing(network, phone)
    page.get_by_role("radio", name="教育").check()
    saved(page)
    arrived(network, page)
    page.get_by_role("link", name="记录", exact=True).click()
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    correct(page, "重写")
    expect(page.get_by_text("要先征得同意")).to_be_visible()
    page.get_by_label("来人同意留下").check()
    page.get_by_label("姓名（可不填）").fill(NAME)
    picture(page, "reception-who-anew")
    page.get_by_role("button", name="存下更正").click()
    expect(page.get_by_text("改为：来人的姓名、联系方式")).to_be_visible()
    assert NAME in page.evaluate(f"({EVERYTHING_ON_THE_PHONE})()")  # not sent yet: the undo still stands
    [_, (_, body)] = arrived(network, page, entries=2)
    assert body["changes"] == {"constituent": None}
    assert named(network)[-1]
    expect(page.get_by_text("改为：来人的姓名、联系方式")).to_be_visible()
    page.wait_for_function(f"async (name) => !(await ({EVERYTHING_ON_THE_PHONE})()).includes(name)", arg=NAME)
    correct(page, "删去（来人不愿再留）")
    expect(page.get_by_role("button", name="存下更正")).to_be_hidden()
    arrived(network, page, entries=3)
    assert not named(network)[-1]


def correct(page: Page, choice: str) -> None:
    page.get_by_role("button", name="更正", exact=True).click()
    page.get_by_role("radio", name=choice).check()
    page.get_by_role("button", name="存下更正").click()


def test_before_what_belongs_to_others_there_is_a_red_line_with_what_to_say(
    network: Network, phone: Browser
) -> None:
    page = writing(network, phone)
    line = page.get_by_text("12345、信访、法院、110：怎么说")
    topic = page.get_by_role("radio", name="教育")
    assert line.bounding_box()["y"] < topic.bounding_box()["y"]
    line.click()
    for saying in ("这件事拨 12345 最快", "信访有专门的渠道和期限", "案子归法院依法办", "有危险先拨 110"):
        expect(page.get_by_text(saying)).to_be_visible()
    picture(page, "reception-red-line")
    line.click()
    page.get_by_label("摘要").fill("说要到法院起诉物业")
    expect(page.get_by_text("摘要里提到了这类事")).to_be_visible()
    expect(page.get_by_text("案子归法院依法办").filter(visible=True)).to_have_count(1)
    expect(page.get_by_text("有危险先拨 110").filter(visible=True)).to_have_count(0)
    topic.check()
    saved(page)
    [(_, body)] = arrived(network, page)
    assert body["summary"] == "说要到法院起诉物业"


def test_without_a_topic_it_says_so_and_keeps_what_was_typed(network: Network, phone: Browser) -> None:
    page = phone.open()
    enrol(page, url=network.url, code=network.code())
    page.get_by_role("link", name="写接待").click()
    page.get_by_label("摘要").fill("还没选主题")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("请选一个主题")).to_be_visible()
    expect(page.get_by_label("摘要")).to_have_value("还没选主题")
