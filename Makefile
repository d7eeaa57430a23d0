# make demo   plays the recorded interview; the document is in build/demo/
# make test   runs every test
# Both set up .venv/ by themselves; they need Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := build/demo

.PHONY: all demo test soak lint types docs bench redis setup clean

all: lint types test

setup: $(STAMP)

# The stamp is younger than what it was installed from, so a second run starts at once.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: sdcli needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 4; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,fast,redis]'
	@touch $@

demo: $(STAMP)
	@rm -rf $(DEMO) build/sessions
	@SDCLI_DATA=build/sessions $(BIN)/sdcli interview url-shortener \
	  --answers examples/interviews/url-shortener.yaml --out $(DEMO)
	@echo "Here it is: SDCLI_DATA=build/sessions $(BIN)/sdcli sessions show 1, and $(DEMO)/url-shortener.md"

# Two processes, as on the smallest machine that runs it all within ten minutes.
test: $(STAMP)
	$(BIN)/pytest --numprocesses 2 --dist worksteal

# What takes too long for every run: each value of all gallery designs changed in turn, all pictures
# by a second parser, readers of a placement beside its writers for twenty seconds, stores that crash
# at each moment of long runs, and processes that are killed two hundred times.
soak: $(STAMP)
	SOAK=1 $(BIN)/pytest --numprocesses 2 --dist worksteal tests/documents/test_mutation.py tests/documents/test_examples.py tests/reference/hashing/test_live.py tests/experiments/test_kv_amplification.py tests/experiments/test_kv_bloom.py tests/experiments/test_kv_defects.py tests/reference/kv

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

# Rewrites what is generated: help pages, pictures, diagrams. `make test` compares them.
docs: $(STAMP)
	$(BIN)/python -m docs.generate

# The peers that rings, limiters and the store are measured beside are installed for this alone.
bench: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/calc.py
	$(BIN)/python benchmarks/samples.py
	$(BIN)/python benchmarks/doc.py
	$(BIN)/python benchmarks/ring.py
	$(BIN)/python benchmarks/limiters.py
	$(BIN)/python benchmarks/middleware.py
	$(BIN)/python benchmarks/kv.py

# A Redis to try the limiters with: on this machine alone, nothing on disk, until Ctrl-C.
REDIS_PORT ?= 6379
redis:
	@command -v redis-server >/dev/null || \
	  { echo "error: redis-server is not installed; on Debian: apt-get install redis-server"; exit 4; }
	@echo "redis://127.0.0.1:$(REDIS_PORT), in memory alone; Ctrl-C ends it"
	@redis-server --port $(REDIS_PORT) --bind 127.0.0.1 --save '' --appendonly no --loglevel warning

clean:
	rm -rf $(VENV) build dist
