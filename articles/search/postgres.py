"""The index on PostgreSQL: tsvectors without positions under a GIN index. A very long text takes several rows.

A row keeps the tokens as one text, which packs well; the vector is made of it for the index alone.

GIN gives the rows of a word in no order of time. So that a walk need not gather all rows of a frequent word, each row
also has tokens that say when its article was published, to 12 days, to 97 days and to two years: a walk asks for the
word with the newest of them, and goes on to longer windows only while it has not found enough.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from articles.search.index import CatchUp, Entry, Match, Recall
from articles.search.keys import SECOND_BITS

_TABLE = "articles_search_index"
_VECTOR = "array_to_tsvector(string_to_array(tokens, ' '))"  # as the migration spells it
# A tsvector holds a megabyte; what stands beside the letters is counted generously.
_PART_BYTES = 600_000
_OVERHEAD = 8
# Tokens of time: a letter, and the seconds since 1900 without their last bits. A window is the newest few of a kind.
_TIMES = (("\ue005", 20, 2), ("\ue006", 23, 4), ("\ue007", 26, 4))

# From so many rows on they go into the tree in one go. The list that they wait in is as long as all of them need.
_MANY = 20
_WAITING_KILOBYTES = 64 * 1024
# Tokens that may wait while many articles are added: some 400 of 10 KB. A search looks through them in 15 ms, and an
# editor whose save finds the list too long sorts them in within a second.
_MOST_WAITING = 750_000

# The planner does not count what unpacking a text costs: for a frequent word it would read the whole table. Side by
# side, windows would be searched that need not be.
_PLANNING = (("enable_seqscan", "off"), ("jit", "off"), ("max_parallel_workers_per_gather", "0"))


class PostgresIndex:
    """Implements `articles.search.index.Index`."""

    def add(self, entries: Iterable[Entry], recall: Recall) -> None:
        rows = [
            (entry.key, number, len(parts) > 1, entry.published_at, entry.expires_at, f"{part} {times}")
            for entry in entries
            for parts, times in [(_texts(entry), _times_of(entry.key))]
            for number, part in enumerate(parts)
        ]
        with _in_one_go(len(rows), sum(row[-1].count(" ") for row in rows)) as cursor:
            for start in range(0, len(rows), 50):
                chunk = rows[start : start + 50]
                values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(chunk))
                cursor.execute(
                    f"INSERT INTO {_TABLE} (key, part, is_long, published_at, expires_at, tokens) VALUES {values}",  # noqa: S608
                    [value for row in chunk for value in row],
                )

    def remove(self, entries: Iterable[Entry]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_TABLE} WHERE key = ANY(%s)", [[entry.key for entry in entries]])  # noqa: S608

    @contextmanager
    def filling(self) -> Iterator[CatchUp]:
        waiting = _Waiting()
        outer = _waiting.set(waiting)

        try:
            yield lambda: waiting.sort_in(above=_MOST_WAITING)
        finally:
            _waiting.reset(outer)
        waiting.sort_in(above=0)

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_TABLE}")  # noqa: S608

    def size(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {_TABLE} WHERE part = 0")  # noqa: S608
            return int(cursor.fetchone()[0])

    def settle(self) -> None:
        with connection.cursor() as cursor:
            _sort_in(cursor)
            cursor.execute(f"ANALYZE {_TABLE}")

    def walk(self, match: Match, *, above: int, below: int, at: datetime | None, limit: int) -> list[int]:
        if match.is_impossible:
            return []
        long_condition, long_values = _over_parts(match)
        public, moment = _public(at)
        windows, window_values = _windows("%s", [_expression(match)], above, below, at)
        sql = (
            f"{_top()} (SELECT key FROM {_TABLE} WHERE is_long AND key > %s AND key < %s "  # noqa: S608
            f"GROUP BY key HAVING {long_condition} {public('min(published_at)', 'min(expires_at)')} "
            "ORDER BY key DESC LIMIT %s) "
            f"UNION ALL (SELECT key FROM ({windows}) AS found LIMIT %s)"
        )
        values = [above, below, above, below, *long_values, *moment, limit, *window_values, limit]
        return sorted((key for (key,) in _ask(sql, values)), reverse=True)[:limit]

    def walk_each(self, tokens: Iterable[str], *, below: int, at: datetime, limit: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {token: [] for token in tokens}
        windows, window_values = _windows("quote_literal(wanted.token)", [], 0, below, at)
        public, moment = _public(at)
        long_rows = (
            f"SELECT key FROM {_TABLE} WHERE is_long AND {_VECTOR} @@ quote_literal(wanted.token)::tsquery "  # noqa: S608
            f"AND key > 0 AND key < %s {public('published_at', 'expires_at')}"
        )
        sql = (
            f"{_top()} SELECT wanted.token, hit.key FROM unnest(%s::text[]) AS wanted(token) CROSS JOIN LATERAL ("  # noqa: S608
            f"({long_rows} ORDER BY key DESC LIMIT %s) UNION ALL (SELECT key FROM ({windows}) AS found LIMIT %s)"
            ") AS hit"
        )
        values = [0, below, list(found), below, *moment, limit, *window_values, limit]
        for token, key in _ask(sql, values):
            found[token].append(key)
        return {token: sorted(keys, reverse=True)[:limit] for token, keys in found.items()}

    def faults(self, entries: Iterable[Entry]) -> list[str]:
        faults = []
        seen = set()
        for entry in entries:
            seen.add(entry.key)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT tokens, published_at, expires_at FROM {_TABLE} WHERE key = %s",  # noqa: S608
                    [entry.key],
                )
                rows = cursor.fetchall()
            stored = {token for row in rows for token in row[0].split(" ")}
            if stored != entry.tokens.union(_times_of(entry.key).split()):
                faults.append(f"the tokens of entry {entry.key} are not those of its article")
            elif any(row[1:] != (entry.published_at, entry.expires_at) for row in rows):
                faults.append(f"the times of entry {entry.key} are not those of its article")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT key FROM {_TABLE}")  # noqa: S608
            faults += [f"entry {key} belongs to no article" for (key,) in cursor.fetchall() if key not in seen]
        return faults


@dataclass(slots=True)
class _Waiting:
    """How many tokens wait to be sorted into the tree, of those that this process has added."""

    tokens: int = 0

    def sort_in(self, *, above: int) -> None:
        """Sort them in if they are more than `above`."""
        if self.tokens > above:
            with connection.cursor() as cursor:
                _sort_in(cursor)
            self.tokens = 0


_waiting: ContextVar[_Waiting | None] = ContextVar("waiting_entries", default=None)


@contextmanager
def _in_one_go(rows: int, tokens: int) -> Iterator[Any]:
    """Give a cursor to insert so many rows with; many of them are sorted into the tree of the index in one go.

    GIN keeps new entries in a list and sorts them in when it is full: with its usual 4 MB after some 70 articles, each
    time walking down the tree for every word. No search has to look through the list when the block has ended, unless
    the index is being filled: then the entries of several batches wait for each other.
    """
    waiting = _waiting.get()
    with connection.cursor() as cursor:
        if rows < _MANY and waiting is None:
            yield cursor
            return
        with transaction.atomic(savepoint=False):
            cursor.execute(f"SET LOCAL gin_pending_list_limit = {_WAITING_KILOBYTES}")
            yield cursor
            if waiting is None:
                _sort_in(cursor)
            else:
                waiting.tokens += tokens
            cursor.execute("SET LOCAL gin_pending_list_limit = DEFAULT")


def _sort_in(cursor: Any) -> None:
    # Only the owner of the index may; for everybody else, the database does it by itself later.
    cursor.execute(
        "SELECT gin_clean_pending_list(oid) FROM pg_class WHERE oid = %s::regclass AND pg_has_role(relowner, 'USAGE')",
        [f"{_TABLE}_tokens"],
    )


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    is_guest = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("; ".join([*(f"SET LOCAL {name} = {value}" for name, value in _PLANNING), sql]), values)
        rows = cursor.fetchall()
        if is_guest:
            cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name, _value in _PLANNING))
    return rows


def _times_of(key: int) -> str:
    """Return the tokens that say when the article of a key was published."""
    return " ".join(f"{letter}{key >> SECOND_BITS + bits}" for letter, bits, _number in _TIMES)


def _top() -> str:
    """Return what a statement begins with: the time of the newest entry between two keys, which are its values."""
    newest = f"SELECT max(key) >> {SECOND_BITS} AS second FROM {_TABLE} WHERE key > %s AND key < %s"  # noqa: S608
    return f"WITH top AS MATERIALIZED ({newest})"


def _windows(query: str, query_values: list[Any], above: int, below: int, at: datetime | None) -> tuple[str, list[Any]]:
    """Return a statement that walks one window of time after the other, the newest first, and its values.

    `query` is an expression for the text of a tsquery. The windows do not overlap, and a LIMIT ends the walk.
    """
    public, moment = _public(at)
    statements, values = [], []
    end = ""  # where the window before began
    for letter, bits, number in (*_TIMES, ("", 0, 0)):
        tokens = " || '|' || ".join(
            f"quote_literal('{letter}' || ((SELECT second FROM top) >> {bits}) - {back})"  # noqa: S608
            for back in range(number)
        )
        wanted = f"('(' || {query} || ') & (' || {tokens} || ')')" if letter else query
        start = f"((((SELECT second FROM top) >> {bits}) - {number - 1}) << {bits + SECOND_BITS})"  # noqa: S608
        begins = f"AND key >= {start}" if letter else ""
        ends = f"AND key < {end}" if end else ""
        statements.append(
            # The fence (OFFSET 0) keeps the planner from walking over the keys and unpacking every text.
            f"(SELECT key FROM (SELECT key, published_at, expires_at FROM {_TABLE} "  # noqa: S608
            f"WHERE {_VECTOR} @@ {wanted}::tsquery AND NOT is_long OFFSET 0) AS entry "
            f"WHERE key > %s AND key < %s {begins} {ends} {public('published_at', 'expires_at')} ORDER BY key DESC)"
        )
        values += [*query_values, above, below, *moment]
        end = start
    return " UNION ALL ".join(statements), values


def _public(at: datetime | None) -> tuple[Callable[[str, str], str], list[datetime]]:
    """Return a condition on two columns that says whether readers may see an entry at a moment, and its values."""
    if at is None:
        return lambda published, expires: "", []
    return lambda published, expires: f"AND {published} <= %s AND ({expires} IS NULL OR {expires} > %s)", [at, at]


def _texts(entry: Entry) -> list[str]:
    """Return the tokens of an entry as the texts of its rows: one, but for the longest articles."""
    # A character is at most four bytes, and a token at least one character.
    if len(entry.words) * (4 + _OVERHEAD) < _PART_BYTES:
        return [entry.words]
    return [" ".join(part) for part in _parts(entry.words.split())]


def _parts(tokens: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for token in tokens:
        size += len(token.encode()) + _OVERHEAD
        if part and size > _PART_BYTES:
            yield part
            part, size = [], len(token.encode()) + _OVERHEAD
        part.append(token)
    yield part


def _expression(match: Match) -> str:
    """Spell a match as tsquery reads it. Tokens hold no quotes: `articles.text.tokens.encode` sees to that."""
    clauses = (
        "(" + " | ".join("(" + " & ".join(f"'{token}'" for token in tokens) + ")" for tokens in clause) + ")"
        for clause in match.clauses
    )
    return " & ".join([*clauses, *(f"!'{token}'" for token in match.without)])


def _over_parts(match: Match) -> tuple[str, list[str]]:
    """Spell a match over the rows of one long text: each token may stand in another row."""
    values: list[str] = []

    def has(token: str) -> str:
        values.append(f"'{token}'")
        return f"bool_or({_VECTOR} @@ %s::tsquery)"

    clauses = [
        "(" + " OR ".join("(" + " AND ".join(has(token) for token in tokens) + ")" for tokens in clause) + ")"
        for clause in match.clauses
    ]
    return " AND ".join([*clauses, *(f"NOT {has(token)}" for token in match.without)]), values
