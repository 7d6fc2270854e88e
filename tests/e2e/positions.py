"""A position that the test gives by hand: when it comes, how good it is, or why there is none."""

from playwright.sync_api import Page

# Stands in for the browser's own; `state` is what the browser says it would do when asked.
BY_HAND = """(state) => {
  let last = 0
  const watching = new Map()
  window.askedForPosition = 0
  Geolocation.prototype.watchPosition = (found, none) => {
    window.askedForPosition += 1
    watching.set((last += 1), { found, none })
    return last
  }
  Geolocation.prototype.clearWatch = (watch) => watching.delete(watch)
  window.givePosition = (latitude, longitude, accuracy) => {
    const timestamp = Date.now()
    for (const { found } of watching.values()) found({ coords: { latitude, longitude, accuracy }, timestamp })
  }
  window.giveNone = (code) => watching.forEach(({ none }) => none({ code }))
  const query = Permissions.prototype.query
  Permissions.prototype.query = function (asked) {
    return asked.name === 'geolocation' ? Promise.resolve({ state }) : query.call(this, asked)
  }
}"""
TIMED_OUT = 3


def by_hand(page: Page, *, state: str = "prompt") -> None:
    """From the next load on."""
    page.add_init_script(f"({BY_HAND})({state!r})")


def asked(page: Page) -> int:
    return int(page.evaluate("window.askedForPosition"))


def give(page: Page, place: tuple[float, float], *, accuracy_m: float = 20) -> None:
    page.evaluate("([lat, lon, accuracy]) => givePosition(lat, lon, accuracy)", [*place, accuracy_m])


def give_none(page: Page, code: int) -> None:
    page.evaluate("(code) => giveNone(code)", code)
