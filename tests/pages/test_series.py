"""Series before readers: their page, their order, an article's place in them."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from lxml import etree, html

from articles.actions.series import add_to_series, arrange
from articles.models import Article, Series, SeriesOrder
from tests.factories import NOON, make_article, make_editor

pytestmark = pytest.mark.django_db
BOX = "//nav[@class='installment']"


def make_series(*articles, name="港口百年", **values):
    series = Series.objects.create(name=name, **values)
    add_to_series(series, articles, by=None)
    return series


def titles(client, address):
    page = client.get(address)
    assert page.status_code == 200
    return html.fromstring(page.content).xpath("//ol//h2[contains(@class, 'headline')]/a/text()")


def pieces(*names, **values):
    return [
        make_article(title=name, published_at=NOON - timedelta(days=place), **values)
        for place, name in enumerate(names)
    ]


def test_a_series_shows_its_articles_in_the_editors_order(client: Client):
    one, two, three = pieces("其一", "其二", "其三")
    series = make_series(two, three, one, description="一座港口的一百年。")
    assert series.get_absolute_url() == "/series/gang-kou-bai-nian/"
    assert titles(client, series.get_absolute_url()) == ["其二", "其三", "其一"]
    arrange(series, {one.pk: 1}, by=make_editor())
    page = client.get(series.get_absolute_url()).content.decode()
    assert titles(client, series.get_absolute_url()) == ["其一", "其二", "其三"]
    assert "一座港口的一百年。" in page
    assert "3 篇" in page


@pytest.mark.parametrize(("order", "expected"), [("oldest", ["旧", "新"]), ("newest", ["新", "旧"])])
def test_a_series_by_time_needs_no_arranging(client: Client, order: str, expected: list[str]):
    series = make_series(*pieces("新", "旧"), order=SeriesOrder(order))
    assert titles(client, series.get_absolute_url()) == expected


def test_what_readers_may_not_see_has_no_place_and_no_number(client: Client):
    shown, draft, last = (
        make_article(title="看得见"),
        make_article(title="草稿", live=False),
        make_article(title="末篇"),
    )
    series = make_series(shown, draft, last)
    assert titles(client, series.get_absolute_url()) == ["看得见", "末篇"]
    for address in (
        series.get_absolute_url(),
        f"{series.get_absolute_url()}feed/",
        "/series/",
        last.get_absolute_url(),
    ):
        assert "草稿" not in client.get(address).content.decode()
    assert "第 2 篇，共 2 篇" in client.get(last.get_absolute_url()).content.decode()


@pytest.mark.parametrize("hide", ["empty", "hidden"])
def test_a_series_without_readers_pages_is_nowhere(client: Client, hide: str):
    article = make_article(live=hide != "empty")
    series = make_series(article, is_public=hide != "hidden")
    assert client.get(series.get_absolute_url()).status_code == 404
    assert client.get(f"{series.get_absolute_url()}feed/").status_code == 404
    assert client.get("/sitemap-series.xml").status_code == 404
    for address in ("/series/", "/", "/sitemap.xml"):
        assert "港口百年" not in client.get(address).content.decode()
    if hide == "hidden":
        assert "港口百年" not in client.get(article.get_absolute_url()).content.decode()


def test_an_article_tells_its_place_and_leads_to_the_pieces_beside_it(client: Client):
    one, two, three = pieces("其一", "其二", "其三")
    series = make_series(three, two, one)
    tree = html.fromstring(client.get(two.get_absolute_url()).content)
    (box,) = tree.xpath(BOX)
    assert "第 2 篇，共 3 篇" in box.text_content()
    assert [link.get("href") for link in box.iter("a")] == [
        series.get_absolute_url(),
        three.get_absolute_url(),
        one.get_absolute_url(),
    ]
    tree = html.fromstring(client.get(three.get_absolute_url()).content)
    assert len(tree.xpath(f"{BOX}//div//a")) == 1


def test_the_index_names_each_series_with_its_count_and_whether_it_is_finished(client: Client):
    make_series(*pieces("其一", "其二"), is_finished=True)
    page = html.fromstring(client.get("/series/").content)
    (card,) = page.xpath("//main//article")
    assert "2 篇" in card.text_content()
    assert "已完结" in card.text_content()
    assert "/series/" in html.fromstring(client.get("/").content).xpath("//footer//a/@href")


def test_feed_sitemap_and_structured_data_know_the_series(client: Client):
    one, two = pieces("其一", "其二")
    series = make_series(two, one)
    feed = etree.fromstring(client.get(f"{series.get_absolute_url()}feed/").content)
    assert feed.xpath("//*[local-name()='entry']/*[local-name()='title']/text()") == ["其一", "其二"]
    assert "sitemap-series.xml" in client.get("/sitemap.xml").content.decode()
    assert series.get_absolute_url() in client.get("/sitemap-series.xml").content.decode()

    def data(address):
        found = re.search(r'ld\+json">(.*?)</script>', client.get(address).content.decode())
        return json.loads(found[1])

    page = data(series.get_absolute_url())
    assert page["@type"] == "CollectionPage"
    assert [item["name"] for item in page["mainEntity"]["itemListElement"]] == ["其二", "其一"]
    assert data(one.get_absolute_url())["@graph"][0]["isPartOf"][0]["name"] == "港口百年"


def test_a_long_series_goes_on_after_the_last_one_of_a_page(client: Client, monkeypatch):
    monkeypatch.setattr("articles.views.series.PER_PAGE", 2)
    series = make_series(*pieces("一", "二", "三"))
    first = client.get(series.get_absolute_url())
    (further,) = html.fromstring(first.content).xpath("//a[@rel='next']/@href")
    second = client.get(series.get_absolute_url() + further)
    assert [place for place, _article in second.context["installments"]] == [3]
    for broken in ("0", "x", "9" * 30, str(make_article().pk)):
        assert client.get(f"{series.get_absolute_url()}?after={broken}").status_code == 404
        assert client.get("/series/?after=x").status_code == 404


def test_a_series_that_was_renamed_is_found_at_its_old_addresses(client: Client):
    series = make_series(make_article())
    series.slug = "harbour"
    series.save()
    assert client.get("/series/gang-kou-bai-nian/").url == "/series/harbour/"
    assert client.get("/series/gang-kou-bai-nian/feed/").url == "/series/harbour/feed/"
    assert client.get("/series/港口百年/").url == "/series/harbour/"


def test_a_page_of_a_series_asks_the_same_however_long_it_is(client: Client, django_assert_max_num_queries):
    series = make_series(*pieces(*"一二三四五六七八九十"))
    client.get(series.get_absolute_url())
    with django_assert_max_num_queries(10):
        client.get(series.get_absolute_url())
    with django_assert_max_num_queries(6):
        client.get("/series/")


def test_a_deleted_article_leaves_its_series(client: Client):
    one, two = pieces("其一", "其二")
    series = make_series(one, two)
    Article.objects.get(pk=one.pk).delete()
    assert titles(client, series.get_absolute_url()) == ["其二"]
