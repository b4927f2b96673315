#!/usr/bin/env python3
"""Measure the importer against its floor, for each database, in one run.

    python benchmarks/importing.py CORPUS [--database URL]… [--jobs 2]

CORPUS is a folder of article files. For each database (default: a new SQLite file; a PostgreSQL URL names a database
that is made anew and dropped) the same files are read, parsed and cleaned by bare libraries with both cores, imported,
imported again unchanged, and their rows are loaded into bare tables by the fastest statement there is. Printed are
rates and ratios; figures of one machine and day carry nowhere else, ratios do.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


def with_cores(work: Any, paths: list[str], jobs: int) -> float:
    """Return the seconds that `work` takes for all paths in `jobs` processes that run already."""
    chunks = [paths[start : start + 64] for start in range(0, len(paths), 64)]
    with multiprocessing.Pool(jobs) as pool:
        pool.map(work, chunks[:jobs])
        start = time.perf_counter()
        for _length in pool.imap_unordered(work, chunks):
            pass
        return time.perf_counter() - start


def pss(pid: int, ticks: dict[int, int]) -> int:
    """Return the proportional memory of a process and all below it, in KiB; note the processor time of each."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = int(fields[11]) + int(fields[12])
    tree, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in tree} - tree
        tree |= more
        grown = bool(more)
    total = 0
    for member in tree:
        ticks[member] = max(ticks.get(member, 0), used.get(member, 0))
        try:
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return total


def child(corpus: str, jobs: int, *more: str) -> dict[str, Any]:
    """Import in a process of its own, watch its memory and processor time; return what it measured."""
    command = [sys.executable, __file__, corpus, "--child", "--jobs", str(jobs), *more]
    work = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak, ended = 0, threading.Event()
    ticks: dict[int, int] = {}

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.3):
            peak = max(peak, pss(work.pid, ticks))

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _err = work.communicate()
    ended.set()
    watcher.join()
    if work.returncode:
        raise SystemExit("the import failed")
    a_second = os.sysconf("SC_CLK_TCK")
    writer = ticks.pop(work.pid, 0) / a_second
    measured = {"pss_mib": peak / 1024, "writer_cpu": writer, "workers_cpu": sum(ticks.values()) / a_second}
    return {**json.loads(out.splitlines()[-1]), **measured}


def import_here(corpus: str, jobs: int, *, with_search: bool) -> None:
    """The child: import with a clock on each stage of the writer, and print the seconds as JSON."""
    sys.path.insert(0, str(PROJECT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db.backends.base.base import BaseDatabaseWrapper

    from articles import receivers
    from articles.actions.importing import ImportOptions, claims, import_files, running, storing, writing
    from articles.models import articles_changed, listing

    if not with_search:
        articles_changed.disconnect(receivers.follow_in_search)

    seconds: dict[str, float] = {}

    def clock(owner: Any, name: str, stage: str) -> None:
        inner = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - begun

        setattr(owner, name, timed)

    longest = 0.0
    write_once = running._Run._write_once

    def batch(self: Any, incoming: Any) -> Any:
        nonlocal longest
        begun = time.perf_counter()
        try:
            return write_once(self, incoming)
        finally:
            took = time.perf_counter() - begun
            longest = max(longest, took)
            seconds["batches"] = seconds.get("batches", 0.0) + took

    running._Run._write_once = batch  # type: ignore[method-assign]
    clock(storing, "insert_rows", "rows")
    clock(storing, "keep_originals", "originals")
    clock(storing, "reserve_ids", "numbers")
    clock(writing.Writer, "state_of", "states")
    clock(writing.Writer, "_twins", "copies sought")
    clock(writing.Writer, "_lock", "files sought")
    clock(claims, "add_old_addresses", "old addresses")
    clock(receivers, "relist", "lists")
    clock(listing, "_rows_of", "lists: read")
    clock(receivers, "index_articles", "search index")
    clock(BaseDatabaseWrapper, "commit", "commit")

    marks: list[float] = []
    begun = time.perf_counter()
    zone = __import__("zoneinfo").ZoneInfo(settings.TIME_ZONE)
    options = ImportOptions(paths=(Path(corpus),), zone=zone, jobs=jobs)
    report = import_files(options, on_entry=lambda entry: marks.append(time.perf_counter()))
    took = time.perf_counter() - begun
    fifth = max(1, len(marks) // 5)
    early, late = marks[fifth * 2] - marks[fifth], marks[-1] - marks[-1 - fifth]
    print(
        json.dumps(
            {
                "seconds": took,
                "counts": {outcome.value: number for outcome, number in report.counts.items()},
                "stages": seconds,
                "longest_batch": longest,
                "late_to_early": early / late if late else 1.0,
            }
        )
    )


def bare_load(url: str) -> float:
    """Return the seconds that a bare load of the rows of the import takes; both tables lie in the same database."""
    return _bare_postgres(url) if url.startswith("postgres") else _bare_sqlite(url.removeprefix("sqlite:///"))


def _bare_sqlite(path: str) -> float:
    took = 0.0
    with tempfile.TemporaryDirectory() as folder:
        source = sqlite3.connect(path)
        target = sqlite3.connect(f"{folder}/bare.sqlite3", isolation_level=None)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA synchronous=NORMAL")
        known = {row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in (f"articles_{name}" for name in TABLES):
            if table not in known:
                continue
            columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
            target.execute(f"CREATE TABLE {table} ({columns[0]} PRIMARY KEY, {', '.join(columns[1:])})")
            marks = ", ".join("?" * len(columns))
            rows = source.execute(f"SELECT * FROM {table}")  # noqa: S608
            while chunk := rows.fetchmany(2000):
                begun = time.perf_counter()
                target.execute("BEGIN")
                target.executemany(f"INSERT INTO {table} VALUES ({marks})", chunk)  # noqa: S608
                target.execute("COMMIT")
                took += time.perf_counter() - begun
        source.close()
        target.close()
    return took


def _bare_postgres(url: str) -> float:
    import psycopg2

    took = 0.0
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        for table in (f"articles_{name}" for name in TABLES):
            cursor.execute("SELECT to_regclass(%s), current_schema()", [table])
            if cursor.fetchone()[0] is None:  # type: ignore[index]
                continue
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            with tempfile.TemporaryFile() as stream:
                cursor.copy_expert(f"COPY {table} TO STDOUT WITH (FORMAT binary)", stream)
                stream.seek(0)
                begun = time.perf_counter()
                cursor.copy_expert(f"COPY bare_{table} FROM STDIN WITH (FORMAT binary)", stream)
                took += time.perf_counter() - begun
        begun = time.perf_counter()
        connection.commit()
        return took + time.perf_counter() - begun


def measure(url: str, corpus: str, jobs: int, *more: str) -> None:
    paths = sorted(str(path) for path in Path(corpus).rglob("*") if path.is_file())
    number = len(paths)
    libraries = with_cores(bare_work, paths, jobs)
    hashing = with_cores(hash_work, paths, jobs)
    first = child(corpus, jobs, *more)
    again = child(corpus, jobs, *more)
    load = bare_load(url)
    floor = libraries + load
    name = urlsplit(url).scheme
    print(f"\n{number} files, {name}, jobs {jobs} {' '.join(more)}; {first['counts']}, again {again['counts']}\n")
    print("| | files/s | ratio |\n|---|--:|--:|")
    print(f"| read + YAML + nh3, {jobs} processes | {number / libraries:.0f} | |")
    print(f"| bare load of the same rows | {number / load:.0f} | |")
    print(f"| floor: both | {number / floor:.0f} | 1 |")
    print(f"| import | {number / first['seconds']:.0f} | {floor / first['seconds']:.2f} |")
    print(f"| - last fifth to second fifth | | {first['late_to_early']:.2f} |")
    print(f"| read + hash, {jobs} processes | {number / hashing:.0f} | 1 |")
    print(f"| import again, unchanged | {number / again['seconds']:.0f} | {hashing / again['seconds']:.2f} |")
    print(f"\nMemory (PSS of the tree): {first['pss_mib']:.0f} MiB, again {again['pss_mib']:.0f} MiB.")
    print(
        f"Processor time of the import: writer {1000 * first['writer_cpu'] / number:.2f}, workers "
        f"{1000 * first['workers_cpu'] / number:.2f} ms a file."
    )
    print(f"Longest batch: {first['longest_batch']:.2f} s.")
    print("\n| stage of the writer | ms/file |\n|---|--:|")
    for stage, seconds in sorted(first["stages"].items(), key=lambda entry: -entry[1]):
        print(f"| {stage} | {1000 * seconds / number:.3f} |")
    print(f"| (whole run) | {1000 * first['seconds'] / number:.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--database", action="append", default=[], metavar="URL")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without-search", action="store_true", help="leave the search index out")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        import_here(options.corpus, options.jobs, with_search=not options.without_search)
        return
    with tempfile.TemporaryDirectory() as folder:
        for url in options.database or [f"sqlite:///{folder}/bench.sqlite3"]:
            os.environ.update(DATABASE_URL=url, MEDIA_ROOT=f"{folder}/media", SECRET_KEY=os.urandom(40).hex())
            _make_anew(url)
            subprocess.run([sys.executable, PROJECT / "manage.py", "migrate", "-v0"], check=True)
            measure(url, options.corpus, options.jobs, *(["--without-search"] if options.without_search else []))


def _make_anew(url: str) -> None:
    if not url.startswith("postgres"):
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)
        return
    import psycopg2

    name = urlsplit(url).path.strip("/")
    if not name.endswith("_bench"):
        raise SystemExit("the database is made anew: its name must end with _bench")
    connection = psycopg2.connect(urlsplit(url)._replace(path="/postgres").geturl())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()


if __name__ == "__main__":
    main()
