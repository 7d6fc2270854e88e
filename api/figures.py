"""Lets the figures catch up behind an answer, so that nobody who looks at them waits for a month of notes."""

import time

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from workstation.coverage.operations import catch_up_a_little

EVERY_S = 60.0
CAUGHT_UP_AT: dict[int, float] = {}  # by network, of this worker's own clock

log = structlog.get_logger()


def catch_up_behind(app: Flask, network_id: int) -> None:
    """To be called when the answer is out. At most once a minute in a worker; a failure costs nothing."""
    now = time.monotonic()
    if now - CAUGHT_UP_AT.setdefault(network_id, now) < EVERY_S:
        return
    CAUGHT_UP_AT[network_id] = now
    with app.app_context():
        try:
            catch_up_a_little(network_id=network_id)
        except SQLAlchemyError as error:
            log.warning("figures.wait", error=type(error).__name__)
