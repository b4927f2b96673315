#!/usr/bin/env bash
# Serve the samples: embedded database under var/, secrets made once, an editor account, gunicorn until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
mkdir -p var
export PORT="${PORT:-8000}"
export SITE_URL="http://127.0.0.1:$PORT"
export ALLOWED_HOSTS="127.0.0.1,localhost"
unset DEBUG DATABASE_URL CACHE_URL MEDIA_ROOT || true
if [ ! -s var/secret_key ]; then
  .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))' > var/secret_key
fi
SECRET_KEY="$(cat var/secret_key)"
export SECRET_KEY
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py collectstatic --noinput --verbosity 0
.venv/bin/python manage.py prepare_demo
exec .venv/bin/gunicorn --config newsportal/gunicorn.conf.py --bind "127.0.0.1:$PORT" newsportal.wsgi:application
