"""The documents keep up with the code: words, tables, commands, and what may not be in the tree."""

import json
import re
from pathlib import Path

import pytest

from tests.conventions import pages
from tests.conventions.source import ROOT, text, tracked_files
from workstation import models
from workstation.database import db

REQUIREMENTS = tuple(f"requirements{which}.txt" for which in ("", "-dev", "-patroni", "-postgresql", "-sbom"))
READMES = ["README.md", "README.zh-CN.md"]
DOCUMENTS = [file for file in tracked_files() if file.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
assert models, "imported for the tables that it brings"


def model_names() -> list[str]:
    return sorted(mapper.class_.__name__ for mapper in db.Model.registry.mappers)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", model_names())
def test_every_model_stands_in_the_glossary(name: str) -> None:
    assert f"`{name}`" in text("docs/glossary.md")


def test_every_table_and_column_stands_in_the_diagrams() -> None:
    assert text("docs/database.md") == pages.database_page(text("docs/database.md")), "make docs draws them"


def test_the_page_of_errors_is_what_the_code_says() -> None:
    assert text("docs/errors.md") == pages.errors_page(), "make docs writes it"


@pytest.mark.parametrize("name", READMES)
def test_a_readme_uses_only_make_targets_that_exist(name: str) -> None:
    assert text(name)
    used = set(re.findall(r"\bmake ([a-z]+)", "\n".join(code_in(text(name)))))
    assert used <= make_targets()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_the_two_commands(name: str) -> None:
    assert {"make run", "make test"} <= set(re.findall(r"make [a-z]+", "\n".join(code_in(text(name)))))


def code_in(document: str) -> list[str]:
    """Fenced blocks and inline code."""
    fenced = re.findall(r"```[a-z]*\n(.*?)```", document, re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", document, flags=re.DOTALL))


def test_help_describes_every_command() -> None:
    described = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))
    assert make_targets() - described == {"ready"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text()) if "://" not in target]
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads(text("static/pwa/package-lock.json"))
    assert not [name for name, package in lock["packages"].items() if "://" in package.get("resolved", "")]


def test_there_is_one_version_and_the_changelog_knows_it() -> None:
    version = json.loads(text("static/pwa/package.json"))["version"]
    lock = json.loads(text("static/pwa/package-lock.json"))
    assert {lock["version"], lock["packages"][""]["version"]} == {version}
    assert f"\n## {version}\n" in text("CHANGELOG.md")


def test_python_packages_are_pinned_and_named_without_an_address() -> None:
    lines = [line for name in REQUIREMENTS for line in text(name).splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("#", "-r requirements.txt"))]
    assert not [line for line in wanted if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", line)]


def test_the_environment_example_names_every_setting() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    read = {
        name
        for source in ("api/config.py", "deploy/gunicorn.conf.py", "setup/serve.py")
        for name in re.findall(r"environ(?:\.get)?[\[(]\"([A-Z_]+)\"(?!\] =)", text(source))
    }
    assert read <= named
