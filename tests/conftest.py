"""Fixtures: real parts (a browser, the folder of real files), and what every test shares.

Where a real part is missing the test is skipped with its reason; with CI=true it fails instead.
"""

import os
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

PROJECT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def missing(part: str) -> None:
    """End the test: a part it needs is absent. A skip on a developer's machine, a failure in CI."""
    if IN_CI:
        pytest.fail(f"{part} is missing, and CI must have it")
    pytest.skip(f"{part} is missing")


def pytest_configure(config: pytest.Config) -> None:
    # How fast a busy machine makes examples is no finding.
    hypothesis_settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("here")
    # The names of static files need no manifest here; tests/test_gunicorn.py serves the real one.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A thread of the live server may still hold a connection when the test database is dropped.
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    DatabaseCreation._destroy_test_db = _drop_by_force
    post_migrate.connect(_make_profile_again)


def _drop_by_force(self: Any, test_database_name: str, verbosity: int) -> None:
    with self._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")


def _make_profile_again(app_config: Any, using: str, **_kwargs: Any) -> None:
    """Tests with real transactions end with an empty database; what migrations made comes back."""
    if app_config.name == "articles":
        apps.get_model("articles", "SiteProfile").objects.using(using).get_or_create(pk=1)
        for ending, function in (
            ("_roles", "make_roles"),
            ("_chiefs_plan_the_front_page", "let_chiefs_plan"),
            ("_chief_of_addresses", "grant"),
            ("_editors_arrange_series", "let_editors_arrange"),
            ("_chief_of_searches", "grant_searches"),
        ):
            (migration,) = (PROJECT / "articles" / "migrations").glob(f"*{ending}.py")
            module = import_module(f"articles.migrations.{migration.stem}")
            getattr(module, function)(apps, SimpleNamespace(connection=connections[using]))


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Any) -> Path:
    """Each test has a media folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def empty_cache(settings: Any) -> Iterator[None]:
    """Each test starts with an empty cache; in memory, so that counted queries are the page's own."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _no_minute_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logs of missing pages and searches are written when a test says so, and in no page's counted queries."""
    monkeypatch.setattr("articles.hit_log.SECONDS", float("inf"))


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real article files: REAL_FILES, else ../shared/corpus beside the checkout."""
    folder = Path(os.environ.get("REAL_FILES") or PROJECT.parent / "shared" / "corpus")
    if not folder.is_dir():
        missing(f"the folder of real article files ({folder}; REAL_FILES names another)")
    return folder


@pytest.fixture(scope="session")
def security_files() -> Path:
    """The folder of attack lists: SECURITY_FILES, else ../shared/security beside the checkout."""
    folder = Path(os.environ.get("SECURITY_FILES") or PROJECT.parent / "shared" / "security")
    if not folder.is_dir():
        missing(f"the folder of attack lists ({folder}; SECURITY_FILES names another)")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium that looks nothing up by itself."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        missing(f"Chromium ({CHROMIUM}; CHROMIUM names another)")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def all_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the live server finish what browsers asked last, before its database is emptied under it.

    A page that is closed says so to the server. With SQLite in memory all threads share one connection.
    """
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that it ends after this
    yield
    until = time.monotonic() + 5
    while any("process_request" in thread.name for thread in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.02)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page in a fresh context: no cookies, no cache."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()
