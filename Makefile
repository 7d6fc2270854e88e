# Everything starts here: `make` lists what there is. Needed on the machine: Python 3.11 or newer, and make.
.DEFAULT_GOAL := help
.PHONY: help run test build sure format bench bench-scale rehearse same-build soak failover audit sbom clean ready
SHELL := /bin/sh

# The machine's own Python prepares and runs; the project's packages are in .venv.
WITH_PYTHON = @python=$$(sh setup/find_python.sh) && exec "$$python" -B -m
VENV = .venv/bin
AUDIT = var/audit/bin
PATRONI = var/patroni
FAILOVERS ?= 3
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

sure: ready ## the whole gate: format, lint, types, tests with coverage
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix static/pwa run typecheck
	$(WITH_PYTHON) setup.tests --coverage

format: ready ## put the Python code into its one format
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

bench: ready ## measure, and write docs/benchmarks.md (takes minutes)
	$(VENV)/python -m bench

bench-scale: ready ## the same for 242, 2,420 and 24,200 stations with ten million facts (takes hours)
	$(VENV)/python -m bench scale

same-build: ready ## build the app twice and compare every byte
	$(WITH_PYTHON) setup.same_build

rehearse: ## install as docs/operations.md says, on a throw-away copy of this machine (root, Debian)
	$(WITH_PYTHON) setup.rehearsal

soak: ## faults and searched cases again and again until one fails (SOAK_MINUTES=60)
	$(WITH_PYTHON) setup.tests --minutes $(SOAK_MINUTES) -- --hypothesis-profile=soak tests/faults tests/workstation tests/fuzz

failover: $(PATRONI) ## kill PostgreSQL's primary under load: Patroni and etcd on this machine (FAILOVERS=3, some minutes)
	$(WITH_PYTHON) setup.unpacked etcd
	FAILOVERS=$(FAILOVERS) $(VENV)/python -m pytest tests/deploy/failover.py -q -s

audit: $(AUDIT) ## known weaknesses of the packages that are pinned (asks the registries)
	@# Both are asked; what could not be looked up counts as a finding (--strict), never as clean.
	@failed=0; $(AUDIT)/pip-audit --strict --no-deps --disable-pip -r requirements.txt || failed=1; \
	PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix static/pwa audit --omit=dev || failed=1; exit $$failed

sbom: $(AUDIT) ## what the server and the app are made of, as CycloneDX, into var/sbom
	mkdir -p var/sbom
	$(AUDIT)/cyclonedx-py requirements requirements.txt --output-reproducible -o var/sbom/server.cdx.json
	PATH="$(CURDIR)/$(VENV):$$PATH" npm --prefix static/pwa sbom --omit=dev --sbom-format=cyclonedx > var/sbom/app.cdx.json

# In an environment of its own: what looks at packages is no package of ours.
$(AUDIT): requirements-audit.txt ready
	$(VENV)/python -m venv var/audit
	$(AUDIT)/pip install --quiet --disable-pip-version-check -r requirements-audit.txt
	touch $(AUDIT)

# Beside nothing of ours, and where PostgreSQL's own user can read it.
$(PATRONI): requirements-patroni.txt ready
	$(VENV)/pip install --quiet --disable-pip-version-check --upgrade --target $(PATRONI) -r requirements-patroni.txt
	touch $(PATRONI)

clean: ## remove what make made; the data in var/ stays
	rm -rf .venv static/pwa/node_modules static/pwa/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready:
	$(WITH_PYTHON) setup.environment --tests
