#!/usr/bin/env python3
"""Measure the importer against its floor, for each database, in one run.

    python benchmarks/importing.py CORPUS [--database URL]… [--jobs 2]
    python benchmarks/importing.py --generator SCRIPT --count 20000 --count 100000 [--work DIR] [--database URL]…

CORPUS is a folder of article files; SCRIPT makes one of a number of files. For each database (default: a new SQLite
file; a PostgreSQL database, whose name must end with _bench, is made anew and stays) the same files are read, parsed
and cleaned by bare libraries with both cores, imported, imported again unchanged, and their rows are loaded into bare
tables by the fastest statement there is: once without and once with the rows of the search index. Each stage is told
when it ends; one that fails or is interrupted is left out of the table. Figures of one machine and day carry nowhere
else, ratios do.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))

from floor import PROJECT, bare_index, bare_load, bare_work, hash_work, with_cores

Result = TypeVar("Result")


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
    try:
        out, _err = work.communicate()
    finally:
        ended.set()
        watcher.join()
    if work.returncode:
        raise SystemExit(f"it ended with status {work.returncode}")
    a_second = os.sysconf("SC_CLK_TCK")
    ticks.pop(work.pid, 0)
    measured = {"pss_mib": peak / 1024, "workers_cpu": sum(ticks.values()) / a_second}
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
    from articles.actions.importing import ImportOptions, claims, deciding, import_files, running, storing, writing
    from articles.models import articles_changed, listing
    from articles.search import postgres

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
    adapt = running._Run._adapt

    def held(self: Any, number: int, took: float) -> None:
        nonlocal longest
        longest = max(longest, took)
        seconds["batches"] = seconds.get("batches", 0.0) + took
        adapt(self, number, took)

    running._Run._adapt = held  # type: ignore[method-assign]
    clock(running._Run, "_give_turn", "(editors' turns)")
    clock(storing, "insert_rows", "rows")
    clock(storing, "keep_originals", "originals")
    clock(storing, "reserve_ids", "numbers")
    clock(writing.Writer, "state_of", "states")
    clock(deciding.Decider, "_twins", "copies sought")
    clock(writing.Writer, "_lock", "files sought")
    clock(claims, "add_old_addresses", "old addresses")
    clock(receivers, "relist", "lists")
    clock(listing, "_rows_of", "lists: read")
    clock(receivers, "index_articles", "search index")
    clock(postgres, "_sort_in", "search index: sorted in")
    clock(BaseDatabaseWrapper, "commit", "commit")

    marks: list[float] = []
    begun, used = time.perf_counter(), time.process_time()
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
                "writer_cpu": time.process_time() - used,
                "counts": {outcome.value: number for outcome, number in report.counts.items()},
                "stages": seconds,
                "longest_batch": longest,
                "late_to_early": early / late if late else 1.0,
            }
        )
    )


def stage(name: str, work: Callable[[], Result]) -> Result | None:
    """Return what `work` returns, None where it fails or is interrupted: what comes after is measured all the same."""
    print(f"- {name}: ", end="", flush=True)
    begun = time.perf_counter()
    try:
        result = work()
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001
        print(f"cut after {time.perf_counter() - begun:.0f} s ({type(error).__name__}: {error})", flush=True)
        return None
    print(f"{time.perf_counter() - begun:.0f} s", flush=True)
    return result


def measure(url: str, corpus: str, jobs: int, *more: str) -> None:
    paths = sorted(str(path) for path in Path(corpus).rglob("*") if path.is_file())
    number = len(paths)
    print(f"\n## {number} files, {urlsplit(url).scheme}, jobs {jobs} {' '.join(more)}\n", flush=True)
    libraries, libraries_cpu = stage("read + YAML + nh3", lambda: with_cores(bare_work, paths, jobs)) or (None, None)
    hashing, hashing_cpu = stage("read + hash", lambda: with_cores(hash_work, paths, jobs)) or (None, None)
    first = stage("import", lambda: child(corpus, jobs, *more))
    again = stage("import again", lambda: child(corpus, jobs, *more))
    load = stage("bare load of the rows", lambda: bare_load(url))
    index = stage("bare load of the search index", lambda: bare_index(url)) if "--without-search" not in more else None
    live = stage("the same batch by batch", lambda: bare_index(url, live=True)) if index else None
    print("\n| | files/s | ratio |\n|---|--:|--:|")
    seconds = first and first["seconds"]

    def row(name: str, took: float | None, of: float | None = None) -> None:
        if took:
            print(f"| {name} | {number / took:.0f} | {f'{of / took:.2f}' if of else ''} |")

    def both(*parts: float | None) -> float | None:
        return None if None in parts else sum(part for part in parts if part)

    row(f"read + YAML + nh3, {jobs} processes", libraries)
    row("bare load of the rows, without the search index", load)
    row("bare load of the rows of the search index", index)
    row("the same, batch by batch into a live index", live)
    row("- import to this load", seconds, live)
    for name, floor in (
        ("without the rows of the search index", both(libraries, load)),
        ("with the rows of the search index", both(libraries, load, index)),
    ):
        row(f"floor {name}", floor)
        row(f"- import to this floor, {name}", seconds, floor)
    row("import, everything included", seconds)
    row(f"read + hash, {jobs} processes", hashing)
    row("import again, unchanged", again and again["seconds"], hashing)
    print("\nProcessor time, which a busy machine disturbs less, in ms a file (a database server's is not in it):\n")
    if libraries_cpu:
        print(f"- read + YAML + nh3: {1000 * libraries_cpu / number:.3f}")
    if first:
        print(f"- import: writer {1000 * first['writer_cpu'] / number:.3f}, ", end="")
        print(f"workers {1000 * first['workers_cpu'] / number:.3f}")
    if hashing_cpu:
        print(f"- read + hash: {1000 * hashing_cpu / number:.4f}")
    if again:
        print(f"- import again: writer {1000 * again['writer_cpu'] / number:.4f}, ", end="")
        print(f"workers {1000 * again['workers_cpu'] / number:.4f}")
        print(f"\nAgain: {again['counts']}; memory {again['pss_mib']:.0f} MiB.", flush=True)
    if first:
        tell_import(first, number)


def tell_import(first: dict[str, Any], number: int) -> None:
    print(f"\nImport: {first['counts']}; rate of the last fifth to the second fifth {first['late_to_early']:.2f}.")
    print(f"Memory (PSS of the tree): {first['pss_mib']:.0f} MiB. Longest batch: {first['longest_batch']:.2f} s.")
    print("\n| stage of the writer | ms/file |\n|---|--:|")
    for name, seconds in sorted(first["stages"].items(), key=lambda entry: -entry[1]):
        print(f"| {name} | {1000 * seconds / number:.3f} |")
    print(f"| (whole run) | {1000 * first['seconds'] / number:.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("corpus", nargs="?", default="")
    parser.add_argument("--generator", default="", help="a script that takes --count N --out DIR")
    parser.add_argument("--count", action="append", type=int, default=[], help="files to generate; may be given again")
    parser.add_argument("--work", default="", help="folder for what is made, which then stays")
    parser.add_argument("--database", action="append", default=[], metavar="URL")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without-search", action="store_true", help="leave the search index out")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        import_here(options.corpus, options.jobs, with_search=not options.without_search)
        return
    if bool(options.corpus) == bool(options.generator and options.count):
        parser.error("give either a corpus, or --generator and --count")
    more = ["--without-search"] if options.without_search else []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.work or temporary
        for corpus in _corpora(options, folder):
            for url in options.database or [f"sqlite:///{folder}/{Path(corpus).name}_bench.sqlite3"]:
                os.environ.update(DATABASE_URL=url, MEDIA_ROOT=f"{folder}/media", SECRET_KEY=os.urandom(40).hex())
                _make_anew(url)
                subprocess.run([sys.executable, PROJECT / "manage.py", "migrate", "-v0"], check=True)
                measure(url, corpus, options.jobs, *more)


def _corpora(options: argparse.Namespace, folder: str) -> Iterator[str]:
    if options.corpus:
        yield options.corpus
    for count in options.count:
        place = Path(folder) / f"corpus_{count}"
        if not place.exists():
            making = place.with_suffix(".part")
            command = [sys.executable, options.generator, "--count", str(count), "--out", str(making)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            making.rename(place)
        yield str(place)


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
