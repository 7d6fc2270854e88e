"""The schema: one migration head, no drift from the models, networks kept apart, no place for a position."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Table

from tests.conventions.source import ROOT
from workstation import models
from workstation.database import db

assert models, "imported for the tables that it brings"
TABLES = list(db.Model.metadata.tables.values())

# What belongs to the whole installation, and why.
NO_NETWORK = {
    "networks": "is the network",
    "installation": "says which database this is",
    "sign_in_failures": "a refused sign-in has shown no network yet",
}
# Places that stand still. Nothing about a person has a position.
MAY_HOLD_POSITIONS = {"stations", "networks", "division_outlines"}
POSITION_NAMES = {
    "lat",
    "lon",
    "latitude",
    "longitude",
    "coordinates",
    "geometry",
    "bounds",
    "fix",
}


def named(table: Table) -> str:
    return table.name


def test_migrations_have_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": db.metadata}
        )
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_the_network_leads_every_key(table: Table) -> None:
    # So that a network can later live on a shard of its own.
    if table.name not in NO_NETWORK:
        assert next(iter(table.primary_key)).name == "network_id"
        assert all(key.column_keys[0] == "network_id" for key in table.foreign_key_constraints)


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_every_constraint_has_a_name(table: Table) -> None:
    assert all(constraint.name for constraint in table.constraints)


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_no_table_about_people_has_a_column_for_a_position(table: Table) -> None:
    if table.name not in MAY_HOLD_POSITIONS:
        assert not POSITION_NAMES & set(table.columns.keys())
