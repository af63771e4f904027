# The two commands of the course: `make lab` to learn, `make test` to prove that all of it works.
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif
INSTALLED := .venv/installed

.PHONY: help lab install build test test-all check lint bench
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /: /' | awk -F': ' '{printf "make %-8s %s\n", $$1, $$2}'
	@echo "make lab CPU=1 takes the small CPU build of torch (on Linux, the ordinary one brings gigabytes of CUDA)."

lab: $(INSTALLED) ## install, copy new notebooks into work/, open JupyterLab
	$(BIN)/python -m tools.lab $(LAB_ARGUMENTS)

install: $(INSTALLED) ## create .venv and install everything into it

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
ifdef CPU
	$(BIN)/python -m pip install --no-deps -c constraints.txt torch --index-url https://download.pytorch.org/whl/cpu
endif
	$(BIN)/python -m pip install -c constraints.txt -e ".[dev]"
	$(BIN)/python -c "open('$(INSTALLED)', 'w').close()"

build: $(INSTALLED) ## build notebooks/, solutions/ and helpers/answers/ from lessons/ (FORCE=1 executes all)
	$(BIN)/python -m tools.build $(if $(FORCE),--force)

test: $(INSTALLED) ## run every test but the slow ones, then execute and compare every solution (10 min on two cores)
	$(BIN)/python -m tools.prove

test-all: $(INSTALLED) ## the same, and the slow tests: kills, benchmarks, full presets (12 min)
	$(BIN)/python -m tools.prove --all

check: lint $(INSTALLED) ## lint, the tests of what changed since the last commit (or SINCE=...), the build check
	$(BIN)/python -m tools.check $(if $(SINCE),--since $(SINCE))

lint: $(INSTALLED) ## hold the code to ruff's rules
	$(BIN)/python -m ruff check --no-cache .
	$(BIN)/python -m ruff format --no-cache --check .

bench: $(INSTALLED) ## measure what the README and the lessons claim
	$(BIN)/python -m benchmarks
