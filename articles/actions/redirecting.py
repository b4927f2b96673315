"""Old addresses: remembered for articles, and answered where no page of today does."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from articles.actions.conventions import conventional_path
from articles.models import Article, Author, Category, Redirect, RedirectOrigin, Series, Tag
from articles.text.addresses import address_keys, decoded_key

_MAX_HOPS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answers: 200, 301 with a path on this site, 404 or 410."""

    status: int
    location: str = ""


NOT_FOUND = Answer(404)
GONE = Answer(410)


def answer_old_address(path: str, query: str = "") -> Answer:
    """Return the answer for an address that no page answers: 301 to what readers may see, else 410 or 404.

    `path` is decoded, `query` is not. Redirects that somebody made come first, then the addresses that other systems
    give to sections, tags, authors, archives and feeds.
    """
    return _follow(path, query, _MAX_HOPS)


def check_address(address: str) -> Answer:
    """Return what this site answers for an address with or without host, a page of today included."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return NOT_FOUND
    path = unquote(parts.path) or "/"
    if parts.query and path == "/":
        moved = answer_old_query(path, parts.query)
        if moved is not None:
            return moved
    page = page_answer(path)
    if page is not None and page.status == 301:
        # An article with this number and another slug: the address may be that of another one.
        row = _find(address_keys(path))
        return _answer_row(row, _MAX_HOPS) if row else page
    if page is not None and page != NOT_FOUND:
        return page
    answer = answer_old_address(path, parts.query)
    if answer == NOT_FOUND and not path.endswith("/") and page_answer(f"{path}/") == Answer(200):
        return Answer(301, f"{path}/")
    return answer


def check_addresses(addresses: Iterable[str]) -> Counter[int]:
    """Return how many of the addresses answer what; empty lines and lines that begin with # are passed over."""
    lines = (line.strip() for line in addresses)
    return Counter(check_address(line).status for line in lines if line and not line.startswith("#"))


def answer_old_query(path: str, query: str) -> Answer | None:
    """Return the answer for a page that answers itself, asked in an old system's way (`/?p=123`); None for no such."""
    keys = [key for key in address_keys(path, query) if "?" in key]
    row = _find(keys)
    return _answer_row(row, _MAX_HOPS) if row else None


def page_answer(path: str) -> Answer | None:
    """Return 200, 301, 404 or 410 for a path that a page of this site has the pattern for, else None.

    Pages that show a row of the database are looked up; of others the pattern is believed.
    """
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if "articles" not in match.app_names:
        return Answer(200)
    lookup = _PAGES.get((match.url_name or "").removesuffix("_feed").removesuffix("_detail"))
    return lookup(match) if lookup else Answer(200)


def add_old_addresses(wanted: Mapping[int, Iterable[str]]) -> dict[int, list[str]]:
    """Remember old addresses (decoded paths) of articles, by the article's id; return what has to be told, by id.

    An address belongs to whoever had it first. Two queries, however many there are.
    """
    told: dict[int, list[str]] = {}
    owners: dict[str, int] = {}
    for article, path in ((article, path) for article, paths in wanted.items() for path in paths):
        key = decoded_key(path)
        problem = _problem(key, path)
        if key and key != "/" and owners.setdefault(key, article) != article:
            problem = _taken(path, owners[key])
        if problem:
            told.setdefault(article, []).append(problem)
    if owners:
        _claim(owners, told)
    return told


@transaction.atomic
def _claim(owners: dict[str, int], told: dict[int, list[str]]) -> None:
    known = {row.old_path: row for row in Redirect.objects.filter(old_path__in=list(owners))}
    new = []
    for key, article in owners.items():
        row = known.get(key)
        if row is None:
            new.append(Redirect(old_path=key, article_id=article, origin=RedirectOrigin.IMPORT))
        elif row.article_id is None and not row.new_path and row.origin == RedirectOrigin.IMPORT:
            # Its article was deleted, and another one claims the address: better than "gone".
            Redirect.objects.filter(pk=row.pk).update(article=article)
        elif row.article_id != article:
            told.setdefault(article, []).append(_taken(key, row.article_id))
    Redirect.objects.bulk_create(new, batch_size=500)


def _taken(path: str, owner: int | None) -> str:
    holder = f"article {owner}" if owner else "a redirect"
    return f"the old address {path[:200]!r} belongs to {holder} already, which keeps it"


def _problem(key: str, path: str) -> str:
    if not key:
        return f"the old address {path[:80]!r} cannot be remembered"
    if key == "/":
        return "the old address '/' is the front page's"
    if "?" not in key and _has_pattern(key):
        return (
            f"the old address {path[:200]!r} lies where this site has pages of its own; it answers only where none is"
        )
    return ""


def _has_pattern(key: str) -> bool:
    for path in (key, f"{key}/"):
        try:
            resolve(path)
        except Resolver404:
            continue
        return True
    return False


def _follow(path: str, query: str, hops: int) -> Answer:
    row = _find(address_keys(path, query))
    if row is not None:
        return _answer_row(row, hops)
    place, slash, last = path.rstrip("/").rpartition("/")
    if slash and last == "feed" and place:
        # A list's feed moves with the list.
        row = _find([key for key in address_keys(place) if key])
        if row is not None and row.new_path and _PAGE_WITH_FEED.intersection(row.new_path.split("/")[1:2]):
            return _settled(f"{row.new_path.rstrip('/')}/feed/", hops)
    target = conventional_path(path)
    return _settled(target, hops) if target else NOT_FOUND


def _find(keys: list[str]) -> Redirect | None:
    if not keys:
        return None
    rows = {row.old_path: row for row in Redirect.objects.filter(old_path__in=keys).select_related(None)}
    return next((rows[key] for key in keys if key in rows), None)


def _answer_row(row: Redirect, hops: int) -> Answer:
    if row.article_id is not None:
        return _article_answer(row.article_id, "")
    return _settled(row.new_path, hops) if row.new_path else GONE


def _settled(target: str, hops: int) -> Answer:
    """Return the one hop that leads to where `target` answers today."""
    path, _mark, query = target.partition("?")
    page = page_answer(unquote(path))
    if page == Answer(200):
        return Answer(301, target)
    if page is not None and page != NOT_FOUND:
        return page
    return _follow(unquote(path), query, hops - 1) if hops > 0 else NOT_FOUND


def _article_answer(number: int, slug: str | None) -> Answer:
    """Return 301 to a live article, or 200 where `slug` is the right one; 410 for a withdrawn one, else 404."""
    try:
        article = Article.objects.only("pk", "slug", "withdrawn_at", "trashed_at").filter(pk=number).first()
    except OverflowError:
        return NOT_FOUND
    if article is None:
        return NOT_FOUND
    if article.withdrawn_at and not article.trashed_at:
        return GONE
    if not article.is_live(timezone.now()):
        return NOT_FOUND
    return Answer(200) if slug == article.slug else Answer(301, article.get_absolute_url())


def _article_page(match: ResolverMatch) -> Answer:
    return _article_answer(match.kwargs["number"], match.kwargs.get("slug"))


def _row_page(rows: Callable[[], Any], field: str) -> Any:
    def lookup(match: ResolverMatch) -> Answer:
        return Answer(200) if rows().filter(**{field: match.kwargs[field]}).exists() else NOT_FOUND

    return lookup


_PAGES = {
    "article": _article_page,
    "article_by_number": _article_page,
    "category": _row_page(Category.objects.all, "path"),
    "tag": _row_page(Tag.objects.all, "slug"),
    "author": _row_page(Author.objects.all, "slug"),
    "series": _row_page(Series.objects.public, "slug"),
}
_PAGE_WITH_FEED = frozenset({"sections", "tags", "authors", "series"})
