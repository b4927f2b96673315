"""`/healthz` and `/readyz`: what a load balancer asks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

PROJECT = Path(__file__).resolve().parent.parent
_ASK = """
import json, django
django.setup()
from django.test import Client
answers = {path: Client().get(path, headers={"host": "10.0.0.5"}) for path in ("/healthz", "/readyz", "/robots.txt")}
print(json.dumps({path: [answer.status_code, answer.content.decode()] for path, answer in answers.items()}))
"""


def ask(**environment: str) -> tuple[dict[str, tuple[int, str]], str]:
    """Return what a site with this environment answers, and its log."""
    result = subprocess.run(
        [sys.executable, "-c", _ASK],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "newsportal.settings", "DEBUG": "", **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {path: tuple(answer) for path, answer in json.loads(result.stdout).items()}, result.stderr


def test_the_process_answers_without_a_database_for_any_host():
    response = Client().get("/healthz", headers={"host": "10.0.0.5:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_site_is_ready_when_database_and_cache_answer():
    response = Client().get("/readyz", headers={"host": "10.0.0.5:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "cache": "ok"})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_site_with_an_unapplied_migration_is_not_ready(monkeypatch):
    applied = MigrationRecorder.applied_migrations
    monkeypatch.setattr(
        MigrationRecorder,
        "applied_migrations",
        lambda self: {key: row for key, row in applied(self).items() if key[0] != "articles"},
    )
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unapplied migrations")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_only_reads(path):
    response = Client().post(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (405, "no-store")


def test_a_probe_is_not_sent_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/robots.txt").status_code == 301


def test_without_database_and_cache_the_process_is_up_and_says_what_is_away():
    answers, log = ask(
        SITE_URL="https://news.example",
        ALLOWED_HOSTS="news.example",
        DATABASE_URL="postgres://user:database-password@127.0.0.1:1/nothing",
        CACHE_URL="redis://:cache-password@127.0.0.1:1/0",
    )
    assert answers["/healthz"] == (200, '{"status": "ok"}')
    status, text = answers["/readyz"]
    assert (status, json.loads(text)) == (503, {"status": "unready", "database": "failed", "cache": "failed"})
    assert "the database does not answer" in log
    assert "the cache does not answer" in log
    assert "-password" not in log
    assert answers["/robots.txt"][0] == 301, "only the probes are exempt"
