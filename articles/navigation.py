"""The sections in the navigation, and the newest moment of the paper: the same on every page, so kept for a minute."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from articles.languages import language_key
from articles.models import Article, Category, Listing, ListKind, Series
from articles.models.counts import liveliest
from articles.models.listing import ListingQuerySet

MAX_SECTIONS = 8
CACHE_KEY = "navigation-5"  # raised with every change of the fields: the cache holds pickled rows
_SECONDS = 60
_LOOKED_AT = 500  # newest stories that tell which sections speak the site's language


@dataclass(frozen=True, slots=True)
class Navigation:
    """Sections of the menu in order; those of the front page; where the articles in another language than the site's
    stand, and that language; the time of the newest story.

    The last two are None while there is none.
    """

    sections: tuple[Category, ...]
    front: tuple[Category, ...]
    elsewhere: tuple[Category, str] | None
    newest_at: datetime | None
    has_series: bool = False


def load_navigation() -> Navigation:
    """Return the navigation, from the cache for up to a minute."""
    navigation = cache.get(CACHE_KEY)
    if navigation is None:
        navigation = _build()
        cache.set(CACHE_KEY, navigation, _SECONDS)
    return navigation


def _build() -> Navigation:
    roots = {section.pk: section for section in Category.objects.filter(parent=None)}
    order = liveliest(ListKind.CATEGORY, roots, len(roots))
    chosen = tuple(Category.objects.filter(in_menu=True).order_by("position", "path")[:MAX_SECTIONS])
    sections = chosen or tuple(roots[key] for key in order[:MAX_SECTIONS])
    newest = Listing.objects.of(ListKind.HOME).live().order_by("-published_at", "-article")
    return Navigation(
        sections=sections,
        front=_front((*sections, *(roots[key] for key in order if roots[key] not in sections))) or sections,
        elsewhere=_elsewhere(),
        newest_at=newest.values_list("published_at", flat=True).first(),
        has_series=Series.objects.public().exists(),
    )


def _front(sections: tuple[Category, ...]) -> tuple[Category, ...]:
    """Return the first sections that have stories in the site's language: a band without any would leave a hole."""
    newest = Listing.objects.in_language(settings.LANGUAGE_CODE).live().order_by("-published_at", "-article")
    paths = {path for path in newest.values_list("article__category__path", flat=True)[:_LOOKED_AT] if path}
    return tuple(section for section in sections if any(f"{path}/".startswith(f"{section.path}/") for path in paths))[
        :MAX_SECTIONS
    ]


def _elsewhere() -> tuple[Category, str] | None:
    """Return the section of the newest article in another language of the interface, and that language.

    It is the section at the root, if that one's newest article is in that language too.
    """
    own = language_key(settings.LANGUAGE_CODE)
    for code in {language_key(code): code for code, _name in settings.LANGUAGES if language_key(code) != own}.values():
        newest = _newest(Listing.objects.in_language(code))
        if newest is None or newest.category is None:
            continue
        root = Category.objects.get(path=newest.category.path.split("/")[0])
        first = _newest(Listing.objects.of(ListKind.CATEGORY, root.pk))
        is_wholly = first is not None and language_key(first.language) == language_key(code)
        return (root if is_wholly else newest.category), code
    return None


def _newest(rows: ListingQuerySet) -> Article | None:
    row = rows.live().select_related("article__category").defer("article__body").order_by("-published_at", "-article")
    first = row.first()
    return first.article if first else None
