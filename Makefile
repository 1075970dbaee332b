# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Two commands do everything: `make quickstart` (the main job, rehearsed) and `make test`.
# All that they need goes into this checkout; only python3 (3.11 or newer) with venv, git and make must be there.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8440
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
COLLECTION := collections/ansible_collections/iij/server_certificate
PACKAGE := ansible_collections.iij.server_certificate.plugins
RELEASE := cd collections && $(BIN)/python -m ansible_collections.iij.server_certificate.tests.release
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade
CODE := plugins rehearsal tests examples extensions

.DEFAULT_GOAL := help
.PHONY: help quickstart shell test molecule check lint sanity build format bench fuzz reliability rehearsal docs lock clean

help:  ## What can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

quickstart: $(VENV)/.ready  ## The whole way of six orders, rehearsed on this machine
	@$(BIN)/python examples/quickstart/quickstart.py

shell: $(VENV)/.ready  ## A shell in which every tool of the project and the collection are found
	@BIN=$(BIN) ROOT=$(CURDIR) bash --rcfile $(CURDIR)/.ci/shellrc -i

# Where the environment forbids bytecode, each of thousands of processes would compile what it imports of the project.
test: export PYTHONDONTWRITEBYTECODE =
test: lint  ## Every check and every test
	@$(BIN)/python -m pytest -n 4 --dist loadgroup

molecule: $(VENV)/.ready  ## The scenarios on real hosts alone; needs root, installs Debian packages that are missing
	@tests/lab/hostlab.sh deps
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'long or not long' tests/lab

check: lint  ## Format, lint, types, layers and sizes, in seconds
	@$(BIN)/python -m pytest tests/unit/test_layers.py tests/unit/test_rehearsal_layers.py

lint: $(VENV)/.ready
	@$(BIN)/ruff format --check --quiet $(CODE)
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/mypy -p $(PACKAGE) -p rehearsal_desk
	@MYPYPATH=tests/bench $(BIN)/mypy --follow-imports=silent tests/bench
	@$(BIN)/yamllint --strict .
	@$(BIN)/antsibull-changelog lint
	@$(BIN)/python tests/generate/json_schema.py --check
	@$(BIN)/python tests/generate/rules_page.py --check
	@$(BIN)/python tests/generate/translations.py --check

sanity: $(VENV)/.ready  ## What a release must pass, by every ansible-core and Python of this machine
	@$(BIN)/python -m pytest -m long tests/docs tests/release tests/unit/plugins/plugin_utils/_reports
	@$(RELEASE).matrix

build: $(VENV)/.ready  ## The tarball of a release, the lists of its parts and their checksums, into build/
	@$(RELEASE).artefact

format: $(VENV)/.ready  ## Put the code into form
	@$(BIN)/ruff check --quiet --fix $(CODE)
	@$(BIN)/ruff format --quiet $(CODE)

bench: $(VENV)/.ready  ## Speed as ratios within one run, into build/bench.json
	@$(BIN)/python tests/bench/run.py

fuzz: $(VENV)/.ready  ## The long runs: order files, answers of a desk, the OpenAPI document, 16 orderers at once
	@$(BIN)/python tests/fuzz/fuzz_orders.py --count 100000
	@$(BIN)/python tests/fuzz/fuzz_registrations.py --count 20000
	@$(BIN)/python tests/fuzz/fuzz_wires.py --count 20000
	@$(BIN)/python rehearsal/tests/fuzz_openapi.py 6000
	@$(BIN)/python rehearsal/tests/crowd.py 10000

reliability: $(VENV)/.ready  ## Applies killed at every moment, every fault at every step, plan against run; into build/reliability.json
	@$(BIN)/python tests/reliability/run.py
	@$(BIN)/python tests/unit/plugins/plugin_utils/long_lives.py
	@$(BIN)/python tests/lives/run.py 20 1100 3
	@$(BIN)/python tests/lives/run.py 30 1100 0 --postgresql
	@$(BIN)/python -m pytest -m long tests/contract/test_request_counts.py tests/reliability/test_by_hand_cells.py tests/reliability/test_hundreds_by_hand.py tests/playbooks/test_by_hand_way.py tests/playbooks/test_awx_engine.py tests/lives

rehearsal: $(VENV)/.ready  ## Serve a rehearsal desk on loopback; prints URL, tokens and the next step
	@$(BIN)/rehearsal-desk serve --port $(PORT)

docs: $(VENV)/.ready  ## The documentation site, into build/docs
	@$(BIN)/python tests/generate/site.py build

lock: $(VENV)/.ready  ## Renew requirements/*.lock and examples/ci/controller.lock
	@$(COMPILE) requirements/uv.in --output-file requirements/uv.lock
	@$(COMPILE) requirements/development.in rehearsal/pyproject.toml --output-file requirements/development.lock
	@$(COMPILE) requirements/rule-engine.in --output-file requirements/rule-engine.lock
	@$(COMPILE) rehearsal/pyproject.toml --extra postgresql --output-file requirements/rehearsal.lock
	@$(COMPILE) --no-deps requirements/awx.in --output-file requirements/awx.lock
	@$(COMPILE) requirements/controller.in --output-file examples/ci/controller.lock

clean:  ## Remove what was made here
	rm -rf build collections $(VENV)

$(VENV)/.ready: requirements/uv.lock requirements/development.lock rehearsal/pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python3 3.11 or newer is needed; name one with PYTHON=")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/uv.lock requirements/development.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable rehearsal
	@mkdir -p $(dir $(COLLECTION)) && ln -sfn ../../.. $(COLLECTION)
	@touch $@
