"""How long the tasks of a page's main thread are: by the clock, and by the processor."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

TASK = "ThreadControllerImpl::RunTask"
MAIN = "CrRendererMain"
Event = dict[str, Any]


@dataclass
class Tasks:
    """Milliseconds of the longest task, by the clock and of the processor."""

    events: list[Event] = field(default_factory=list)

    @property
    def longest_ms(self) -> float:
        return max((task["dur"] for task in self._of_main()), default=0) / 1000

    @property
    def processor_ms(self) -> float:
        return max((task.get("tdur", 0) for task in self._of_main()), default=0) / 1000

    def _of_main(self) -> list[Event]:
        """Those of the busiest page: a browser may keep another one ready."""
        names = {_thread(each): each["args"]["name"] for each in self.events if each["name"] == "thread_name"}
        tasks = [each for each in self.events if each["name"] == TASK and each.get("ph") == "X"]
        tasks = [each for each in tasks if names.get(_thread(each)) == MAIN]
        busiest = Counter(_thread(each) for each in tasks).most_common(1)
        return [each for each in tasks if _thread(each) == busiest[0][0]]


def _thread(event: Event) -> tuple[int, int]:
    return event["pid"], event["tid"]


@contextmanager
def recorded(page: Page) -> Iterator[Tasks]:
    """The tasks of what is done inside; they can be read afterwards."""
    tasks, ended = Tasks(), []
    session = page.context.new_cdp_session(page)
    session.on("Tracing.dataCollected", lambda said: tasks.events.extend(said["value"]))
    session.on("Tracing.tracingComplete", lambda said: ended.append(said))
    session.send("Tracing.start", {"categories": "toplevel", "transferMode": "ReportEvents"})
    try:
        yield tasks
    finally:
        session.send("Tracing.end")
        while not ended:
            page.wait_for_timeout(20)
        session.detach()
