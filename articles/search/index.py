"""The seam behind which a search engine stands: a store of sets of tokens, walked from the highest key down.

Nothing outside this package knows which store it is. Another engine is added by one more class with these methods;
`tests/search/test_index.py` says what it must do.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Protocol

from django.db import connection


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as the store sees it. Entries without a time of publication are found by editors only."""

    key: int
    # The tokens, each once, joined by spaces.
    words: str
    published_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(self.words.split())


# Alternatives, each a set of tokens that must all be there.
Clause = tuple[tuple[str, ...], ...]
# Gives stored entries again, by their keys.
Recall = Callable[[Iterable[int]], Iterable[Entry]]
# Does what was put off.
CatchUp = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Match:
    """What to find: every clause holds by one of its alternatives, and no token of `without` is there."""

    clauses: tuple[Clause, ...]
    without: tuple[str, ...] = field(default=())

    @property
    def is_impossible(self) -> bool:
        return not self.clauses or any(not clause for clause in self.clauses)


class Index(Protocol):
    """What the search asks of a store. Writes belong to the caller's transaction."""

    def add(self, entries: Iterable[Entry], recall: Recall) -> None:
        """Store entries whose keys are not stored yet. A store that has to move its own asks `recall` for them."""

    def remove(self, entries: Iterable[Entry]) -> None:
        """Take entries out; their tokens are those they were stored with."""

    def filling(self) -> AbstractContextManager[CatchUp]:
        """Put off, while many entries are added in several transactions, what is cheaper for many at once.

        The function that it gives does what is due by then: to be called between the transactions. Leaving the block
        does the rest. What a killed process put off is done by the next writer; nothing is missing meanwhile.
        """

    def clear(self) -> None:
        """Take everything out."""

    def size(self) -> int:
        """Return the number of entries: for a rebuild, which can afford to count."""

    def settle(self) -> None:
        """Put what was written in many steps into its best form, after a rebuild."""

    def walk(self, match: Match, *, above: int, below: int, at: datetime | None, limit: int) -> list[int]:
        """Return the keys of the first `limit` entries that match, highest first, `above` < key < `below`.

        With `at`, only entries that are public at that moment.
        """

    def walk_each(self, tokens: Iterable[str], *, below: int, at: datetime, limit: int) -> dict[str, list[int]]:
        """Return for each token the keys of the first `limit` public entries that have it, highest first."""

    def faults(self, entries: Iterable[Entry]) -> list[str]:
        """Return in words how the store differs from these entries, which are all that should be in it."""


def get_index() -> Index:
    """Return the store of the database in use."""
    if connection.vendor == "postgresql":
        return import_module("articles.search.postgres").PostgresIndex()
    return import_module("articles.search.sqlite").SqliteIndex()
