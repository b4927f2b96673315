"""The floor of an import: the same work by bare libraries, and the same rows by the fastest statement there is."""

import hashlib
import multiprocessing
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
TABLES = (
    "article",
    "placement",
    "authorship",
    "articletag",
    "importedfile",
    "filemark",
    "originalblob",
    "listing",
    "listcount",
    "searchdocument",
)
_INDEX = "articles_search_index"
# The most files of one batch of an import.
BATCH = 200
# The index of SQLite does not keep what was put into it: it is cut again, by a process that knows how.
_ENTRIES = """
import sqlite3
from articles.search.documents import _all_entries
target = sqlite3.connect(TARGET)
target.execute("CREATE TABLE entries (key INTEGER PRIMARY KEY, words)")
target.executemany("INSERT INTO entries VALUES (?, ?)", ((entry.key, entry.words) for entry in _all_entries()))
target.commit()
"""


def bare_work(paths: list[str]) -> int:
    """Read, parse the front matter, clean the body: what any importer must do, by the fastest libraries."""
    import nh3
    import yaml

    length = 0
    for path in paths:
        text = Path(path).read_bytes().decode("utf-8", "replace")
        _before, _fence, rest = text.partition("---\n")
        front, _fence, body = rest.partition("\n---\n")
        yaml.load(front, Loader=yaml.CSafeLoader)  # the C form of the safe loader
        length += len(nh3.clean(body))
    return length


def hash_work(paths: list[str]) -> int:
    """Read and hash: what any importer must do to know that nothing changed."""
    for path in paths:
        hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return len(paths)


def with_cores(work: Any, paths: list[str], jobs: int) -> tuple[float, float]:
    """Return the seconds, and those of processor time, that `work` takes for all paths in `jobs` processes."""
    chunks = [paths[start : start + 64] for start in range(0, len(paths), 64)]
    with multiprocessing.Pool(jobs) as pool:
        pool.map(work, chunks[:jobs])
        begun = time.perf_counter()
        for _length in pool.imap_unordered(work, chunks):
            pass
        took = time.perf_counter() - begun
    some = paths[:: max(1, len(paths) // 2000)]
    begun = time.process_time()
    work(some)
    return took, (time.process_time() - begun) * len(paths) / len(some)


def bare_load(url: str) -> float:
    """Return the seconds that a bare load of the rows of the import takes, into tables without indexes."""
    return sum(_bare_postgres(url) if url.startswith("postgres") else _bare_sqlite(url.removeprefix("sqlite:///")))


def bare_index(url: str, *, live: bool = False) -> float:
    """Return the seconds that the rows of the search index take: loaded in order, on PostgreSQL indexed at the end.

    `live`: batch by batch into an index that could be asked all along, as nobody can search while one is made.
    """
    load = _index_postgres if url.startswith("postgres") else _index_sqlite
    return load(url.removeprefix("sqlite:///"), live)


def _bare_sqlite(path: str) -> Iterator[float]:
    with tempfile.TemporaryDirectory() as folder:
        source = sqlite3.connect(path)
        target = _bare_database(folder)
        known = {row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in (f"articles_{name}" for name in TABLES):
            if table not in known:
                continue
            columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
            target.execute(f"CREATE TABLE {table} ({columns[0]} PRIMARY KEY, {', '.join(columns[1:])})")
            marks = ", ".join("?" * len(columns))
            rows = source.execute(f"SELECT * FROM {table}")  # noqa: S608
            yield from _insert(target, f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        source.close()
        target.close()


def _index_sqlite(path: str, live: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        entries = f"{folder}/entries.sqlite3"
        command = [
            sys.executable,
            str(PROJECT / "manage.py"),
            "shell",
            "-v0",
            "-c",
            f"TARGET = {entries!r}\n{_ENTRIES}",
        ]
        subprocess.run(command, check=True)
        source = sqlite3.connect(path)
        (table,) = source.execute("SELECT sql FROM sqlite_master WHERE name = ?", [_INDEX]).fetchone()
        source.close()
        target = _bare_database(folder)
        target.execute(table)
        rows = sqlite3.connect(entries).execute("SELECT rowid, words FROM entries ORDER BY key")
        numbered = ((number, words) for number, (_key, words) in enumerate(rows, 1))
        insert = f"INSERT INTO {_INDEX}(rowid, tokens) VALUES (?, ?)"  # noqa: S608
        return sum(_insert(target, insert, numbered, BATCH if live else 2000))


def _bare_database(folder: str) -> sqlite3.Connection:
    target = sqlite3.connect(f"{folder}/bare.sqlite3", isolation_level=None)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=NORMAL")
    return target


def _insert(target: sqlite3.Connection, statement: str, rows: Any, at_once: int = 2000) -> Iterator[float]:
    rows = iter(rows)
    while chunk := list(islice(rows, at_once)):
        begun = time.perf_counter()
        target.execute("BEGIN")
        target.executemany(statement, chunk)
        target.execute("COMMIT")
        yield time.perf_counter() - begun


def _bare_postgres(url: str) -> Iterator[float]:
    import psycopg2

    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        for table in (f"articles_{name}" for name in TABLES):
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0] is not None:  # type: ignore[index]
                cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
                yield _copied(cursor, table, table)
        begun = time.perf_counter()
        connection.commit()
        yield time.perf_counter() - begun
        for table in (f"articles_{name}" for name in TABLES):
            cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")


def _index_postgres(url: str, live: bool) -> float:
    import psycopg2

    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"{_INDEX}_tokens"])
        (index,) = cursor.fetchone()  # type: ignore[misc]
        index = index.replace(f"{_INDEX}_tokens", "bare_tokens").replace(f".{_INDEX} ", f".bare_{_INDEX} ")
        cursor.execute(f"CREATE TABLE bare_{_INDEX} (LIKE {_INDEX})")
        if live:
            cursor.execute(index)
            took = _copied_in_batches(connection, cursor)
        else:
            took = _copied(cursor, _INDEX, _INDEX)
            begun = time.perf_counter()
            cursor.execute(index)
            connection.commit()
            took += time.perf_counter() - begun
        cursor.execute(f"DROP TABLE bare_{_INDEX}")
        return took


def _copied_in_batches(connection: Any, cursor: Any) -> float:
    took = 0.0
    cursor.execute(f"SELECT array_agg(key ORDER BY key) FROM {_INDEX}")  # noqa: S608
    keys = cursor.fetchone()[0]
    for start in range(0, len(keys), BATCH):
        some = ",".join(map(str, keys[start : start + BATCH]))
        took += _copied(cursor, f"(SELECT * FROM {_INDEX} WHERE key IN ({some}))", _INDEX)  # noqa: S608
        begun = time.perf_counter()
        connection.commit()
        took += time.perf_counter() - begun
    return took


def _copied(cursor: Any, rows: str, table: str) -> float:
    """Copy rows, a table or a query in brackets, into the bare form of a table; return the seconds of writing them."""
    with tempfile.TemporaryFile() as stream:
        cursor.copy_expert(f"COPY {rows} TO STDOUT WITH (FORMAT binary)", stream)
        stream.seek(0)
        begun = time.perf_counter()
        cursor.copy_expert(f"COPY bare_{table} FROM STDIN WITH (FORMAT binary)", stream)
        return time.perf_counter() - begun
