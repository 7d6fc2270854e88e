"""Imports point inwards: wsgi → api → workstation, and inside the domain from what uses to what is used."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, files, imports, module_name
from workstation.sync.stories import ROOTS

# The packages of what people record: those of the tables that entries become.
RECORDS = {root.table.__module__.split(".")[1] for root in ROOTS.values()}
# From the outermost to the innermost. A concept may import its own row and those below.
CONCEPTS = [
    {
        "accounts",
        "backups",
        "chain",
        "demo",
        "exports",
        "imports",
        "planning",
        "privacy",
        "reports",
        "suggestions",
        "upkeep",
    },
    {"sync"},
    {"coverage"},
    RECORDS,
    {"network", "people"},
    {"audit", "feed"},
    {"geography"},
]
# The single modules beside the concepts are the ground: they import no concept. models.py is none of
# them, it only gathers the tables for migrations.
GATHERS = {"models"}
GROUND = {file.stem for file in (ROOT / "workstation").glob("*.py")} - GATHERS

# Inside one concept.
PARTS = ["operations", "queries", "models", "rules"]

WEB = {
    "apispec", "click", "flask", "flask_migrate", "flask_smorest", "flask_sqlalchemy", "gunicorn",
    "marshmallow", "webargs", "werkzeug", "whitenoise",
}  # fmt: skip
# Flask-SQLAlchemy is met in one file.
WEB_ALLOWED = {"workstation.database": {"flask_sqlalchemy"}}

DOMAIN = files("workstation")
API = [*files("api"), *files(".", "wsgi.py")]


def concept_of(module: str) -> str:
    return module.partition(".")[2].partition(".")[0]


def rank(concept: str) -> int:
    for position, concepts in enumerate(CONCEPTS):
        if concept in concepts:
            return position
    if concept in GROUND:
        return len(CONCEPTS)
    return -1


def ours(file: Path) -> set[str]:
    return {name for name in imports(file) if name.split(".")[0] == "workstation"}


def named(file: Path) -> str:
    return module_name(file)


@pytest.mark.parametrize("file", DOMAIN, ids=named)
def test_every_concept_has_its_place(file: Path) -> None:
    concept = concept_of(module_name(file))
    known = set().union(*CONCEPTS) | GROUND | GATHERS | {""}
    assert concept in known, f"{concept} stands in no row of CONCEPTS: say what it may import"


@pytest.mark.parametrize("file", DOMAIN, ids=named)
def test_the_domain_knows_nothing_of_the_web(file: Path) -> None:
    outside = {name.split(".")[0] for name in imports(file)}
    allowed = WEB_ALLOWED.get(module_name(file), set())
    assert not (outside & (WEB | {"api", "wsgi"})) - allowed


@pytest.mark.parametrize("file", DOMAIN, ids=named)
def test_a_concept_imports_only_its_own_row_and_those_below(file: Path) -> None:
    concept = concept_of(module_name(file))
    if concept not in GATHERS:
        outward = {name for name in ours(file) if rank(concept_of(name)) < rank(concept)}
        assert not outward


@pytest.mark.parametrize("file", DOMAIN, ids=named)
def test_inside_a_concept_operations_use_queries_use_models_use_rules(file: Path) -> None:
    if file.stem in PARTS and file.parent.name != "workstation":
        outer = PARTS[: PARTS.index(file.stem)]
        package = module_name(file).rpartition(".")[0]
        assert not ours(file) & {f"{package}.{part}" for part in outer}


@pytest.mark.parametrize("file", [file for file in DOMAIN if file.name == "rules.py"], ids=named)
def test_rules_are_pure(file: Path) -> None:
    asks = {name for name in imports(file) if name.startswith("sqlalchemy") or name == "workstation.database"}
    assert not asks


@pytest.mark.parametrize("file", API, ids=named)
def test_the_api_is_imported_by_nothing_but_wsgi(file: Path) -> None:
    assert "wsgi" not in imports(file)


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {module_name(file): imports(file) for file in [*DOMAIN, *API]}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("file", files("migrations"), ids=named)
def test_a_migration_imports_no_model(file: Path) -> None:
    # Models go on changing; a migration says for ever what it did.
    assert file.name == "env.py" or not ours(file) - {"workstation.database"}
