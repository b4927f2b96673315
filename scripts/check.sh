#!/usr/bin/env bash
# What a reviewer would ask: format, lint, types, migrations, deployment.
set -euo pipefail
cd "$(dirname "$0")/.."
export SECRET_KEY="${SECRET_KEY:-$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')}"
.venv/bin/ruff format --check --quiet .
.venv/bin/ruff check --quiet .
.venv/bin/mypy
.venv/bin/python manage.py makemigrations --check --dry-run
SITE_URL=https://news.example ALLOWED_HOSTS=news.example .venv/bin/python manage.py check --deploy --fail-level WARNING
