"""A site that is private until launch."""

import base64
from typing import Any

import pytest
from django.test import Client

from articles.private import WRONG_PASSWORDS
from tests.factories import make_article, make_editor

pytestmark = pytest.mark.django_db
PASSWORD = "晚报-before-launch"


@pytest.fixture(autouse=True)
def private(settings: Any) -> None:
    settings.SITE_PASSWORD = PASSWORD


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "path", ["/", "/feed/", "/feed.json", "/sitemap.xml", "/media/images/a.jpg", "/nope/", "article"]
)
def test_nothing_is_shown_without_the_password(client: Client, path: str) -> None:
    path = make_article(title="尚未发布").get_absolute_url() if path == "article" else path
    response = client.get(path)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert "尚未发布" not in response.content.decode()
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")


def test_the_password_opens_every_page_and_no_cache_keeps_it(client: Client) -> None:
    article = make_article(title="尚未发布")
    response = client.get(article.get_absolute_url(), headers=basic(PASSWORD))
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert "尚未发布" in response.content.decode()
    assert response["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    "header", [basic("wrong")["authorization"], basic("")["authorization"], "Basic !!!", "Basic /w==", "Bearer x", ""]
)
def test_a_wrong_password_opens_nothing(client: Client, header: str) -> None:
    assert client.get("/", headers={"authorization": header}).status_code == 401


def test_asking_without_a_password_costs_nobody_theirs(client: Client) -> None:
    for _ in range(WRONG_PASSWORDS.most + 1):
        client.get("/")
    client.force_login(make_editor())
    assert client.get("/", headers=basic("wrong")).status_code == 200
    client.logout()
    assert client.get("/", headers=basic(PASSWORD)).status_code == 200


def test_an_editor_behind_an_address_that_has_to_wait_still_works(client: Client) -> None:
    for _ in range(WRONG_PASSWORDS.most):
        client.get("/", headers=basic("wrong"))
    assert "429" in client.get("/", headers=basic(PASSWORD)).content.decode()
    client.force_login(make_editor())
    assert client.get("/").status_code == 200


def test_whoever_signs_in_to_the_newsroom_needs_no_other_password(client: Client) -> None:
    assert client.get("/admin/login/").status_code == 200
    client.force_login(make_editor())
    assert client.get("/").status_code == 200


def test_crawlers_are_sent_away(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.content.decode().splitlines() == ["User-agent: *", "Disallow: /"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_probes_are_answered(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_a_public_site_asks_for_nothing(client: Client, settings: Any) -> None:
    settings.SITE_PASSWORD = ""
    response = client.get("/")
    assert response.status_code == 200
    assert "X-Robots-Tag" not in response
