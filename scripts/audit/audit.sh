#!/usr/bin/env bash
# Judge the readers' pages by tools of others: a site of its own under var/audit, gunicorn, Lighthouse, axe, vnu, Chromium.
# REAL_FILES names a folder of article files; 200 of the articles imported from it are judged too.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in node npm java; do
  command -v "$tool" > /dev/null || { echo "make audit needs Node 18 or later and Java 17; $tool is missing" >&2; exit 2; }
done
work="$PWD/var/audit"
mkdir -p "$work/tools"
cp scripts/audit/package.json scripts/audit/package-lock.json "$work/tools/"
if ! cmp -s "$work/tools/package-lock.json" "$work/tools/installed"; then
  (cd "$work/tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp "$work/tools/package-lock.json" "$work/tools/installed"
fi
rm -rf "$work/site"
mkdir -p "$work/site/media"
export PORT="${PORT:-8899}"
export SITE_URL="http://127.0.0.1:$PORT" ALLOWED_HOSTS=127.0.0.1
export DATABASE_URL="sqlite:///$work/site/db.sqlite3" MEDIA_ROOT="$work/site/media"
unset DEBUG CACHE_URL || true
SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')"
export SECRET_KEY
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/python manage.py prepare_demo --without-account
if [ -n "${REAL_FILES:-}" ]; then
  for folder in "$REAL_FILES"/*/; do
    .venv/bin/python manage.py import_articles "$folder" 2> /dev/null | tail -1 || true
  done
fi
.venv/bin/gunicorn --config newsportal/gunicorn.conf.py --bind "127.0.0.1:$PORT" newsportal.wsgi:application 2> "$work/server.log" &
server=$!
trap 'kill "$server" 2> /dev/null || true' EXIT
for _ in $(seq 60); do
  curl --silent --fail --output /dev/null "$SITE_URL/healthz" && break
  sleep 0.5
done
.venv/bin/python -m scripts.audit.judge "$work"
