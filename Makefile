# The commands of a working day; `make up` is all that a newcomer needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# A shell that forbids byte code would have each of the dozen processes compile thousands of files at every start.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell cat requirements.tools.lock requirements.lock pyproject.toml | sha256sum | cut -c1-16)
ASSETS := portal/static/build
ASSETS_STAMP := $(ASSETS)/.built
ASSET_SOURCES := portal/package.json portal/package-lock.json $(wildcard portal/*.mjs) \
	$(shell find portal/src portal/templates portal/components -type f 2>/dev/null)

TESTS_STAMP := tests/node_modules/.installed

.PHONY: help install up test lint bench prove pictures

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(STAMP) $(ASSETS_STAMP) ## environment from the pinned lock, and the portal's assets

up: install ## start everything; Ctrl-C stops it
	@exec $(BIN)/imisofts up

# A test process that a fault ends is not replaced, for which xdist would wait for ever, and its last words are shown.
test: install lint $(TESTS_STAMP) ## ruff, mypy, import contracts, tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart=0 --capture=sys

lint: install ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## measurements, each beside its yardstick
	$(BIN)/python -m bench

PROOFS := tests/faults tests/warehouse/recurring/test_replay.py tests/warehouse/gateway/test_reports_stay_apart.py \
	tests/answers tests/contracts/test_fuzzing.py tests/contracts/test_pool.py \
	tests/api/home tests/e2e/test_lighthouse.py tests/e2e/test_walk.py

prove: install $(TESTS_STAMP) ## the same proofs at full depth, by hand: SEED=2 for another order, PART=replication for one of them
	PROVE=1 SEED=$(or $(SEED),1) $(BIN)/pytest $(PROOFS) -s $(if $(PART),-k $(PART))

pictures: ## pictures for the documentation, from an installation that runs
	$(BIN)/python docs/make_pictures.py

$(BIN)/python:
	@python=""; \
	for candidate in "$${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do \
		if [ -n "$$candidate" ] && "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "imisofts needs Python 3.11, 3.12 or 3.13; none was found (say PYTHON=/path/to/python)." >&2; exit 1; fi; \
	"$$python" -m venv $(VENV)

$(STAMP): requirements.tools.lock requirements.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit("The environment in .venv has Python %d.%d; imisofts needs 3.11, 3.12 or 3.13: remove .venv." % sys.version_info[:2])'
	@if [ ! -e "$@" ]; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.tools.lock; \
		VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock; \
		VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .; \
		rm -f $(VENV)/.installed-*; \
	fi
	@touch $@

$(ASSETS_STAMP): $(ASSET_SOURCES) | $(STAMP)
	@cd portal && export PATH="$(CURDIR)/$(BIN):$$PATH" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build
	@mkdir -p $(ASSETS) && touch $@

$(TESTS_STAMP): tests/package.json tests/package-lock.json | $(STAMP)
	@cd tests && export PATH="$(CURDIR)/$(BIN):$$PATH" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
