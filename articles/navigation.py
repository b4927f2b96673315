"""The sections in the navigation, and the newest moment of the paper: the same on every page, so kept for a minute."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from articles.models import Category, Listing, ListKind

MAX_SECTIONS = 8
_SAMPLE = 300  # newest stories that decide which sections are the liveliest
_KEY = "navigation-2"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Navigation:
    """Sections in order, and the time of the newest story (None while there is none)."""

    sections: tuple[Category, ...]
    newest_at: datetime | None


def load_navigation() -> Navigation:
    """Return the navigation, from the cache for up to a minute."""
    navigation = cache.get(_KEY)
    if navigation is None:
        navigation = _build()
        cache.set(_KEY, navigation, _SECONDS)
    return navigation


def _build() -> Navigation:
    rows = list(
        Listing.objects.of(ListKind.HOME)
        .live()
        .order_by("-published_at", "-article")
        .values_list("published_at", "article__category__path")[:_SAMPLE]
    )
    newest_at = rows[0][0] if rows else None
    chosen = tuple(Category.objects.filter(in_menu=True).order_by("position", "path")[:MAX_SECTIONS])
    if not chosen:
        counts = Counter(path.split("/")[0] for _moment, path in rows if path)
        paths = [path for path, _count in counts.most_common(MAX_SECTIONS)]
        by_path = {section.path: section for section in Category.objects.filter(path__in=paths)}
        chosen = tuple(by_path[path] for path in paths if path in by_path)
    return Navigation(chosen, newest_at)
