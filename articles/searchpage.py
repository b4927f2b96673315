"""What the search page shows: each hit with its words marked, and what the reader may narrow the search to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Author, Category, NameKind, Tag
from articles.search import SPANS, Filters, Narrowing, Results, Suggestion, narrowings, search, suggest
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
    meant: list[Suggestion]
    is_filtered: bool


def compose_search(asked: Request, *, at: datetime) -> SearchPage:
    """Search, and put together what the page shows. Raises `BadCursor` for a cursor that no search made."""
    query = parse_query(asked.text)
    section = Category.objects.filter(path=asked.section).first() if asked.section else None
    tag = Tag.objects.filter(slug=asked.tag).first() if asked.tag else None
    author = Author.objects.filter(slug=asked.author).first() if asked.author else None
    days = int(asked.span) if asked.span in {str(days) for days in SPANS} else None
    filters = Filters(
        section=section,
        tag=tag.pk if tag else None,
        author=author.pk if author else None,
        since=at - timedelta(days=days) if days else None,
    )
    results = search(query, at=at, filters=filters, by_time=asked.by_time, after=asked.after or None)
    chosen = {"section": section, "tag": tag, "author": author}
    return SearchPage(
        query=query,
        results=results,
        hits=_hits(results.article_ids, query.terms, at),
        filters=_choices(results, chosen, days) if query else {},
        meant=suggest(asked.text, most=3, exactly=True) if query and not asked.after else [],
        is_filtered=any(chosen.values()) or days is not None,
    )


def _hits(ids: Sequence[int], terms: Sequence[Term], at: datetime) -> list[Hit]:
    found = {article.pk: article for article in _with_cards(Article.objects.live(at).filter(pk__in=ids))}
    return [_hit(found[pk], terms) for pk in ids if pk in found]


def _with_cards(articles: QuerySet[Article]) -> QuerySet[Article]:
    return articles.defer("internal_note").select_related("category").prefetch_related("authorships__author")


def _hit(article: Article, terms: Sequence[Term]) -> Hit:
    summary = fold(article.summary)
    if article.summary and all(term.find(summary) >= 0 for term in terms):
        text = highlight(article.summary, terms)
    else:
        text = snippet(plain_text(str(article.body)), terms)
        if article.summary and not any(is_hit for _piece, is_hit in text):
            text = highlight(article.summary, terms)
    return Hit(article, highlight(article.title, terms), text)


def _choices(results: Results, chosen: dict[str, Any], days: int | None) -> dict[str, list[Choice]]:
    found = narrowings(results.belongings)
    return {
        "section": _options(found[NameKind.CATEGORY], chosen["section"], "path"),
        "tag": _options(found[NameKind.TAG], chosen["tag"], "slug"),
        "author": _options(found[NameKind.AUTHOR], chosen["author"], "slug"),
        "span": [
            Choice(str(span), str(_SPAN_NAMES[span]), results.spans.get(span, 0), span == days)
            for span in SPANS
            if results.spans.get(span) or span == days
        ],
    }


def _options(found: list[Narrowing], chosen: Any, key: str) -> list[Choice]:
    if chosen is not None and all(each.item != chosen for each in found):
        found = [Narrowing(chosen, 0), *found]
    return [
        Choice(
            getattr(each.item, key),
            "　" * (each.item.depth - 1) + each.item.name if key == "path" else each.item.name,
            each.number,
            each.item == chosen,
        )
        for each in found
    ]
