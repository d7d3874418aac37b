# Red Empresarial: the short form of `python3 -m tools COMMAND`. Type `make help`.
PYTHON ?= python3
TOOL = @$(PYTHON) -B -m tools
export ARGS PORT FRESH SCREENSHOTS WORKERS

.DEFAULT_GOAL := help
.PHONY: help setup demo season test bench lint format i18n shell stop clean constraints

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ODOO_SOURCE=/path  your own Odoo 19 checkout     DEBIAN_MIRROR=…  where Odoo's package is"
	@echo "  PGHOST=… or DATABASE_URL=…  your own PostgreSQL  RED_CACHE=/path  where everything is kept"

setup: ## prepare everything the other commands need
	$(TOOL) setup

demo: ## serve the demonstration (PORT=8069; FRESH=1 starts over)
	$(TOOL) demo

season: ## run the campaign, print its tables, write build/season.json
	$(TOOL) season

test: ## run the tests (ARGS='-k T1' a part; SCREENSHOTS=1 renews docs/images)
	$(TOOL) test

bench: ## measure, print a table, write build/bench.json (ARGS=lots one of them)
	$(TOOL) bench $(ARGS)

lint: ## run all linters
	$(TOOL) lint

format: ## sort the imports and format the code
	$(TOOL) format

i18n: ## export the .pot files and merge them into the translations
	$(TOOL) i18n

shell: ## Odoo's shell on the demo's database
	$(TOOL) shell

stop: ## stop the demo's server and the private database clusters
	$(TOOL) stop

clean: ## remove databases, clusters, environments and build/ (downloads stay)
	$(TOOL) clean

constraints: ## renew the pins of indirect requirements
	$(TOOL) constraints
