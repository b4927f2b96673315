"""The site as it is served: gunicorn, the static files' manifest, far-future caching."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served copy of the site with an empty database; static files are collected as an operator does."""
    folder = tmp_path_factory.mktemp("site")
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "CACHE_URL": "dbcache://page_cache",
        "MEDIA_ROOT": str(folder / "media"),
        "SITE_URL": "http://127.0.0.1:8765",
        "ALLOWED_HOSTS": "127.0.0.1",
        "WEB_CONCURRENCY": "1",
    }
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "newsportal/gunicorn.conf.py", "--bind", "127.0.0.1:8765"]
        + ["newsportal.wsgi:application"],
        cwd=PROJECT,
        env=environment,
    )
    address = "http://127.0.0.1:8765"
    for _attempt in range(100):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(timeout=30)


def get(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_the_site_is_up_and_ready(site: str) -> None:
    assert get(f"{site}/healthz")[0] == 200
    assert get(f"{site}/readyz")[0] == 200
    assert get(f"{site}/")[0] == 200


def test_static_files_carry_their_digest_and_are_kept_for_ever(site: str) -> None:
    html = get(f"{site}/")[2].decode()
    found = re.search(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', html)
    assert found
    status, headers, body = get(site + found[1], **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Encoding"] == "gzip"
    assert body


def test_an_unknown_host_is_refused_with_all_headers(site: str) -> None:
    status, headers, body = get(f"{site}/", Host="evil.example")
    assert status == 400
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert b"Traceback" not in body


def test_a_forwarded_scheme_from_anybody_is_not_believed(site: str) -> None:
    html = get(f"{site}/", **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})[2].decode()
    assert "evil.example" not in html
