# Two commands: `make demo` shows what Podsift does, `make test` passes its tests. Both set everything up first.
PYTHON ?= python3
FEEDS ?=
BIN := .venv/bin

.PHONY: demo test check bench eval chaos lock clean

demo: .venv/ready
	@$(BIN)/podsift demo $(FEEDS)

test: .venv/ready
	@$(BIN)/python -m pytest -n 3 --dist loadfile --cov --cov-report= --cov-fail-under=0 || { rm -f .coverage; exit 1; }

# Runs the tests only where no run since the last change has left its measure of what they cover.
check: .venv/ready
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) -s .coverage
	@$(BIN)/coverage report

.coverage: $(shell find bot pipeline vectorstore tests -name '*.py')
	@$(MAKE) -s test

bench: .venv/ready
	@for file in tests/benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

# CORPUS is a folder of shows with transcripts and questions; see tests/evals/README.md for its layout.
eval: .venv/ready
	@for name in retrieval answers picks digests gate adverts; do echo "== $$name"; $(BIN)/python -m tests.evals.$$name $(CORPUS) || exit 1; done

# Random kill -9 from scanning to posting; says what is lost, done again or doubled. DATABASE=postgres: five processes on
# the PostgreSQL that PODSIFT_TEST_POSTGRES names. Around one thing only: python -m tests.chaos.slack_kills,
# discord_kills (a post), index_kills (the writing of the index).
KILLS ?= 1000
DATABASE ?= sqlite
chaos: .venv/ready
	@$(BIN)/python -m tests.chaos.run --kills $(KILLS) --database $(DATABASE)

# Needs uv. One set of versions for every platform, each with its hashes and without an address.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock

clean:
	rm -rf .venv data

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Podsift needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 demo"; exit 1; }
	@echo "Setting up .venv from requirements.lock (about a minute, once)."
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment: install its venv package (python3-venv on Debian)."; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
