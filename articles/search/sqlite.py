"""The index on SQLite: FTS5 without text and positions.

A walk by time needs no sorting because the number of a row grows with its key. The number is not the key: the store
keeps the distances between the rows of a token, a byte for a short one, so rows are numbered densely, by 64 seconds.
Where articles crowd, rows move up to make room; they are few, and SQLite has one writer at a time.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from articles.search.index import CatchUp, Entry, Match, Recall
from articles.search.keys import SECOND_BITS

_TABLE = "articles_search_index"
_ROWS = "articles_search_row"
_STEP_BITS = 6  # about a minute
_NO_END = 2**62
_CHUNK = 400


class SqliteIndex:
    """Implements `articles.search.index.Index`."""

    def add(self, entries: Iterable[Entry], recall: Recall) -> None:
        waiting = sorted(entries, key=lambda entry: entry.key)
        while waiting:
            numbered = self._numbered(waiting[:_CHUNK])
            self._insert(numbered)
            waiting = waiting[len(numbered) :]
            if waiting:
                # There was no room for this one, or the chunk is full.
                self._insert([(self._number_for(waiting[0].key, recall), waiting.pop(0))])

    def remove(self, entries: Iterable[Entry]) -> None:
        gone = {entry.key: entry for entry in entries}
        keys = list(gone)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            with connection.cursor() as cursor:
                marks = ", ".join(["%s"] * len(chunk))
                cursor.execute(f"SELECT number, key FROM {_ROWS} WHERE key IN ({marks})", chunk)  # noqa: S608
                rows = cursor.fetchall()
                cursor.executemany(
                    f"INSERT INTO {_TABLE}({_TABLE}, rowid, tokens) VALUES ('delete', %s, %s)",  # noqa: S608
                    [(number, gone[key].words) for number, key in rows],
                )
                cursor.executemany(f"DELETE FROM {_ROWS} WHERE number = %s", [(number,) for number, _ in rows])  # noqa: S608

    def filling(self) -> AbstractContextManager[CatchUp]:
        # It merges with each batch, a part at a time: one large merge would hold the only write lock.
        return nullcontext(lambda: None)

    def clear(self) -> None:
        self._tell("delete-all")
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_ROWS}")  # noqa: S608

    def size(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {_ROWS}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def settle(self) -> None:
        self._tell("optimize")

    def walk(self, match: Match, *, above: int, below: int, at: datetime | None, limit: int) -> list[int]:
        if match.is_impossible:
            return []
        sql, values = _walk("row.key", match, above=above, below=below, at=at, limit=limit)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [key for (key,) in cursor.fetchall()]

    def walk_each(self, tokens: Iterable[str], *, below: int, at: datetime, limit: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {token: [] for token in tokens}
        walks = [
            _walk(f"{number} AS number, row.key", Match((((token,),),)), above=0, below=below, at=at, limit=limit)
            for number, token in enumerate(found)
        ]
        if not walks:
            return {}
        names = list(found)
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(f"SELECT * FROM ({sql})" for sql, _values in walks),  # noqa: S608
                [value for _sql, values in walks for value in values],
            )
            for number, key in cursor.fetchall():
                found[names[number]].append(key)
        return found

    def faults(self, entries: Iterable[Entry]) -> list[str]:
        # Without positions the store can tell how many documents have a token; which ones, only by asking each.
        expected: Counter[str] = Counter()
        times = {}
        for entry in entries:
            expected.update(entry.tokens)
            times[entry.key] = (_stored(entry.published_at), _stored(entry.expires_at))
        faults = []
        try:
            self._tell("integrity-check")
        except DatabaseError as error:
            faults.append(f"the full-text table is damaged: {error}")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT key, published_at, expires_at FROM {_ROWS} ORDER BY number")  # noqa: S608
            rows = cursor.fetchall()
            keys = [key for key, *_times in rows]
            if keys != sorted(keys):
                faults.append("the rows of the full-text table are not in the order of time")
            for key, *stored in rows:
                if times.pop(key, None) != tuple(stored):
                    faults.append(f"the row of entry {key} is not that of its article")
            faults += [f"entry {key} has no row" for key in times]
            cursor.execute(f"CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, {_TABLE}, row)")
            try:
                cursor.execute("SELECT term, doc FROM temp.search_words")
                for term, number in cursor.fetchall():
                    wanted = expected.pop(term, 0)
                    if wanted != number:
                        faults.append(f"{term!a} stands in {number} entries, not in {wanted}")
            finally:
                cursor.execute("DROP TABLE temp.search_words")
        return faults + [f"{term!a} stands in no entry, not in {number}" for term, number in expected.items()]

    def _insert(self, numbered: list[tuple[int, Entry]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TABLE}(rowid, tokens) VALUES (%s, %s)",  # noqa: S608
                [(number, entry.words) for number, entry in numbered],
            )
            cursor.executemany(
                f"INSERT INTO {_ROWS}(number, key, published_at, expires_at) VALUES (%s, %s, %s, %s)",  # noqa: S608
                [
                    (number, entry.key, _stored(entry.published_at), _stored(entry.expires_at))
                    for number, entry in numbered
                ],
            )

    def _numbered(self, entries: list[Entry]) -> list[tuple[int, Entry]]:
        """Return free numbers for the entries, which are in the order of their keys, up to the first without room."""
        wanted = ", ".join(["(%s)"] * len(entries))
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH wanted(key) AS (VALUES {wanted}) SELECT "  # noqa: S608
                f"(SELECT number FROM {_ROWS} WHERE key < wanted.key ORDER BY key DESC LIMIT 1), "
                f"(SELECT number FROM {_ROWS} WHERE key > wanted.key ORDER BY key LIMIT 1) FROM wanted",
                [entry.key for entry in entries],
            )
            neighbours = cursor.fetchall()
        numbered: list[tuple[int, Entry]] = []
        low = -_NO_END
        for entry, (below, above) in zip(entries, neighbours, strict=True):
            low = max(low, -_NO_END if below is None else below + 1)
            high = _NO_END if above is None else above - 1
            if low > high:
                break
            numbered.append((_clamped(_wanted_number(entry.key), low, high), entry))
            low = numbered[-1][0] + 1
        return numbered

    def _number_for(self, key: int, recall: Recall) -> int:
        """Return a free number between those of the keys below and above `key`, the one of its time if it can be."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT number FROM {_ROWS} WHERE key < %s ORDER BY key DESC LIMIT 1", [key])  # noqa: S608
            below = cursor.fetchone()
            cursor.execute(f"SELECT number FROM {_ROWS} WHERE key > %s ORDER BY key LIMIT 1", [key])  # noqa: S608
            above = cursor.fetchone()
        low = below[0] + 1 if below else -_NO_END
        high = above[0] - 1 if above else _NO_END
        if low > high:
            self._move_up(low, recall)
            return low
        return _clamped(_wanted_number(key), low, high)

    def _move_up(self, low: int, recall: Recall) -> None:
        """Leave `low` free: give the rows from there on higher numbers, as many as it takes to have room again."""
        size = 4
        with connection.cursor() as cursor:
            while True:
                cursor.execute(
                    f"SELECT number, key FROM {_ROWS} WHERE number >= %s ORDER BY number LIMIT %s",  # noqa: S608
                    [low, size + 1],
                )
                rows = cursor.fetchall()
                end = rows[size][0] if len(rows) > size else _NO_END
                rows = rows[:size]
                step = min((end - low) // (len(rows) + 1), 4)
                if step >= 2:
                    break
                size *= 2
        entries = sorted(recall([key for _number, key in rows]), key=lambda entry: entry.key)
        self.remove(entries)
        self._insert([(low + place * step, entry) for place, entry in enumerate(entries, start=1)])

    def _tell(self, command: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {_TABLE}({_TABLE}) VALUES (%s)", [command])  # noqa: S608


def _wanted_number(key: int) -> int:
    """Return the number that a key has where there is room."""
    return key if key < 0 else key >> (SECOND_BITS + _STEP_BITS)


def _clamped(number: int, low: int, high: int) -> int:
    return min(max(number, low), high)


def _walk(
    columns: str, match: Match, *, above: int, below: int, at: datetime | None, limit: int
) -> tuple[str, list[Any]]:
    """Return the statement of a walk and its values."""
    public, moment = _public(at)
    sql = (
        f"SELECT {columns} FROM {_TABLE} CROSS JOIN {_ROWS} AS row ON row.number = {_TABLE}.rowid "  # noqa: S608
        f"WHERE {_TABLE} MATCH %s "
        f"AND {_TABLE}.rowid > coalesce((SELECT max(number) FROM {_ROWS} WHERE key <= %s), -{_NO_END}) "
        f"AND {_TABLE}.rowid < coalesce((SELECT min(number) FROM {_ROWS} WHERE key >= %s), {_NO_END}) "
        f"{public} ORDER BY {_TABLE}.rowid DESC LIMIT %s"
    )
    return sql, [_expression(match), above, below, *moment, limit]


def _stored(moment: datetime | None) -> str | None:
    return None if moment is None else str(connection.ops.adapt_datetimefield_value(moment))


def _public(at: datetime | None) -> tuple[str, list[str | None]]:
    if at is None:
        return "", []
    moment = _stored(at)
    return "AND row.published_at <= %s AND (row.expires_at IS NULL OR row.expires_at > %s)", [moment, moment]


def _expression(match: Match) -> str:
    """Spell a match as FTS5 reads it. Tokens hold no quotes: `articles.text.tokens.encode` sees to that."""
    clauses = (
        "(" + " OR ".join("(" + " AND ".join(f'"{token}"' for token in tokens) + ")" for tokens in clause) + ")"
        for clause in match.clauses
    )
    wanted = " AND ".join(clauses)
    return f"({wanted})" + "".join(f' NOT "{token}"' for token in match.without)
