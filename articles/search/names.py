"""The names of sections, tags and authors: what a reader's word may mean beside the text, and "did you mean"."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, Value
from django.urls import reverse

from articles.models import Author, Category, ListKind, NameKind, SearchName, Tag
from articles.models.counts import count_each
from articles.text.slugs import make_slug
from articles.text.tokens import Term, facet_token, fold

MODELS: dict[str, type[Model]] = {NameKind.CATEGORY: Category, NameKind.TAG: Tag, NameKind.AUTHOR: Author}
_LISTS = {NameKind.CATEGORY: ListKind.CATEGORY, NameKind.TAG: ListKind.TAG, NameKind.AUTHOR: ListKind.AUTHOR}
_PAGES = {NameKind.CATEGORY: "category_detail", NameKind.TAG: "tag_detail", NameKind.AUTHOR: "author_detail"}
# Names that one word may stand for; a query of one letter is not worth more.
_MOST_NAMES = 500
_BATCH = 500


def remember_names(wanted: Iterable[tuple[str, int]], *, anew: bool = False) -> None:
    """See to it that the search knows these names, given as (kind, id); `anew`: also where it knows them already."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, key in wanted:
        by_kind[kind].add(key)
    for kind, keys in by_kind.items():
        if not anew:
            known = SearchName.objects.filter(kind=kind, key__in=keys).values_list("key", flat=True)
            keys = keys - set(known)
        if not keys:
            continue
        names = MODELS[kind]._default_manager.filter(pk__in=keys).values_list("pk", "name")
        SearchName.objects.bulk_create(
            [_name(kind, key, name) for key, name in names],
            update_conflicts=True,
            unique_fields=["kind", "key"],
            update_fields=["folded", "pinyin", "initials"],
        )


def remember_all_names() -> None:
    """See to it that the search knows every name as it is now, and none that is gone."""
    for kind, model in MODELS.items():
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), _BATCH):
            remember_names([(kind, key) for key in keys[start : start + _BATCH]], anew=True)
        SearchName.objects.filter(kind=kind).exclude(key__in=model._default_manager.values("pk")).delete()


def forget_name(kind: str, key: int) -> None:
    """Forget the name of what was deleted."""
    SearchName.objects.filter(kind=kind, key=key).delete()


def name_faults() -> Iterator[str]:
    """Tell in words which names the search knows otherwise than they are."""
    for kind, model in MODELS.items():
        known = dict(SearchName.objects.filter(kind=kind).values_list("key", "folded"))
        for key, name in model._default_manager.order_by("pk").values_list("pk", "name"):
            if known.pop(key, None) != _name(kind, key, name).folded:
                yield f"the search does not know the name of {model._meta.model_name} {key}"
        for key in known:
            yield f"the search knows the name of {model._meta.model_name} {key}, which is gone"


def _name(kind: str, key: int, name: str) -> SearchName:
    pinyin = make_slug(name, max_length=300)
    initials = "".join(part[0] for part in pinyin.split("-") if part)
    return SearchName(
        kind=kind, key=key, folded=fold(name)[:400], pinyin=pinyin.replace("-", "")[:400], initials=initials[:100]
    )


def facets_of(terms: Sequence[Term]) -> dict[Term, frozenset[str]]:
    """Return for each term the facets of the tags and authors whose names hold it, as `t12` and `a3`.

    Sections are not among them: readers filter by section, and a section's name would bring everything in it.
    """
    found: dict[Term, set[str]] = {term: set() for term in terms}
    if not terms:
        return {}
    condition = Q()
    for term in terms:
        condition |= Q(folded__contains=term.needle)
    names = SearchName.objects.filter(condition, kind__in=(NameKind.TAG, NameKind.AUTHOR))
    for kind, key, folded in names.order_by("pk").values_list("kind", "key", "folded")[: _MOST_NAMES * len(terms)]:
        for term, facets in found.items():
            if len(facets) < _MOST_NAMES and term.find(folded) >= 0:
                facets.add(f"{kind}{key}")
    return {term: frozenset(facets) for term, facets in found.items()}


def facet_tokens(facets: Iterable[str]) -> list[str]:
    """Return the tokens of facets, in order."""
    return sorted(facet_token(facet[0], int(facet[1:])) for facet in facets)


def name_condition(word: str, *, exactly: bool = False) -> Q | None:
    """Return what finds the names that hold a word, or whose pinyin or initials begin with it; None for no word.

    `exactly`: that are the word.
    """
    folded = fold(word[:100])
    if not folded:
        return None
    condition = Q(folded=folded) if exactly else Q(folded__contains=folded)
    plain = folded.replace(" ", "")
    if plain.isascii() and plain.isalnum() and len(plain) > 1:
        ending = "" if exactly else "__startswith"
        condition |= Q(**{f"pinyin{ending}": plain}) | Q(**{f"initials{ending}": plain})
    return condition


def ids_of_names(kind: str, word: str) -> Any:
    """Return a query for the ids of the sections, tags or authors that a word means; it finds none for no word."""
    condition = name_condition(word)
    names = SearchName.objects.filter(condition, kind=kind) if condition is not None else SearchName.objects.none()
    return names.values("key")


@dataclass(frozen=True, slots=True)
class Named:
    """A section, tag or author as the search shows it. The slug of a section is its path."""

    kind: NameKind
    key: int
    name: str
    slug: str

    @property
    def address(self) -> str:
        return reverse(f"articles:{_PAGES[self.kind]}", args=[self.slug])


def named(keys: Mapping[NameKind, Collection[int]]) -> dict[tuple[NameKind, int], Named]:
    """Return sections, tags and authors by kind and id: one query for all of them."""
    return _fetch({kind: Q(pk__in=own) for kind, own in keys.items() if own})


def find_slugs(tag: str, author: str) -> tuple[Named | None, Named | None]:
    """Return the tag and the author with these slugs; None for an empty or unknown one."""
    slugs = {NameKind.TAG: tag, NameKind.AUTHOR: author}
    found = {pair[0]: each for pair, each in _fetch({k: Q(slug=slug) for k, slug in slugs.items() if slug}).items()}
    return found.get(NameKind.TAG), found.get(NameKind.AUTHOR)


def _fetch(conditions: Mapping[NameKind, Q]) -> dict[tuple[NameKind, int], Named]:
    rows = [
        MODELS[kind]
        ._default_manager.filter(condition)
        .order_by()
        .annotate(kind=Value(kind.value))
        .values_list("kind", "pk", "name", "path" if kind == NameKind.CATEGORY else "slug")
        for kind, condition in conditions.items()
    ]
    if not rows:
        return {}
    found = [Named(NameKind(kind), *rest) for kind, *rest in rows[0].union(*rows[1:], all=True)]
    return {(each.kind, each.key): each for each in found}


def suggest(text: str, *, most: int = 6, exactly: bool = False) -> list[tuple[NameKind, int]]:
    """Return sections, tags and authors of live articles that `text` means, those that begin with it first.

    By name, pinyin or initials; `exactly`: whose name, pinyin or initials are `text`.
    """
    condition = name_condition(text, exactly=exactly)
    if condition is None:
        return []
    folded = fold(text[:100])
    ordered = SearchName.objects.filter(condition).order_by("folded", "kind", "key")
    rows = [(NameKind(kind), key, name) for kind, key, name in ordered.values_list("kind", "key", "folded")[:200]]
    keys: dict[ListKind, list[int]] = defaultdict(list)
    for kind, key, _name in rows:
        keys[_LISTS[kind]].append(key)
    counts = count_each(keys)
    rows = [row for row in rows if counts[_LISTS[row[0]], row[1]] > 0]
    rows.sort(key=lambda row: (not row[2].startswith(folded), -counts[_LISTS[row[0]], row[1]], row[2], row[:2]))
    return [row[:2] for row in rows[:most]]


def suggest_names(text: str, *, most: int) -> list[str]:
    """Return the names of the sections, tags and authors that `suggest` finds, each once."""
    pairs = suggest(text, most=most)
    found = named({kind: [key for own, key in pairs if own == kind] for kind in NameKind})
    return list(dict.fromkeys(found[pair].name for pair in pairs if pair in found))
