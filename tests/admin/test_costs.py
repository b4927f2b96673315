"""What the newsroom asks of the database is the same for few articles and for many, and nothing counts the table."""

import re
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, ImportEntry, ImportRun
from articles.renditions import store_image
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.factories import make_articles, make_author, make_category, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


@pytest.fixture
def section():
    return make_category("交通", make_category("城市"))


@pytest.fixture
def many(section):
    """Call it for many more articles, each with an author and a tag, beside the ones there are."""

    def make(number):
        author = make_author(f"作者{number}")
        articles = make_articles(number, category=section)
        for article in articles:
            article.authorships.create(author=author)
        articles[0].tags.add("大雾")
        run = ImportRun.objects.create()
        ImportEntry.objects.bulk_create(ImportEntry(run=run, outcome="skipped", path=str(n)) for n in range(number))
        return articles

    return make


def statements(ask):
    ask()  # what is kept in the cache or the session is there then
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code in {200, 302}
    return [query["sql"] for query in captured]


def faults(before, after):
    """Return what grew, and what counted the articles."""
    counted = [sql for sql in after if re.search(r"COUNT\(", sql) and 'FROM "articles_article"' in sql]
    return ([f"{len(before)} to {len(after)} statements"] if len(before) != len(after) else []) + counted


ADDRESSES = [
    "/admin/",
    LIST,
    f"{LIST}?q=新闻",
    f"{LIST}?status=live",
    f"{LIST}?status=draft",
    f"{LIST}?section=cheng-shi",
    f"{LIST}?kind=news",
    f"{LIST}?time=2026",
    f"{LIST}?mark=date",
    f"{LIST}?p=2",
    "/admin/autocomplete/?app_label=articles&model_name=article&field_name=translation_of&term=新闻",
    "/admin/autocomplete/?app_label=articles&model_name=authorship&field_name=author&term=作者",
    "/admin/articles/category/names/?app_label=articles&model_name=article&field_name=categories&term=jt",
    "/admin/articles/tag/names/?app_label=articles&model_name=articletag&field_name=tag&term=dw",
    "/admin/articles/image/",
    "/admin/articles/importrun/",
    "/admin/articles/importentry/",
    "/admin/articles/bulkjob/",
]


def test_pages_and_a_save_ask_the_same_for_60_and_360_articles_and_never_count_them(many):
    article = many(60)[0]
    store_image(picture_bytes(size=(8, 8)))
    client = Client()
    client.force_login(make_user("administrator"))

    def save():
        stored = Article.objects.get(pk=article.pk)
        return client.post(change_address(article), article_form(stored, title=f"{stored.title}。"))

    addresses = [*ADDRESSES, change_address(article), f"{LIST}{article.pk}/filing/"]
    asks = {address: partial(client.get, address) for address in addresses} | {"save": save}
    before = {name: statements(ask) for name, ask in asks.items()}
    many(300)
    found = {name: faults(before[name], statements(ask)) for name, ask in asks.items()}
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_the_rows_of_a_page_stand_in_the_order_of_the_list(many):
    """The numbers are found first and the rows read after."""
    many(60)
    client = Client()
    client.force_login(make_user("administrator"))
    shown = client.get(f"{LIST}?p=2").context["cl"].result_list
    times = [article.published_at for article in shown]
    assert (len(shown), times) == (10, sorted(times, reverse=True))
