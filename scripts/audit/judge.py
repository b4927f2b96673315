"""Judge a running site (SITE_URL), print the table that `make audit` holds it to, and fail where it falls short.

Lighthouse 12 for a phone; axe-core on every template in both appearances and on 200 imported articles; the Nu HTML
checker; feeds and sitemaps by their schemas; Chromium for console messages, layout shift, weight and the way of the
keyboard.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import django
from jsonschema import Draft7Validator
from lxml import etree

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsportal.settings")
django.setup()

from scripts.audit.browser import judge_in_browser  # noqa: E402  # models need the settings
from scripts.audit.pages import furnish, imported_articles, imported_kinds, page_kinds  # noqa: E402
from scripts.audit.validity import atom_faults, json_feed_faults, sitemap_faults  # noqa: E402
from scripts.audit.verdict import CHROMIUM, FLAGS, SITE, Verdict, read  # noqa: E402

SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def judge_files(kinds: dict[str, str], tools: Path, verdict: Verdict) -> None:
    """Feeds and sitemaps: by our transcriptions of their schemas, and by the schemas that others publish."""
    for path in ("/feed/", *(f"{kinds[name]}feed/" for name in ("section", "tag", "author", "series", "corrections"))):
        verdict.add_faults(f"Atom {path[:38]}", "valid", atom_faults(read(path)))
    feed = read("/feed.json")
    theirs = json.loads((tools / "node_modules/jsonfeed-schema/schema-v1.1.json").read_text("utf-8"))
    faults = [error.message for error in Draft7Validator(theirs).iter_errors(json.loads(feed))]
    verdict.add_faults("JSON Feed", "valid, by two schemas", json_feed_faults(feed) + faults)
    index = read("/sitemap.xml")
    places = [element.text or "" for element in etree.fromstring(index).iter(f"{SITEMAP}loc")]
    schema = etree.XMLSchema(etree.parse(tools / "node_modules/sitemap/schema/sitemap.xsd"))
    broken = {"/sitemap.xml": sitemap_faults(index)}
    for place in [*places, f"{SITE}/news-sitemap.xml"]:
        content = read(place.removeprefix(SITE))
        broken[place] = sitemap_faults(content)
        # Theirs wants the schema of everything in other namespaces, which it does not bring.
        if not place.endswith("news-sitemap.xml") and not schema.validate(etree.fromstring(content)):
            broken[place] += [entry.message for entry in schema.error_log]
    broken = {place: faults for place, faults in broken.items() if faults}
    verdict.add_faults(f"sitemaps, {len(places) + 2} files", "valid, by two schemas", broken)


def judge_by_checker(what: str, paths: list[str], tools: Path, verdict: Verdict) -> None:
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
    kinds = Counter(re.sub("“[^”]*”", "…", entry["message"])[:60] for entry in errors)
    verdict.add_faults(f"Nu HTML checker, {len(paths)} {what}", "0 errors", dict(kinds.most_common(5)))


def judge_by_lighthouse(kinds: dict[str, str], tools: Path, verdict: Verdict) -> None:
    for name, path in kinds.items():
        report = tools.parent / "lighthouse.json"
        command = ["node", str(tools / "node_modules/lighthouse/cli/index.js"), SITE + path, "--quiet"]
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
            if are_good(scores):
                break
        found = list(scores.values()) or "no report"
        verdict.add(f"Lighthouse, {name}", "98, 100, 100, 100", found, good=are_good(scores))


def are_good(scores: dict[str, int]) -> bool:
    return bool(scores) and all(scores[key] >= least for key, least in SCORES.items())


def main(work: Path) -> int:
    verdict, tools = Verdict(), work / "tools"
    furnish()
    kinds, others, imported = page_kinds(), imported_kinds(), imported_articles()
    judge_files(kinds, tools, verdict)
    judge_by_checker("pages", [*kinds.values(), *others.values()], tools, verdict)
    judge_by_checker("articles", imported, tools, verdict)
    judge_in_browser(kinds, others, imported, tools, verdict)
    wanted = {name: kinds[name] for name in ("home", "section", "article (news)", "tag", "author", "archive", "search")}
    for kind in ("section", "article"):
        wanted |= dict([item for item in others.items() if item[0].startswith(kind)][:2])
    judge_by_lighthouse(wanted, tools, verdict)
    failed = sum(not row[3] for row in verdict.rows)
    sys.stdout.write(f"\n{len(verdict.rows)} judgements, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
