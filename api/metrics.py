"""Figures for Prometheus: what this server did, summed over its processes, and how the network is now.

Counts are kept by each worker in a file of its own (PROMETHEUS_MULTIPROC_DIR), so that any worker answers
for all. What the database knows is asked when somebody looks; several servers of one database say the same.
"""

import os
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from api import clock
from workstation import database
from workstation.database import db
from workstation.feed.horizon import measure_lag
from workstation.network.queries import list_networks
from workstation.upkeep.queries import count_auto_closed, count_phones, count_waiting

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)
DAY = timedelta(days=1)

CALLS = Counter("workstation_calls", "Calls answered.", ["route", "method", "status"])
CALL_SECONDS = Histogram("workstation_call_seconds", "Time of a call.", ["route"], buckets=SECONDS)
ENTRIES = Counter("workstation_entries", "Entries of phones, by what became of them.", ["status"])
POOL_IN_USE = Gauge("workstation_pool_in_use", "Database connections at work.", multiprocess_mode="livesum")
WRITER_WAITS = Histogram(
    "workstation_writer_wait_seconds", "How long a writer waited for SQLite's gate.", buckets=SECONDS
)

# What has no route (a wrong address, a made-up method) is one line, or anybody could make any number of them.
NO_ROUTE = "other"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


def install(app: Flask, engine: Engine) -> None:
    """Counts from now on."""
    app.before_request(_begin)
    app.after_request(_count)
    event.listen(engine, "checkout", lambda *_: POOL_IN_USE.inc())
    event.listen(engine, "checkin", lambda *_: POOL_IN_USE.dec())
    database.on_writer_wait = WRITER_WAITS.observe


def count_entries(results: Iterable[Any]) -> None:
    """What became of the entries of one call; each has a `status`."""
    for status, count in Tally(result["status"] for result in results).items():
        ENTRIES.labels(status).inc(count)


def text() -> bytes:
    """All figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(NetworkNow())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)


class NetworkNow(Collector):
    """What the database says when somebody looks; without one, only that."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = list(_ask())
        except SQLAlchemyError:
            db.session.rollback()
            found = []
        yield GaugeMetricFamily(
            "workstation_database_up", "Whether the database answered.", value=1 if found else 0
        )
        yield from found


def _ask() -> Iterator[GaugeMetricFamily]:
    lag = measure_lag()
    yield GaugeMetricFamily(
        "workstation_feed_lag_seconds",
        "Age of the oldest transaction that holds up the feed.",
        value=lag.seconds,
    )
    yield GaugeMetricFamily(
        "workstation_feed_lag_transactions", "Transactions begun since that one.", value=lag.transactions
    )
    networks = [(network.id, network.code) for network in list_networks()]
    now = clock.now()
    yield _by_network(
        "workstation_held_entries",
        "Entries that wait for staff.",
        [(code, count_waiting(network_id=id)) for id, code in networks],
    )
    yield _by_network(
        "workstation_auto_closed_shifts",
        "Shifts without an end that the rule closed within 24 h.",
        [(code, count_auto_closed(network_id=id, since=now - DAY, until=now)) for id, code in networks],
    )
    phones = [(code, count_phones(network_id=id, now=now)) for id, code in networks]
    yield _by_network(
        "workstation_phones", "Enrolled phones.", [(code, each.enrolled) for code, each in phones]
    )
    yield _by_network(
        "workstation_quiet_phones",
        "Phones that had entries to send three days ago and have not called since.",
        [(code, each.quiet) for code, each in phones],
    )


def _by_network(name: str, said: str, values: Sequence[tuple[str, int]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=["network"])
    for code, value in values:
        family.add_metric([code], value)
    return family


def _begin() -> None:
    g.began = perf_counter()


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    method = request.method if request.method in METHODS else NO_ROUTE
    CALLS.labels(route, method, str(response.status_code)).inc()
    if "began" in g:
        CALL_SECONDS.labels(route).observe(perf_counter() - g.began)
    return response
