"""What was set before there were versions becomes the version that figures already print."""

from importlib.util import module_from_spec, spec_from_file_location

from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import select

from tests.cast import NOON
from tests.conventions.source import ROOT
from workstation.database import db, writing
from workstation.network.models import Network, RuleVersion
from workstation.network.rule_versions import Rules, begin_versions, find_version, list_versions

MIGRATION = ROOT / "migrations" / "versions" / "0009_rules_by_consent.py"


def add_network(**settings: object) -> Network:
    network = Network(
        code="old",
        name="老网络",
        is_demo=False,
        bounds=None,
        standard=["甲", "乙"],
        created_at=NOON,
        **settings,
    )
    db.session.add(network)
    db.session.flush()
    return network


def test_present_settings_become_a_version_on_migration(app: Flask) -> None:
    spec = spec_from_file_location("rules_by_consent", MIGRATION)
    assert spec
    assert spec.loader
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    with app.app_context():
        with writing() as connection:
            network_id = add_network(thresholds={"contacts": 3}, rules_version=4).id
            with Operations.context(MigrationContext.configure(connection)):
                migration.downgrade()
                migration.upgrade()
        [kept] = list_versions(network_id=network_id)
        assert (kept["version"], kept["state"], kept["applies_from"]) == (4, "agreed", NOON)
        assert (kept["proposed_by"], kept["decided_by"], kept["reason"]) == (None, None, migration.FOUND)
        assert find_version(network_id=network_id, version=4) == Rules(["甲", "乙"], {"contacts": 3})


def test_a_new_network_begins_with_version_1(app: Flask) -> None:
    with app.app_context():
        with writing():
            begin_versions(add_network(thresholds={}))
        assert db.session.scalars(select(RuleVersion.version)).all() == [1]
