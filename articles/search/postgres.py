"""The index on PostgreSQL: tsvectors without positions under a GIN index. A very long text takes several rows.

A row keeps the tokens as one text, which packs well; the vector is made of it for the index alone.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from articles.search.index import Entry, Match, Recall

_TABLE = "articles_search_index"
_VECTOR = "array_to_tsvector(string_to_array(tokens, ' '))"  # as the migration spells it
# A tsvector holds a megabyte; what stands beside the letters is counted generously.
_PART_BYTES = 600_000
_OVERHEAD = 8


class PostgresIndex:
    """Implements `articles.search.index.Index`."""

    def add(self, entries: Iterable[Entry], recall: Recall) -> None:
        rows = [
            (entry.key, number, len(parts) > 1, entry.published_at, entry.expires_at, part)
            for entry in entries
            for parts in [_texts(entry)]
            for number, part in enumerate(parts)
        ]
        with connection.cursor() as cursor:
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

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_TABLE}")  # noqa: S608

    def size(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {_TABLE} WHERE part = 0")  # noqa: S608
            return int(cursor.fetchone()[0])

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [f"{_TABLE}_tokens"])
            cursor.execute(f"ANALYZE {_TABLE}")

    def walk(self, match: Match, *, above: int, below: int, at: datetime | None, limit: int) -> list[int]:
        if match.is_impossible:
            return []
        long_condition, long_values = _over_parts(match)
        public = "" if at is None else "AND published_at <= %s AND (expires_at IS NULL OR expires_at > %s)"
        sql = (
            "WITH found AS MATERIALIZED ("  # noqa: S608
            f"SELECT key, published_at, expires_at FROM {_TABLE} WHERE {_VECTOR} @@ %s::tsquery AND NOT is_long "
            "UNION ALL "
            f"SELECT key, min(published_at), min(expires_at) FROM {_TABLE} WHERE is_long "
            f"GROUP BY key HAVING {long_condition}) "
            f"SELECT key FROM found WHERE key > %s AND key < %s {public} ORDER BY key DESC LIMIT %s"
        )
        moment = [] if at is None else [at, at]
        return [key for (key,) in _ask(sql, [_expression(match), *long_values, above, below, *moment, limit])]

    def walk_each(self, tokens: Iterable[str], *, below: int, at: datetime, limit: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {token: [] for token in tokens}
        if not found:
            return {}
        sql = (
            "SELECT wanted.token, hit.key FROM unnest(%s::text[]) AS wanted(token) CROSS JOIN LATERAL ("  # noqa: S608
            f"SELECT key FROM {_TABLE} WHERE {_VECTOR} @@ quote_literal(wanted.token)::tsquery "
            "AND key > 0 AND key < %s AND published_at <= %s AND (expires_at IS NULL OR expires_at > %s) "
            "ORDER BY key DESC LIMIT %s) AS hit"
        )
        for token, key in _ask(sql, [list(found), below, at, at, limit]):
            found[token].append(key)
        return {token: sorted(keys, reverse=True) for token, keys in found.items()}

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
            if {token for row in rows for token in row[0].split(" ")} != entry.tokens:
                faults.append(f"the tokens of entry {entry.key} are not those of its article")
            elif any(row[1:] != (entry.published_at, entry.expires_at) for row in rows):
                faults.append(f"the times of entry {entry.key} are not those of its article")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT key FROM {_TABLE}")  # noqa: S608
            faults += [f"entry {key} belongs to no article" for (key,) in cursor.fetchall() if key not in seen]
        return faults


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    # The planner does not count what unpacking a text costs: for a frequent word it would read the whole table.
    is_guest = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL jit = off; {sql}", values)
        rows = cursor.fetchall()
        if is_guest:
            cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL jit = on")
    return rows


def _texts(entry: Entry) -> list[str]:
    """Return the tokens of an entry as the texts of its rows: one, but for the longest articles."""
    # A character is at most four bytes, and a token at least one character.
    if entry.text and len(entry.text) * (4 + _OVERHEAD) < _PART_BYTES:
        return [entry.text]
    return [" ".join(part) for part in _parts(entry.tokens)]


def _parts(tokens: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for token in sorted(tokens):
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
