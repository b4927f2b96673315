"""The number of queries of a page does not grow with the site."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Correction, Pin, SiteProfile, StandingPage
from articles.navigation import load_navigation
from tests.factories import make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db
BOUNDS = {
    "/": 16,
    "/sections/cheng-shi/": 10,
    "/tags/di-tie/": 8,
    "/authors/lin/": 8,
    "/archive/": 8,
    "/archive/2026/": 8,
    "/archive/2026/11/": 9,
    "/archive/2026/11/20/": 9,
    "/feed/": 8,
    "/feed.json": 8,
    "/sitemap.xml": 9,
    "/sitemap-sections.xml": 4,
    "/sitemap-2026-11.xml": 3,
    "/news-sitemap.xml": 3,
    "/nope/": 8,
    "article": 20,
}


def fetch_frame() -> None:
    """What stands on every page is kept for a minute, and asked for once."""
    load_navigation()
    SiteProfile.load()
    StandingPage.footer_links()


def test_the_frame_of_all_pages_asks_as_often_at_many_sections(django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_articles(1, category=make_category(f"栏目{number}"))
    make_article(language="en", categories=[make_category("English")])
    with django_assert_max_num_queries(13):
        fetch_frame()


def test_a_section_on_the_front_page_costs_one_query(client: Client) -> None:
    from django.db import connection

    make_articles(80, category=make_category("城市"))
    one = len(queries(client, "/", CaptureQueriesContext(connection)))
    for number in range(7):
        make_articles(5, category=make_category(f"栏目{number}"))
    assert len(queries(client, "/", CaptureQueriesContext(connection))) <= one + 7


def queries(client: Client, path: str, counter: Any) -> list[str]:
    cache.clear()
    fetch_frame()
    with counter as captured:
        client.get(path)
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("path", list(BOUNDS))
def test_a_page_asks_as_often_at_1000_articles_as_at_10(client: Client, path: str) -> None:
    from django.db import connection

    city, lin = make_category("城市"), make_author("林", slug="lin")
    article = make_article(categories=[city], tags=["地铁"], authors=[lin])
    address = article.get_absolute_url() if path == "article" else path
    make_articles(10, category=city)
    few = queries(client, address, CaptureQueriesContext(connection))
    make_articles(990, category=city)
    many = queries(client, address, CaptureQueriesContext(connection))
    assert Article.objects.count() == 1001
    assert len(many) <= len(few)
    assert len(many) <= BOUNDS[path], "\n".join(many)
    assert not any("COUNT(" in sql for sql in many)


def test_a_list_never_loads_bodies(client: Client) -> None:
    from django.db import connection

    make_articles(3, category=make_category("城市"))
    sql = queries(client, "/sections/cheng-shi/", CaptureQueriesContext(connection))
    assert not any('"articles_article"."body"' in query for query in sql)


@pytest.mark.parametrize("rows", [Pin.objects.showing, Correction.objects.live])
def test_the_few_are_not_sought_for_each_of_the_many(rows: Any) -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows how many rows a table has")
    make_articles(300)
    query = rows()[:20]
    plan = query.explain()
    assert query.model._meta.db_table in plan.splitlines()[0], plan
