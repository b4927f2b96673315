"""Judge a running site (SITE_URL), print the table that `make audit` holds it to, and fail where it falls short.

Lighthouse 12 for a phone; axe-core on every template in both appearances and on 200 imported articles; the Nu HTML
checker; feeds and sitemaps; Chromium for console messages, layout shift, weight and the way of the keyboard.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from lxml import etree
from playwright.sync_api import sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
django.setup()

from articles.models import Article, Author, Category, Kind, Tag  # noqa: E402  # models need the settings

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SITE = os.environ["SITE_URL"]
SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
IMPORTED = 200
MAX_BYTES = 60_000
# What imported bodies may still hold: markup that the policy keeps and the checker does not like.
MAX_BODY_ERRORS = 20
ATOM = "{http://www.w3.org/2005/Atom}"

WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts += entry.value; })
  .observe({type: "layout-shift", buffered: true});
"""
WEIGH = """
performance.getEntries().filter(entry => entry.transferSize !== undefined)
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""
# The element that has the focus, and whether it shows that; the way is over when the page has it again.
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const all = [...document.querySelectorAll("*")];
  return {number: all.indexOf(element), html: element.outerHTML.slice(0, 100),
          seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0};
}
"""
# A page may give the focus to a field of its own; the way begins at the top all the same.
BEGIN = """
() => {
  const start = document.createElement("span");
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
}
"""
FOCUSABLE = """
[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(element =>
  element.tabIndex >= 0 && element.checkVisibility({visibilityProperty: true}) && !element.disabled).length
"""


@dataclass
class Verdict:
    """The rows of the table: what, the limit, what was found, and whether that will do."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def add(self, what: str, limit: str, found: object, good: bool) -> None:
        self.rows.append((what, limit, str(found), good))
        sys.stdout.write(f"{'ok  ' if good else 'FAIL'} {what:<46} {limit:<26} {found}\n")
        sys.stdout.flush()


def page_kinds() -> dict[str, str]:
    """Return an address of each kind of page of the samples."""
    live = Article.objects.live()
    plain = live.filter(hero_image=None, hero_image_url="").exclude(body__contains="<img").order_by("pk").first()
    kinds = {"home": "/", "archive": "/archive/", "search": "/search/", "search results": "/search/?q=%E5%9C%B0"}
    kinds["section"] = Category.objects.get(path="cheng-shi").get_absolute_url()
    kinds["tag"] = Tag.objects.filter(items__isnull=False).order_by("pk")[0].get_absolute_url()
    kinds["author"] = Author.objects.filter(authorships__isnull=False).order_by("pk")[0].get_absolute_url()
    for kind in Kind.values:
        article = live.filter(kind=kind).order_by("pk").first()
        if article:
            kinds[f"article ({kind})"] = article.get_absolute_url()
    if plain:
        kinds["article without pictures"] = plain.get_absolute_url()
    newest = live.order_by("-published_at")[0]
    day = f"{newest.published_at:%Y/%m/%d}".split("/")
    for number, unit in enumerate(("year", "month"), 1):
        kinds[f"archive ({unit})"] = f"/archive/{'/'.join(day[:number])}/"
    kinds["not found"] = "/no-such-page/"
    return kinds


def imported_articles() -> list[str]:
    """Return the addresses of up to 200 articles, spread over all that are live."""
    articles = list(Article.objects.live().order_by("pk").only("pk", "slug"))
    return [article.get_absolute_url() for article in articles[:: max(1, len(articles) // IMPORTED)]][:IMPORTED]


def judge_in_browser(kinds: dict[str, str], imported: list[str], tools: Path, verdict: Verdict) -> None:
    axe = (tools / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            # The pages' own policy holds for the messages; axe is let in by the debugger.
            context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
            context.route("**/*", lambda route: route.continue_() if SITE in route.request.url else route.abort())
            context.add_init_script(WATCH_SHIFTS)
            page = context.new_page()
            messages: list[str] = []
            page.on("console", lambda message, messages=messages: messages.append(message.text))
            found: Counter[str] = Counter()
            shifts = 0.0
            for path in kinds.values():
                page.goto(SITE + path)
                found += violations(page, axe)
                shifts = max(shifts, page.evaluate("window.shifts"))
            # Chromium itself reports the status of the page that is not there.
            heard = [text for text in messages if "status of 404" not in text]
            verdict.add(f"axe, {len(kinds)} pages, {scheme}", "0 violations", dict(found) or 0, not found)
            verdict.add(f"console, {scheme}", "no message", heard[:3] or 0, not heard)
            verdict.add(f"layout shift, {scheme}", "0", shifts, shifts == 0)
            found = sum((violations_of(page, path, axe) for path in imported), Counter())
            verdict.add(f"axe, {len(imported)} articles, {scheme}", "0 violations", dict(found) or 0, not found)
            context.close()
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        for name, path in kinds.items():
            page.goto(SITE + path)
            problem = walk(page)
            verdict.add(f"keyboard, {name}", "all reached, focus seen", problem or "ok", not problem)
        if "article without pictures" in kinds:
            fresh = chromium.new_context().new_page()
            fresh.goto(SITE + kinds["article without pictures"])
            fresh.wait_for_load_state("networkidle")
            weight = int(fresh.evaluate(WEIGH))
            verdict.add("weight of an article without pictures", f"< {MAX_BYTES} bytes", weight, weight < MAX_BYTES)
        chromium.close()


def violations_of(page: Any, path: str, axe: str) -> Counter[str]:
    page.goto(SITE + path)
    return violations(page, axe)


def violations(page: Any, axe: str) -> Counter[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return Counter({f"{entry['id']} {page.url.removeprefix(SITE)[:40]}": len(entry["nodes"]) for entry in found})


def walk(page: Any) -> str:
    """Go through the page with the Tab key; return what is wrong, "" for nothing."""
    page.evaluate(BEGIN)
    expected = page.evaluate(FOCUSABLE)
    seen: set[int] = set()
    for _step in range(expected + 5):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["number"] in seen:
            break
        if not focused["seen"]:
            return f"focus not seen: {focused['html']}"
        seen.add(focused["number"])
    return "" if len(seen) >= expected else f"{len(seen)} of {expected} reached"


def judge_by_lighthouse(kinds: dict[str, str], tools: Path, verdict: Verdict) -> None:
    wanted = ["home", "section", "article (news)", "tag", "author", "archive", "search"]
    for name in wanted:
        report = tools.parent / "lighthouse.json"
        command = ["node", str(tools / "node_modules/lighthouse/cli/index.js"), SITE + kinds[name], "--quiet"]
        command += ["--output=json", f"--output-path={report}", "--no-enable-error-reporting"]
        command += [f"--only-categories={','.join(SCORES)}", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
        scores: dict[str, int] = {}
        for _attempt in range(2):  # a busy machine costs the first run its speed
            settings = {**os.environ, "CHROME_PATH": CHROMIUM}
            done = subprocess.run(command, env=settings, capture_output=True, check=False)  # noqa: S603  # our words
            if done.returncode:
                scores = {}
                continue
            categories = json.loads(report.read_text("utf-8"))["categories"]
            scores = {key: round((categories[key]["score"] or 0) * 100) for key in SCORES}
            if good(scores):
                break
        verdict.add(f"Lighthouse, {name}", "98, 100, 100, 100", list(scores.values()) or "no report", good(scores))


def good(scores: dict[str, int]) -> bool:
    return bool(scores) and all(scores[key] >= least for key, least in SCORES.items())


def judge_by_checker(kinds: dict[str, str], imported: list[str], tools: Path, verdict: Verdict) -> None:
    for what, paths, most in (("our pages", [*kinds.values()], 0), ("imported articles", imported, MAX_BODY_ERRORS)):
        folder = tools.parent / "html"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for number, path in enumerate(paths):
            (folder / f"{number}.html").write_bytes(read(path))
        jar = tools / "node_modules/vnu-jar/build/dist/vnu.jar"
        command = ["java", "-jar", str(jar), "--errors-only", "--format", "json", str(folder)]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own words
        errors = [entry for entry in json.loads(done.stderr)["messages"] if entry["type"] != "info"]
        kinds_of_errors = Counter(re.sub("“[^”]*”", "…", entry["message"])[:60] for entry in errors)
        shown = dict(kinds_of_errors.most_common(5)) or 0
        verdict.add(f"Nu HTML checker, {len(paths)} {what}", f"at most {most} errors", shown, len(errors) <= most)


def judge_files(kinds: dict[str, str], verdict: Verdict) -> None:
    """Feeds by what RFC 4287 and JSON Feed 1.1 require, sitemaps by the schema's elements."""
    for path in ("/feed/", *(f"{kinds[name]}feed/" for name in ("section", "tag", "author"))):
        feed = etree.fromstring(read(path))
        needed = {f"{ATOM}{name}" for name in ("id", "title", "updated")}
        lacking = [entry.tag for entry in (feed, *feed.iter(f"{ATOM}entry")) if needed - {child.tag for child in entry}]
        verdict.add(f"Atom {path[:38]}", "well-formed, complete", lacking or "ok", not lacking)
    data = json.loads(read("/feed.json"))
    sound = data["version"] == "https://jsonfeed.org/version/1.1" and all("id" in item for item in data["items"])
    verdict.add("JSON Feed", "version 1.1, ids", "ok" if sound else "incomplete", sound)
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = etree.fromstring(read("/sitemap.xml"))
    parts = [element.text or "" for element in index.iter(f"{namespace}loc")]
    broken = [
        part for part in (*parts, f"{SITE}/news-sitemap.xml") if not is_sitemap(part.removeprefix(SITE), namespace)
    ]
    verdict.add(f"sitemaps, {len(parts) + 2} files", "urlset of loc", broken or "ok", bool(parts) and not broken)


def is_sitemap(path: str, namespace: str) -> bool:
    root = etree.fromstring(read(path))
    return root.tag == f"{namespace}urlset" and all(url.find(f"{namespace}loc") is not None for url in root)


def read(path: str) -> bytes:
    """Return the body of an answer, whatever its status."""
    opener = urllib.request.build_opener()
    try:
        with opener.open(SITE + path) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        return error.read()


def main(work: Path) -> int:
    kinds, imported, verdict, tools = page_kinds(), imported_articles(), Verdict(), work / "tools"
    judge_files(kinds, verdict)
    judge_by_checker(kinds, imported, tools, verdict)
    judge_in_browser(kinds, imported, tools, verdict)
    judge_by_lighthouse(kinds, tools, verdict)
    failed = sum(not row[3] for row in verdict.rows)
    sys.stdout.write(f"\n{len(verdict.rows)} judgements, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
