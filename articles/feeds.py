"""Atom feeds with the full content, for the site and for each section, tag and author."""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import parse_http_date_safe
from django.utils.translation import gettext as _

from articles.languages import html_language
from articles.models import Article, Author, Category, Listing, ListKind, SiteProfile, Tag
from articles.templatetags.articles import article_html
from articles.views import find_section

SIZE = 20
# XML 1.0 section 2.2: what a document may not hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RELATIVE = re.compile(r'(<(?:a|img)\b[^<>]*?\s(?:href|src)=")(/[^"<>]*|#[^"<>]*)"')


class FullAtomFeed(Atom1Feed):
    """Atom (RFC 4287) with a `content` element beside the summary."""

    def root_attributes(self) -> dict[str, str]:
        attributes = super().root_attributes()
        attributes["xml:base"] = f"{settings.SITE_URL}/"
        return attributes

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html", "xml:lang": item["language"]})


def xml_text(text: str) -> str:
    """Return `text` without what XML cannot hold."""
    return _NOT_XML.sub("", text)


class ArticleFeed(Feed):
    """The newest articles of one list. Subclasses name the list."""

    feed_type = FullAtomFeed
    kind = ListKind.HOME

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A page of a feed belongs to everybody: no cookie decides about it.
        request.content_language = settings.LANGUAGE_CODE  # type: ignore[attr-defined]
        response = super().__call__(request, *args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=300"
        modified = response.headers.get("Last-Modified")
        since = request.headers.get("If-Modified-Since")
        if modified and since and (parse_http_date_safe(since) or 0) >= (parse_http_date_safe(modified) or 1):
            return HttpResponse(status=304, headers={"Last-Modified": modified, "Cache-Control": "public, max-age=300"})
        return response

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        feed = super().get_feed(obj, request)
        feed.feed["language"] = html_language(settings.LANGUAGE_CODE)
        feed.feed["feed_url"] = self._absolute(request.path)
        feed.feed["id"] = feed.feed["link"] = self._absolute(self.link(obj))
        return feed

    def _absolute(self, path: str) -> str:
        return urljoin(f"{settings.SITE_URL}/", path)

    def key(self, obj: Any) -> int:
        return obj.pk if obj is not None else 0

    def items(self, obj: Any) -> list[Article]:
        rows = (
            Listing.objects.of(self.kind, self.key(obj))
            .live()
            .select_related("article__category")
            .prefetch_related("article__authorships__author", "article__tag_items__tag")
            .order_by("-published_at", "-article_id")[:SIZE]
        )
        return [row.article for row in rows]

    def title(self, obj: Any) -> str:
        name = SiteProfile.load().name
        return xml_text(f"{obj} · {name}" if obj is not None else name)

    def link(self, obj: Any) -> str:
        return obj.get_absolute_url() if obj is not None else reverse("articles:home")

    def subtitle(self, obj: Any) -> str:
        return xml_text(getattr(obj, "description", "") or SiteProfile.load().description)

    def feed_guid(self, obj: Any) -> str:
        return self._absolute(self.link(obj))

    def item_title(self, item: Article) -> str:
        return xml_text(item.title)

    def item_description(self, item: Article) -> str:
        # Atom's summary is HTML here, ours is plain text.
        return escape(xml_text(item.summary))

    def item_link(self, item: Article) -> str:
        return self._absolute(item.get_absolute_url())

    def item_guid(self, item: Article) -> str:
        # The number alone: a corrected slug does not make a new entry for readers of the feed.
        return self._absolute(reverse("articles:article_by_number", args=[item.pk]))

    def item_author_name(self, item: Article) -> str | None:
        names = [entry.author.name for entry in item.authorships.all()]
        return xml_text(_(", ").join(names) or item.source_name or SiteProfile.load().name)

    def item_categories(self, item: Article) -> list[str]:
        names = [item.category.name] if item.category else []
        return [xml_text(name) for name in [*names, *(entry.tag.name for entry in item.tag_items.all())]]

    def item_pubdate(self, item: Article) -> Any:
        return item.published_at

    def item_updateddate(self, item: Article) -> Any:
        return max(item.updated_at, item.published_at) if item.updated_at and item.published_at else item.published_at

    def item_extra_kwargs(self, item: Article) -> dict[str, Any]:
        content = _RELATIVE.sub(
            lambda match: f'{match[1]}{urljoin(self.item_link(item), match[2])}"', str(article_html(item.body))
        )
        return {"content": xml_text(content), "language": html_language(item.language)}


class SiteFeed(ArticleFeed):
    """The whole paper."""


class CategoryFeed(ArticleFeed):
    """A section with all below it."""

    kind = ListKind.CATEGORY

    def get_object(self, request: HttpRequest, path: str) -> Category:
        return find_section(path)


class TagFeed(ArticleFeed):
    """A tag."""

    kind = ListKind.TAG

    def get_object(self, request: HttpRequest, slug: str) -> Tag:
        return get_object_or_404(Tag, slug=slug)


class AuthorFeed(ArticleFeed):
    """An author."""

    kind = ListKind.AUTHOR

    def get_object(self, request: HttpRequest, slug: str) -> Author:
        return get_object_or_404(Author, slug=slug)
