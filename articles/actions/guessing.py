"""What an address that nothing answers may mean: a page whose slug is its last part, else an article of its words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from articles.models import Article, Author, Category, Tag
from articles.search import search
from articles.text.slugs import make_slug
from articles.text.tokens import parse_query

_SUFFIX = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-?\d{2}-?\d{2}[-_]")
_NUMBER = re.compile(r"^\d{1,9}[-_]|[-_]\d{1,9}$")
_SHORTEST = 3
_MAX_SEARCHES = 8
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_HAN, _SHORTEST_LATIN = 4, 9
_PAGING = re.compile(r"/page/\d+$")


@dataclass(frozen=True, slots=True)
class Guess:
    """A page of today: what it is called, where it stands, and the article where it is one."""

    name: str
    path: str
    article: Article | None = None


def guess_targets(paths: Iterable[str]) -> dict[str, Guess]:
    """Return the page that each of `paths` most likely means, where there is one that readers may see.

    Four queries for the slugs, however many paths there are; of the others the first few are searched for.
    """
    paths = list(paths)
    guesses = _by_slug(paths)
    for path in [path for path in paths if path not in guesses][:_MAX_SEARCHES]:
        if found := _by_words(path):
            guesses[path] = found
    return guesses


def _by_slug(paths: Iterable[str]) -> dict[str, Guess]:
    wanted = {path: _slugs(path) for path in paths}
    slugs = {slug for found in wanted.values() for slug in found}
    if not slugs:
        return {}
    by_slug: dict[str, Guess] = {}
    for author in Author.objects.filter(slug__in=slugs):
        by_slug[author.slug] = Guess(author.name, author.get_absolute_url())
    for tag in Tag.objects.filter(slug__in=slugs):
        by_slug[tag.slug] = Guess(tag.name, tag.get_absolute_url())
    for section in Category.objects.filter(slug__in=slugs).order_by("-path"):
        by_slug[section.slug] = Guess(section.name, section.get_absolute_url())
    # The newest of several; an article is what most old addresses meant.
    for article in Article.objects.live().filter(slug__in=slugs).for_lists().order_by("published_at", "pk")[:1000]:
        by_slug[article.slug] = Guess(article.title, article.get_absolute_url(), article)
    return {
        path: guess
        for path, found in wanted.items()
        if (guess := next((by_slug[slug] for slug in found if slug in by_slug), None)) and guess.path != path
    }


def _by_words(path: str) -> Guess | None:
    """Return the live article that best holds all words of the path's end, where they are words enough to tell."""
    words = " ".join(_WORD.findall(_end(path)))
    if len(words) < (_SHORTEST_HAN if not words.isascii() else _SHORTEST_LATIN):
        return None
    ids = search(parse_query(words), at=timezone.now(), size=1).article_ids
    article = Article.objects.for_lists().filter(pk__in=ids).first()
    return Guess(article.title, article.get_absolute_url(), article) if article else None


def _end(path: str) -> str:
    end = _PAGING.sub("", path.partition("?")[0].rstrip("/")).rpartition("/")[2]
    return _SUFFIX.sub("", end)


def _slugs(path: str) -> list[str]:
    """Return the slugs that the end of a path may stand for, the most exact one first."""
    end = _end(path)
    forms = [end, _DATE.sub("", end), _NUMBER.sub("", _DATE.sub("", end))]
    slugs = [make_slug(form, max_length=80) if not form.isascii() else form.lower().replace("_", "-") for form in forms]
    return [slug for slug in dict.fromkeys(slugs) if len(slug) >= _SHORTEST and not slug.isdigit()]
