# The two commands: make demo, make test. Everything they need goes into .venv and var/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test coverage check audit format lock messages clean pictures pictures-newsroom

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
BIN := .venv/bin

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

.venv/bin/python:
	$(PYTHON) -m venv .venv

# A stamp for each lock file: the second call installs nothing, a new lock file installs again.
.venv/site.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/site.stamp

install: .venv/site.stamp ## Set up .venv with what a site needs

install-dev: .venv/dev.stamp ## Set up .venv with what a developer needs

demo: install ## Serve a newspaper of samples on http://127.0.0.1:8000/ (PORT=9000 for another port)
	@PORT=$(PORT) scripts/demo.sh

test: install-dev ## Run the whole suite (DATABASE_URL chooses the database)
	@scripts/install_browser.sh
	@scripts/test.sh

coverage: install-dev ## Run the whole suite and say which lines it never came to
	@scripts/install_browser.sh
	@scripts/test.sh --cov --cov-report=term:skip-covered

check: install-dev ## Format, lint, types, missing migrations, deployment
	@scripts/check.sh

audit: install-dev ## Judge the readers' pages by Lighthouse, axe, vnu and Chromium (needs Node and Java)
	@scripts/install_browser.sh
	@scripts/audit/audit.sh

pictures: install-dev ## Photograph every kind of readers' page into var/pictures (docs/auditing.md)
	@scripts/install_browser.sh
	@$(BIN)/python -m scripts.pictures.photograph

pictures-newsroom: install-dev ## Photograph every screen of the newsroom into docs/images/admin
	@scripts/install_browser.sh
	@$(BIN)/python -m scripts.pictures.newsroom

format: install-dev ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install-dev ## Write the lock files anew from pyproject.toml (needs uv)
	uv pip compile -q --generate-hashes --no-strip-extras --universal --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.txt
	uv pip compile -q --generate-hashes --no-strip-extras --universal --python-version 3.11 --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.txt

messages: install-dev ## Collect and compile the translations (needs gettext)
	$(BIN)/python manage.py makemessages -l zh_Hans -l zh_Hant --no-obsolete --no-wrap --no-location --ignore .venv --ignore var
	$(BIN)/python manage.py compilemessages --ignore .venv

clean: ## Remove what was built; var/ with its data stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis htmlcov .coverage*
