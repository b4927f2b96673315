"""What a reader may narrow a search to: the sections, tags and authors of the articles found, with their numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from articles.models import Category, NameKind
from articles.models.category import ancestor_paths
from articles.search.names import MODELS


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A section, tag or author (`item`), and how many of the articles found belong to it."""

    item: Any
    number: int


def narrowings(belongings: Iterable[Iterable[str]], *, most: int = 12) -> dict[NameKind, list[Narrowing]]:
    """Return the most frequent sections, tags and authors; a section's number counts all below it."""
    found = [_by_kind(facets) for facets in belongings]
    result = {NameKind.CATEGORY: _sections([each[NameKind.CATEGORY] for each in found], most)}
    for kind in (NameKind.TAG, NameKind.AUTHOR):
        counts = Counter(key for each in found for key in each[kind])
        keys = sorted(counts, key=lambda key: (-counts[key], key))[:most]
        items = MODELS[kind]._default_manager.in_bulk(keys)
        result[kind] = [Narrowing(items[key], counts[key]) for key in keys if key in items]
    return result


def _by_kind(facets: Iterable[str]) -> dict[NameKind, set[int]]:
    kinds: dict[NameKind, set[int]] = {kind: set() for kind in NameKind}
    for facet in facets:
        kinds[NameKind(facet[0])].add(int(facet[1:]))
    return kinds


def _sections(placed: list[set[int]], most: int) -> list[Narrowing]:
    direct = Category.objects.in_bulk(set().union(*placed))
    counts: Counter[str] = Counter()
    for keys in placed:
        paths = {direct[key].path for key in keys if key in direct}
        counts.update(paths.union(*(ancestor_paths(path) for path in paths)))
    chosen = sorted(counts, key=lambda path: (-counts[path], path))[:most]
    items = {section.path: section for section in Category.objects.filter(path__in=chosen)}
    return [Narrowing(items[path], counts[path]) for path in sorted(chosen) if path in items]
