"""What a feed holds: the newest articles of one list as plain data, in the form of no format yet."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from articles.conf import site_url
from articles.languages import html_language
from articles.models import Article, Correction, Listing, ListingQuerySet, ListKind, Series, SiteProfile
from articles.pictures import large_picture, stands_in_body
from articles.text.body_html import render_body
from articles.text.html_tree import Element, write_html

SIZE = 20
# XML 1.0, section 2.2: what a document may not hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """An article or a correction in a feed: plain texts, addresses with scheme and host, times with a zone."""

    identity: str  # an address without the slug: a corrected slug makes no new entry
    url: str
    title: str
    summary: str
    content: str  # HTML
    language: str
    authors: tuple[str, ...]
    terms: tuple[str, ...]
    image: str  # "" without a picture of our own
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed: its names and addresses, and its entries, newest first."""

    title: str
    description: str
    url: str
    feed_url: str
    language: str
    entries: tuple[Entry, ...]


def site_channel(feed_path: str) -> Channel:
    """Return the feed of the whole paper, in the site's language; one written in another has its section's feed."""
    rows = _newest_first(Listing.objects.in_language(settings.LANGUAGE_CODE))
    profile = SiteProfile.load()
    return _channel(profile.name, profile.description, reverse("articles:home"), feed_path, rows)


def list_channel(kind: ListKind, key: int, name: str, description: str, path: str) -> Channel:
    """Return the feed of one list: a section with all below it, a tag, an author."""
    title = f"{name} · {SiteProfile.load().name}"
    return _channel(title, description, path, f"{path}feed/", _newest_first(Listing.objects.of(kind, key)))


def series_channel(series: Series) -> Channel:
    """Return the feed of a series: its newest articles, whatever their order on its page."""
    title, path = f"{series.name} · {SiteProfile.load().name}", series.get_absolute_url()
    rows = series.entries.live().order_by("-article__published_at", "-article_id")
    return _channel(title, series.description, path, f"{path}feed/", rows)


def corrections_channel(feed_path: str) -> Channel:
    """Return the feed of what was put right, in all languages."""
    address = site_url() + reverse("articles:corrections")
    rows = Correction.objects.live().with_articles()
    name = SiteProfile.load().name
    return Channel(
        title=xml_text(_("Corrections · %(paper)s") % {"paper": name}),
        description="",
        url=address,
        feed_url=site_url() + feed_path,
        language=html_language(settings.LANGUAGE_CODE),
        entries=tuple(_correction(row, address, xml_text(name)) for row in rows[:SIZE]),
    )


def _correction(correction: Correction, address: str, paper: str) -> Entry:
    article = correction.article
    return Entry(
        identity=f"{address}#{correction.pk}",
        url=f"{site_url()}{article.get_absolute_url()}#corrections",
        title=xml_text(article.title),
        summary="",
        content=linebreaks(xml_text(correction.text), autoescape=True),
        language=html_language(article.language),
        authors=(paper,),
        terms=(),
        image="",
        published_at=correction.at,
        updated_at=correction.at,
    )


def _newest_first(rows: ListingQuerySet) -> ListingQuerySet:
    return rows.live().order_by("-published_at", "-article_id")


def _channel(title: str, description: str, path: str, feed_path: str, rows: Any) -> Channel:
    rows = rows.select_related("article__category", "article__hero_image").prefetch_related(
        "article__authorships__author", "article__tag_items__tag", "article__hero_image__renditions"
    )
    return Channel(
        xml_text(title),
        xml_text(description),
        site_url() + path,
        site_url() + feed_path,
        html_language(settings.LANGUAGE_CODE),
        tuple(_entry(row.article) for row in rows[:SIZE]),
    )


def xml_text(text: str) -> str:
    """Return `text` without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def _entry(article: Article) -> Entry:
    url = site_url() + article.get_absolute_url()
    names = [entry.author.name for entry in article.authorships.all()]
    terms = [article.category.name] if article.category else []
    terms += [entry.tag.name for entry in article.tag_items.all()]
    published_at = article.published_at or datetime.fromtimestamp(0, UTC)
    picture = large_picture(article.hero_image)
    image = urljoin(url, picture.src) if picture else ""
    return Entry(
        identity=site_url() + reverse("articles:article_by_number", args=[article.pk]),
        url=url,
        title=xml_text(article.title),
        summary=xml_text(article.summary),
        content=xml_text(_lead(article, image) + render_body(article.body, base=url)),
        language=html_language(article.language),
        authors=tuple(xml_text(name) for name in names or [article.source_name or SiteProfile.load().name]),
        terms=tuple(xml_text(term) for term in dict.fromkeys(terms)),
        image=image,
        published_at=published_at,
        updated_at=max(article.updated_at or published_at, published_at),
    )


def _lead(article: Article, image: str) -> str:
    """The lead picture with its caption, as it stands over the text of the article's page."""
    hero = article.hero_image
    if hero is None or not image or stands_in_body(article):
        return ""
    words = " ".join(text for text in (hero.caption, hero.credit) if text)
    caption = [Element("figcaption", {}, [words])] if words else []
    return write_html([Element("figure", {}, [Element("img", {"src": image, "alt": hero.alt_text}), *caption])])
