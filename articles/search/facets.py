"""What a reader may narrow a search to: the sections, tags and authors of the articles found, with their numbers."""

from collections import Counter
from collections.abc import Iterable

from articles.models import Category, NameKind
from articles.models.category import MAX_DEPTH
from articles.search.names import Named

_ANCESTORS = "__".join(["parent"] * (MAX_DEPTH - 1))


def count_names(belongings: Iterable[Iterable[str]], *, most: int = 12) -> dict[NameKind, list[tuple[int, int]]]:
    """Return the most frequent tags and authors, as (id, number of articles)."""
    counts: dict[NameKind, Counter[int]] = {NameKind.TAG: Counter(), NameKind.AUTHOR: Counter()}
    for facets in belongings:
        for facet in facets:
            if facet[0] != NameKind.CATEGORY:
                counts[NameKind(facet[0])][int(facet[1:])] += 1
    return {
        kind: sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most] for kind, counter in counts.items()
    }


def count_sections(belongings: Iterable[Iterable[str]], *, most: int = 12) -> list[tuple[Named, int]]:
    """Return the most frequent sections in the order of the tree; a section's number counts all below it."""
    placed = [{int(facet[1:]) for facet in facets if facet[0] == NameKind.CATEGORY} for facets in belongings]
    rows = Category.objects.filter(pk__in=set().union(*placed)).select_related(_ANCESTORS) if any(placed) else ()
    lines = {row.pk: _line_of(row) for row in rows}
    sections = {section.key: section for line in lines.values() for section in line}
    counts: Counter[int] = Counter()
    for keys in placed:
        counts.update({section.key for key in keys for section in lines.get(key, ())})
    chosen = sorted(counts, key=lambda key: (-counts[key], sections[key].slug))[:most]
    return [(sections[key], counts[key]) for key in sorted(chosen, key=lambda key: sections[key].slug)]


def _line_of(section: Category | None) -> list[Named]:
    line = []
    while section is not None:
        line.append(Named(NameKind.CATEGORY, section.pk, section.name, section.path))
        section = section.parent
    return line
