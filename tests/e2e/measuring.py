"""Whether everybody can use what is shown: axe, sizes of targets and type, widths, keyboard, names."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, ViewportSize

from tests.live_server import ROOT

AXE = (ROOT / "static" / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text()
MEASURE = (Path(__file__).parent / "measure.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Between the themes nothing differs but colours.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# Only what is wrong is described: describing all that is right took a third of the time.
RUN_AXE = """(options) => axe.run(document, { ...options, resultTypes: ['violations'] }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} ${target} ${any[0]?.message ?? ''}`)))"""
# What a text must bear by WCAG 1.4.12.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
)
# The acts that a page is there for.
MAIN = ".act, .undo, .reception, .van-button, .tab, .step"
PHONE_TARGETS = {"main": MAIN, "main_px": 60, "least_px": 44, "free": ".none"}
# In a table of the office a name is a link in a line of text; for the mouse axe knows what is too small.
OFFICE_TARGETS = PHONE_TARGETS | {"free": "a"}
INSIDE = {"inside": True}


class Look(NamedTuple):
    """One way of holding the phone."""

    name: str
    width: int
    height: int
    size: str = "normal"
    rules: dict[str, Any] = INSIDE
    css: str = ""
    axe: bool = False


ONCE = {"keys": True, "names": True, "figures": True, "most_ms": 199, "inside": True}
PHONE = Look("phone", 390, 844, rules={**ONCE, "targets": PHONE_TARGETS}, axe=True)
LOOKS = (
    Look("small", 320, 640, rules={"inside": True, "targets": PHONE_TARGETS}),
    Look("spaced", 320, 640, css=SPACING),
    Look("large", 320, 640, "large", {"inside": True, "least_type_px": 18}),
    Look("huge", 320, 640, "huge"),
    Look("lying", 844, 390),
    Look("tablet", 768, 1024),
    Look("desk", 1440, 900),
    PHONE,
)
DESK = Look("desk", 1440, 900, rules=ONCE, axe=True)
OFFICE_LOOKS = (Look("phone", 390, 844, rules={**ONCE, "targets": OFFICE_TARGETS}, axe=True), DESK)
DOOR = Look("standing", 768, 1024, rules={**ONCE, "targets": PHONE_TARGETS}, axe=True)
DOOR_LOOKS = (Look("small", 320, 640), Look("lying", 1024, 600), DOOR)


def take(page: Page, look: Look) -> None:
    page.set_viewport_size(ViewportSize(width=look.width, height=look.height))
    page.evaluate("(size) => (document.documentElement.dataset.size = size)", look.size)


# What is loaded anew may be gone in a moment, and what fades in has other colours on its way.
IS_STILL = """() => !document.querySelector('[aria-busy=true]') && document.getAnimations().every(
  (one) => one.playState !== 'running' || one.effect?.getComputedTiming().endTime === Infinity)"""


def axe(page: Page, look: Look) -> Iterator[str]:
    """All rules in light, and in dark those about colour. Where targets are measured, that asks for more."""
    rules = {"target-size": {"enabled": look.rules.get("targets") != PHONE_TARGETS}}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # not as a script of the page, which its policy would refuse
    for theme, options in (
        ("light", {"runOnly": {"type": "tag", "values": AXE_TAGS}, "rules": rules}),
        ("dark", {"runOnly": {"type": "rule", "values": COLOUR_RULES}}),
    ):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # light or dark
        page.wait_for_function(IS_STILL)
        yield from (f"axe, {theme}: {fault}" for fault in page.evaluate(RUN_AXE, options))
    page.emulate_media(color_scheme="light")


def measure(page: Page, look: Look) -> Iterator[str]:
    take(page, look)
    page.evaluate(
        "(css) => { (document.adoptedStyleSheets = [new CSSStyleSheet()])[0].replaceSync(css) }", look.css
    )
    found: list[str] = page.evaluate(MEASURE, look.rules)
    yield from (f"{look.name}: {fault}" for fault in found)


def faults(page: Page, looks: Sequence[Look] = LOOKS) -> list[str]:
    """Everything that is wrong with what is shown now. The page is left in light, as in the last look."""
    return [
        fault for look in looks for fault in [*measure(page, look), *(axe(page, look) if look.axe else ())]
    ]
