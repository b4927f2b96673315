"""What browsers and shared caches may keep."""

import gzip
from typing import Any

import pytest
from django.test import Client

from tests.factories import NOON, SECOND, make_article, make_author, make_category, make_editor

pytestmark = pytest.mark.django_db
PATHS = ["/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/", "/feed/", "/feed.json", "article", "/nope/"]
PATHS += ["/sitemap.xml", "/sitemap-2026-11.xml", "/news-sitemap.xml", "/robots.txt", "/articles/{}/old-name/"]


@pytest.fixture
def article() -> Any:
    return make_article(categories=[make_category("城市")], tags=["地铁"], authors=[make_author("林", slug="lin")])


def address(path: str, article: Any) -> str:
    return article.get_absolute_url() if path == "article" else path.format(article.pk)


@pytest.mark.parametrize("path", PATHS)
def test_readers_pages_may_be_kept_and_are_asked_for_each_time(client: Client, article: Any, path: str) -> None:
    response = client.get(address(path, article))
    assert response["Cache-Control"] == "public, no-cache"
    assert not response.cookies


@pytest.mark.parametrize("path", PATHS)
def test_what_an_editor_is_shown_is_kept_by_nobody(article: Any, path: str) -> None:
    editor, reader = Client(), Client()
    editor.force_login(make_editor())
    path = address(path, article)
    response = editor.get(path)
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response
    answer = reader.get(path)
    assert answer["Cache-Control"] == "public, no-cache"
    assert b"csrfmiddlewaretoken" not in answer.content


def test_a_page_that_sets_a_cookie_is_kept_by_nobody(client: Client) -> None:
    assert client.get("/?lang=en")["Cache-Control"] == "no-store"
    assert "no-store" in client.get("/admin/login/")["Cache-Control"]


@pytest.mark.parametrize("path", [path for path in PATHS if path not in {"/nope/", "/articles/{}/old-name/"}])
def test_a_copy_that_still_holds_is_not_sent_again(client: Client, article: Any, path: str) -> None:
    path = address(path, article)
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert again.get("Vary") == first.get("Vary")
    head = client.head(path)
    assert (head.status_code, head["ETag"], head.content) == (200, first["ETag"], b"")
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sections/cheng-shi/", "/feed/", "/feed.json", "/sitemap-2026-11.xml", "article"]
)
def test_a_copy_of_what_was_taken_back_holds_no_longer(client: Client, article: Any, path: str) -> None:
    make_article()
    path = address(path, article)
    kept = client.get(path)
    headers = {"if-none-match": kept["ETag"]}
    assert client.get(path, headers=headers).status_code == 304
    type(article).objects.filter(pk=article.pk).update(status="archived")
    assert client.get(path, headers=headers).status_code == (404 if path == article.get_absolute_url() else 200)


def test_a_time_alone_is_trusted_only_when_it_is_exactly_ours(client: Client, article: Any) -> None:
    path = article.get_absolute_url()
    modified = client.get(path)["Last-Modified"]
    assert modified == "Fri, 20 Nov 2026 04:00:00 GMT"
    assert client.get(path, headers={"if-modified-since": modified}).status_code == 304
    later = client.get(path, headers={"if-modified-since": "Fri, 20 Nov 2026 05:00:00 GMT"})
    assert later.status_code == 200
    both = {"if-modified-since": modified, "if-none-match": '"another"'}
    assert client.get(path, headers=both).status_code == 200


CHANGES: dict[str, dict[str, Any]] = {
    "archived": {"status": "archived"},
    "withdrawn": {"withdrawn_at": NOON},
    "in the trash": {"trashed_at": NOON},
    "expired": {"expires_at": NOON},
    "hidden from search engines": {"noindex": True},
    "corrected": {"title": "更正后的标题", "body": "<p>更正。</p>", "updated_at": NOON - SECOND},
}
MANY = ["/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/", "/archive/2026/11/", "/sitemap-2026-11.xml"]
MANY += ["/feed/", "/feed.json", "/sections/cheng-shi/feed/", "/tags/di-tie/feed/", "/authors/lin/feed/"]


@pytest.mark.parametrize("change", CHANGES)
def test_no_copy_holds_when_an_older_article_changed(client: Client, article: Any, change: str) -> None:
    """By no header: what was sent before is a day old at least, and the newest article is the same."""
    type(article).objects.filter(pk=article.pk).update(published_at=NOON - 600 * SECOND)
    make_article(categories=[article.category], tags=["地铁"], authors=[article.authors.get()])
    kept = {path: client.get(path) for path in MANY}
    article.refresh_from_db()
    for name, value in CHANGES[change].items():
        setattr(article, name, value)
    article.save()
    shown = {"hidden from search engines": ["/sitemap-2026-11.xml"], "corrected": MANY[:5] + MANY[6:]}.get(change, MANY)
    for path in shown:
        by_tag = client.get(path, headers={"if-none-match": kept[path]["ETag"]})
        since = kept[path].get("Last-Modified", "Fri, 20 Nov 2026 04:00:00 GMT")
        by_time = client.get(path, headers={"if-modified-since": since})
        assert (by_tag.status_code, by_time.status_code) == (200, 200), path
        assert by_tag["ETag"] != kept[path]["ETag"]


def test_what_is_for_everybody_comes_compressed_and_nothing_else(client: Client, article: Any) -> None:
    asked = {"accept-encoding": "gzip"}
    plain, packed = client.get("/feed/"), client.get("/feed/", headers=asked)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in plain["Vary"]
    again = client.get("/feed/", headers={**asked, "if-none-match": packed["ETag"]})
    assert (again.status_code, again["Vary"]) == (304, packed["Vary"])
    assert not client.get("/admin/login/", headers=asked).has_header("Content-Encoding")
    client.force_login(make_editor())
    assert not client.get("/", headers=asked).has_header("Content-Encoding")


def test_no_header_that_a_cache_does_not_know_changes_a_page(client: Client, article: Any) -> None:
    poison = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-original-url": "/admin/"}
    poison |= {"x-forwarded-for": "1.2.3.4", "accept-language": "en", "referer": "https://evil.example/"}
    for path in PATHS:
        clean = client.get(address(path, article))
        dirty = client.get(address(path, article), headers=poison)
        assert (dirty.status_code, dirty.content) == (clean.status_code, clean.content), path
        assert dirty.get("Location") == clean.get("Location")


@pytest.mark.parametrize("path", ["/feed/", "/feed.json", "/sitemap.xml", "article"])
def test_no_cookie_changes_what_a_cache_holds_under_one_key(client: Client, article: Any, path: str) -> None:
    path = address(path, article)
    plain = client.get(path)
    client.cookies["lang"] = "en"
    chosen = client.get(path)
    assert "Cookie" not in plain.get("Vary", "")
    assert (chosen.content, chosen["Cache-Control"]) == (plain.content, plain["Cache-Control"])


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/password_reset/", "/admin/password_reset/done/"])
def test_pages_of_the_newsroom_are_kept_by_nobody(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


def test_a_fault_is_kept_by_nobody(client: Client) -> None:
    assert client.post("/robots.txt")["Cache-Control"] == "private, no-store"
