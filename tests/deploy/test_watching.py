"""The dashboard and the alerts ask for figures that /metrics gives."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.cast import Cast
from tests.conventions.source import text

OURS = re.compile(r"\bworkstation_[a-z_]+")


def alerts() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(text("deploy/prometheus/workstation.rules.yml"))["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text("deploy/grafana/workstation.json"))["panels"]
    return found


def questions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def given(cast: Cast) -> dict[str, set[str]]:
    """The names of all samples, each with its labels."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(cast.client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_question_is_about_figures_that_there_are(cast: Cast) -> None:
    phone = cast.phone("member")
    phone.sync(phone.check_in(cast.here.stations["hall"]))
    names = given(cast)
    asked = {name for question in questions() for name in OURS.findall(question)}
    assert asked <= names.keys()
    assert {"status", "route", "method"} <= names["workstation_calls_total"]


def test_every_figure_of_ours_is_shown() -> None:
    shown = {name for question in questions() for name in OURS.findall(question)}
    assert {
        "workstation_calls_total",
        "workstation_call_seconds_bucket",
        "workstation_entries_total",
        "workstation_held_entries",
        "workstation_quiet_phones",
        "workstation_feed_lag_seconds",
        "workstation_auto_closed_shifts",
        "workstation_pool_in_use",
        "workstation_writer_wait_seconds_bucket",
    } <= shown


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["annotations"].keys() >= {"summary", "do"}
    assert rule["for"]
    assert rule["labels"]["severity"] in ("page", "look")
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) < 24
