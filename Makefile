# Two commands: `make run` and `make test`. MUSIC=/path/to/folder uses your own music instead of the demo library.
PYTHON ?= python3
MUSIC ?=
DATA ?= instance
BIN := .venv/bin

.PHONY: run test check bench reliability clean

.venv/run.stamp: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/dev.stamp: .venv/run.stamp pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

run: .venv/run.stamp
	$(if $(MUSIC),,$(BIN)/python -m soundscape demo --data $(DATA))
	$(BIN)/python -m soundscape scan "$(or $(MUSIC),$(DATA)/demo)" --data $(DATA) || [ $$? -eq 3 ]
	$(BIN)/python -m soundscape first-list --data $(DATA) || [ $$? -eq 3 ]
	exec $(BIN)/python -m soundscape serve --data $(DATA)

test: .venv/dev.stamp
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

bench: .venv/dev.stamp
	$(BIN)/python benchmarks/playlist_fit.py --quick
	$(BIN)/python benchmarks/mixdown.py
	$(BIN)/python benchmarks/streaming.py --quick

# Every fault in real time, an hour of music, thirty rooms: more than an hour. Writes docs/reliability.md.
reliability: .venv/dev.stamp
	RELIABILITY_TABLE=docs/reliability.md $(BIN)/python -m pytest -m "" -n 2 --dist loadfile tests/reliability

clean:
	rm -rf .venv
