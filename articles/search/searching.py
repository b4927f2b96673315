"""From a reader's words to articles: the walk over the index, the order, the counts.

The index says which articles have all tokens of a query, newest first; the stored text says which really hold it.
A search looks at the newest of them, in one look if enough of them hold it, else in two, and at the newest with the
words in their title. These are put in order by relevance; behind them all older ones follow by time, so every article
can be reached, and no page costs more than another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from articles.models import NameKind, SearchDocument
from articles.search.index import Clause, Match, get_index
from articles.search.keys import LAST_KEY, age_of, article_of, key_after, key_before, second_of
from articles.search.names import facet_tokens, facets_of
from articles.text.searchable import unpack
from articles.text.tokens import TITLE, Query, Term, facet_token

PAGE = 20
BOUND = 300  # a number of results up to this is exact
# How many texts a search looks at, at most so often.
_LOOKS = (400, 800)
_IN_TITLE = 100
_QUARTER = 90 * 24 * 3600
_CURSOR = re.compile(r"([0-9]{1,10})-([ro])-(-?[0-9]{1,6})-([0-9]{1,19})")


class BadCursor(Exception):
    """A cursor that no search made."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the articles must belong to, by ids; of `sections` to one of them."""

    sections: Sequence[int] = ()
    tag: int | None = None
    author: int | None = None
    since: datetime | None = None

    def clauses(self) -> list[Clause]:
        clauses: list[Clause] = []
        if self.sections:
            clauses.append(tuple((facet_token(NameKind.CATEGORY, pk),) for pk in self.sections))
        if self.tag is not None:
            clauses.append(((facet_token(NameKind.TAG, self.tag),),))
        if self.author is not None:
            clauses.append(((facet_token(NameKind.AUTHOR, self.author),),))
        return clauses


@dataclass(frozen=True, slots=True)
class Found:
    """An article that holds what was looked for."""

    key: int
    score: int
    facets: tuple[str, ...]

    @property
    def article_id(self) -> int:
        return article_of(self.key)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results. `total` is exact unless `is_more`; `belongings` are the facets of each article it counts."""

    article_ids: list[int] = field(default_factory=list)
    total: int = 0
    is_more: bool = False
    next_cursor: str | None = None
    belongings: list[tuple[str, ...]] = field(default_factory=list)
    # How many of these articles came out in the last so many days.
    spans: dict[int, int] = field(default_factory=dict)


SPANS = (7, 31, 366)


def search(
    query: Query,
    *,
    at: datetime,
    filters: Filters | None = None,
    by_time: bool = False,
    after: str | None = None,
    size: int = PAGE,
) -> Results:
    """Return a page of the live articles that hold the query, the best first, or the newest (`by_time`).

    `after` is the `next_cursor` of the page before. Raises `BadCursor` for a text that is none.
    """
    position = _read_cursor(after, at) if after else None
    if not query:
        return Results()
    return _Search(query, filters or Filters(), at, position).page(by_time=by_time, size=size)


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page ends: the moment of the first page, and the last article in the ranked or the older part."""

    second: int
    is_older: bool
    score: int
    key: int

    def __str__(self) -> str:
        return f"{self.second}-{'o' if self.is_older else 'r'}-{self.score}-{self.key}"


def _read_cursor(text: str, at: datetime) -> _Position:
    match = _CURSOR.fullmatch(text)
    if not match or int(match[1]) > second_of(at) + 1 or int(match[4]) > LAST_KEY:
        raise BadCursor(text)
    return _Position(int(match[1]), match[2] == "o", int(match[3]), int(match[4]))


class Matcher:
    """A query, as the index and the stored texts are asked for it."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._facets = facets_of([*query.terms, *query.excluded])
        excluded = frozenset().union(*(self._facets[term] for term in query.excluded))
        certain = (token for term in query.excluded if term.exact for token in term.tokens[:1])
        self.without = tuple(dict.fromkeys([*certain, *facet_tokens(excluded)]))

    def clauses(self, mark: str = "") -> list[Clause]:
        """Return what the index must know of an article; `mark` says that the words must stand in the title."""
        return [
            (tuple(mark + token for token in term.tokens), *((token,) for token in facet_tokens(self._facets[term])))
            for term in self.query.terms
        ]

    def look_into(self, keys: Sequence[int]) -> list[Found]:
        """Return those of the keys' articles that hold the query, in the order of the keys."""
        if not keys:
            return []
        rows = SearchDocument.objects.filter(key__in=keys).values_list("key", "text", "facets")
        documents = {key: (text, facets.split()) for key, text, facets in rows}
        found = []
        for key in keys:
            if key in documents:
                packed, facets = documents[key]
                score = self._score(unpack(packed), key, facets)
                if score is not None:
                    found.append(Found(key, score, tuple(facets)))
        return found

    def keep(self, keys: Sequence[int]) -> list[int]:
        """Return those of the keys whose articles hold the query."""
        return [found.key for found in self.look_into(keys)]

    def _score(self, texts: tuple[str, str, str], key: int, facets: list[str]) -> int | None:
        """Return how well an article answers the query; None if it does not hold it.

        A title weighs more than a summary, that more than the body; a tag or an author as much as a summary. Ten
        years make up for a word in a summary, not for one in a title.
        """
        title, summary, body = texts
        for term in self.query.excluded:
            if any(term.find(text) >= 0 for text in texts):
                return None
        score = age_of(key) // _QUARTER
        for term in self.query.terms:
            place = term.find(title)
            in_title, in_summary = place >= 0, term.find(summary) >= 0
            in_body = term.count(body, 5)
            is_named = not self._facets[term].isdisjoint(facets)
            if not (in_title or in_summary or in_body or is_named):
                return None
            score += 200 * in_title + 40 * (in_title and place == 0) + 60 * (in_summary or is_named) + 12 * in_body
            score += 100 * (in_title and term.needle == title)
        if len(self.query.terms) > 1:
            phrase = Term(" ".join(term.needle for term in self.query.terms))
            joined = Term("".join(term.needle for term in self.query.terms))
            if phrase.find(title) >= 0 or joined.find(title) >= 0:
                score += 100
            elif phrase.find(body) >= 0 or joined.find(body) >= 0:
                score += 40
        return score


class _Search:
    def __init__(self, query: Query, filters: Filters, at: datetime, position: _Position | None) -> None:
        self._at, self._position = at, position
        self._second = position.second if position else second_of(at)
        self._index = get_index()
        self._matcher = Matcher(query)
        self._filters = filters.clauses()
        self._above = key_before(filters.since) if filters.since else 0
        # Where the tokens say everything, the texts are read for the order alone.
        self._is_exact = all(term.exact for term in (*query.terms, *query.excluded))

    def page(self, *, by_time: bool, size: int) -> Results:
        newest, in_title, end = self._newest(by_time=by_time)
        ranked = [*newest, *in_title]
        if not by_time:
            ranked.sort(key=lambda found: (-found.score, -found.key))
        chosen = self._rest_of(ranked, by_time=by_time)[: size + 1]
        is_older = False
        followers: Iterator[Found] = iter(())
        if len(chosen) <= size and end is not None:
            shown = {found.key for found in in_title}
            start = self._position.key if self._position and self._position.is_older else end
            followers = (found for found in self._older(min(start, end)) if found.key not in shown)
        page = chosen[:size]
        rest = chosen[size:]
        last_scanned = None
        if not rest:
            for found in followers:
                if len(page) == size:
                    rest = [found]
                    break
                page.append(found)
                is_older = True
            last_scanned = self._scanned_to
        return Results(
            article_ids=[found.article_id for found in page],
            total=min(len(ranked), BOUND) if end is not None else len(ranked),
            is_more=end is not None,
            next_cursor=self._cursor_after(page, rest, is_older, last_scanned),
            belongings=[found.facets for found in ranked],
            spans={days: self._count_since(ranked, days) for days in SPANS},
        )

    _scanned_to: int | None = None

    def _cursor_after(self, page: list[Found], rest: list[Found], is_older: bool, scanned_to: int | None) -> str | None:
        if rest and page:
            last = page[-1]
            return str(_Position(self._second, is_older, 0 if is_older else last.score, last.key))
        if scanned_to is not None:
            # The search gave up for this page; there may be more.
            return str(_Position(self._second, True, 0, scanned_to))
        return None

    def _rest_of(self, ranked: list[Found], *, by_time: bool) -> list[Found]:
        position = self._position
        if position is None:
            return ranked
        if position.is_older:
            return []
        if by_time:
            return [found for found in ranked if found.key < position.key]
        return [found for found in ranked if (-found.score, -found.key) > (-position.score, -position.key)]

    def _newest(self, *, by_time: bool) -> tuple[list[Found], list[Found], int | None]:
        """Return the newest articles that hold the query; of those beyond the newest ones with all words in their title
        (none `by_time`); and the key where the look-out ended, None at the end.
        """
        found: list[Found] = []
        in_title: list[Found] = []
        end: int | None = key_after(self._second)
        for limit in _LOOKS:
            if end is None or len(found) > BOUND:
                break
            keys = self._walk("", below=end, limit=limit)
            end = keys[-1] if len(keys) == limit else None
            beyond = [] if end is None or by_time else self._walk(TITLE, below=end, limit=_IN_TITLE)
            held = self._matcher.look_into([*keys, *beyond])
            in_title = [each for each in held if end is not None and each.key < end]
            found += held[: len(held) - len(in_title)]
        return found, in_title, end

    def _older(self, end: int) -> Iterator[Found]:
        below: int | None = end
        for limit in (PAGE * 4, _LOOKS[0]) if self._is_exact else _LOOKS[:1]:
            if below is None:
                break
            keys = self._walk("", below=below, limit=limit)
            below = keys[-1] if len(keys) == limit else None
            yield from self._matcher.look_into(keys)
        self._scanned_to = below

    def _walk(self, mark: str, *, below: int, limit: int) -> list[int]:
        match = Match((*self._matcher.clauses(mark), *self._filters), self._matcher.without)
        return self._index.walk(match, above=self._above, below=below, at=self._at, limit=limit)

    def _count_since(self, ranked: list[Found], days: int) -> int:
        start = key_before(self._at - timedelta(days=days))
        return sum(1 for found in ranked if found.key > start)
