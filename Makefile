# The two commands of this project are `make demo` and `make test`; each prepares what it needs by itself.
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; exit; fi; done; echo no-python-3.11-or-newer)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.vigie
JOBS ?= 3 # files of tests at the same time, each with servers of its own: tests mostly wait
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP)-venv:
	@command -v $(PYTHON) >/dev/null || { echo "Vigie needs Python 3.11 or newer: install it, or say 'make PYTHON=/path/to/python $(MAKECMDGOALS)'"; exit 2; }
	@echo "Preparing $(VENV) with $$($(PYTHON) --version) (once; some minutes on a slow network)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMP)-run: $(STAMP)-venv requirements/run.txt requirements/build.txt pyproject.toml
	@echo "Installing the locked libraries of requirements/run.txt"
	@$(INSTALL) -q --progress-bar on -r requirements/build.txt
	@{ $(INSTALL) -r requirements/run.txt; echo $$? > $(VENV)/.pip-status; } \
		| sed -unE 's/^ *((Downloading|Installing|Successfully).{0,90}).*/  \1/p'; exit $$(cat $(VENV)/.pip-status)
	@$(BIN)/python -m pip check --disable-pip-version-check -q
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP)-test: $(STAMP)-run requirements/test.txt
	@echo "Installing the locked libraries of requirements/test.txt"
	@$(INSTALL) -q --progress-bar on -r requirements/test.txt
	@touch $@

$(STAMP)-fuzz: $(STAMP)-run requirements/fuzz.txt
	@echo "Installing the locked libraries of requirements/fuzz.txt"
	@$(INSTALL) -q --progress-bar on -r requirements/fuzz.txt
	@touch $@

$(STAMP)-bench: $(STAMP)-run requirements/bench.txt
	@echo "Installing the locked libraries of requirements/bench.txt"
	@$(INSTALL) -q --progress-bar on -r requirements/bench.txt
	@touch $@

$(STAMP)-quix: $(STAMP)-bench requirements/quix.txt
	@echo "Installing the locked libraries of requirements/quix.txt, to compare with"
	@$(PYTHON) -m venv $(VENV)-quix
	@$(VENV)-quix/bin/python -m pip install --disable-pip-version-check --require-hashes -q --progress-bar on -r requirements/quix.txt
	@$(VENV)-quix/bin/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: demo
demo: $(STAMP)-run ## one day of a metropolis through the whole chain, in about a minute
	@$(BIN)/vigie demo $(ARGS)

.PHONY: test
test: $(STAMP)-test ## every check and test on real parts (VIGIE_STRICT=1: a missing part is a failure)
	@$(MAKE) -s check
	@$(BIN)/python -m pytest -m "not long" -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-long
test-long: $(STAMP)-test ## churn and soak, for an hour or more
	@$(BIN)/python -m pytest -m long --timeout 3600 $(ARGS)

.PHONY: check
check: $(STAMP)-test ## format, lint, types, layers
	@$(BIN)/ruff format --check -q . || { echo "Run '$(BIN)/ruff format .'"; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: bench
bench: $(STAMP)-bench $(STAMP)-quix ## measure, print and append the figures to bench/results.jsonl
	@$(BIN)/vigie bench all $(ARGS)

SECONDS ?= 600
.PHONY: fuzz
fuzz: $(STAMP)-fuzz ## ten minutes of coverage-guided fuzzing over envelopes and decoders (SECONDS=600)
	@PYTHONPATH=tests $(BIN)/python -m fuzz.run --seconds $(SECONDS) $(ARGS)

.PHONY: lock
lock: $(STAMP)-venv ## compile requirements/*.txt from pyproject.toml anew
	@$(BIN)/python -m pip install -q uv==0.13.9
	@$(BIN)/uv pip compile -q $(LOCK) pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q $(LOCK) --group pyproject.toml:build -c requirements/run.txt -o requirements/build.txt
	@$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --group test -c requirements/run.txt -o requirements/test.txt
	@$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --group fuzz -c requirements/run.txt -o requirements/fuzz.txt
	@$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --group bench -c requirements/test.txt -o requirements/bench.txt
	@$(BIN)/uv pip compile -q $(LOCK) pyproject.toml --group quix -c requirements/run.txt -o requirements/quix.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate
