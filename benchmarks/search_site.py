"""One database's part of the search benchmark: it is loaded, asked, proved; each stage's figures go into a file.

    Site(folder, url).load(...), .measure(), .prove(), .rebuild()

The figures of all stages so far stand in `FOLDER/sqlite.json` and `FOLDER/postgresql.json`, so a run that is cut off
loses only the stage it was in.
"""

import json
import os
import random
import re
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from search_loading import CHUNK, VECTOR, Loader, bare_load, copy_articles, run_on_postgres

QUERIES = 300
MOST_PAGED = 3000  # more frequent words are held to the scan on their first pages only
PROBE = 2000
HOSTILE = {
    "10,000 characters": "长" * 10_000,
    "500 words": "数据 平台 " * 250,
    "200 frequent characters": "的一是在不了有和人这" * 20,
    "16 frequent words": "数据 技术 平台 智能 市场 企业 城市 建设 公司 投资 系统 发展 社会 经济 生活 增长",
    "16 characters": "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国",
    "stop words": "的 了 and the",
    "signs": "，。！？%_*'\"\\()[]{}<>|&~^$#@!;:-- + -",
    "open quote": '"数据',
    "a phrase that nobody wrote": '"的市场在数据了平台的和了在"',
    "without a frequent word": "平台 -数据 -技术 -的",
    "operators": "NEAR(数据 平台) OR title:数据* AND NOT \"x\" ^数据 <-> !平台 | 'x':*A",
    "SQL": "'; DROP TABLE articles_article; --",
    "NUL and a lone surrogate": "数\0据\ud800平台",
    "one letter": "a",
}


def start_django(url: str) -> None:
    os.environ.update(DATABASE_URL=url, SECRET_KEY="benchmark" * 6, ALLOWED_HOSTS="testserver")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
    import django

    django.setup()


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


class Site:
    """A database and the figures that were taken of it; `folder` keeps them, and what the queries must find."""

    def __init__(self, folder: str, url: str) -> None:
        start_django(url)
        from django.db import connection

        self.vendor = connection.vendor
        self._file = Path(folder) / f"{self.vendor}.json"
        self._drawn = Path(folder) / "drawn.json"
        self._figures: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def note(self, name: str, value: Any) -> None:
        self._figures[name] = value
        self._file.write_text(json.dumps(self._figures, ensure_ascii=False))
        if name != "queries":
            print(f"{time.strftime('%H:%M:%S')} {self.vendor} {name}: {value}", file=sys.stderr, flush=True)

    @property
    def count(self) -> int:
        """How many articles were loaded."""
        return int(self._figures.get("count", 0))

    def load(self, incoming: Any, count: int) -> None:
        """Write what comes in; the first articles in full, the rest without PostgreSQL's inverted index."""
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        loader = Loader()
        probe: list[Any] = []
        done, seconds, started = self.count, 0.0, time.perf_counter()
        if done:
            run_on_postgres("DROP INDEX articles_search_index_tokens")
        while done < count:
            rows = incoming.get()
            seconds += measured(lambda rows=rows: loader.write(rows))[0]
            done += len(rows)
            if done <= PROBE:
                probe += rows
            if done == min(PROBE, count):
                self.note("whole_a_second", done / seconds)
                self.note("bare_a_second", bare_load(probe))
                self.note("index_a_second", self._index_alone(probe))
                self.note("update_early", time_updates())
                run_on_postgres(
                    "DROP INDEX articles_search_index_tokens",
                    "VACUUM FULL articles_search_index",
                    "VACUUM FULL articles_searchdocument",
                )
        self.note("load_seconds", time.perf_counter() - started)
        self._build()
        self.note("count", count)

    def _build(self) -> None:
        clock = time.perf_counter()
        run_on_postgres(
            f"CREATE INDEX articles_search_index_tokens ON articles_search_index USING gin ({VECTOR})",
            "ALTER INDEX articles_search_index_tokens ALTER COLUMN 1 SET STATISTICS 0",
        )
        self.note("index_built_seconds", time.perf_counter() - clock)
        self.settle()

    def _index_alone(self, probe: list[Any]) -> float:
        """Return how many articles a second are indexed, where nothing else is written: documents and entries."""
        from django.db import transaction

        from articles.models import Article, SearchDocument
        from articles.search import index_articles, with_prepared
        from articles.search.index import get_index

        ids = list(Article.objects.order_by("pk").values_list("pk", flat=True))
        SearchDocument.objects.all().delete()
        get_index().clear()
        started = time.perf_counter()
        for start in range(0, len(ids), CHUNK):
            texts = [row["text"] for row in probe[start : start + CHUNK]]
            with transaction.atomic(), with_prepared(texts):
                index_articles(ids[start : start + CHUNK])
        return len(ids) / (time.perf_counter() - started)

    def multiply(self, times: int) -> None:
        """Make of each article so many, at other moments: the same texts in a larger site."""
        clock = time.perf_counter()
        run_on_postgres("DROP INDEX articles_search_index_tokens")
        step = copy_articles(times)
        self.note("copied_seconds", time.perf_counter() - clock)
        self._build()
        if self.vendor == "sqlite" and self._drawn.exists():
            # Copies hold what their originals hold.
            needles, truth, size = json.loads(self._drawn.read_text())
            truth = {
                needle: sorted(pk + number * step for pk in ids for number in range(times))
                for needle, ids in truth.items()
            }
            self._drawn.write_text(json.dumps([needles, truth, size * times], ensure_ascii=False))
        self.note("count", self.count * times)

    def settle(self) -> None:
        from django.db import connection

        from articles.search.index import get_index

        clock = time.perf_counter()
        get_index().settle()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if self.vendor == "postgresql" else "PRAGMA optimize")
        self.note("settle_seconds", time.perf_counter() - clock)

    def measure(self) -> None:
        """Take the figures of a loaded database: sizes, queries, related articles, hostile queries, updates."""
        needles, truth, text_bytes = self._draw()
        self.note("text_bytes", text_bytes)
        self.note("sizes", sizes())
        self.note("queries", ask(needles, truth))
        self.note("related", time_related())
        self.note("hostile", time_hostile())
        self.note("update_late", time_updates())

    def _draw(self) -> Any:
        if not self._drawn.exists():
            self._drawn.write_text(json.dumps(draw(), ensure_ascii=False))
        return json.loads(self._drawn.read_text())

    def prove(self) -> None:
        """Run `check_search`."""
        from articles.search import check

        clock = time.perf_counter()
        faults = sum(1 for _fault in check())
        self.note("check", {"faults": faults, **_spent(clock)})

    def rebuild(self) -> None:
        """Run `rebuild_search`."""
        from articles.search import rebuild

        clock = time.perf_counter()
        for _done in rebuild():
            pass
        self.note("rebuild", _spent(clock))
        self.note("sizes_rebuilt", sizes())


def _spent(clock: float) -> dict[str, float]:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(time.perf_counter() - clock), "peak_megabytes": round(megabytes)}


def time_updates(number: int = 20) -> dict[str, float]:
    """Return the median cost of changing one article's body."""
    from articles.models import Article

    chance = random.Random(7)
    ids = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    times = []
    for pk in chance.sample(ids, number):
        article = Article.objects.get(pk=pk)
        body = article.body
        article.body = f"{body}<p>补记{chance.randrange(10**6)}。</p>"
        times.append(measured(article.save)[:3])
        article.body = body
        article.save()
    return {
        "ms": statistics.median(each[0] for each in times) * 1000,
        "database_ms": statistics.median(each[1] for each in times) * 1000,
        "statements": statistics.median(each[2] for each in times),
    }


def sizes() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT CASE WHEN name LIKE '%searchdocument%' THEN 'documents' ELSE 'index' END, sum(pgsize) "
                "FROM dbstat WHERE name LIKE 'articles_search%' OR name LIKE '%searchdocument%' "
                "OR name LIKE '%searchname%' GROUP BY 1"
            )
        else:
            cursor.execute(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relname IN "
                "('articles_search_index', 'articles_searchdocument', 'articles_searchname') UNION ALL "
                "SELECT '(of it) ' || relname, pg_relation_size(oid) FROM pg_class "
                "WHERE relname = 'articles_search_index_tokens'"
            )
        parts = {name: int(size) for name, size in cursor.fetchall()}
    return {**parts, "all": sum(size for name, size in parts.items() if not name.startswith("("))}


def draw() -> tuple[list[str], dict[str, list[int]], int]:
    """Draw queries from the texts, and scan all texts for them: what the search must find."""
    from articles.models import Author, NameKind, SearchDocument, Tag
    from articles.text.searchable import unpack
    from articles.text.tokens import fold

    chance = random.Random(11)
    ids = list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True))
    needles: dict[str, None] = dict.fromkeys(["的", "数据", "技术", "量子纠错", "冷链运输", "5", "gmt", "x"])
    while len(needles) < QUERIES:
        text = chance.choice(unpack(SearchDocument.objects.get(pk=chance.choice(ids)).text))
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
    for pk, packed, facets in SearchDocument.objects.order_by("pk").values_list("pk", "text", "facets").iterator(500):
        texts = unpack(packed)
        size += sum(len(text.encode()) for text in texts)
        whole = "\n".join([*texts, *(names[facet] for facet in facets.split() if facet in names)])
        for needle, pattern in patterns.items():
            if needle in whole and pattern.search(whole):
                truth[needle].append(pk)
    return list(needles), truth, size


def ask(needles: list[str], truth: dict[str, list[int]]) -> list[dict[str, Any]]:
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


def time_related(number: int = 200) -> dict[str, float]:
    """Return what the related articles of an article cost that nobody asked for before."""
    from django.core.cache import cache
    from django.utils import timezone

    from articles.models import Article
    from articles.search import related_to

    cache.clear()
    ids = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    articles = [Article.objects.get(pk=pk) for pk in random.Random(5).sample(ids, number)]
    at = timezone.now()
    times = [measured(lambda article=article: related_to(article, at=at))[:3] for article in articles]
    return {
        "ms_p95": percentile([each[0] * 1000 for each in times], 0.95),
        "database_ms_median": percentile([each[1] * 1000 for each in times], 0.5),
        "database_ms_p95": percentile([each[1] * 1000 for each in times], 0.95),
        "statements": max(each[2] for each in times),
    }


def time_hostile() -> dict[str, dict[str, float]]:
    """Return what the page of each hostile query costs."""
    from django.utils import timezone

    from articles.searchpage import Request, compose_search

    figures = {}
    for name, text in HOSTILE.items():
        text = "".join(" " if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)
        times = [measured(lambda text=text: compose_search(Request(text=text), at=timezone.now())) for _ in range(3)]
        total, database, statements, _page = sorted(times, key=lambda each: each[0])[1]
        figures[name] = {
            "ms": round(total * 1000, 1),
            "database_ms": round(database * 1000, 1),
            "statements": statements,
        }
    return figures


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
