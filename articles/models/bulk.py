"""Many rows into a table at once: COPY on PostgreSQL, one prepared statement on SQLite. No model is built for a row.

The gate of `SanitizedHTMLField` stands here too: what `sanitize` did not return is cleaned.
"""

import io
import json
import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from articles.models.fields import SanitizedHTMLField

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack("!ii", 0, 0)
_END = struct.pack("!h", -1)
_NULL = struct.pack("!i", -1)
_BIG, _INT, _SMALL, _FLOAT = (struct.Struct(f"!i{code}") for code in "qihd")

# Pages that SQLite keeps while many rows are written, in KiB; and pages of its log at which it writes them back into
# the database by itself, as it does at a thousand.
_CACHE = 16_000
_LOG = 64_000

Value = Any
Row = Sequence[Value]


def make_room() -> None:
    """Let the connection keep the pages that a batch changes: SQLite writes those that do not fit into 2 MB twice.

    Whoever calls it calls `write_back_log` now and then.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{_CACHE}")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG}")


def write_back_log() -> None:
    """Write the pages of SQLite's log back into the database, outside of a transaction; nobody has to wait.

    A page that several batches changed is written once, so it is worth waiting for some of them. Left alone, the end
    of each batch would do it.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def commit_without_waiting() -> None:
    """Let the end of this transaction not wait for the disk: for work that is found undone, and done again.

    Where the power fails, the database forgets the last transactions, never a part of one: as SQLite is set to do.
    The next transaction that waits makes those before it safe as well.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


def refresh_statistics() -> None:
    """Let PostgreSQL look at the tables anew: without it a plan for an empty table reads all of one that was filled.

    The server does so by itself, a minute later or more, and not everywhere. It takes a fraction of a second and keeps
    nobody from writing. SQLite plans by its indexes.
    """
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in apps.get_app_config("articles").get_models()]
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


def reserve_ids(model: type[models.Model], number: int) -> list[int]:
    """Return `number` ids that no other row of `model` gets, in order: for use in the same transaction."""
    table, column = model._meta.db_table, model._meta.pk.column
    if number <= 0:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, number]
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds the one write lock there is, so nobody else takes a number.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
    return list(range(last + 1, last + 1 + number))


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows of plain values and return how many they were.

    `names` are attribute names of fields (`article_id`); fields that are not named get their default, an id that is
    not named the next one. Nothing is announced, nothing derived, no `save` called: the caller has seen to that.
    """
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in names]
    named = {field.attname for field in fields}  # type: ignore[union-attr]
    others = [f for f in model._meta.concrete_fields if f.attname not in named and not f.primary_key]
    constants = tuple(field.get_default() for field in others)
    columns = [*fields, *others]
    filled = ((*row, *constants) for row in rows) if constants else iter(rows)
    # A savepoint is not needed: the caller's transaction is whole or not at all.
    with transaction.atomic(savepoint=False):
        if connection.vendor == "postgresql":
            return _copy(model, columns, filled)
        return _execute_many(model, columns, filled)


def _execute_many(model: type[models.Model], fields: Sequence[Any], rows: Iterable[Row]) -> int:
    adapters = [_sqlite_adapter(field) for field in fields]
    if any(adapters):
        places = [(number, adapter) for number, adapter in enumerate(adapters) if adapter]
        prepared: list[Row] = [_adapted(row, places) for row in rows]
    else:
        prepared = [tuple(row) for row in rows]
    if prepared:
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(statement, prepared)
    return len(prepared)


def _adapted(row: Row, places: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for number, adapter in places:
        if values[number] is not None:
            values[number] = adapter(values[number])
    return values


def _sqlite_adapter(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, SanitizedHTMLField):
        return lambda value: str(field.clean_html(value))
    if isinstance(field, models.DateTimeField):
        # The rows of an article share its moments, and Django asks the settings for each.
        return lru_cache(maxsize=1024)(connection.ops.adapt_datetimefield_value)
    if isinstance(field, models.JSONField):
        return _json
    return None


_json = json.JSONEncoder(ensure_ascii=False).encode


def _copy(model: type[models.Model], fields: Sequence[Any], rows: Iterable[Row]) -> int:
    """Write the binary form of COPY: nothing needs to be escaped, and pictures or packed bytes stay as they are."""
    encoders = [_encoder(field) for field in fields]
    head = struct.pack("!h", len(fields))
    stream = io.BytesIO()
    stream.write(_SIGNATURE)
    number = 0
    for row in rows:
        number += 1
        stream.write(head)
        for encode, value in zip(encoders, row, strict=True):
            stream.write(_NULL if value is None else encode(value))
    if not number:
        return 0
    stream.write(_END)
    stream.seek(0)
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN WITH (FORMAT binary)"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, stream)
    return number


def _encoder(field: Any) -> Callable[[Any], bytes]:
    if isinstance(field, SanitizedHTMLField):
        return lambda value: _text(str(field.clean_html(value)))
    kind = field.db_type(connection).partition("(")[0]
    return _ENCODERS[kind]


def _text(value: str) -> bytes:
    # A zero byte is refused by the database; the error is the same as for any other statement.
    if "\0" in value:
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")
    data = value.encode()
    return struct.pack("!i", len(data)) + data


def _bytes(value: bytes) -> bytes:
    return struct.pack("!i", len(value)) + bytes(value)


def _moment(value: datetime) -> bytes:
    delta = value - _EPOCH
    return _BIG.pack(8, (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds)


def _jsonb(value: Any) -> bytes:
    data = b"\x01" + _json(value).encode()
    return struct.pack("!i", len(data)) + data


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "bigint": lambda value: _BIG.pack(8, value),
    "integer": lambda value: _INT.pack(4, value),
    "smallint": lambda value: _SMALL.pack(2, value),
    "double precision": lambda value: _FLOAT.pack(8, value),
    "boolean": lambda value: b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00",
    "timestamp with time zone": _moment,
    "text": _text,
    "varchar": _text,
    "bytea": _bytes,
    "jsonb": _jsonb,
}
