"""The cache on a real Redis, and without any cache at all."""

import base64
import os
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.test import Client

from articles.models import SiteProfile
from articles.navigation import CACHE_KEY
from articles.private import WRONG_PASSWORDS
from tests.conftest import missing
from tests.factories import make_articles, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis_cache(settings: Any) -> Any:
    """The default cache on the Redis of TEST_REDIS_URL (by default database 15 of this machine's)."""
    import redis

    address = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    try:
        redis.Redis.from_url(address).ping()
    except redis.RedisError:
        missing(f"Redis ({address}; TEST_REDIS_URL names another)")
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": address, "KEY_PREFIX": f"test-{os.getpid()}"}}
    cache.clear()
    yield caches["default"]
    cache.clear()


@pytest.mark.redis
def test_pages_are_the_same_from_redis(redis_cache: Any, client: Client, django_assert_max_num_queries: Any) -> None:
    make_articles(3, category=make_category("城市"))
    first = client.get("/").content
    assert client.get("/").content == first
    assert redis_cache.get(CACHE_KEY).sections[0].name == "城市"
    with django_assert_max_num_queries(8):
        client.get("/")


@pytest.mark.redis
def test_an_edited_profile_is_seen_at_once(redis_cache: Any, client: Client) -> None:
    client.get("/")
    profile = SiteProfile.load()
    profile.name = "新报名"
    profile.save()
    assert "新报名" in client.get("/").content.decode()


@pytest.fixture
def database_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "page_cache"}}


@pytest.mark.parametrize("backend", [pytest.param("redis_cache", marks=pytest.mark.redis), "database_cache"])
def test_whoever_guesses_the_password_of_a_private_site_has_to_wait(
    request: pytest.FixtureRequest, settings: Any, client: Client, backend: str
) -> None:
    request.getfixturevalue(backend)
    settings.SITE_PASSWORD = "晚报-before-launch"

    def ask(password: str, address: str = "192.0.2.7") -> Any:
        credentials = base64.b64encode(f"any:{password}".encode()).decode()
        return client.get("/", headers={"authorization": f"Basic {credentials}"}, REMOTE_ADDR=address)

    assert [ask("wrong").status_code for _ in range(WRONG_PASSWORDS.most)] == [401] * WRONG_PASSWORDS.most
    answer = ask("wrong")
    assert (answer.status_code, answer["Cache-Control"]) == (429, "private, no-store")
    assert 0 < int(answer["Retry-After"]) <= WRONG_PASSWORDS.seconds
    assert "WWW-Authenticate" not in answer
    assert ask(settings.SITE_PASSWORD).status_code == 429
    assert ask(settings.SITE_PASSWORD, "192.0.2.8").status_code == 200
    assert client.get("/admin/login/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_database_cache_has_its_table(database_cache: None, client: Client) -> None:
    assert client.get("/").status_code == 200
    assert cache.get(CACHE_KEY) is not None
