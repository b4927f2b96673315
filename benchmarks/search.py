"""Measures the search on both databases in one run, and holds its answers to a scan of the texts.

    python benchmarks/search.py --generator make_corpus.py --count 20000 --postgres postgres://user@host/scratch

`--generator` is a module with `post(seed, number)`, which returns the path of sections, a title and an article file in
the Hexo dialect. The PostgreSQL database must be empty or left by an earlier run; it is emptied. SQLite's file lies in
a temporary folder. Times are of a warm database; the ratio of two numbers of one run says more than the numbers.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import queue
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
CHUNK = 200
QUERIES = 300
MOST_PAGED = 3000  # more frequent words are held to the scan on their first pages only
PROBE = 600


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


def start_django(url: str) -> None:
    os.environ.update(DATABASE_URL=url, SECRET_KEY="benchmark" * 6, ALLOWED_HOSTS="testserver")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
    import django

    django.setup()


class Loader:
    """Writes articles with all that hangs on them, in bulk, as an import does."""

    def __init__(self) -> None:
        self.sections: dict[str, Any] = {}
        self.authors: dict[str, Any] = {}
        self.tags: dict[str, Any] = {}

    def write(self, rows: list[dict[str, Any]]) -> list[Any]:
        from django.db import transaction

        from articles.models import Article, ArticleTag, Author, Authorship, Category, Placement, Status, Tag
        from articles.models.changes import announce, gather_changes
        from articles.search import with_prepared

        with transaction.atomic(), with_prepared([row["text"] for row in rows]), gather_changes():
            articles = Article.objects.bulk_create(
                Article(
                    title=row["title"],
                    slug=row["slug"],
                    word_count=row["word_count"],
                    body=row["body"],
                    source_name=row["source_name"],
                    status=Status.PUBLISHED,
                    published_at=row["published_at"],
                )
                for row in rows
            )
            named = (("sections", self.sections, Category), ("authors", self.authors, Author), ("tags", self.tags, Tag))
            for key, known, model in named:
                for name in {name for row in rows for name in row[key]} - known.keys():
                    known[name] = model.objects.create(name=name)
            pairs = list(zip(articles, rows, strict=True))
            Placement.objects.bulk_create(
                Placement(article=a, category=self.sections[name], is_primary=True)
                for a, row in pairs
                for name in row["sections"]
            )
            Authorship.objects.bulk_create(
                Authorship(article=a, author=self.authors[name]) for a, row in pairs for name in row["authors"]
            )
            ArticleTag.objects.bulk_create(
                ArticleTag(content_object=a, tag=self.tags[name]) for a, row in pairs for name in row["tags"]
            )
            announce(article.pk for article in articles)
        return articles


class DatabaseTime:
    """Adds up what the statements of a block take, fetching included where the driver does it at once."""

    def __init__(self) -> None:
        self.seconds, self.statements = 0.0, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.statements += 1


def measured(work: Any) -> tuple[float, float, int, Any]:
    """Return seconds in all, seconds in the database, statements, and what the work returned."""
    from django.db import connection

    clock = DatabaseTime()
    started = time.perf_counter()
    with connection.execute_wrapper(clock):
        result = work()
    return time.perf_counter() - started, clock.seconds, clock.statements, result


def run_database(url: str, incoming: Any, count: int, answers: Any, needles_in: Any) -> None:
    """Load, ask, and send back what was measured: the life of one database's process."""
    start_django(url)
    from django.core.management import call_command
    from django.db import connection

    from articles.models import Article, SearchDocument
    from articles.search.index import get_index

    call_command("migrate", verbosity=0)
    report: dict[str, Any] = {"vendor": connection.vendor}
    loader = Loader()
    report["load"] = load_all(loader, incoming, count, report)
    build_index()
    get_index().settle()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
    report["update_late"] = time_updates()
    get_index().settle()
    report["sizes"] = sizes()
    if connection.vendor == "sqlite":
        answers.put(draw(SearchDocument, count))
    needles, truth, text_bytes = needles_in.get()
    report["text_bytes"] = text_bytes
    report["queries"] = ask(needles, truth, Article)
    answers.put(report)


def load_all(loader: Loader, incoming: Any, count: int, report: dict[str, Any]) -> dict[str, float]:
    from django.db import connection

    done, seconds, database = 0, 0.0, 0.0
    probe: list[Any] = []
    while done < count:
        rows = incoming.get()
        clock = measured(lambda rows=rows: loader.write(rows))
        seconds, database = seconds + clock[0], database + clock[1]
        done += len(rows)
        if done <= PROBE:
            probe += rows
        if done == PROBE or (done >= count and "bare" not in report):
            report["bare"] = bare_load(probe)
            report["first"] = len(probe) / seconds
            report["update_early"] = time_updates()
            leave_out_index()
    return {"articles_a_second": done / seconds, "database_share": database / seconds, "vendor": connection.vendor}


def leave_out_index() -> None:
    """On PostgreSQL the rest is loaded without the inverted index: it is built at the end, many times faster."""
    run_on_postgres("DROP INDEX articles_search_index_tokens")


def build_index() -> None:
    run_on_postgres(
        "CREATE INDEX articles_search_index_tokens ON articles_search_index "
        "USING gin (array_to_tsvector(string_to_array(tokens, ' '))) WITH (gin_pending_list_limit = 1024)"
    )


def run_on_postgres(statement: str) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            cursor.execute(statement)


def bare_load(rows: list[dict[str, Any]]) -> float:
    """Return how many articles' tokens a second the bare tables take: the floor of any import with this index."""
    from django.db import connection, transaction

    texts = [(number, row["text"].tokens) for number, row in enumerate(rows, start=1)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE VIRTUAL TABLE bare USING fts5(tokens, content='', detail=none, columnsize=0, "
                'tokenize="unicode61 remove_diacritics 0")'
            )
            insert = "INSERT INTO bare(rowid, tokens) VALUES (%s, %s)"
        else:
            cursor.execute("CREATE TABLE bare (key bigint PRIMARY KEY, tokens text) WITH (toast_tuple_target = 128)")
            cursor.execute(
                "CREATE INDEX bare_tokens ON bare USING gin (array_to_tsvector(string_to_array(tokens, ' '))) "
                "WITH (gin_pending_list_limit = 1024)"
            )
            insert = "INSERT INTO bare VALUES (%s, %s)"
        started = time.perf_counter()
        for start in range(0, len(texts), CHUNK):
            with transaction.atomic():
                cursor.executemany(insert, texts[start : start + CHUNK])
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return len(texts) / seconds


def time_updates(number: int = 20) -> dict[str, float]:
    """Return the median cost of changing one article's body."""
    from articles.models import Article

    chance = random.Random(7)
    ids = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    times = []
    for pk in chance.sample(ids, number):
        article = Article.objects.get(pk=pk)
        article.body = str(article.body) + f"<p>补记{chance.randrange(10**6)}。</p>"
        times.append(measured(article.save)[:3])
    return {
        "ms": statistics.median(each[0] for each in times) * 1000,
        "database_ms": statistics.median(each[1] for each in times) * 1000,
        "statements": statistics.median(each[2] for each in times),
    }


def sizes() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'articles_search%' "
                "OR name LIKE '%articles_searchdocument%' OR name LIKE '%articles_searchname%'"
            )
            return {"all": int(cursor.fetchone()[0])}
        cursor.execute("VACUUM articles_search_index, articles_searchdocument")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relname IN "
            "('articles_search_index', 'articles_searchdocument', 'articles_searchname')"
        )
        return {"all": int(cursor.fetchone()[0])}


def draw(documents: Any, count: int) -> tuple[list[str], dict[str, list[int]], int]:
    """Draw queries from the texts, and scan all texts for them: what the search must find."""
    from articles.models import Author, NameKind, Tag
    from articles.text.searchable import unpack
    from articles.text.tokens import fold

    chance = random.Random(11)
    ids = list(documents.objects.order_by("pk").values_list("pk", flat=True))
    needles: dict[str, None] = dict.fromkeys(["的", "数据", "技术", "量子纠错", "冷链运输", "5", "gmt", "x"])
    while len(needles) < QUERIES:
        text = chance.choice(unpack(documents.objects.get(pk=chance.choice(ids)).text))
        if not text:
            continue
        start = chance.randrange(len(text))
        piece = text[start : start + chance.randint(1, 6)]
        inside = start and re.match(r"[0-9a-z]", piece) and re.match(r"[0-9a-z]", text[start - 1])
        if piece and " " not in piece and not inside and not re.search(r"[+#]", piece):
            needles[piece] = None
    names = {
        f"{kind}{pk}": fold(name)
        for kind, model in ((NameKind.TAG, Tag), (NameKind.AUTHOR, Author))
        for pk, name in model.objects.values_list("pk", "name")
    }
    patterns = {
        needle: re.compile((r"(?<![0-9a-z+#])" if needle[0].isascii() else "") + re.escape(needle))
        for needle in needles
    }
    truth: dict[str, list[int]] = {needle: [] for needle in needles}
    size = 0
    for pk, packed, facets in documents.objects.order_by("pk").values_list("pk", "text", "facets").iterator(500):
        texts = unpack(packed)
        size += sum(len(text.encode()) for text in texts)
        whole = "\n".join([*texts, *(names[facet] for facet in facets.split() if facet in names)])
        for needle, pattern in patterns.items():
            if needle in whole and pattern.search(whole):
                truth[needle].append(pk)
    return list(needles), truth, size


def ask(needles: list[str], truth: dict[str, list[int]], articles: Any) -> list[dict[str, Any]]:
    from django.utils import timezone

    from articles.search import search
    from articles.searchpage import Request, compose_search
    from articles.text.tokens import parse_query

    results = []
    for needle in needles:
        at = timezone.now()
        compose_search(Request(text=needle), at=at)  # warm
        total, database, statements, page = measured(
            lambda needle=needle, at=at: compose_search(Request(text=needle), at=at)
        )
        wanted = set(truth[needle])
        found: list[int] = []
        after = None
        while True:
            answer = search(parse_query(needle), at=at, after=after, size=20 if after is None else 500)
            found += answer.article_ids
            after = answer.next_cursor
            if after is None or (len(wanted) > MOST_PAGED and len(found) > 500):
                break
        results.append(
            {
                "needle": needle,
                "wanted": len(wanted),
                "ms": total * 1000,
                "database_ms": database * 1000,
                "statements": statements,
                "first": page.results.article_ids,
                "false": len([pk for pk in found if pk not in wanted]) + len(found) - len(set(found)),
                "missed": len(wanted - set(found)) if after is None else 0,
                "is_complete": after is None,
            }
        )
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", help="a file for everything that was measured")
    options = parser.parse_args()
    empty(options.postgres)
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/search.sqlite3", options.postgres]
        reports = run(urls, options)
    show(reports, options)


def empty(url: str) -> None:
    subprocess.run(
        ["psql", "-q", url, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public"],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def run(urls: list[str], options: argparse.Namespace) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("spawn")
    lines = [(context.Queue(4), context.Queue(), context.Queue()) for _url in urls]
    processes = [
        context.Process(target=run_database, args=(url, line[0], options.count, line[1], line[2]))
        for url, line in zip(urls, lines, strict=True)
    ]
    for process in processes:
        process.start()
    os.environ.update(DATABASE_URL="sqlite://:memory:", SECRET_KEY="benchmark" * 6)
    with context.Pool(options.jobs, initializer=start_django, initargs=("sqlite://:memory:",)) as pool:
        chunk: list[dict[str, Any]] = []
        for number, row in enumerate(
            pool.imap(generate, ((options.generator, n) for n in range(options.count)), 50), 1
        ):
            chunk.append(row)
            if len(chunk) == CHUNK or number == options.count:
                for line, process in zip(lines, processes, strict=True):
                    hand_over(line[0], process, chunk)
                chunk = []
            if number % 5000 == 0:
                print(f"{number} generated", file=sys.stderr)
    drawn = wait_for(lines[0][1], processes[0])
    for _incoming, _answers, needles in lines:
        needles.put(drawn)
    return [wait_for(line[1], process) for line, process in zip(lines, processes, strict=True)]


def hand_over(incoming: Any, process: Any, chunk: Any) -> None:
    while True:
        try:
            return incoming.put(chunk, timeout=5)
        except queue.Full:
            if not process.is_alive():
                raise SystemExit("a database's process ended early") from None


def wait_for(answers: Any, process: Any) -> Any:
    while True:
        try:
            return answers.get(timeout=5)
        except queue.Empty:
            if not process.is_alive():
                raise SystemExit("a database's process ended early") from None


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def show(reports: list[dict[str, Any]], options: argparse.Namespace) -> None:
    same = sum(a["first"] == b["first"] for a, b in zip(*(report["queries"] for report in reports), strict=True))
    groups = (("up to 1 %", 0, 0.01), ("1 to 20 %", 0.01, 0.2), ("above 20 %", 0.2, 1.01))
    print(
        f"\n| {options.count:,} articles | {' | '.join(report['vendor'] for report in reports)} |\n| --- | --: | --: |"
    )

    def row(label: str, cell: Any) -> None:
        print(f"| {label} | {' | '.join(cell(report) for report in reports)} |")

    for label, low, high in groups:

        def inside(report: dict[str, Any], low: float = low, high: float = high) -> list[dict[str, Any]]:
            return [q for q in report["queries"] if low * options.count <= q["wanted"] < high * options.count]

        number = len(inside(reports[0]))
        if not number:
            continue
        row(
            f"database ms of a page, median / p95, words in {label} of the articles ({number} queries)",
            lambda r: "{:.1f} / {:.1f}".format(
                *(percentile([q["database_ms"] for q in inside(r)], s) for s in (0.5, 0.95))
            ),
        )
        row(
            "… with Python, median / p95",
            lambda r: "{:.0f} / {:.0f}".format(*(percentile([q["ms"] for q in inside(r)], s) for s in (0.5, 0.95))),
        )
    row("statements of a page, most", lambda r: f"{max(q['statements'] for q in r['queries'])}")
    row(
        "articles missed / found wrongly",
        lambda r: f"{sum(q['missed'] for q in r['queries'])} / {sum(q['false'] for q in r['queries'])}",
    )
    row("queries paged to their end", lambda r: f"{sum(q['is_complete'] for q in r['queries'])} of {len(r['queries'])}")
    row("index and documents, times the text", lambda r: f"{r['sizes']['all'] / r['text_bytes']:.2f}")
    row(
        "one article's update, database ms, after the first articles / at the end",
        lambda r: f"{r['update_early']['database_ms']:.1f} / {r['update_late']['database_ms']:.1f}",
    )
    row(
        "articles a second, tokens alone / whole write path, the first articles",
        lambda r: f"{r['bare']:.0f} / {r['first']:.0f}",
    )
    print(f"\nSame first page on both databases: {same} of {len(reports[0]['queries'])} queries.")
    if options.json:
        Path(options.json).write_text(json.dumps(reports, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
