"""The day figures follow from the facts, whoever brings them up to date at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.cast import Cast
from tests.faults.audit import compare_figures
from workstation.coverage.operations import catch_up

READERS, ROUNDS = 6, 8


@pytest.fixture
def crowd(app: Flask) -> Cast:
    return Cast(app)


def test_figures_that_several_readers_bring_up_to_date_at_once_are_those_of_the_facts(crowd: Cast) -> None:
    phones = [crowd.phone("member") for _ in range(READERS)]

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            phones[number].sync(phones[number].check_in(crowd.here.stations["hall"]))
            with crowd.app.app_context():
                catch_up(network_id=crowd.here.id)

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(work, range(READERS)))
    with crowd.app.app_context():
        compare_figures(crowd.here.id)
