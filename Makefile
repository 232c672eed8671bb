# make run    a demo shop on this machine     make test   every check
# make bench  the figures                     make fmt    tidy the code
# make soak   five boxes on a bad network, N rounds of cuts, losses and kills
# make search anything in any order, for hours: are the books right, do the boxes agree?
# make faults the plug pulled N times under load, the disk filled, the clock set wrong
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

VENV := .venv
PYTHON := $(VENV)/bin/python
DATA ?= var/demo
PORT ?= 8000
N ?= 200
LOCK := --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --strip-extras --allow-unsafe

.PHONY: run branches test most aside search simulate soak noise faults bench fmt words lock clean

run: $(VENV)/.run words
	mkdir -p $(DATA)
	$(PYTHON) -m appliance.main serve --demo --data $(DATA) --port $(PORT)

# Three branches on this machine, cut apart and joined again; they stay open to look at until Ctrl-C.
branches: $(VENV)/.run words
	$(PYTHON) -m appliance.demo.branches var/branches

test: $(VENV)/.dev words
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(MAKE) --no-print-directory --jobs 2 most aside
	$(PYTHON) -m pytest --cov --cov-append --cov-report=term -m alone
	$(PYTHON) -m tests.refusals

# Two work, and a third does meanwhile what hardly works: it waits for telephones that ring in their own time.
most:
	$(PYTHON) -m pytest -n 2 --dist worksteal --cov --cov-report= -m "not alone and not waits"

aside:
	$(PYTHON) -m mypy
	COVERAGE_FILE=.coverage.aside $(PYTHON) -m pytest -q --cov --cov-report= -m "waits and not alone"

# 20,000 seeds take some hours; a seed that fails is replayed by the command it prints.
simulate: $(VENV)/.dev words
	$(PYTHON) -m tests.simulation $(or $(SEED),1) --seeds $(or $(SEEDS),1000) --jobs $(or $(JOBS),2)

soak: $(VENV)/.dev words
	$(PYTHON) -m pytest tests/sync/test_five.py --rounds $(N)

noise: $(VENV)/.dev words
	$(PYTHON) -m pytest tests/hardware/test_noise.py --noise $(or $(N),3600)

search: $(VENV)/.dev words
	$(PYTHON) -m pytest -n 2 --hypothesis-profile=search tests/invariants tests/journal/test_merging.py \
		tests/simulation/test_machine.py

faults: $(VENV)/.dev words
	$(PYTHON) -m pytest tests/faults tests/journal/test_faults.py --kills $(N)

bench: $(VENV)/.dev words
	$(PYTHON) -m bench

fmt: $(VENV)/.dev
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

words: $(VENV)/.run
	$(PYTHON) -m appliance.web.words_build

# The locks name versions and hashes only; where to download from is each machine's own business.
lock: $(VENV)/.dev
	$(PYTHON) -m pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(PYTHON) -m piptools compile $(LOCK) --extra build -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(PYTHON) -m piptools compile $(LOCK) --all-extras -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage .coverage.* htmlcov

$(VENV)/.python:
	./packages python3 python3-venv
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	python3 -m venv $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

# Tests drive a real browser, a foreign client of multicast DNS in network namespaces, modem programs of others, PostgreSQL.
$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	./packages chromium fonts-noto-cjk avahi-daemon avahi-utils dbus iproute2 iaxmodem mgetty-voice minimodem postgresql
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@
