# The table of contents of a developer's day. `make help` prints it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-postgres test-long check format bench train docs wheel clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/serve ## set up, then serve the demo: sample post, members, queue, model (data in demo-data/)
	GREENROOM_DATA=demo-data $(BIN)/greenroom serve --demo

serve: $(VENV)/serve ## set up, then serve with the settings of your environment
	$(BIN)/greenroom serve

test: $(VENV)/develop ## set up, then run all tests but the long ones
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not long"

test-postgres: $(VENV)/develop ## the same tests on PostgreSQL (a server of its own from a wheel)
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not long" --engine postgres

test-long: $(VENV)/develop ## the long tests: 20 rounds of kill -9, backups under load, slow clients, every fsync
	$(BIN)/python -m pytest -m long

check: $(VENV)/develop ## types, style, printed docs up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m docs.printed --check

format: $(VENV)/develop ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/develop ## measure: bare aiohttp beside ours in one table; large beside small
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.units
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.desk
	$(BIN)/python -m benchmarks.widget

train: $(VENV)/serve ## train the shipped model again from the labelled comments in DATA
	$(BIN)/greenroom train --data $(DATA)/*.jsonl.gz --split train --measure-on dev --out models/shipped

docs: $(VENV)/develop ## print the generated parts of docs/ again
	$(BIN)/python -m docs.printed

wheel: $(VENV)/develop ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what was made here, but no data
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The environment: exact versions with hashes, then the project itself. serve has what the service needs, develop
# also what tests and checks need; either is made anew when its lock changes.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Greenroom needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/serve: requirements/serve.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/serve.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/develop: requirements/develop.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/develop.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/serve
