"""The settings keep their promises; a wrong environment ends the start with one sentence."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

PROJECT = Path(__file__).resolve().parent.parent
LONG = secrets.token_urlsafe(50)
NAMES = {
    *("ALLOWED_HOSTS", "CACHE_URL", "DATABASE_URL", "DEBUG", "EMAIL_URL", "LANGUAGE_CODE", "MEDIA_ROOT"),
    *("SANITIZERS", "SECRET_KEY", "SITE_URL", "TIME_ZONE", "TRUSTED_PROXIES"),
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with this environment and nothing else of the site's."""
    bare = {name: value for name, value in os.environ.items() if name not in NAMES and "DJANGO" not in name}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**bare, "SECRET_KEY": LONG, **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def read(*names: str, **environment: str) -> list[object]:
    """Return these settings as the environment makes them."""
    code = f"import json; from newsportal import settings as s; print(json.dumps([getattr(s, n) for n in {names!r}]))"
    result = run("-c", code, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "  "),
        ("SITE_URL", "news.example"),
        ("SITE_URL", "ftp://news.example"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://news.example/path"),
        ("SITE_URL", "https://user@news.example"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://user:hidden-word@localhost/news"),
        ("DATABASE_URL", "postgres://user:hidden-word@localhost:port/news"),
        ("DATABASE_URL", "postgres://user:hidden-word@localhost/"),
        ("CACHE_URL", ""),
        ("CACHE_URL", "unknown://:hidden-word@localhost"),
        ("EMAIL_URL", "unknown://user:hidden-word@localhost"),
        ("TRUSTED_PROXIES", "nginx"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("LANGUAGE_CODE", "de"),
    ],
)
def test_a_wrong_value_ends_the_start_with_one_sentence(name, value):
    result = run("manage.py", "check", **{name: value})
    assert result.returncode == 1
    assert name in result.stderr
    assert "et it " in result.stderr or "left out" in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert "hidden-word" not in result.stderr


def test_a_secret_key_may_begin_with_a_dollar_sign():
    assert read("SECRET_KEY", SECRET_KEY="$HOME" + LONG) == ["$HOME" + LONG]


def test_a_deployment_over_https_has_nothing_to_report():
    environment = {"SITE_URL": "https://news.example", "ALLOWED_HOSTS": "news.example"}
    result = run("-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


_TLS = (
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
)


def test_https_in_the_sites_address_brings_redirect_hsts_and_secure_cookies():
    values = read(*_TLS, SITE_URL="https://news.example/")
    assert values == [True, 365 * 24 * 3600, True, True, "__Host-sessionid", "__Host-csrftoken"]


def test_http_in_the_sites_address_brings_none_of_them():
    assert read(*_TLS, SITE_URL="http://news.example") == [False, 0, False, False, "sessionid", "csrftoken"]


def test_the_sites_own_host_is_allowed_and_nobody_elses():
    values = read("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TRUSTED_PROXIES", SITE_URL="https://news.example:8443")
    assert values == [["news.example"], ["https://news.example:8443"], []]


@pytest.mark.parametrize("text", ["", "no", "perhaps"])
def test_debug_is_off_unless_it_is_switched_on(text):
    assert read("DEBUG", DEBUG=text) == [False]


def test_a_form_with_the_longest_body_fits(settings):
    body = "新" * (1024 * 1024 // 3)
    assert 2 * len(urlencode({"body": body})) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_mail_goes_where_email_url_says():
    values = read(
        "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "DEFAULT_FROM_EMAIL",
        EMAIL_URL="smtp+tls://user:p%40ss@mail.example:587", SITE_URL="https://news.example",
    )  # fmt: skip
    assert values == ["mail.example", 587, "user", "p@ss", True, "newsportal@news.example"]


def test_every_variable_is_documented():
    for name in NAMES:
        assert f"`{name}`" in (PROJECT / "docs" / "deploying.md").read_text(encoding="utf-8"), name
        assert f"{name}=" in (PROJECT / ".env.example").read_text(encoding="utf-8"), name
