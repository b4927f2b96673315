"""For crawlers: sitemaps split by month (https://www.sitemaps.org/protocol.html), Google's news sitemap, robots.txt.

Each document is a bounded number of index walks. What is not live, what editors hide from search engines and what they
credit to another address stands in none of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.conf import site_password, site_url
from articles.feeds.entries import xml_text
from articles.indexing import for_search_engines, hidden_sections
from articles.languages import html_language, interface_language
from articles.models import (
    Article,
    Author,
    Category,
    Listing,
    ListingQuerySet,
    ListKind,
    Series,
    SiteProfile,
    StandingPage,
    Tag,
)
from articles.models.counts import count_months
from articles.models.paging import start_walk

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS_NAMESPACE = "http://www.google.com/schemas/sitemap-news/0.9"
MAX_URLS = 45_000  # the protocol allows 50,000
MAX_NEWS = 1_000
MAX_STANDING = 1_000
NEWS_AGE = timedelta(days=2)
_MONTHS_A_QUERY = 60
_MONTH = re.compile(r"([1-8][0-9]{3})-(0[1-9]|1[0-2])(?:-([1-9][0-9]?))?", re.ASCII)
_OLDEST = 1000  # a year: what is older is a mistake, and breaks calendars


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the site's calendar, and which part of it (from 1) where it fills more than one sitemap."""

    year: int
    month: int
    part: int = 1

    @property
    def name(self) -> str:
        name = f"{self.year:04}-{self.month:02}"
        return name if self.part == 1 else f"{name}-{self.part}"

    def cut(self, rows: ListingQuerySet) -> ListingQuerySet:
        """Return those of `rows` that stand in this sitemap, newest first."""
        zone = timezone.get_default_timezone()
        first = datetime(self.year, self.month, 1, tzinfo=zone)
        after = datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=zone)
        start = (self.part - 1) * MAX_URLS
        within = start_walk(rows, published_at__gte=first, published_at__lt=after)
        return within.order_by("-published_at", "-article_id")[start : start + MAX_URLS]


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """All sitemaps: sections, tags, authors and series, and each month in which a listed article appeared."""
    names = ["sections", *(name for name in ("tags", "authors", "series") if _OWNERS[name]().exists())]
    names += [month.name for month in _months(_listed())]
    base = site_url()
    places = (_element("loc", base + reverse("articles:sitemap_part", args=[name])) for name in names)
    return _document("sitemapindex", (f"<sitemap>{place}</sitemap>" for place in places))


@require_safe
def sitemap_part(request: HttpRequest, name: str) -> HttpResponse:
    """One sitemap: `sections` (with the front page and standing pages), `tags`, `authors`, `series`, or a month."""
    if name in _OWNERS:
        paths = [owner.get_absolute_url() for owner in _OWNERS[name]()]
        if name == "sections":
            standing = StandingPage.objects.filter(is_public=True).defer("body")[:MAX_STANDING]
            paths = [reverse("articles:home"), *paths, *(page.get_absolute_url() for page in standing)]
        entries = [_page(path) for path in paths]
    else:
        entries = _articles_of(_read_month(name))
    if not entries:
        raise Http404("no such sitemap")
    return _document("urlset", entries)


def _page(path: str) -> str:
    return f"<url>{_element('loc', site_url() + path)}</url>"


def _read_month(name: str) -> Month:
    found = _MONTH.fullmatch(name)
    if not found:
        raise Http404("no such sitemap")
    return Month(int(found[1]), int(found[2]), int(found[3] or 1))


def _articles_of(month: Month) -> list[str]:
    """The addresses of a month's articles, with the time of the last editorial change."""
    base = site_url()
    entries = []
    values = month.cut(_listed()).values_list("article_id", "article__slug", "published_at", "article__updated_at")
    for pk, slug, published_at, updated_at in values:
        address = base + reverse("articles:article_detail", args=[pk, slug])
        changed_at = max(updated_at or published_at, published_at).isoformat(timespec="seconds")
        entries.append(f"<url>{_element('loc', address)}{_element('lastmod', changed_at)}</url>")
    return entries


@require_safe
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """The articles of the last two days for Google News (publisher center's sitemap protocol)."""
    rows = start_walk(_listed(), published_at__gte=timezone.now() - NEWS_AGE)
    newest = rows.order_by("-published_at", "-article_id").select_related("article").defer("article__body")[:MAX_NEWS]
    # The schema knows no sitemap without a page; on a day without news it names the front page, as no news of its own.
    entries = [_news(row.article) for row in newest] or [_page(reverse("articles:home"))]
    return _document("urlset", entries, f' xmlns:news="{NEWS_NAMESPACE}"')


def _news(article: Article) -> str:
    published_at = article.published_at.isoformat(timespec="seconds") if article.published_at else ""
    publication = _element("news:name", SiteProfile.load().name)
    publication += _element("news:language", _news_language(article.language))
    news = f"<news:publication>{publication}</news:publication>"
    news += _element("news:publication_date", published_at) + _element("news:title", article.title)
    return f"<url>{_element('loc', site_url() + article.get_absolute_url())}<news:news>{news}</news:news></url>"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where to look; a private site sends them away."""
    lines = ["User-agent: *"]
    if site_password():
        lines.append("Disallow: /")
    else:
        # Results of searches are pages without end; the page of the search itself is open.
        lines += [f"Disallow: {reverse('admin:index')}", "Disallow: /search/?", ""]
        lines += [f"Sitemap: {site_url()}{reverse(f'articles:{name}')}" for name in ("sitemap", "news_sitemap")]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _news_language(language: str) -> str:
    """Google's codes: ISO 639, and two of its own for Chinese."""
    tag = language.lower().replace("_", "-")
    if tag.split("-")[0] == "zh":
        return "zh-tw" if interface_language(tag) == "zh-hant" else "zh-cn"
    return tag.split("-")[0] or html_language(settings.LANGUAGE_CODE)


def _listed() -> ListingQuerySet:
    return for_search_engines(Listing.objects.of(ListKind.HOME).live(), hidden_sections())


def _months(rows: ListingQuerySet) -> Iterator[Month]:
    """Each month with one of `rows`, newest first: an index seek for each month that has articles at all."""
    months = [
        Month(key // 100, key % 100, part)
        for key, number in sorted(count_months().items(), reverse=True)
        for part in range(1, 2 + (number - 1) // MAX_URLS)
        if key // 100 >= _OLDEST
    ]
    for start in range(0, len(months), _MONTHS_A_QUERY):
        yield from _with_rows(months[start : start + _MONTHS_A_QUERY], rows)


def _with_rows(months: list[Month], rows: ListingQuerySet) -> list[Month]:
    """Return those of `months` in which one of `rows` stands: one query."""
    seeks = {f"month_{place}": Exists(month.cut(rows)) for place, month in enumerate(months)}
    # The one row of the profile is only what the seeks hang on.
    found = SiteProfile.objects.annotate(**seeks).values_list(*seeks).first() or ()
    return [month for month, has_articles in zip(months, found, strict=False) if has_articles]


def _with_articles(owners: QuerySet[Any], kind: ListKind) -> QuerySet[Any]:
    live = Listing.objects.live().filter(kind=kind, key=OuterRef("pk"))
    return owners.filter(Exists(live)).order_by("pk")[:MAX_URLS]


_OWNERS: dict[str, Callable[[], QuerySet[Any]]] = {
    "sections": lambda: _with_articles(Category.objects.exclude(pk__in=hidden_sections()), ListKind.CATEGORY),
    "tags": lambda: _with_articles(Tag.objects.all(), ListKind.TAG),
    "authors": lambda: _with_articles(Author.objects.all(), ListKind.AUTHOR),
    "series": lambda: Series.objects.public().order_by("pk")[:MAX_URLS],
}


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(xml_text(text))}</{name}>"


def _document(root: str, entries: Iterable[str], attributes: str = "") -> HttpResponse:
    lines = "\n".join(entries)
    xml = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{NAMESPACE}"{attributes}>\n{lines}\n</{root}>\n'
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")
