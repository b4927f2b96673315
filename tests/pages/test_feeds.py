"""Atom feeds and robots.txt."""

from email.utils import format_datetime

import pytest
from django.test import Client
from lxml import etree

from tests.factories import NOON, make_article, make_author, make_category

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def parse(client: Client, path: str) -> etree._Element:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return etree.fromstring(response.content)


@pytest.mark.parametrize("path", ["/feed/", "/sections/cheng-shi/feed/", "/tags/di-tie/feed/", "/authors/lin/feed/"])
def test_each_list_has_a_feed_with_full_content(client: Client, path: str) -> None:
    make_article(
        title="贯通",
        body='<p>正文 <img src="/media/images/a.jpg"></p>',
        categories=[make_category("城市")],
        tags=["地铁"],
        authors=[make_author("林", slug="lin")],
    )
    (entry,) = parse(client, path).findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "贯通"
    assert "正文" in entry.findtext("a:content", namespaces=ATOM)
    assert 'src="http://testserver/media/images/a.jpg"' in entry.findtext("a:content", namespaces=ATOM)
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "林"


def test_hostile_text_stays_text_and_the_feed_stays_xml(client: Client) -> None:
    title = "a]]>&<b>\x0b\x1f\ufffe"
    make_article(title=title, summary="1 < 2 <script>alert(1)</script>", body="<p>]]></p><script>alert(1)</script>")
    (entry,) = parse(client, "/feed/").findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "a]]>&<b>"
    assert "&lt;script&gt;" in entry.findtext("a:summary", namespaces=ATOM)
    assert "<script" not in entry.findtext("a:content", namespaces=ATOM)


def test_a_feed_that_did_not_change_is_not_sent_again(client: Client) -> None:
    make_article()
    modified = client.get("/feed/")["Last-Modified"]
    assert modified == format_datetime(NOON, usegmt=True)
    assert client.get("/feed/", headers={"If-Modified-Since": modified}).status_code == 304


def test_an_empty_feed_is_valid(client: Client) -> None:
    assert parse(client, "/feed/").findall("a:entry", ATOM) == []


def test_a_corrected_slug_makes_no_new_entry(client: Client) -> None:
    article = make_article()

    def guid() -> str | None:
        return parse(client, "/feed/").findtext("a:entry/a:id", namespaces=ATOM)

    before = guid()
    article.slug = "another"
    article.save()
    assert guid() == before


def test_no_cookie_decides_about_a_feed(client: Client) -> None:
    assert "Cookie" not in client.get("/feed/").get("Vary", "")


def test_robots_keep_out_of_the_newsroom(client: Client) -> None:
    assert "Disallow: /admin/" in client.get("/robots.txt").content.decode()
