"""Sitemaps, the news sitemap and robots.txt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from articles import sitemaps
from articles.models import Article, SiteProfile, StandingPage
from tests.factories import make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db
NAMES = {"s": sitemaps.NAMESPACE, "n": sitemaps.NEWS_NAMESPACE}


def values(client: Client, path: str, element: str = "s:loc") -> list[str]:
    """Return the texts of an element in a sitemap, addresses without the host."""
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    found = etree.fromstring(response.content).iterfind(f".//{element}", NAMES)
    return [(each.text or "").removeprefix("http://testserver") for each in found]


def test_the_index_names_a_sitemap_for_each_month_of_the_sites_calendar(client: Client) -> None:
    make_article(published_at=datetime(2026, 9, 30, 16, 30, tzinfo=UTC))  # October in Shanghai
    make_article(published_at=datetime(1987, 2, 1, tzinfo=UTC), tags=["地铁"], authors=[make_author("林")])
    assert values(client, "/sitemap.xml") == [
        "/sitemap-sections.xml",
        "/sitemap-tags.xml",
        "/sitemap-authors.xml",
        "/sitemap-2026-10.xml",
        "/sitemap-1987-02.xml",
    ]


def test_a_month_lists_its_articles_with_the_time_of_the_last_editorial_change(client: Client) -> None:
    first = make_article(published_at=datetime(2026, 10, 2, 4, 0, tzinfo=UTC))
    second = make_article(
        published_at=datetime(2026, 10, 1, 4, 0, tzinfo=UTC), updated_at=datetime(2026, 10, 3, 4, 5, 6, tzinfo=UTC)
    )
    make_article(published_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert values(client, "/sitemap-2026-10.xml") == [first.get_absolute_url(), second.get_absolute_url()]
    assert values(client, "/sitemap-2026-10.xml", "s:lastmod") == [
        "2026-10-02T04:00:00+00:00",
        "2026-10-03T04:05:06+00:00",
    ]


def test_a_month_with_more_than_a_sitemap_may_hold_has_parts(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(sitemaps, "MAX_URLS", 2)
    articles = make_articles(5)
    names = [path for path in values(client, "/sitemap.xml") if "2026" in path]
    assert names == ["/sitemap-2026-11.xml", "/sitemap-2026-11-2.xml", "/sitemap-2026-11-3.xml"]
    found = [address for name in names for address in values(client, name)]
    assert found == [article.get_absolute_url() for article in articles]


def test_sections_tags_and_authors_stand_there_when_they_have_articles(client: Client) -> None:
    city = make_category("城市")
    make_category("空", parent=city)
    make_article(categories=[city], tags=["地铁"], authors=[make_author("林", slug="lin")])
    make_author("沈", slug="shen")
    StandingPage.objects.create(title="关于我们", slug="about")
    StandingPage.objects.create(title="未公开", slug="hidden", is_public=False)
    assert values(client, "/sitemap-sections.xml") == ["/", "/sections/cheng-shi/", "/pages/about/"]
    assert values(client, "/sitemap-tags.xml") == ["/tags/di-tie/"]
    assert values(client, "/sitemap-authors.xml") == ["/authors/lin/"]


@pytest.mark.parametrize(
    "name",
    ["2026-13", "2026-00", "0000-01", "9999-12", "2020-01", "2026-11-0", "2026-11-99", "２０２６-11", "x", "tags"],
)
def test_a_sitemap_that_holds_nothing_is_404(client: Client, name: str) -> None:
    make_article()
    assert client.get("/sitemap-2026-11.xml").status_code == 200
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_the_news_sitemap_holds_two_days_and_no_more_than_a_thousand(client: Client, monkeypatch: Any) -> None:
    now = timezone.now()
    SiteProfile.objects.update(name="望洲 & 日报")
    news = make_article(title="a]]>&<b>\x0b", published_at=now - timedelta(hours=47))
    make_article(published_at=now - timedelta(hours=49))
    assert values(client, "/news-sitemap.xml") == [news.get_absolute_url()]
    assert values(client, "/news-sitemap.xml", "n:title") == ["a]]>&<b>"]
    assert values(client, "/news-sitemap.xml", "n:name") == ["望洲 & 日报"]
    assert values(client, "/news-sitemap.xml", "n:language") == ["zh-cn"]
    assert values(client, "/news-sitemap.xml", "n:publication_date") == [
        news.published_at.isoformat(timespec="seconds")
    ]
    monkeypatch.setattr(sitemaps, "MAX_NEWS", 3)
    make_articles(5, published_at=now - timedelta(minutes=1))
    assert len(values(client, "/news-sitemap.xml")) == 3


@pytest.mark.parametrize(
    ("language", "code"), [("zh-hant", "zh-tw"), ("zh-TW", "zh-tw"), ("en-GB", "en"), ("zh-hans", "zh-cn")]
)
def test_the_news_sitemap_names_languages_as_google_does(client: Client, language: str, code: str) -> None:
    make_article(published_at=timezone.now(), language=language)
    assert values(client, "/news-sitemap.xml", "n:language") == [code]


def hide_by_section() -> dict[str, Any]:
    return {"categories": [make_category("下", parent=make_category("上", noindex=True))]}


def hide_by_source() -> dict[str, Any]:
    SiteProfile.objects.update(noindex_sources="别家\n 通讯社 \n")
    return {"source_name": "通讯社"}


HIDDEN: dict[str, Any] = {
    "by itself": lambda: {"noindex": True},
    "with a section above": hide_by_section,
    "with its source": hide_by_source,
}
ELSEWHERE = {"credited to another address": lambda: {"canonical_url": "https://elsewhere.example/a"}}


@pytest.mark.parametrize("why", [*HIDDEN, *ELSEWHERE])
def test_what_editors_keep_from_search_engines_is_in_no_sitemap(client: Client, why: str) -> None:
    hidden = make_article(published_at=timezone.now(), **{**HIDDEN, **ELSEWHERE}[why]())
    listed = make_article(published_at=timezone.now())
    month = f"/sitemap-{timezone.localtime():%Y-%m}.xml"
    for path in (month, "/news-sitemap.xml"):
        assert values(client, path) == [listed.get_absolute_url()]
    assert not any("shang" in path for path in values(client, "/sitemap-sections.xml"))
    listed.delete()
    assert month not in values(client, "/sitemap.xml")
    assert Article.objects.live().get() == hidden


@pytest.mark.parametrize("why", HIDDEN)
def test_what_editors_keep_from_search_engines_says_so_on_its_page(client: Client, why: str) -> None:
    hidden = make_article(**HIDDEN[why]())
    listed = make_article()
    noindex = '<meta name="robots" content="noindex'
    assert noindex in client.get(hidden.get_absolute_url()).content.decode()
    assert noindex not in client.get(listed.get_absolute_url()).content.decode()
    if hidden.category:
        assert noindex in client.get(hidden.category.get_absolute_url()).content.decode()


def test_robots_name_the_sitemaps_and_keep_out_of_the_newsroom_and_of_search_results(client: Client) -> None:
    assert client.get("/robots.txt").content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/?",
        "",
        "Sitemap: http://testserver/sitemap.xml",
        "Sitemap: http://testserver/news-sitemap.xml",
    ]
