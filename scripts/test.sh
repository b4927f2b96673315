#!/usr/bin/env bash
# The whole suite, on the database of DATABASE_URL (SQLite without it). Extra arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m pytest -n "${TEST_PROCESSES:-2}" --dist loadfile "$@"
