"""Measures what the readers' pages cost at the size of a real archive, on one database.

    python benchmarks/pages.py --generator make_corpus.py --count 100000 --database sqlite:////tmp/pages.sqlite3

`--generator` is a module with `post(seed, number)`, as for benchmarks/search.py. `--texts` of its posts are written
as an import writes them, into an empty database or the one of an earlier run; then their rows are copied until there
are `--count` articles, each at a moment of its own. Copies are not in the index of the search, which only the
"related" of an article asks. Then gunicorn serves the site as in production; the same server's constant answer
(`/healthz`) is measured in the same run, and each page is told as a multiple of it. The client is this script: it
takes processor time from the server, which is part of every number here.
"""

import argparse
import http.client
import importlib.util
import io
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
PORT = 8191
CONNECTIONS = 4
SECONDS = 4.0
ONE_BY_ONE = 60
CONSTANT = "/healthz"
OWNERS = ("article_id", "content_object_id")  # columns that name the article of a row


def start_django(url: str) -> None:
    os.environ.update(DATABASE_URL=url, SECRET_KEY="benchmark" * 6, ALLOWED_HOSTS="testserver")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
    import django

    django.setup()


def fill(generator: str, texts: int) -> None:
    """Import `texts` generated posts into an empty database."""
    from django.core.management import call_command

    from articles.models import Article

    if Article.objects.exists():
        return
    spec = importlib.util.spec_from_file_location("generator", generator)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(texts):
            path, name, text = module.post("1", number)
            file = Path(folder, *path, f"{name}.txt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        call_command("import_articles", folder, source="generated", stdout=io.StringIO(), stderr=io.StringIO())


def multiply(count: int) -> None:
    """Copy the rows of all articles, and what lists and pages read beside them, until there are `count`."""
    from django.db import connection, transaction
    from django.db.models import Max

    from articles.models import Article, ArticleTag, Authorship, Listing, Placement

    number = Article.objects.count()
    step = Article.objects.aggregate(Max("pk"))["pk__max"]
    later = {
        "sqlite": "datetime(published_at, '+{} seconds')",
        "postgresql": "published_at + interval '{} seconds'",
    }[connection.vendor]
    with transaction.atomic(), connection.cursor() as cursor:
        for copy in range(1, count // number):
            new = {"published_at": later.format(copy), **{name: f"{name} + {copy * step}" for name in OWNERS}}
            for model in (Article, Placement, Authorship, ArticleTag, Listing):
                names = [field.column for field in model._meta.concrete_fields if field.column != "id"]
                values = [new.get(name, name) for name in names]
                if model is Article:
                    names, values = ["id", *names], [f"id + {copy * step}", *values]
                table, key = model._meta.db_table, "id" if model is Article else owner(model)
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} "  # noqa: S608
                    f"WHERE {key} <= {step}"
                )


def owner(model: Any) -> str:
    """Return the column of a model that names the article."""
    return next(field.column for field in model._meta.concrete_fields if field.column in OWNERS)


def settle() -> None:
    """What the databases' own housekeeping does in time."""
    from django.db import connection

    from articles.search.index import get_index

    get_index().settle()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def count_again() -> float:
    """Return the seconds that the migration takes which counts all lists."""
    from importlib import import_module
    from types import SimpleNamespace

    from django.apps import apps
    from django.db import connection, transaction

    from articles.models import ListCount, Listing, ListKind

    migration = import_module("articles.migrations.0004_count_lists")
    with transaction.atomic():
        Listing.objects.filter(kind=ListKind.LANGUAGE).delete()
        ListCount.objects.all().delete()
        started = time.perf_counter()
        migration.count_lists(apps, SimpleNamespace(connection=connection))
        return time.perf_counter() - started


def pages() -> dict[str, str]:
    """Return an address of each kind of page; lists by their longest."""
    from django.db.models import Count

    from articles.models import Article, Author, Category, Listing, ListKind, Tag

    def longest(model: Any, kind: Any) -> str:
        best = Listing.objects.filter(kind=kind).values("key").annotate(rows=Count("pk")).order_by("-rows").first()
        return str(model.objects.get(pk=best["key"]).get_absolute_url())

    live = Article.objects.live().order_by("-published_at", "-pk")
    middle = live[live.count() // 2]
    section = longest(Category, ListKind.CATEGORY)
    return {
        "home": "/",
        "article": middle.get_absolute_url(),
        "section": section,
        "section, its last page": f"{section}?after={oldest_cursor(section)}",
        "tag": longest(Tag, ListKind.TAG),
        "author": longest(Author, ListKind.AUTHOR),
        "archive": "/archive/",
        "archive, a month": f"/archive/{middle.published_at:%Y/%m}/",
        "feed": "/feed/",
        "feed of a section": f"{section}feed/",
        "JSON feed": "/feed.json",
        "index of sitemaps": "/sitemap.xml",
        "sitemap of a month": f"/sitemap-{middle.published_at:%Y-%m}.xml",
        "news sitemap": "/news-sitemap.xml",
        "not found": "/no-such-page/",
    }


def oldest_cursor(section: str) -> str:
    """Return the cursor of the last full page of a section."""
    from articles.models import Category, Listing, ListKind
    from articles.models.paging import PAGE_SIZE, cut_page

    key = Category.objects.get(path=section.removeprefix("/sections/").rstrip("/")).pk
    rows = Listing.objects.of(ListKind.CATEGORY, key).live()
    row = rows.order_by("published_at", "article_id")[PAGE_SIZE]
    return str(cut_page(rows.filter(published_at__lte=row.published_at), size=1).next_cursor)


def cost_of(path: str) -> tuple[int, float]:
    """Return how many queries a page needs when what stands on every page is kept already, and the processor's
    milliseconds of this process (SQLite's work included, PostgreSQL's not): a busy machine changes them little."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.get("/no-such-page-either/")
    client.get(path)
    times = []
    for _ in range(ONE_BY_ONE // 2):
        started = time.process_time()
        client.get(path)
        times.append((time.process_time() - started) * 1000)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured.captured_queries), statistics.median(times)


class Server:
    """gunicorn with the settings of production, on this machine."""

    def __enter__(self) -> "Server":
        command = [sys.executable, "-m", "gunicorn", "--config", "newsportal/gunicorn.conf.py"]
        command += ["--max-requests", "0"]  # a process that is made anew would end the connections
        command += ["--bind", f"127.0.0.1:{PORT}", "newsportal.wsgi:application"]
        self.process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
        for _ in range(120):
            try:
                ask(http.client.HTTPConnection("127.0.0.1", PORT, timeout=30), CONSTANT)
                return self
            except OSError:
                time.sleep(0.5)
        raise SystemExit("gunicorn does not answer")

    def __exit__(self, *_exc: object) -> None:
        self.process.terminate()
        self.process.wait()


def ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Return status and ETag; the body is read to its end."""
    connection.request("GET", path, headers={"Accept-Encoding": "identity", **(headers or {})})
    response = connection.getresponse()
    response.read()
    return response.status, response.headers.get("ETag", "")


def times_of(path: str) -> tuple[float, float, float]:
    """Return the median and the 95th percentile of milliseconds, asked one by one, and the median of a 304."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    _status, etag = ask(connection, path)
    times: list[float] = []
    again: list[float] = []
    for headers, found in (({}, times), ({"If-None-Match": etag}, again)):
        for _ in range(ONE_BY_ONE):
            started = time.perf_counter()
            ask(connection, path, headers)
            found.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), sorted(times)[int(len(times) * 0.95)], statistics.median(again)


def rate_of(path: str) -> float:
    """Return the answers a second with some connections at once."""
    done = [0] * CONNECTIONS
    end = time.perf_counter() + SECONDS

    def run(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        while time.perf_counter() < end:
            ask(connection, path)
            done[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--texts", type=int, default=1_000)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    os.environ["SITE_URL"] = f"http://127.0.0.1:{PORT}"
    start_django(options.database)
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1"  # of the server; the queries are counted by Django's test client
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    fill(options.generator, options.texts)
    multiply(options.count)
    counting = count_again()
    settle()
    addresses = pages()
    costs = {name: cost_of(path) for name, path in addresses.items()}
    vendor = urlsplit(options.database).scheme
    titles = ["queries", "processor ms", "ms, median / p95", "ms of a 304", "a second", "constant ×"]
    print(f"\n| {' | '.join([f'{options.count:,} articles, {vendor}', *titles])} |")
    print(f"| --- |{' --: |' * len(titles)}")
    with Server():
        constant = rate_of(CONSTANT)
        for name, path in addresses.items():
            median, late, again = times_of(path)
            rate = rate_of(path)
            queries, processor = costs[name]
            cells = [queries, f"{processor:.1f}", f"{median:.1f} / {late:.1f}", f"{again:.1f}"]
            cells += [f"{rate:.0f}", f"{constant / rate:.0f}"]
            print(f"| {name} | {' | '.join(map(str, cells))} |", flush=True)
        print(f"| constant answer | 0 | – | {times_of(CONSTANT)[0]:.1f} | – | {constant:.0f} | 1 |")
    print(f"\ncounting all lists, as `migrate` does: {counting:.0f} s")


if __name__ == "__main__":
    main()
