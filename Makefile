# `make run` and `make test` need nothing but Python 3.11 or later (and a network to install from).
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ONLY ?=

.PHONY: help run test lint types floors check bench golden build plugins clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/partageons: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

bridge/web/static/vendor/.done: scripts/frontend.py | $(BIN)/partageons
	$(BIN)/python scripts/frontend.py

translations: $(BIN)/partageons
	@$(BIN)/python scripts/translations.py
.PHONY: translations

setup: $(BIN)/partageons bridge/web/static/vendor/.done translations
.PHONY: setup

run: setup ## the demo network, harvested and served at one address
	$(BIN)/partageons demo

test: setup lint types floors ## every check and every test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --reruns 1

lint: $(BIN)/partageons ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/partageons ## mypy, strict
	$(BIN)/mypy

floors: $(BIN)/partageons ## imports only go down
	$(BIN)/lint-imports

check: lint types floors ## style, types and floors

bench: setup ## measured figures (ONLY=name for one)
	$(BIN)/python bench/run.py $(ONLY)

golden: setup ## rewrite the expected files of the tests; then read the diff
	GOLDEN=1 $(BIN)/python -m pytest -q tests

build: setup ## the wheel
	$(BIN)/python -m build --wheel

plugins: $(BIN)/partageons ## the partners' plugins as zips to install, in dist/
	@$(BIN)/python scripts/plugins.py

clean:
	rm -rf $(VENV) dist bridge/web/static/vendor
