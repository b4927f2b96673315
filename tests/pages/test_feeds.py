"""Feeds."""

import io

import pytest
from django.test import Client
from lxml import etree
from PIL import Image as Pillow

from articles.renditions import store_image
from tests.factories import NOON, SECOND, make_article, make_author, make_category

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


def test_the_json_feed_tells_the_same(client: Client) -> None:
    article = make_article(
        title="贯通</script>",
        summary="一句",
        body='<p>正文 <a href="/archive/">旧闻</a></p>',
        categories=[make_category("城市")],
        tags=["地铁"],
        authors=[make_author("林"), make_author("沈")],
        updated_at=NOON + SECOND,
    )
    response = client.get("/feed.json")
    assert response["Content-Type"] == "application/feed+json; charset=utf-8"
    assert b"</script" not in response.content
    feed = response.json()
    assert (feed["version"], feed["language"]) == ("https://jsonfeed.org/version/1.1", "zh-Hans")
    assert (feed["home_page_url"], feed["feed_url"]) == ("http://testserver/", "http://testserver/feed.json")
    assert feed["items"] == [
        {
            "id": f"http://testserver/articles/{article.pk}/",
            "url": f"http://testserver{article.get_absolute_url()}",
            "title": "贯通</script>",
            "content_html": '<p>正文 <a href="http://testserver/archive/">旧闻</a></p>',
            "summary": "一句",
            "date_published": "2026-11-20T04:00:00+00:00",
            "date_modified": "2026-11-20T04:00:01+00:00",
            "authors": [{"name": "林"}, {"name": "沈"}],
            "tags": ["城市", "地铁"],
            "language": "zh-Hans",
        }
    ]


def test_the_sites_feed_is_in_the_sites_language_and_other_languages_have_their_sections(client: Client) -> None:
    make_article(title="中文")
    make_article(title="English", language="en", categories=[make_category("English")])
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in parse(client, "/feed/").findall("a:entry", ATOM)]
    assert titles == ["中文"] == [item["title"] for item in client.get("/feed.json").json()["items"]]
    assert parse(client, "/sections/english/feed/").findtext("a:entry/a:title", namespaces=ATOM) == "English"


def test_the_lead_picture_comes_with_the_content_unless_the_body_shows_it(client: Client) -> None:
    buffer = io.BytesIO()
    Pillow.new("RGB", (60, 40)).save(buffer, "PNG")
    image = store_image(buffer.getvalue(), alt_text="桥", caption="大桥", credit="林听澜")
    address = f"http://testserver{image.renditions.get(spec='fit-1600').file.url}"
    make_article(title="一", hero_image=image)
    make_article(title="二", hero_image=image, body=f'<p><img src="{image.file.url}"></p>')
    items = {item["title"]: item for item in client.get("/feed.json").json()["items"]}
    assert items["一"]["content_html"].startswith(
        f'<figure><img src="{address}" alt="桥"><figcaption>大桥 林听澜</figcaption></figure>'
    )
    assert "<figure>" not in items["二"]["content_html"]
    assert {item["image"] for item in items.values()} == {address}


def test_an_article_without_a_summary_has_none_in_the_feed(client: Client) -> None:
    make_article(summary="")
    assert parse(client, "/feed/").find("a:entry/a:summary", ATOM) is None


def test_an_unchanged_feed_has_the_same_bytes(client: Client) -> None:
    assert client.get("/feed/")["ETag"] == client.get("/feed/")["ETag"]
