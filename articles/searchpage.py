"""What the search page shows: each hit with its words marked, and what the reader may narrow the search to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Authorship, NameKind
from articles.models.category import subtree
from articles.search import (
    SPANS,
    Filters,
    Named,
    Results,
    count_names,
    count_sections,
    find_slugs,
    named,
    search,
    suggest,
)
from articles.text.plain import plain_text
from articles.text.snippets import Parts, highlight, snippet
from articles.text.tokens import Query, Term, fold, parse_query

_SPAN_NAMES = dict(zip(SPANS, (_("past week"), _("past month"), _("past year")), strict=True))


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with its title and a piece of its text, the words that were looked for marked."""

    article: Article
    title: Parts
    text: Parts


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a filter."""

    value: str
    label: str
    number: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What a reader asks for, as it stands in the address; what is not there is empty."""

    text: str = ""
    section: str = ""
    tag: str = ""
    author: str = ""
    span: str = ""
    by_time: bool = False
    after: str = ""

    def parameters(self) -> list[tuple[str, str]]:
        """Return the address's parameters without the cursor."""
        pairs = (("q", self.text), ("section", self.section), ("tag", self.tag), ("author", self.author))
        more = (("span", self.span), ("sort", "time" if self.by_time else ""))
        return [(name, value) for name, value in (*pairs, *more) if value]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer: hits, numbers, choices for each filter, and names that the reader may have meant."""

    query: Query
    results: Results
    hits: list[Hit]
    filters: dict[str, list[Choice]]
    meant: list[Named]
    is_filtered: bool


def compose_search(asked: Request, *, at: datetime) -> SearchPage:
    """Search, and put together what the page shows. Raises `BadCursor` for a cursor that no search made."""
    query = parse_query(asked.text)
    below = subtree(asked.section).values_list("path", "pk", "name") if asked.section else ()
    sections = {path: Named(NameKind.CATEGORY, pk, name, path) for path, pk, name in below}
    section = sections.get(asked.section)
    tag, author = find_slugs(asked.tag, asked.author)
    days = int(asked.span) if asked.span in {str(days) for days in SPANS} else None
    filters = Filters(
        sections=[each.key for each in sections.values()] if section else (),
        tag=tag.key if tag else None,
        author=author.key if author else None,
        since=at - timedelta(days=days) if days else None,
    )
    results = search(query, at=at, filters=filters, by_time=asked.by_time, after=asked.after or None)
    chosen = {NameKind.CATEGORY: section, NameKind.TAG: tag, NameKind.AUTHOR: author}
    is_filtered = any(chosen.values()) or days is not None
    meant = suggest(asked.text, most=3, exactly=True) if query and not (asked.after or is_filtered) else []
    filters_shown, names = _choices(results, chosen, days, meant) if query else ({}, {})
    return SearchPage(
        query=query,
        results=results,
        hits=_hits(results.article_ids, query.terms, at),
        filters=filters_shown,
        meant=[names[pair] for pair in meant if pair in names],
        is_filtered=is_filtered,
    )


def _hits(ids: Sequence[int], terms: Sequence[Term], at: datetime) -> list[Hit]:
    found = {article.pk: article for article in _with_cards(Article.objects.live(at).filter(pk__in=ids))}
    return [_hit(found[pk], terms) for pk in ids if pk in found]


def _with_cards(articles: QuerySet[Article]) -> QuerySet[Article]:
    credits = Prefetch("authorships", Authorship.objects.select_related("author"))
    return articles.defer("internal_note").select_related("category").prefetch_related(credits)


def _hit(article: Article, terms: Sequence[Term]) -> Hit:
    summary = fold(article.summary)
    if article.summary and all(term.find(summary) >= 0 for term in terms):
        text = highlight(article.summary, terms)
    else:
        text = snippet(plain_text(str(article.body)), terms)
        if article.summary and not any(is_hit for _piece, is_hit in text):
            text = highlight(article.summary, terms)
    return Hit(article, highlight(article.title, terms), text)


def _choices(
    results: Results, chosen: Mapping[NameKind, Named | None], days: int | None, meant: Sequence[tuple[NameKind, int]]
) -> tuple[dict[str, list[Choice]], dict[tuple[NameKind, int], Named]]:
    """Return the options of each filter, and the names that the page shows beside sections: also those of `meant`."""
    counts = count_names(results.belongings)
    wanted = {kind: {key for own, key in meant if own == kind} for kind in NameKind}
    for kind, own in counts.items():
        wanted[kind].update(key for key, _number in own)
    names = named(wanted)
    found = {kind: [(names[kind, key], n) for key, n in own if (kind, key) in names] for kind, own in counts.items()}
    return {
        "section": _options(count_sections(results.belongings), chosen[NameKind.CATEGORY]),
        "tag": _options(found[NameKind.TAG], chosen[NameKind.TAG]),
        "author": _options(found[NameKind.AUTHOR], chosen[NameKind.AUTHOR]),
        "span": [
            Choice(str(span), str(_SPAN_NAMES[span]), results.spans.get(span, 0), span == days)
            for span in SPANS
            if results.spans.get(span) or span == days
        ],
    }, names


def _options(found: list[tuple[Named, int]], chosen: Named | None) -> list[Choice]:
    if chosen is not None and all(item != chosen for item, _number in found):
        found = [(chosen, 0), *found]
    return [
        Choice(
            item.slug,
            "　" * item.slug.count("/") + item.name if item.kind == NameKind.CATEGORY else item.name,
            number,
            item == chosen,
        )
        for item, number in found
    ]
