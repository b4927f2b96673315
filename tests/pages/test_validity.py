"""Feeds and sitemaps keep to their specifications, whatever stands in the articles."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.actions.correcting import correct
from articles.actions.series import add_to_series
from articles.models import Series, SiteProfile
from scripts.audit.validity import atom_faults, json_feed_faults, sitemap_faults
from tests.factories import make_article, make_author, make_category, make_editor

pytestmark = pytest.mark.django_db
HOSTILE = "a]]>&<b>\x0b\x1f\ufffe \U0001f600 &amp; &#0;"
FEEDS = ["/feed/", "/sections/cheng-shi/feed/", "/tags/di-tie/feed/", "/authors/lin/feed/"]
FEEDS += ["/corrections/feed/", "/series/gang-kou/feed/"]
SITEMAPS = ["/sitemap.xml", "/sitemap-sections.xml", "/sitemap-tags.xml", "/sitemap-authors.xml"]
SITEMAPS += ["/sitemap-series.xml", "/news-sitemap.xml"]
JUDGES: dict[str, Callable[[bytes], list[str]]] = {
    **dict.fromkeys(FEEDS, atom_faults),
    "/feed.json": json_feed_faults,
    **dict.fromkeys(SITEMAPS, sitemap_faults),
    "/sitemap-2026-11.xml": sitemap_faults,
}


def make_paper() -> None:
    """A paper with everything that feeds and sitemaps show, each text as bad as the model takes it."""
    SiteProfile.objects.update(name=f"报 {HOSTILE}", description=HOSTILE)
    lin = make_author(f"林 {HOSTILE}", slug="lin", bio=HOSTILE)
    city = make_category("城市", description=HOSTILE)
    values = {"title": HOSTILE, "summary": HOSTILE, "body": f"<p>{HOSTILE}</p><a href='/a b?x=[1]&y=é'>x</a>"}
    for language in ("zh-hans", "zh-TW", "en-GB", "ja", ""):
        article = make_article(
            **values, language=language or "zh-hans", categories=[city], authors=[lin], tags=["地铁", HOSTILE]
        )
    correct(article, HOSTILE, by=make_editor())
    series = Series.objects.create(name="港口", slug="gang-kou", description=HOSTILE)
    add_to_series(series, [article], by=None)
    make_article(title="", body="", summary="")
    make_article(title="无署名", published_at=timezone.now() - timedelta(minutes=1), updated_at=timezone.now())


@pytest.mark.parametrize("path", list(JUDGES))
def test_each_feed_and_sitemap_is_valid_with_hostile_texts(client: Client, path: str) -> None:
    make_paper()
    response = client.get(path)
    assert response.status_code == 200
    assert JUDGES[path](response.content) == []


@pytest.mark.parametrize(
    "path", ["/feed/", "/corrections/feed/", "/feed.json", "/sitemap.xml", "/sitemap-sections.xml", "/news-sitemap.xml"]
)
def test_each_feed_and_sitemap_of_an_empty_paper_is_valid(client: Client, path: str) -> None:
    assert JUDGES[path](client.get(path).content) == []


def test_an_address_with_any_character_is_escaped(client: Client) -> None:
    city = make_category("城市 & 乡村", slug="city")
    make_article(slug="a", categories=[city], published_at=datetime(2026, 11, 1, tzinfo=UTC))
    for path in ("/sitemap-sections.xml", "/sitemap-2026-11.xml"):
        assert sitemap_faults(client.get(path).content) == []


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id><title>f</title><updated>2026-11-20T04:00:00Z</updated>'
    "{}<entry><id>urn:e</id><title>e</title><updated>{}</updated><content>c</content></entry></feed>"
)
AUTHOR = "<author><name>林</name></author>"
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
ITEM = '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[%s]}'


@pytest.mark.parametrize(
    ("judge", "right", "wrong"),
    [
        (atom_faults, ATOM.format(AUTHOR, "2026-11-20T04:00:00+08:00"), ATOM.format(AUTHOR, "2026-11-20")),
        (atom_faults, ATOM.format(AUTHOR, "2026-11-20T04:00:00Z"), ATOM.format("", "2026-11-20T04:00:00Z")),
        (sitemap_faults, SITEMAP.format("<url><loc>https://a.example/</loc></url>"), SITEMAP.format("")),
        (
            sitemap_faults,
            SITEMAP.format("<url><loc>https://a.example/%E5</loc></url>"),
            SITEMAP.format("<url><loc>https://a.example/城</loc></url>"),
        ),
        (json_feed_faults, ITEM % '{"id":"1","content_html":""}', ITEM % '{"id":"1"}'),
        (json_feed_faults, ITEM % "", ITEM % '{"id":"1","content_text":""},{"id":"1","content_text":""}'),
    ],
)
def test_the_judges_tell_right_from_wrong(judge: Callable[[bytes], list[str]], right: str, wrong: str) -> None:
    assert judge(right.encode()) == []
    assert judge(wrong.encode()) != []
