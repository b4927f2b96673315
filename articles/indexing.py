"""What search engines may list: the one place that knows which articles and sections editors keep from them."""

from collections.abc import Sequence

from django.db.models import Q

from articles.models import Article, Category, ListingQuerySet, SiteProfile


def hides_section(section: Category, ancestors: Sequence[Category]) -> bool:
    """Whether a section is kept from search engines, by itself or with one above it."""
    return any(each.noindex for each in [*ancestors, section])


def hides_article(article: Article, ancestors: Sequence[Category]) -> bool:
    """Whether an article is kept from search engines: by itself, with its main section, or with its source.

    `ancestors` are the sections above its main one.
    """
    return (
        article.noindex
        or (article.category is not None and hides_section(article.category, ancestors))
        or article.source_name in SiteProfile.load().hidden_sources()
    )


def hidden_sections() -> list[int]:
    """Return the ids of all sections that are kept from search engines: two queries at most."""
    paths = list(Category.objects.filter(noindex=True).values_list("path", flat=True))
    if not paths:
        return []
    below = Q()
    for path in paths:
        below |= Q(path=path) | Q(path__gt=f"{path}/", path__lt=f"{path}0")
    return list(Category.objects.filter(below).values_list("pk", flat=True))


def for_search_engines(rows: ListingQuerySet, hidden: Sequence[int]) -> ListingQuerySet:
    """Leave out what search engines shall not list, and what they shall credit to another address.

    `hidden` are the `hidden_sections()`.
    """
    rows = rows.filter(article__noindex=False, article__canonical_url="")
    if sources := SiteProfile.load().hidden_sources():
        rows = rows.exclude(article__source_name__in=sources)
    return rows.exclude(article__category__in=hidden) if hidden else rows
