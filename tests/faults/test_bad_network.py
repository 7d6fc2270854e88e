"""Between the phones and the server stands a line that loses, cuts, delays and repeats."""

import time
from collections.abc import Callable

from tests.cast import Cast
from tests.faults.audit import compare
from tests.faults.bad_line import FATES, BadLine
from tests.faults.crowd import at_work, enrol
from tests.live_server import LiveServer


def test_a_line_that_loses_cuts_delays_and_repeats_costs_no_entry(
    served: tuple[LiveServer, Cast], kills: int, record_property: Callable[[str, object], None]
) -> None:
    server, cast = served
    with BadLine(port=server.port) as line:
        phones = enrol(cast, url=line.url)
        with at_work(phones):
            time.sleep(kills * 0.8)
            while line.fates.total() < 2 * sum(FATES.values()):
                time.sleep(0.1)
    for phone in phones:
        phone.url = server.url
    said = ", ".join(f"{count} × {fate}" for fate, count in sorted(line.fates.items()))
    record_property("soak", f"a bad line ({said}): {compare(cast, phones)}")
    assert line.fates.keys() == FATES.keys()
