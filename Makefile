# Akson. `make up` starts it, `make test` proves it, `make help` lists the rest.
# Needs git, make and Python 3.11 or newer with venv; everything else comes from hashed lock files.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Test processes: a file of tests waits more than it works, so one more than there are cores.
JOBS   ?= $(shell expr $$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1)
HASHED := --require-hashes --only-binary :all:

.PHONY: help setup amqp up test test-setup lint format nightly security story-discharge story-emergency story-plan story-round ux-tasks fuzz bench bench-reconcile messages conformance clean locks screens
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.run ## Create the environment; start nothing

$(VENV)/.run: requirements/run.lock pyproject.toml
	@sh scripts/check_python.sh "$(PYTHON)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@echo "Akson: installing what it needs (about a minute the first time) ..."
	@$(PIP) install $(HASHED) -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

amqp: setup ## Add the client of Helsenorge's bus: Qpid Proton, built from its source (needs a C compiler)
	@$(PIP) install $(HASHED) -r requirements/amqp_build.lock
	@$(PIP) install --require-hashes --no-deps --no-build-isolation --no-binary python-qpid-proton -r requirements/amqp.lock

up: setup ## Start Akson with demo data at http://127.0.0.1:8080 (ARGS="--port 8081" for options)
	@exec $(BIN)/akson up $(ARGS)

test-setup: $(VENV)/.test
	@sh scripts/ensure_chromium.sh
	@sh scripts/ensure_rabbitmq.sh $(PIP)
	@sh scripts/ensure_provider.sh tests/identity/provider
	@sh scripts/ensure_dovecot.sh

$(VENV)/.test: $(VENV)/.run requirements/test.lock
	@echo "Akson: installing what the tests need ..."
	@$(PIP) install $(HASHED) -r requirements/test.lock
	@touch $@

lint: $(VENV)/.test ## Formatting, lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/pyrefly check --output-format min-text

test: setup test-setup lint ## Install what tests need and run all of them
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

nightly: setup test-setup ## What takes longer than CI allows; SEEDS=0-99 runs a share and says which
	@AKSON_SEEDS=$(or $(SEEDS),0-99) $(BIN)/python -m pytest tests/crash tests/audit tests/fhir tests/access tests/record tests/exchange tests/security tests/care tests/sharing $(ARGS)
	@$(BIN)/python scripts/story_discharge.py --resume --into akson-evidence

security: setup test-setup ## Run the abuse, leak and tamper suites, measure times, print figures by suite
	@$(BIN)/python scripts/security.py $(ARGS)

fuzz: setup ## Ask a node of its own what nobody thought of; none may be 5xx (needs the network for schemathesis)
	@sh scripts/fuzz.sh $(BIN)/akson $(SECONDS_EACH)

conformance: setup ## Run the suites of others (ARGS=DIR for another folder than ../shared/conformance)
	@exec $(BIN)/akson conformance $(ARGS)

MESSAGES ?= ../shared/norwegian-messages
messages: setup ## Print how the post copes with the official examples and acceptance cases (MESSAGES=DIR)
	@exec $(BIN)/akson message table $(MESSAGES)/examples --schema $(MESSAGES)/schemas/alle-navnerom.xsd \
		$(patsubst %,--schema %,$(wildcard $(MESSAGES)/schemas/svarrapport/*.xsd)) \
		--acceptance $(MESSAGES)/akseptansetest-mottak $(ARGS)

bench: setup ## Print the performance table
	@exec $(BIN)/akson bench $(ARGS)

story-discharge: setup ## Play the stories of a discharge against a node, leave the evidence (ARGS="discharge --into DIR")
	@exec $(BIN)/python scripts/story_discharge.py $(ARGS)

story-round: setup test-setup ## Play a nurse's morning in a browser, the server killed in the middle, and judge it
	@exec $(BIN)/python scripts/story_round.py $(ARGS)

story-plan: setup test-setup ## Play one plan by four parties and a guest, in both modes, and judge it (ARGS="--into FILE")
	@exec $(BIN)/python scripts/story_plan.py $(ARGS)

story-emergency: setup ## Play an emergency at night on five nodes, index and home node down, and judge it (ARGS="--table FILE")
	@exec $(BIN)/python scripts/story_emergency.py $(ARGS)

bench-reconcile: setup ## Print the reconciliation benchmark: engine and baselines, mistakes by class
	@exec $(BIN)/akson bench reconcile $(ARGS)

format: $(VENV)/.test ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

ux-tasks: setup test-setup ## Play the tasks of tests/ux/tasks.toml in a browser and write docs/ux-tasks.md
	@$(BIN)/python scripts/ux_tasks.py

screens: setup test-setup ## Draw docs/screens again from a running demo
	@$(BIN)/python scripts/screenshots.py

locks: ## Resolve requirements/*.in anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements/run.in -q -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements/test.in -c requirements/run.lock -q -o requirements/test.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements/amqp_build.in -q -o requirements/amqp_build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements/amqp.in -q -o requirements/amqp.lock

clean: ## Remove the environment (data in akson-data stays)
	rm -rf $(VENV)
