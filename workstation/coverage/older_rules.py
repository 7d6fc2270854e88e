"""The rules that a figure is asked for by: those in force, or an older version as far as it can be told."""

from typing import NamedTuple

from workstation.coverage.limits import counts_again
from workstation.coverage.rules import Thresholds
from workstation.errors import Refusal
from workstation.network.models import Network
from workstation.network.rule_versions import find_version


class Judging(NamedTuple):
    """What is judged by: the items of the standard and the thresholds."""

    standard: tuple[str, ...]
    thresholds: Thresholds


def find_rules(network: Network, *, version: int) -> Judging:
    """The rules of this version.

    Refuses with rules.version_not_found, and with rules.version_gone when it counted shifts otherwise: the
    daily figures hold the present count only.
    """
    present = Judging(tuple(network.standard or ()), Thresholds.of(network.thresholds or {}))
    if version == network.rules_version:
        return present
    standard, stored = find_version(network_id=network.id, version=version)
    thresholds = Thresholds.of(stored)
    if counts_again(thresholds, present.thresholds):
        raise Refusal("rules.version_gone")
    return Judging(tuple(standard), thresholds)
