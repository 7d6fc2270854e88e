"""Everybody can use every page and state: screen reader, keyboard, large type, any width, in the dark."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESK as DESK_SIZE
from tests.e2e.conftest import Browser, Demo
from tests.e2e.door_acts import TABLET
from tests.e2e.measuring import DESK, DOOR_LOOKS, LOOKS, OFFICE_LOOKS, PHONE, Look, faults, take
from tests.e2e.member_views import LIAISON, MEMBER_VIEWS, STARTED_AGAIN, give_a_past
from tests.e2e.office_views import DOOR_VIEWS, OFFICE_VIEWS, give_held_entries
from tests.e2e.phone_acts import PICTURES

SHOTS = (
    Look("dark", 390, 844),
    Look("large", 390, 844, "huge"),
    Look("small", 320, 640, "huge"),
    Look("lying", 844, 390),
    PHONE,
)
OFFICE_SHOTS = (Look("dark", 1440, 900), DESK, PHONE)


def photograph(page: Page, name: str, shots: Sequence[Look]) -> None:
    """Pictures for whoever wants to look: SCREENSHOTS=folder."""
    if not PICTURES:
        return
    is_page = page.get_by_role("dialog").count() == 0
    for shot in shots:
        take(page, shot)
        page.emulate_media(color_scheme="dark" if shot.name == "dark" else "light")
        page.screenshot(path=Path(PICTURES) / f"{name}-{shot.name}.png", full_page=is_page)
    page.emulate_media(color_scheme="light")


def leave_dialog(page: Page) -> list[str]:
    """Escape closes it, and the keyboard is where it was before."""
    if page.get_by_role("dialog").count() == 0:
        return []
    page.keyboard.press("Escape")
    if page.get_by_role("dialog").is_visible():
        page.keyboard.press("Escape")  # the first one emptied a search field
    # Hidden at once, but left behind only then: what comes next may load the page anew.
    expect(page.locator("dialog, [role=dialog]")).to_have_count(0)
    is_lost = page.evaluate("document.activeElement === document.body")
    return ["the dialog does not give the focus back"] if is_lost else []


def walk(
    page: Page,
    demo: Demo,
    views: Mapping[str, Callable[[Page, Demo], None]],
    *,
    looks: Sequence[Look] = LOOKS,
    shots: Sequence[Look] = SHOTS,
) -> list[str]:
    """Enters every view and lists what is wrong there."""
    found = []
    for name, enter in views.items():
        print(name)  # which one it was, when entering it ends the test
        enter(page, demo)
        wrong = faults(page, looks)
        photograph(page, name, shots)
        found += [f"{name}, {fault}" for fault in [*wrong, *leave_dialog(page)]]
    return found


def test_every_page_and_state_of_the_member_is_for_everybody(
    demo: Demo, phone: Browser, tmp_path: Path
) -> None:
    give_a_past(demo, tmp_path)
    found = walk(phone.open(allow=()), demo, MEMBER_VIEWS)
    phone.close()
    assert [*found, *walk(phone.open(), demo, STARTED_AGAIN)] == []


def test_every_page_and_state_of_a_liaison_is_for_everybody(demo: Demo, phone: Browser) -> None:
    assert walk(phone.open(), demo, LIAISON) == []


def test_every_page_and_state_of_the_office_is_for_everybody(demo: Demo, desk: Browser) -> None:
    give_held_entries(demo)
    assert walk(desk.open(size=DESK_SIZE), demo, OFFICE_VIEWS, looks=OFFICE_LOOKS, shots=OFFICE_SHOTS) == []


def test_a_door_screen_is_for_everybody(demo: Demo, desk: Browser) -> None:
    assert walk(desk.open(size=TABLET), demo, DOOR_VIEWS, looks=DOOR_LOOKS, shots=OFFICE_SHOTS) == []
