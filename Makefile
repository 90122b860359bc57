# Everything there is to do in this repository: `make help`. A target without a `## ` line is a bug.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
RUN := .venv/bin
TOOLS := helm helm-unittest kubeconform kube-score
# The oldest and the newest Kubernetes (1.x) that rendered objects are held against.
KUBERNETES := 29 37

export PYTHONPATH := $(CURDIR)/generator
# uv does not read pip's settings: without this a package index set for pip would be passed by.
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)

.PHONY: help venv tools lock demo up down docs lint test test-chart test-python e2e bench clean
help: ## Print this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 14

demo: .venv/airflow ## Start Airflow with the example jobs and run one of them; stays until Ctrl-C, ONCE=1 stops by itself
	@exec $(RUN)/python demo/demo.py $(if $(ONCE),--once)

up: .bin/helm ## Bring up a Kubernetes on this machine, as root, with the chart in it
	@$(PYTHON) -m tests.e2e.up

down: ## Remove that Kubernetes and all that it made
	@$(PYTHON) -m tools.cluster down

docs: .venv/test ## Write anew what is generated: the tables of values, the schema of job settings, the DAG of the README
	@$(RUN)/python tools/docs/jobs_schema.py
	@$(RUN)/python tools/docs/values_tables.py
	@$(RUN)/python tools/docs/example_dag.py

lint: .venv/test ## Check the style and the types of Python and YAML
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy generator/airflow_control_plane
	@$(RUN)/yamllint --strict values.yaml environments

test: test-chart test-python ## Install what the tests need and run them all, save those that need a cluster

test-chart: tools .bin/schemas ## Check the chart alone: helm lint, Kubernetes' schemas, helm-unittest
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

# Whatever starts Airflow comes last: it takes the longest. Tests that kill and fail system calls need strace; where it is
# not and cannot be installed, they say so and are skipped.
test-python: .venv/test tools ## Run the Python tests alone: pytest
	@command -v strace >/dev/null || { apt-get update -qq && apt-get install -qq -y strace; } >/dev/null 2>&1 || true
	@echo '==> Running pytest'
	@$(RUN)/pytest $(filter-out tests/airflow/ tests/bench/ tests/e2e/,$(sort $(wildcard tests/*/))) tests/airflow

e2e: .venv/test tools .bin/schemas .bin/venvs/checkov .bin/venvs/aws ## Test the chart on a real Kubernetes: as root on one of its own, E2E_CLUSTER=external on that of KUBECONFIG
	@echo '==> Running tests/e2e'
	@rm -rf .e2e-report
	@$(RUN)/pytest tests/e2e

bench: .venv/test ## Measure discovery and sync over 10,000 jobs
	@$(RUN)/python tests/bench/bench.py

venv: .venv/test ## Make .venv/: Python with Airflow and the test tools, exactly as locked

tools: $(TOOLS:%=.bin/%) ## Build the pinned Go tools into .bin/

lock: .venv/airflow ## Make requirements/*.txt anew from requirements/*.in, with the newest releases
	@cd requirements && for name in uv airflow test checkov aws; do \
		../$(RUN)/uv pip compile --quiet --upgrade --no-python-downloads --universal --python-version 3.10 \
			--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $$name.in -o $$name.txt; \
	done

clean: ## Remove all that was installed, built or left by the demo
	@rm -rf .bin .demo .e2e-report .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache

# The stamp of what the demo needs. A changed lock makes the whole environment anew, so that nothing old stays.
.venv/airflow: requirements/uv.txt requirements/airflow.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("Python 3.10 or newer is needed: say make PYTHON=/path/to/python")'
	@echo '==> Installing Airflow into .venv'
	@$(PYTHON) -m venv --clear .venv
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(RUN)/uv pip install --quiet --python .venv --require-hashes -r requirements/airflow.txt
	@touch $@

# The stamp of what the tests need on top.
.venv/test: .venv/airflow requirements/test.txt
	@echo '==> Installing the test tools into .venv'
	@$(RUN)/uv pip sync --quiet --python .venv --require-hashes requirements/uv.txt requirements/test.txt
	@touch $@

# Tools whose requirements contradict Airflow's, each in an environment of its own.
.bin/venvs/%: requirements/%.txt | .venv/airflow
	@echo '==> Installing $* into $@'
	@$(PYTHON) -m venv --clear $@
	@$(RUN)/uv pip sync --quiet --python $@ --require-hashes $<
	@touch $@

# A plain build of Helm calls itself Kubernetes 1.20, which the chart's kubeVersion refuses; a release is told its version.
LDFLAGS := -s -w $(foreach package,chartutil lint/rules,\
	-X helm.sh/helm/v3/pkg/$(package).k8sVersionMinor=$(lastword $(KUBERNETES)))

.bin/%: tools/%/go.mod tools/%/go.sum
	@echo '==> Building $*'
	@command -v go >/dev/null || { echo '$* is built from source: install Go 1.26 or newer'; exit 1; }
	@go build -C tools/$* -trimpath -ldflags '$(LDFLAGS)' -o $(CURDIR)/$@ tool
	@touch $@

# kubernetes-validate brings Kubernetes' own schemas; kubeconform needs their references relative to follow them.
.bin/schemas: .venv/test
	@echo '==> Preparing the schemas of Kubernetes $(KUBERNETES:%=1.%)'
	@rm -rf $@
	@for minor in $(KUBERNETES); do \
		mkdir -p $@/v1.$$minor.0; \
		cp .venv/lib/*/site-packages/kubernetes_validate/kubernetes-json-schema/v1.$$minor.0-local-strict/*.json $@/v1.$$minor.0; \
	done
	@sed -i.orig -e 's#"$$ref": "/api/#"$$ref": "#' -e 's#"$$id": "https:#"$$comment": "https:#' $@/*/*.json
	@rm $@/*/*.orig
