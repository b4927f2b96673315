"""Measures the search on both databases in one run, and holds its answers to a scan of the texts.

    python benchmarks/search.py --generator make_corpus.py --count 20000 --postgres postgres://user@host/scratch \
        --keep FOLDER
    python benchmarks/search.py --reuse FOLDER --postgres postgres://user@host/scratch --check --rebuild

`--generator` is a module with `post(seed, number)`, which returns the path of sections, a title and an article file in
the Hexo dialect. The PostgreSQL database must be empty or left by an earlier run; it is emptied. `--keep` is where
SQLite's file and the figures go; `--reuse` takes the figures of what was loaded there again. Times are of a warm
database; the ratio of two numbers of one run says more than the numbers.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import queue
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "benchmarks")]

from search_loading import CHUNK  # noqa: E402
from search_site import Site, percentile, start_django  # noqa: E402

GROUPS = (("up to 1 %", 0, 0.01), ("1 to 20 %", 0.01, 0.2), ("above 20 %", 0.2, 1.01))


def generate(task: tuple[str, int]) -> dict[str, Any]:
    """Return one article as the importer would write it, with its text prepared for the search."""
    from datetime import UTC, datetime

    from articles.documents.parsing import Reading, parse_document
    from articles.text.plain import count_words, plain_text
    from articles.text.sanitize import sanitize
    from articles.text.searchable import ArticleTexts, prepare_text
    from articles.text.slugs import make_slug

    _path, _name, text = load(task[0]).post("1", task[1])
    document = parse_document(
        text.encode(),
        source="x.txt",
        key=f"{task[1]}.txt",
        modified_at=datetime(2026, 1, 1, tzinfo=UTC),
        reading=Reading(UTC, None),
    )
    clean = sanitize(document.body_html)
    texts = ArticleTexts(title=document.title, body=str(clean.html), source_name=document.source_name)
    return {
        "title": document.title,
        "slug": make_slug(document.title, max_length=80),
        "word_count": count_words(plain_text(str(clean.html))),
        "body": clean.html,
        "source_name": document.source_name,
        "published_at": document.published_at,
        "sections": [path[-1] for path in document.categories[-1:]],
        "authors": list(document.authors),
        "tags": list(document.tags),
        "text": prepare_text(texts),
    }


@cache
def load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("generator", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator")
    parser.add_argument("--count", type=int, default=0, help="how many articles; more than were loaded are added")
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="a folder for SQLite's file and the figures; a temporary one without it")
    parser.add_argument("--reuse", help="the folder of an earlier run, whose databases are measured again")
    parser.add_argument("--times", type=int, default=1, help="then make of each article so many, at other moments")
    parser.add_argument("--check", action="store_true", help="also time check_search")
    parser.add_argument("--rebuild", action="store_true", help="also time rebuild_search")
    options = parser.parse_args()
    if not options.generator and (options.count or not options.reuse):
        parser.error("--generator is needed")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.reuse or options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        urls = [f"sqlite:///{folder.resolve()}/search.sqlite3", options.postgres]
        figures = folder / "sqlite.json"
        loaded = json.loads(figures.read_text())["count"] if options.reuse else 0
        if not options.reuse:
            empty(options.postgres)
            for file in folder.iterdir():
                file.unlink()
        if loaded < options.count:
            (folder / "drawn.json").unlink(missing_ok=True)
            load_both(folder, urls, options, loaded)
        if options.times > 1:
            together("multiply", str(folder), urls, options.times)
        stages = ["measure", *(["prove"] if options.check else []), *(["rebuild"] if options.rebuild else [])]
        for stage in stages:
            for url in urls:
                together(stage, str(folder), [url])
        show([json.loads((folder / f"{vendor}.json").read_text()) for vendor in ("sqlite", "postgresql")])


def empty(url: str) -> None:
    subprocess.run(
        ["psql", "-q", url, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def together(stage: str, folder: str, urls: list[str], *values: Any) -> None:
    """Run a stage for each database in a process of its own: another database, and its own memory."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=run_stage, args=(stage, folder, url, *values)) for url in urls]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"{stage} failed")


def run_stage(stage: str, folder: str, url: str, *values: Any) -> None:
    getattr(Site(folder, url), stage)(*values)


def run_load(folder: str, url: str, incoming: Any, count: int) -> None:
    Site(folder, url).load(incoming, count)


def load_both(folder: Path, urls: list[str], options: argparse.Namespace, loaded: int) -> None:
    context = multiprocessing.get_context("spawn")
    lines = [context.Queue(4) for _url in urls]
    processes = [
        context.Process(target=run_load, args=(str(folder), url, line, options.count))
        for url, line in zip(urls, lines, strict=True)
    ]
    for process in processes:
        process.start()
    os.environ.update(DATABASE_URL="sqlite://:memory:", SECRET_KEY="benchmark" * 6)
    with context.Pool(options.jobs, initializer=start_django, initargs=("sqlite://:memory:",)) as pool:
        chunk: list[dict[str, Any]] = []
        tasks = ((options.generator, number) for number in range(loaded, options.count))
        for number, row in enumerate(pool.imap(generate, tasks, 50), loaded + 1):
            chunk.append(row)
            if len(chunk) == CHUNK or number == options.count:
                for line, process in zip(lines, processes, strict=True):
                    hand_over(line, process, chunk)
                chunk = []
            if number % 5000 == 0:
                print(f"{number} generated", file=sys.stderr, flush=True)
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit("loading failed")


def hand_over(incoming: Any, process: Any, chunk: Any) -> None:
    while True:
        try:
            return incoming.put(chunk, timeout=5)
        except queue.Full:
            if not process.is_alive():
                raise SystemExit("a database's process ended early") from None


def show(reports: list[dict[str, Any]]) -> None:
    count = reports[0]["count"]
    print(f"\n| {count:,} articles | SQLite | PostgreSQL |\n| --- | --: | --: |")

    def row(label: str, cell: Any) -> None:
        with suppress(KeyError):  # a stage that did not run
            print(f"| {label} | {' | '.join(cell(report) for report in reports)} |")

    for label, low, high in GROUPS:

        def inside(report: dict[str, Any], low: float = low, high: float = high) -> list[dict[str, Any]]:
            return [q for q in report["queries"] if low * count <= q["wanted"] < high * count]

        number = len(inside(reports[0]))
        if not number:
            continue
        for text, key, form in (
            (
                f"database ms of a page, median / p95, words in {label} of the articles ({number} queries)",
                "database_ms",
                "{:.1f} / {:.1f}",
            ),
            ("… with Python, median / p95", "ms", "{:.0f} / {:.0f}"),
        ):
            row(
                text,
                lambda r, k=key, f=form: f.format(*(percentile([q[k] for q in inside(r)], s) for s in (0.5, 0.95))),
            )
    row("statements of a page, most", lambda r: f"{max(q['statements'] for q in r['queries'])}")
    row(
        "articles missed / found wrongly",
        lambda r: f"{sum(q['missed'] for q in r['queries'])} / {sum(q['false'] for q in r['queries'])}",
    )
    row("queries paged to their end", lambda r: f"{sum(q['is_complete'] for q in r['queries'])} of {len(r['queries'])}")
    row(
        "related articles, database ms, median / p95",
        lambda r: f"{r['related']['database_ms_median']:.1f} / {r['related']['database_ms_p95']:.1f}",
    )
    row(
        "the slowest hostile query, database ms / with Python",
        lambda r: "{} / {}".format(*(max(q[k] for q in r["hostile"].values()) for k in ("database_ms", "ms"))),
    )
    row("index and documents, times the text", lambda r: f"{r['sizes']['all'] / r['text_bytes']:.2f}")
    row(
        "one article's update, database ms / all, after the first articles",
        lambda r: f"{r['update_early']['database_ms']:.1f} / {r['update_early']['ms']:.1f}",
    )
    row(
        "… at the end",
        lambda r: f"{r['update_late']['database_ms']:.1f} / {r['update_late']['ms']:.1f}",
    )
    row(
        "articles a second, the first ones: tokens alone / index and documents / whole write path",
        lambda r: f"{r['bare_a_second']:.0f} / {r['index_a_second']:.0f} / {r['whole_a_second']:.0f}",
    )
    for name in ("check", "rebuild"):
        row(
            f"{name}_search, seconds / peak MB",
            lambda r, name=name: f"{r[name]['seconds']} / {r[name]['peak_megabytes']}",
        )
    same = sum(a["first"] == b["first"] for a, b in zip(*(report["queries"] for report in reports), strict=True))
    print(f"\nSame first page on both databases: {same} of {len(reports[0]['queries'])} queries.")


if __name__ == "__main__":
    main()
