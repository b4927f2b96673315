"""Times the newsroom's pages over HTTP at 100,000 articles, on each database, against a floor.

    python benchmarks/newsroom.py --count 100000 --database sqlite:////tmp/bench/newsroom.sqlite3 \
        --database postgres://user@host/scratch

The databases must be empty or left by an earlier run, which is used again as it is. The server is gunicorn with one
worker. The floor is a page of the admin with nothing but the session and the user in it (the change of a password); its
rounds are taken between those of the others, so that a ratio holds on a busy machine too. Beside the wall clock stands
the processor's time of the server, which others' work does not stretch. Prints a Markdown table.
"""

import argparse
import http.client
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
CHUNK = 2000
SECRET = "benchmark" * 6
FLOOR = "floor"
_WORDS = (
    "港口 渡轮 地铁 量子 通信 芯片 算力 预算 财政 银行 利率 住房 医保 学校 课程 研究 河流 湿地 气象 暴雨 台风 水库",
    "电网 光伏 风电 储能 汽车 电池 出口 进口 关税 市场 物价 粮食 农田 合作社 书店 剧场 音乐 电影 球队 联赛 马拉松 社区",
)
WORDS = [word for line in _WORDS for word in line.split()]


def start_django(url: str) -> None:
    os.environ.update(environment(url))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
    import django

    django.setup()


def environment(url: str, port: int = 8000) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "CACHE_URL": "locmemcache://",
        "MEDIA_ROOT": str(Path(tempfile.gettempdir()) / "newsroom-bench-media"),
    }


# --- the articles


def load(count: int) -> None:
    """Write articles with sections, authors, tags, files, marks and pictures, in bulk; then lists and search."""
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from articles.models import (
        Article,
        ArticleTag,
        Author,
        Authorship,
        Category,
        FileMark,
        Image,
        ImportedFile,
        ImportEntry,
        ImportRun,
        Mark,
        Placement,
        Tag,
        User,
        insert_rows,
        rebuild_lists,
        reserve_ids,
    )
    from articles.models.category import Category as Section

    chance = random.Random(3)
    boss = User.objects.create_superuser("boss", "", "long-enough-password")
    roots = [Category.objects.create(name=f"栏目{number}") for number in range(12)]
    sections = [*roots, *(Section.objects.create(name=f"分栏{n}", parent=roots[n % 12]) for n in range(48))]
    authors = [Author.objects.create(name=f"{chance.choice(WORDS)}作者{number}") for number in range(300)]
    tags = [Tag.objects.create(name=f"{chance.choice(WORDS)}{number}") for number in range(500)]
    run = ImportRun.objects.create(state="finished", finished_at=timezone.now(), created_count=count)
    now, marks = timezone.now(), list(Mark.values)
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        with transaction.atomic():
            ids = reserve_ids(Article, size)
            rows, below = [], {"places": [], "byline": [], "tags": [], "files": []}
            for pk in ids:
                words = [chance.choice(WORDS) for _n in range(60)]
                kind = chance.random()
                status = "published" if kind < 0.96 else "draft" if kind < 0.98 else "in_review"
                moment = now - timedelta(minutes=20 * (count - start) + chance.randrange(20 * CHUNK))
                section = chance.choice(sections).pk
                title = "".join(words[:5]) + str(pk)
                body = f"<p>{''.join(words[:30])}。</p><p>{''.join(words[30:])}。</p>"
                owner = boss.pk if kind > 0.9595 else None
                at = moment if status == "published" else None
                rows.append((pk, title, f"article-{pk}", body, status, at, section, words[0], owner, 120))
                below["places"].append((pk, section, True))
                below["byline"].append((pk, chance.choice(authors).pk, 0))
                below["tags"] += [(pk, tag.pk) for tag in chance.sample(tags, 2)]
                below["files"].append((pk, f"{pk}.md"))
            names = ("id", "title", "slug", "body", "status", "published_at", "category_id", "source_name")
            names = (*names, "owner_id", "word_count")
            insert_rows(Article, names, rows)
            insert_rows(Placement, ("article_id", "category_id", "is_primary"), below["places"])
            insert_rows(Authorship, ("article_id", "author_id", "position"), below["byline"])
            insert_rows(ArticleTag, ("content_object_id", "tag_id"), below["tags"])
            files = reserve_ids(ImportedFile, size)
            columns = ("id", "source", "key", "path", "key_digest", "digest", "run_id", "article_id")
            named = zip(files, below["files"], strict=True)
            insert_rows(ImportedFile, columns, [(f, "bench", key, key, key, key, run.pk, pk) for f, (pk, key) in named])
            marked = [(number, chance.choice(marks)) for number in files if chance.random() < 0.3]
            insert_rows(FileMark, ("file_id", "mark"), marked)
            entries = [(run.pk, "skipped", f"{n}.md", "empty") for n in range(size // 20)]
            insert_rows(ImportEntry, ("run_id", "outcome", "path", "text"), entries)
            pictures = [
                (f"images/{start + n}.jpg", f"{start}-{n}", 900, 600, "雾中的港口", now) for n in range(size // 5)
            ]
            insert_rows(Image, ("file", "digest", "width", "height", "alt_text", "created_at"), pictures)
        print(f"\r{start + size} articles", end="", file=sys.stderr, flush=True)
    print("\nlists", file=sys.stderr)
    rebuild_lists()
    print("search", file=sys.stderr)
    call_command("rebuild_search", stdout=sys.stderr)
    analyse()


def analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def prepare(url: str, count: int) -> dict[str, Any]:
    """Return what the requests need: a session, an article in the middle, a run."""
    start_django(url)
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from articles.models import Article, ImportRun, User

    call_command("migrate", verbosity=0)
    if not Article.objects.exists():
        load(count)
    user = User.objects.get(username="boss")
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
        }
    )
    session.create()
    highest = Article.objects.order_by("-pk").values_list("pk", flat=True)[0]
    ids = [pk for pk in range(highest, max(0, highest - 4000), -40) if Article.objects.filter(pk=pk).exists()]
    return {"session": session.session_key, "articles": ids, "run": ImportRun.objects.latest("pk").pk, "top": highest}


# --- the requests


class Browser:
    """One connection with a session; a form is sent as it was received."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = f"sessionid={session}; csrftoken={'b' * 32}"

    def get(self, path: str) -> tuple[float, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: list[tuple[str, str]]) -> tuple[float, str]:
        return self._ask("POST", path, urlencode([*fields, ("csrfmiddlewaretoken", "b" * 32)]))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[float, str]:
        headers = {"Cookie": self.cookies, "Referer": "http://127.0.0.1/"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        seconds = time.perf_counter() - started
        if response.status not in (200, 302):
            raise SystemExit(f"{method} {path}: {response.status}")
        return seconds, text


def fields_of(page: str) -> list[tuple[str, str]]:
    """Return what a browser would send of an article's form: enough for a save."""
    from html import unescape

    found = []
    for tag in re.findall(r"<input [^>]+>", page):
        kind = re.search(r'type="([^"]+)"', tag)
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        skipped = {"submit", "file", "button", "checkbox", "radio", "search"}
        if name and name[1] != "csrfmiddlewaretoken" and not (kind and kind[1] in skipped):
            found.append((name[1], unescape(value[1]) if value else ""))
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found.append((name, unescape(text)))
    for name, inner in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        found += [(name, unescape(value)) for value in re.findall(r'<option value="([^"]*)"[^>]*selected', inner)]
    return found


def pages(facts: dict[str, Any]) -> dict[str, str]:
    """Return the addresses that are only read, by their names in the table."""
    articles = "/admin/articles/article/"
    number = facts["articles"][0]
    auto = "/admin/autocomplete/?app_label=articles"
    names = "app_label=articles&model_name=article&field_name=categories"
    of_tags = "app_label=articles&model_name=articletag&field_name=tag"
    return {
        "start page": "/admin/",
        "list of articles": articles,
        "… status: on the site": f"{articles}?status=live",
        "… status: draft": f"{articles}?status=draft",
        "… status: in the trash": f"{articles}?status=trash",
        "… section with all below it": f"{articles}?section={quote('lan-mu-1')}",
        "… kind": f"{articles}?kind=news",
        "… kind that nothing has": f"{articles}?kind=video",
        "… year": f"{articles}?time=2025",
        "… mark of the import": f"{articles}?mark=date",
        "… import run": f"{articles}?run={facts['run']}",
        "… import source": f"{articles}?from=bench",
        "… section, status and mark": f"{articles}?section=lan-mu-2&status=draft&mark=title",
        "… search, frequent words": f"{articles}?q={quote('量子通信')}",
        "… search, pinyin initials": f"{articles}?q=lztx",
        "… search, nothing found": f"{articles}?q={quote('没有这个词')}",
        "… last page (200)": f"{articles}?p=200",
        "form of an article": f"{articles}{number}/change/",
        "filing form of a row": f"{articles}{number}/filing/",
        "history": f"{articles}{number}/history/",
        "autocomplete: section": f"/admin/articles/category/names/?{names}&term=lm",
        "autocomplete: tag": f"/admin/articles/tag/names/?{of_tags}&term=lz",
        "autocomplete: author": f"{auto}&model_name=authorship&field_name=author&term={quote('港口')}",
        "autocomplete: article": f"{auto}&model_name=article&field_name=translation_of&term={quote('渡轮')}",
        "picture library": "/admin/articles/image/",
        "picture library, last page": "/admin/articles/image/?p=200",
        "list of sections": "/admin/articles/category/",
        "list of tags": "/admin/articles/tag/",
        "import run": f"/admin/articles/importrun/{facts['run']}/change/",
        "entries of a run": f"/admin/articles/importentry/?run={facts['run']}",
        "audit log": "/admin/articles/auditentry/",
    }


class Processor:
    """The processor's seconds of a process and its children, all threads; Linux counts them to the nanosecond."""

    def __init__(self, number: int) -> None:
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        self.folders = [Path(f"/proc/{each}/task") for each in (number, *children)]

    def seconds(self) -> float:
        files = [file for folder in self.folders for file in folder.glob("*/schedstat")]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9


Times = dict[str, list[tuple[float, float]]]


def measure(port: int, facts: dict[str, Any], rounds: int, processor: Processor) -> Times:
    """Return for each page the seconds of its rounds: by the clock, and of the processor."""

    def timed(work: Any) -> tuple[float, float]:
        before = processor.seconds()
        return work()[0], processor.seconds() - before

    browser = Browser(port, facts["session"])
    addresses = pages(facts)
    times: Times = {FLOOR: [], **{name: [] for name in addresses}, "save of an article": []}
    for path in ["/admin/password_change/", *addresses.values()]:
        browser.get(path)  # warm
    for turn in range(rounds):
        for name, path in addresses.items():
            times[FLOOR].append(timed(lambda: browser.get("/admin/password_change/")))
            times[name].append(timed(lambda path=path: browser.get(path)))
        path = f"/admin/articles/article/{facts['articles'][turn % len(facts['articles'])]}/change/"
        fields = dict(fields_of(browser.get(path)[1]))
        fields["title"] = f"{fields['title'][:60]} {turn}"
        sent = [*fields.items(), ("_save", "1")]
        times["save of an article"].append(timed(lambda path=path, sent=sent: browser.post(path, sent)))
    return times


def serve(url: str, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "2", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [*command, "--log-level", "warning", "newsportal.wsgi:application"],
        cwd=PROJECT,
        env={**os.environ, **environment(url, port)},
    )
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.2)
    raise SystemExit("the server does not answer")


def quantile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


def run_database(url: str, count: int, rounds: int, port: int) -> Times:
    """Load in a process of its own, since Django knows one database a process; then serve and ask."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        facts = pool.apply(prepare, (url, count))
    server = serve(url, port)
    try:
        return measure(port, facts, rounds, Processor(server.pid))
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--port", type=int, default=8107)
    parser.add_argument("--database", action="append", required=True)
    options = parser.parse_args()
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=PROJECT,
        env={**os.environ, **environment(options.database[0])},
        check=True,
    )
    columns = {}
    for url in options.database:
        columns[url.partition(":")[0]] = run_database(url, options.count, options.rounds, options.port)
    print("| ms: median / p95 (× the floor), processor |" + "".join(f" {name} |" for name in columns))
    print("| --- |" + " --: |" * len(columns))
    for name in next(iter(columns.values())):
        cells = []
        for times in columns.values():
            clock = [each[0] for each in times[name]]
            middle, high = statistics.median(clock) * 1000, quantile(clock, 0.95)
            floor = statistics.median(each[0] for each in times[FLOOR]) * 1000
            used = statistics.median(each[1] for each in times[name]) * 1000
            cells.append(f" {middle:.0f} / {high:.0f} ({middle / floor:.1f}), {used:.0f} |")
        print(f"| {name} |" + "".join(cells))


if __name__ == "__main__":
    main()
