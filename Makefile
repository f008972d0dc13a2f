# Every target sets up .venv on first use. Needs Python 3.11 or later, make, and for the browser tests a browser.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export OMP_NUM_THREADS ?= 2
# One process a core, files kept whole: a file's fixtures are built once.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

.PHONY: help setup demo test check bench lock browser server office clean

help:
	@echo "make demo    build and analyse Peakshire, a made-up county, and say where the map is"
	@echo "make test    format, lint, types and every test, browser tests included"
	@echo "make check   the same without the browser tests"
	@echo "make bench   time and memory against peers, on the demo and on the real data"
	@echo "make lock    refresh requirements.lock from pyproject.toml"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "onetown needs Python 3.11 or later; $(PYTHON) is older. Try: make PYTHON=python3.12 demo"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $(READY)

setup: $(READY)

demo: $(READY)
	$(BIN)/onetown demo --out peakshire --overwrite

browser: $(READY)
	@$(BIN)/python .ci/browser.py

server: $(READY)
	@$(BIN)/python .ci/postgis.py

office: $(READY)
	@$(BIN)/python .ci/office.py

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -m "not browser"

test: $(READY) browser server office
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST)

bench: $(READY)
	$(BIN)/python -m bench

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --quiet --upgrade -o requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
