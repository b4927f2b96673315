"""The environment, read once: every setting of a site comes through here (names and defaults: docs/deploying.md).

A value that cannot be used ends the start with one sentence that says what to set. No sentence repeats a value that
may hold a password.
"""

import os
import warnings
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
UNIX_SOCKET = "unix"
MIN_SITE_PASSWORD = 12

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

_DATABASES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


def stop(sentence: str) -> NoReturn:
    """End the process: the operator reads one sentence, not a traceback."""
    raise SystemExit(sentence)


def secret_key() -> str:
    """Return SECRET_KEY, taken literally: a random text may begin with a dollar sign."""
    value = os.environ.get("SECRET_KEY", "").strip()
    if not value:
        stop(
            "SECRET_KEY is not set. Set it in the environment or in .env to a long random text, "
            "for example: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value


def site_url(default: str) -> SplitResult:
    """Return the parts of SITE_URL: scheme and host, perhaps a port, nothing else."""
    value = env.str("SITE_URL", default=default).rstrip("/")
    try:
        parts = urlsplit(value)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or value != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in {"http", "https"}:
        stop(f"SITE_URL is {value!r}. Set it to where readers find the site, without a path: https://news.example")
    if "@" in parts.netloc:
        stop("SITE_URL holds a user name. Set it to where readers find the site: https://news.example")
    return parts


def site_password() -> str:
    """Return SITE_PASSWORD, taken literally; "" where the site is public."""
    value = os.environ.get("SITE_PASSWORD", "").strip()
    if 0 < len(value) < MIN_SITE_PASSWORD:
        stop(
            f"SITE_PASSWORD has fewer than {MIN_SITE_PASSWORD} characters. Set it to a longer one, since nothing else "
            "guards the private site; leave it out when the site is public."
        )
    return value


def database(default: str) -> dict[str, Any]:
    """Return Django's settings of the database that DATABASE_URL names: SQLite or PostgreSQL."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            config = env.db_url("DATABASE_URL", default=default)
    except (ImproperlyConfigured, UserWarning, ValueError):
        config = {}
    if config.get("ENGINE") not in _DATABASES or not config.get("NAME"):
        stop(
            "DATABASE_URL names no database that can be used. Set it to postgres://USER:PASSWORD@HOST:5432/NAME "
            "(special characters percent-encoded) or sqlite:////absolute/path.sqlite3; left out, it is SQLite in var/."
        )
    return config


def cache(default: str) -> dict[str, Any]:
    """Return Django's settings of the cache that CACHE_URL names."""
    try:
        config = env.cache_url("CACHE_URL", default=default)
    except (ImproperlyConfigured, ValueError):
        config = {}
    if not config:
        stop("CACHE_URL names no cache. Set it to redis://HOST:6379/0; left out, the cache is in the database.")
    return config


def email(default: str) -> dict[str, Any]:
    """Return Django's settings of the way to send mail that EMAIL_URL names."""
    try:
        return env.email_url("EMAIL_URL", default=default)
    except (ImproperlyConfigured, ValueError):
        stop("EMAIL_URL names no way to send mail. Set it to smtp+tls://USER:PASSWORD@HOST:587.")


def trusted_proxies() -> list[str]:
    """Return the addresses and networks of TRUSTED_PROXIES; `unix` stands for whoever comes by a Unix socket."""
    values = [value.strip() for value in env.list("TRUSTED_PROXIES", default=[]) if value.strip()]
    for value in values:
        try:
            if value != UNIX_SOCKET:
                ip_network(value)
        except ValueError:
            stop(
                f"TRUSTED_PROXIES holds {value!r}. Set it to addresses or networks, separated by commas: "
                "127.0.0.1,10.0.0.0/8"
            )
    return values


def time_zone(default: str) -> str:
    """Return TIME_ZONE, a name that the zone database knows."""
    value = env.str("TIME_ZONE", default=default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        stop(f"TIME_ZONE is {value!r}. Set it to a name such as Asia/Shanghai or Europe/Berlin.")
    return value


def language_code(default: str, known: list[str]) -> str:
    """Return LANGUAGE_CODE, one of the languages that the interface speaks."""
    value = env.str("LANGUAGE_CODE", default=default).lower()
    if value not in known:
        stop(f"LANGUAGE_CODE is {value!r}. Set it to one of: {', '.join(known)}.")
    return value
