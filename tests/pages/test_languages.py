"""The interface's language: by content, else by cookie, else the site's."""

import pytest
from django.test import Client

from articles.actions.series import add_to_series
from articles.models import Series, StandingPage
from tests.factories import NOON, make_article, make_author, make_category

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


BY_CHOICE = ["/", "/tags/di-tie/", "/authors/lin/", "/archive/", "/archive/2026/", "/archive/2026/11/"]
BY_CHOICE += ["/archive/2026/11/20/", "/search/", "/search/?q=x", "/corrections/", "/series/", "/nope/"]
BY_CONTENT = ["article", "/sections/cheng-shi/", "/pages/about/", "/series/port/", "withdrawn"]
BY_NOTHING = ["/feed/", "/feed.json", "/sections/cheng-shi/feed/", "/tags/di-tie/feed/", "/authors/lin/feed/"]
BY_NOTHING += [
    "/corrections/feed/",
    "/series/port/feed/",
    "/sitemap.xml",
    "/sitemap-sections.xml",
    "/sitemap-2026-11.xml",
    "/robots.txt",
]
BY_NOTHING += ["/news-sitemap.xml", "/search/suggestions/?q=x", "/feed", "/articles/{}/", "/articles/{}/old-slug/"]


@pytest.mark.parametrize("path", [*BY_CHOICE, *BY_CONTENT, *BY_NOTHING])
def test_a_cookie_decides_where_the_answer_says_so_and_nowhere_else(client: Client, path: str) -> None:
    article = make_article(
        categories=[make_category("城市")], tags=["地铁"], authors=[make_author("林", slug="lin")], language="en"
    )
    StandingPage.objects.create(title="About", slug="about", language="en")
    add_to_series(Series.objects.create(name="Port", slug="port", language="en"), [article], by=None)
    withdrawn = make_article(language="en", withdrawn_at=NOON)
    pages = {"article": article, "withdrawn": withdrawn}
    address = pages[path].get_absolute_url() if path in pages else path.format(article.pk)
    answers = []
    for cookie in ("", "en", "zh-hant", "xx"):
        client.cookies.clear()
        if cookie:
            client.cookies["lang"] = cookie
        answers.append(client.get(address))
    told = [(answer.status_code, dict(answer.headers), answer.content) for answer in answers]
    spoken = [answer.get("Content-Language") for answer in answers]
    assert all(("Cookie" in answer.get("Vary", "")) == (path in BY_CHOICE) for answer in answers)
    if path in BY_CHOICE:
        assert spoken == ["zh-hans", "en", "zh-hant", "zh-hans"]
        assert told[0] == told[3] != told[1] != told[2]
    else:
        assert told[0] == told[1] == told[2] == told[3]
        assert spoken[0] == "en" if path in BY_CONTENT else spoken[0] in {None, "zh-hans"}


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
