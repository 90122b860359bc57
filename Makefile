# Everything that you can run in this repository; `make help` prints the list from the `## ` comments.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
RUN := .venv/bin
TOOLS := helm helm-unittest kubeconform kube-score
# The oldest and the newest Kubernetes (1.x) whose schemas the rendered objects must match.
KUBERNETES := 29 37
# Where `make lint` checks spelling and style.
PROSE := README.md CHANGELOG.md Chart.yaml Makefile values.yaml \
	demo docs environments examples files generator images scripts templates tests tools

export PYTHONPATH := $(CURDIR)/generator
# uv does not read pip's settings: without this it would ignore a package index that is set for pip.
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)

.PHONY: help venv tools lock demo up down docs lint test test-chart test-python e2e bench clean
help: ## Print this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 14

demo: .venv/airflow ## Start Airflow with the example jobs and run one of them; Ctrl-C ends it, or ONCE=1 after that run
	@exec $(RUN)/python demo/demo.py $(if $(ONCE),--once)

up: .bin/helm ## Start a Kubernetes on this machine, as root, and install the chart in it
	@$(PYTHON) -m tests.e2e.up

down: ## Stop that Kubernetes and remove everything that it created
	@$(PYTHON) -m tools.cluster down

docs: .venv/test ## Regenerate the generated files: the tables of values, the schema of job settings, the DAG in docs/jobs.md
	@$(RUN)/python tools/docs/values_schema.py
	@$(RUN)/python tools/docs/values_tables.py
	@$(RUN)/python tools/docs/example_dag.py

lint: .venv/test .bin/vale ## Check Python (style, types), YAML, and the spelling and style of all prose
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy generator/airflow_control_plane
	@$(RUN)/yamllint --strict values.yaml environments
	@$(RUN)/codespell $(PROSE)
	@.bin/vale --config tools/vale/vale.ini --glob '!**/__pycache__/**' --output line $(PROSE)

test: test-chart test-python ## Install what the tests need and run all tests, except those that need a cluster

test-chart: tools .bin/schemas ## Test only the chart: helm lint, Kubernetes' schemas, helm-unittest
	@for values in values.yaml environments/*.yaml; do \
		echo "==> Checking the chart with $$values"; \
		.bin/helm lint --strict --quiet --values $$values .; \
		for minor in $(KUBERNETES); do \
			.bin/helm template airflow . --values $$values --kube-version 1.$$minor.0 | \
			.bin/kubeconform -strict -summary -kubernetes-version 1.$$minor.0 -schema-location \
				'.bin/schemas/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json'; \
		done; \
	done
	@echo '==> Running tests/chart'
	@.bin/helm-unittest --strict --file 'tests/chart/*_test.yaml' .

# Tests that start Airflow come last because they take the longest. Tests that interrupt system calls need strace; if it is
# missing and cannot be installed, they are skipped and say so.
test-python: .venv/test tools ## Run only the Python tests: pytest
	@command -v strace >/dev/null || { apt-get update -qq && apt-get install -qq -y strace; } >/dev/null 2>&1 || true
	@echo '==> Running pytest'
	@$(RUN)/pytest $(filter-out tests/airflow/ tests/bench/ tests/e2e/,$(sort $(wildcard tests/*/))) tests/airflow

e2e: .venv/test tools .bin/schemas .bin/venvs/checkov .bin/venvs/aws ## Test the chart on a real Kubernetes, that of `make up` (as root); E2E_CLUSTER=external uses the one in KUBECONFIG
	@echo '==> Running tests/e2e'
	@rm -rf .e2e-report
	@$(RUN)/pytest tests/e2e

bench: .venv/test ## Measure discovery and sync over 10,000 jobs
	@$(RUN)/python tests/bench/bench.py

venv: .venv/test ## Create .venv/ with Airflow and the test tools, exactly as locked

tools: $(TOOLS:%=.bin/%) ## Build the pinned Go tools into .bin/

lock: .venv/airflow ## Regenerate requirements/*.txt from requirements/*.in, with the newest releases
	@cd requirements && for name in uv airflow test checkov aws; do \
		../$(RUN)/uv pip compile --quiet --upgrade --no-python-downloads --universal --python-version 3.10 \
			--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $$name.in -o $$name.txt; \
	done

clean: ## Remove everything that was installed or built, or that the demo left
	@rm -rf .bin .demo .e2e-report .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Marks that .venv has what the demo needs. A changed lock creates a new environment, so that nothing old stays in it.
.venv/airflow: requirements/uv.txt requirements/airflow.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("Python 3.10 or newer is needed: run make PYTHON=/path/to/python")'
	@echo '==> Installing Airflow into .venv'
	@$(PYTHON) -m venv --clear .venv
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(RUN)/uv pip install --quiet --python .venv --require-hashes -r requirements/airflow.txt
	@touch $@

# Marks that .venv also has what the tests need.
.venv/test: .venv/airflow requirements/test.txt
	@echo '==> Installing the test tools into .venv'
	@$(RUN)/uv pip sync --quiet --python .venv --require-hashes requirements/uv.txt requirements/test.txt
	@touch $@

# Tools whose requirements conflict with Airflow's get their own environments.
.bin/venvs/%: requirements/%.txt | .venv/airflow
	@echo '==> Installing $* into $@'
	@$(PYTHON) -m venv --clear $@
	@$(RUN)/uv pip sync --quiet --python $@ --require-hashes $<
	@touch $@

# Helm built without flags claims to be Kubernetes 1.20, which the chart's kubeVersion refuses. Its releases set the version.
LDFLAGS := -s -w $(foreach package,chartutil lint/rules,\
	-X helm.sh/helm/v3/pkg/$(package).k8sVersionMinor=$(lastword $(KUBERNETES)))

# Vale's parsers are in C; without these flags a missing compiler would be hard to recognize, and the parsers print warnings.
.bin/vale: export CGO_ENABLED := 1
.bin/vale: export CGO_CFLAGS := -O2 -w

.bin/%: tools/%/go.mod tools/%/go.sum
	@echo '==> Building $*'
	@command -v go >/dev/null || { echo '$* is built from source: install Go 1.26 or newer'; exit 1; }
	@go build -C tools/$* -trimpath -ldflags '$(LDFLAGS)' -o $(CURDIR)/$@ tool
	@touch $@

# kubernetes-validate contains Kubernetes' own schemas; kubeconform can follow their references only if they are relative.
.bin/schemas: .venv/test
	@echo '==> Preparing the schemas of Kubernetes $(KUBERNETES:%=1.%)'
	@rm -rf $@
	@for minor in $(KUBERNETES); do \
		mkdir -p $@/v1.$$minor.0; \
		cp .venv/lib/*/site-packages/kubernetes_validate/kubernetes-json-schema/v1.$$minor.0-local-strict/*.json $@/v1.$$minor.0; \
	done
	@sed -i.orig -e 's#"$$ref": "/api/#"$$ref": "#' -e 's#"$$id": "https:#"$$comment": "https:#' $@/*/*.json
	@rm $@/*/*.orig
