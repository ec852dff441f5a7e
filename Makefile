# Six verbs, nothing else needed: `make demo` and `make test` set everything up by themselves.
# Variables: SERVE=0 (do not serve after the demonstration), DATA=dir (where its database lives), PYTHON=python3.12
.DEFAULT_GOAL := help
.PHONY: demo test soak check bench help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
SERVE ?= 1

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 3; }
	@echo "… 安装依赖 / installing into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(VENV)/.ready ## run the whole Lincang clean-up and serve the API (SERVE=0: figures only; DATA=dir)
	@$(BIN)/mingze demo --data $(DATA) $(if $(filter 0,$(SERVE)),--no-serve)

test: $(VENV)/.ready ## every test but the long ones, within five minutes
	@$(BIN)/python -m pytest -n 4 --dist worksteal -m "not soak" --durations=10

soak: $(VENV)/.ready ## long faults, big sizes, fuzzing, within forty minutes
	@$(BIN)/python -m pytest -m soak --durations=10

check: $(VENV)/.ready ## style, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy ledger projections api tests
	@$(BIN)/lint-imports

bench: $(VENV)/.ready ## ratios to floors measured in the same run
	@$(BIN)/python -m bench

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10
