"""The addresses that other systems give to lists and feeds, so that they lead to ours without a row for each."""

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Value
from django.db.models.functions import Lower
from django.urls import reverse

from articles.models import Author, Category, Series, Tag
from articles.models.counts import count_days, count_months

# Hexo, Jekyll, Hugo, WordPress, Ghost, Typecho and their common themes.
_FEEDS = frozenset(
    {"atom.xml", "rss.xml", "rss2.xml", "feed.xml", "index.xml", "feed.atom", "rss", "atom", "feed/atom", "feed/rss2",
     "feed/rss", "feed/rdf", "posts/index.xml", "blog/feed", "blog/index.xml", "blog/atom.xml"}
)  # fmt: skip
_FRONT = frozenset({"index.php", "home", "blog", "posts", "post"})
_PAGE = re.compile(r"(?:^|/)(?:page/\d{1,6}|page\d{1,6})$")
_FEED_END = re.compile(r"/(?:feed(?:/(?:atom|rss2?|rdf))?|atom\.xml|rss2?\.xml|feed\.xml|index\.xml)$")
_TAG = re.compile(r"^(?:[a-z-]{1,12}/)?tags?/(.+)$")
_SECTION = re.compile(r"^(?:[a-z-]{1,12}/)?(?:categor(?:y|ies)|sections?|topics?|channels?)/(.+)$")
_AUTHOR = re.compile(r"^(?:[a-z-]{1,12}/)?authors?/(.+)$")
_SERIES = re.compile(r"^(?:[a-z-]{1,12}/)?series/(.+)$")
_ARCHIVE = re.compile(r"^archives?(?:/((?:19|20)\d{2})(?:/(\d{1,2})(?:/(\d{1,2}))?)?)?$")
_DATE = re.compile(r"^((?:19|20)\d{2})(?:/(\d{1,2})(?:/(\d{1,2}))?)?$")  # WordPress
_MAX_LENGTH = 500


def conventional_path(path: str) -> str:
    """Return the path on this site that `path`, an old list's or feed's address (decoded), means; empty for none."""
    place = path.strip("/")
    if len(place) > _MAX_LENGTH or "\0" in place:
        return ""
    if place in _FEEDS:
        return reverse("articles:feed")
    shorter = _FEED_END.sub("", place)
    suffix = "feed/" if shorter != place else ""
    shorter = _PAGE.sub("", shorter)
    shorter = re.sub(r"(?:/index)?\.html?$|/index\.php$", "", shorter)
    if not shorter and place or shorter in _FRONT:
        return reverse("articles:home")
    found = _list_path(shorter)
    # A list page of ours that is not there must not lead to itself.
    return found + suffix if found and f"{found}{suffix}".strip("/") != place else ""


def _list_path(place: str) -> str:
    if match := _TAG.match(place):
        return _first(_tags(match[1]))
    if match := _AUTHOR.match(place):
        return _first(Author.objects.filter(name__in=_spellings(match[1])).order_by("pk")[:1])
    if match := _SECTION.match(place):
        return _section_path(match[1].split("/"))
    if match := _SERIES.match(place):
        names = Series.objects.public().filter(name__in=_spellings(match[1]))
        return _first(names.order_by("pk")[:1])
    match = _ARCHIVE.match(place) or _DATE.match(place)
    return _archive_path([part for part in match.groups() if part]) if match else ""


def _first(rows: Iterable[Tag | Author | Series]) -> str:
    return next((row.get_absolute_url() for row in rows), "")


def _spellings(name: str) -> list[str]:
    return list(dict.fromkeys([name, name.replace("-", " "), name.replace("_", " ")]))


def _folded(name: str) -> str:
    return name.lower().replace("-", " ").replace("_", " ")


def _tags(name: str) -> Iterable[Tag]:
    # As the constraint compares names, so that its index serves.
    folded = [Lower(Value(spelling)) for spelling in _spellings(name)]
    rows = Tag.objects.annotate(folded=Lower("name"))
    return list(rows.filter(folded__in=folded).order_by("pk")[:1]) or list(Tag.objects.filter(slug=name.lower())[:1])


def _section_path(names: list[str]) -> str:
    """Return the address of the section with this name that stands below the others; of several the topmost."""
    slugs = "/".join(names).lower()
    exact = Category.objects.filter(path=slugs).first()
    if exact:
        return exact.get_absolute_url()
    for section in Category.objects.filter(name__in=_spellings(names[-1])).order_by("path")[:20]:
        above = [*(parent.name for parent in section.ancestors()), section.name]
        if [_folded(name) for name in above[-len(names) :]] == [_folded(name) for name in names]:
            return section.get_absolute_url()
    return ""


def _archive_path(parts: list[str]) -> str:
    """Return the address of a stretch of the archive; empty for one without articles, which has no page."""
    name = ("archive", "archive_year", "archive_month", "archive_day")[len(parts)]
    if parts and not _is_in_archive(*map(int, parts)):
        return ""
    return reverse(f"articles:{name}", args=[part.zfill(2) for part in parts])


def _is_in_archive(year: int, *rest: int) -> bool:
    if len(rest) < 2:
        months = count_months()
        return year * 100 + rest[0] in months if rest else any(key // 100 == year for key in months)
    try:
        day = date(year, *rest)
    except ValueError:
        return False
    return bool(count_days(day, day))
