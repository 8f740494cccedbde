# make run   the bot (a rehearsal, if no token is set)     make test   all tests
# make lint  style, types, architecture                    make bench  the measurements
# make pictures   the pictures of docs/, from real runs (needs Chromium)
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint bench bench-form pictures clean

run: .venv/run.ok
	@$(BIN)/python -m bot run

test: .venv/dev.ok
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/dev.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

bench: .venv/dev.ok
	$(BIN)/python -m bot bench

bench-form: .venv/dev.ok
	$(BIN)/python -m bot bench form
	$(BIN)/python -m bot bench form-zh
	$(BIN)/python -m bot bench attempts

pictures: .venv/dev.ok
	$(BIN)/python -m docs.pictures

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.ok: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing what Renga needs (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/dev.ok: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/run.ok

clean:
	rm -rf .venv
