# make            what a contributor runs before a commit
# make app        from a fresh clone to the page: environment, starter library, browser
# make test       every test; browser tests skip, saying why, where there is no Chromium
# make eval       the small set against its thresholds (eval/gate.toml)

VENV ?= .venv
BIN := $(VENV)/bin
ROOMS := domain prompts ingest kb qa eval pages tests cli.py app.py
INSTALLED := $(VENV)/installed

.DEFAULT_GOAL := all
.PHONY: all app test check format eval numbers pictures clean

all: check test

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@echo "Installing; this takes a minute or two."
	$(BIN)/python -m pip install --quiet -c constraints.txt -e . --group dev
	touch $@

app: $(INSTALLED)
	$(BIN)/chordae app

test: $(INSTALLED)
	$(BIN)/python -m pytest -q -n 2

check: $(INSTALLED)
	$(BIN)/ruff format --check $(ROOMS)
	$(BIN)/ruff check $(ROOMS)
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff format $(ROOMS)
	$(BIN)/ruff check --fix $(ROOMS)

eval: $(INSTALLED)
	$(BIN)/chordae eval gate

numbers: $(INSTALLED)
	$(BIN)/python -m eval.numbers

pictures: $(INSTALLED)
	$(BIN)/python docs/pictures/take.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist
