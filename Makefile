# Two commands matter: `make up` and `make test`. Both install what they need first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell command -v $(name) 2>/dev/null)))
STAMP := .venv/.installed
ASSETS := portal/static/build/manifest.json
BIN := .venv/bin
export NODE_OPTIONS := --no-warnings

.PHONY: install assets up test lint bench prove pictures

install: $(STAMP) $(ASSETS)

$(STAMP): requirements.lock requirements-installer.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	  || { echo "imisofts needs Python 3.11, 3.12 or 3.13 on the PATH (or: make PYTHON=/path/to/python3.12)." >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-installer.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

portal/node_modules/.package-lock.json: portal/package-lock.json $(STAMP)
	cd portal && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --silent
	@touch $@

$(ASSETS): portal/node_modules/.package-lock.json portal/build.mjs $(shell find portal/src portal/templates -type f 2>/dev/null)
	cd portal && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@

assets: $(ASSETS)

up: install
	$(BIN)/imisofts up

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --config pyproject.toml

test: install lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: install
	$(BIN)/python -m bench

prove: install
	PROVE=1 $(BIN)/python -m pytest tests/faults tests/contracts tests/warehouse

pictures: install
	$(BIN)/python docs/make_pictures.py
