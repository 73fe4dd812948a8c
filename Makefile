# `make help` lists the targets. The environment is .venv, made on first use; nothing else is installed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BENCH := $(VENV)/.installed-bench
PROJECTS := pyproject.toml gateway/pyproject.toml
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PACKAGES = $(notdir $(patsubst %/,%,$(wildcard generated/*/)))
SEED := $(shell date +%s)
SECONDS := 300
EXTRAS := security,serve,dev,dist,bench,fuzz,interop
TARGETS :=
PYRIGHT := $(VENV)/pyright.txt
RESULTS := $(VENV)/interop.json
# What touches every dependency.
SMOKE := tests/test_cli.py tests/test_conformance.py tests/test_distributions.py tests/test_formats.py \
	tests/test_server.py tests/runtime tests/wsdl tests/tools/test_serve.py tests/gateway/test_commands.py \
	tests/gateway/test_gateway_client.py tests/gateway/test_gateway_messages.py tests/gateway/test_inbox.py \
	tests/gateway/test_kinds.py tests/gateway/test_postgres.py tests/gateway/test_queue.py tests/test_message_security.py
# The first has the menu.
MANUAL := docs README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md benchmarks/RESULTS.md
CORPUS := ../shared/tools/corpus_check.py
WSDLS := ../shared/corpus

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(INSTALLED) ## regenerate the packages, start the gateway in a box, and send messages through it
	@$(BIN)/python -m soapwright generate
	@$(BIN)/python -m soapwright_clickatell.demo

.PHONY: test
test: $(INSTALLED_DEV) ## run the tests but the slow ones (ARGS="-k name" chooses)
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow" --ignore=tests/interop $(ARGS)

.PHONY: test-all
test-all: test ## the slow tests too: every case in every tool, life, load, real WSDLs where they are
	@$(BIN)/python -m pytest -q -n auto -m slow --ignore=tests/interop

.PHONY: test-random
test-random: $(INSTALLED_DEV) ## run the property tests on many fresh examples (SEED=N repeats a run, ARGS="-k name" chooses)
	@echo "make test-random SEED=$(SEED) repeats this run"
	@TEST_PROFILE=nightly TEST_SEED=$(SEED) $(BIN)/python -m pytest -q -n auto --dist loadfile --hypothesis-seed=$(SEED) -m "hypothesis or randomness" $(ARGS)

.PHONY: fuzz
fuzz: $(INSTALLED_DEV) ## look for inputs that do harm (SECONDS=3600 is the long run, SEED=N repeats one, TARGETS="decoder server" chooses)
	@$(PIP) --editable '.[dev,fuzz]' --editable gateway
	@$(BIN)/python tests/fuzz $(SECONDS) $(SEED) $(TARGETS)

.PHONY: lint
lint: $(INSTALLED_DEV) types ## black, mypy --strict and pyright on everything
	@$(BIN)/python -m black --check --quiet . || { $(BIN)/python -m black --check .; exit 1; }

.PHONY: types
types: $(INSTALLED_DEV) ## mypy --strict and pyright (ARGS="generated" chooses what pyright reads)
	@MYPYPATH=generated:codegen:gateway $(BIN)/python -m mypy --strict --no-error-summary -p soapwright -p soapwright_clickatell -p benchmarks
	@cd generated && ../$(BIN)/python -m mypy --strict --no-error-summary --config-file= $(addprefix -p ,$(PACKAGES))
	@$(BIN)/python -m pyright $(ARGS) >$(PYRIGHT) || { cat $(PYRIGHT); exit 1; }

.PHONY: check
check: lint test ## all that a change must pass

.PHONY: regenerate
regenerate: $(INSTALLED) ## write generated/ and docs/reference/ anew, from spec/
	@$(BIN)/python -m soapwright generate
	@$(BIN)/python -m soapwright docs generated/clickatell --output docs/reference/clickatell

.PHONY: site
site: $(INSTALLED_DEV) ## make a site of the manual and the reference: build/site/index.html
	@$(BIN)/python -m soapwright docs generated/clickatell $(addprefix --pages ,$(MANUAL)) --output build/site

.PHONY: goldens
goldens: $(INSTALLED_DEV) ## write anew what tests/cases expects; then look at the difference
	@$(BIN)/python -m pytest -q -n auto --regenerate tests/test_cases.py

.PHONY: corpus
corpus: $(INSTALLED_DEV) ## judge the toolkit on real WSDLs, where they are (ARGS="--only NAME" chooses)
	@if [ -f $(CORPUS) ]; then $(BIN)/python $(CORPUS) --mypy $(ARGS); \
	else echo "there is no corpus of WSDLs here: $(CORPUS) is missing"; fi

.PHONY: interop
interop: $(INSTALLED_DEV) ## run the tests with live peers, all of which are required, and make the tables of README.md and docs/peers.md
	@$(PIP) --editable '.[dev,interop]' --editable gateway
	@rm -f $(RESULTS)
	@npm install --silent --no-fund --no-audit --prefix $(VENV)/node soap@1 >/dev/null
	@NODE_PATH=$(abspath $(VENV))/node/node_modules INTEROP_REQUIRED=1 INTEROP_RESULTS=$(RESULTS) $(BIN)/python -m pytest -q tests/interop
	@$(BIN)/python tests/interop/table.py $(RESULTS)

.PHONY: bench
bench: $(INSTALLED_BENCH) ## measure, side by side with other toolkits (ARGS="sendmsg --rounds 5" chooses)
	@$(BIN)/python -m benchmarks --corpus $(WSDLS) $(ARGS)

.PHONY: dist
dist: $(INSTALLED_DEV) ## build both distributions into dist/, and check them
	@$(PIP) --editable '.[dev,dist]' --editable gateway
	@rm -rf dist
	@for project in . gateway; do $(BIN)/python -m build --outdir dist $$project >/dev/null || exit 1; done
	@$(BIN)/python -m twine check --strict dist/*
	@DISTRIBUTIONS=dist $(BIN)/python -m pytest -q tests/test_distributions.py

.PHONY: test-oldest
test-oldest: ## run tests with the oldest versions of all dependencies (ARGS=tests runs all of them)
	@$(MAKE) VENV=.venv-oldest PYTHON="$(or $(PYTHON),python3.11)" .venv-oldest/bin/python
	@.venv-oldest/bin/python tests/floors.py $(PROJECTS) >.venv-oldest/floors.txt
	@env -u PIP_CONSTRAINT .venv-oldest/bin/python -m pip install -qq --disable-pip-version-check \
		--constraint .venv-oldest/floors.txt --editable '.[dev]' --editable gateway
	@.venv-oldest/bin/python -m pytest -q -n auto --dist loadfile $(or $(ARGS),$(SMOKE))

.PHONY: test-newest
test-newest: ## run tests with the newest versions of all dependencies (ARGS=tests runs all of them)
	@$(MAKE) VENV=.venv-newest PYTHON="$(or $(PYTHON),python3.14 python3.13)" .venv-newest/bin/python
	@env -u PIP_CONSTRAINT .venv-newest/bin/python -m pip install -qq --disable-pip-version-check --upgrade \
		--upgrade-strategy eager --editable '.[dev]' --editable gateway
	@.venv-newest/bin/python -m pytest -q -n auto --dist loadfile $(or $(ARGS),$(SMOKE))

.PHONY: lock
lock: ## choose anew the versions that continuous integration installs: the newest, in .ci/constraints.txt
	@$(MAKE) VENV=.venv-lock .venv-lock/bin/python
	@env -u PIP_CONSTRAINT .venv-lock/bin/python -m pip install -qq --disable-pip-version-check --upgrade \
		--upgrade-strategy eager --editable '.[$(EXTRAS)]' --editable 'gateway[images,phonenumbers,postgres,queue]'
	@{ echo '# The versions that continuous integration installs: `make lock` chooses them anew.'; \
		.venv-lock/bin/python -m pip freeze --disable-pip-version-check --exclude-editable; } >.ci/constraints.txt

.PHONY: clean
clean: ## remove the environment and what tools leave behind
	@rm -rf $(VENV) .venv-oldest .venv-newest .venv-lock .fuzz .mypy_cache .pytest_cache .hypothesis build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------ the environment

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then echo "making $(VENV) with $$($$python --version)"; exec $$python -m venv $(VENV); fi; \
	done; \
	echo "a Python of 3.11 or later, with venv, is needed: make PYTHON=/path/to/python3" >&2; exit 1

$(INSTALLED): $(PROJECTS) | $(BIN)/python
	@echo "installing what soapwright needs"
	@$(PIP) --editable . --editable gateway
	@touch $@

$(INSTALLED_DEV): $(PROJECTS) | $(BIN)/python
	@echo "installing what soapwright and its tests need"
	@$(PIP) --editable '.[dev]' --editable gateway
	@touch $(INSTALLED) $@

$(INSTALLED_BENCH): $(PROJECTS) | $(BIN)/python
	@echo "installing what soapwright and its benchmarks need"
	@$(PIP) --editable '.[bench]' --editable gateway
	@touch $(INSTALLED) $@
