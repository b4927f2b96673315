"""The interface's language: by content, else by cookie, else the site's."""

import pytest
from django.test import Client

from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


def test_the_site_speaks_chinese_and_names_the_way_to_english(client: Client) -> None:
    html = client.get("/").content.decode()
    assert '<html lang="zh-Hans">' in html
    assert 'href="/?lang=en"' in html


def test_a_choice_is_kept_in_a_cookie_and_leads_to_the_clean_address(client: Client) -> None:
    make_article()
    response = client.get("/?lang=en&after=")
    assert (response.status_code, response["Location"]) == (302, "/?after=")
    assert response.cookies["lang"].value == "en"
    assert "sessionid" not in response.cookies
    response = client.get("/")
    assert '<html lang="en">' in response.content.decode()
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("path", ["//evil.example/?lang=en", "/\\evil.example/?lang=en", "/%5Cevil.example/?lang=en"])
def test_the_choice_never_leads_away(client: Client, path: str) -> None:
    location = client.get(path).headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    response = client.get("/?lang=xx%0d%0aSet-Cookie:a=b")
    assert response.status_code == 302
    assert "lang" not in response.cookies


def test_a_section_speaks_its_language_and_hands_it_down(client: Client) -> None:
    make_category("Travel", parent=make_category("English", language="en"))
    client.cookies["lang"] = "zh-hans"
    response = client.get("/sections/english/travel/")
    assert '<html lang="en">' in response.content.decode()
    assert "Cookie" not in response.get("Vary", "")


def test_traditional_text_is_marked_as_such(client: Client) -> None:
    article = make_article(title="舊書店", language="zh-hant")
    assert 'lang="zh-Hant"' in client.get(article.get_absolute_url()).content.decode()
