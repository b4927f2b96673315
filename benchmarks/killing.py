#!/usr/bin/env python3
"""Kill imports at random moments; the next run goes on, and the end must be that of an undisturbed import.

    python benchmarks/killing.py CORPUS [--limit 5000] [--kills 20] [--database URL] [--seed 1]
    python benchmarks/killing.py CORPUS --in-a-row …

A site is filled from the files in one run. Then, `--kills` times, a new one is filled by a run that is killed
(SIGKILL) at a random moment between its start and its end, and a second run. With --in-a-row it is one site, whose
runs are killed one after the other, all near their start, and a last run that ends by itself. Printed is a digest of
what each site holds; exit status 1 if one differs. A PostgreSQL database (its name must end with _bench) is made anew
each time.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from importing import PROJECT, _make_anew

MANAGE = [sys.executable, str(PROJECT / "manage.py")]
DIGEST = """
import hashlib
from articles.models import *
from articles.search import check
total = hashlib.sha256()
def take(*values):
    total.update(repr(values).encode())
names = dict(Category.objects.values_list("pk", "path"))
for row in ImportedFile.objects.order_by("source", "key").select_related("article").iterator(chunk_size=500):
    a = row.article
    take(row.key, row.path, row.digest, row.essence_digest, row.extra, row.removed, row.kept_text_share)
    take(row.warnings, row.suggestions, row.lost_texts, a.sanitized_with)
    take(sorted(row.marks.values_list("mark", flat=True)), OriginalBlob.objects.filter(pk=row.digest).exists())
    take(a.title, a.slug, a.summary, str(a.body), a.status, a.published_at, a.source_name, a.word_count)
    take([(names[c], main) for c, main in a.placements.order_by("pk").values_list("category", "is_primary")])
    take([x.slug for x in a.authors], sorted(a.tags.names()))
    take(sorted((k, names.get(key, "") if k == 1 else "") for k, key in a.listings.values_list("kind", "key")))
take(Article.objects.count(), ImportedFile.objects.count(), OriginalBlob.objects.count(), Listing.objects.count())
faults = list(check())
print(total.hexdigest(), "faults of the search index:", len(faults), *faults[:3])
"""


def environment(url: str, folder: str) -> dict[str, str]:
    site = {"DATABASE_URL": url, "MEDIA_ROOT": f"{folder}/media", "SECRET_KEY": "k" * 20 + os.urandom(30).hex()}
    return {**os.environ, **site}


def digest(site: dict[str, str]) -> str:
    done = subprocess.run([*MANAGE, "shell", "-v0", "-c", DIGEST], env=site, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def _seconds_to_start(site: dict[str, str], corpus: str) -> float:
    """Return the seconds that an import of one file takes; the file is not kept."""
    begun = time.monotonic()
    command = [*MANAGE, "import_articles", corpus, "--limit", "1", "--dry-run", "--jobs", "2"]
    subprocess.run(command, env=site, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def fill(command: list[str], url: str, moments: Iterable[float]) -> tuple[str, float]:
    """Fill a new site by runs of `command`, one killed at each of the `moments` and a last one; tell what it holds.

    Return a digest and the seconds that all runs took. `moments` are in seconds since the beginning of a run.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite:///{folder}/killed.sqlite3"
        _make_anew(url)
        site = environment(url, folder)
        subprocess.run([*MANAGE, "migrate", "-v0"], env=site, check=True)
        begun = time.monotonic()
        killed = []
        for moment in moments:
            work = subprocess.Popen(command, env=site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                work.wait(moment)
            except subprocess.TimeoutExpired:
                work.send_signal(signal.SIGKILL)
                work.wait()
                killed.append(f"{moment:.1f}")
        done = subprocess.run(command, env=site, capture_output=True, text=True, check=True)
        took = time.monotonic() - begun
        found = digest(site)
        print(f"killed after {', '.join(killed) or '-'} s; then {done.stdout.splitlines()[-1]}; {took:.0f} s in all")
        print(found, flush=True)
        return found, took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--limit", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--in-a-row", action="store_true")
    parser.add_argument("--database", default="")
    parser.add_argument("--seed", default=hashlib.sha256(os.urandom(8)).hexdigest()[:8])
    options = parser.parse_args()
    chance = random.Random(options.seed)  # moments, not secrets
    command = [*MANAGE, "import_articles", options.corpus, "--limit", str(options.limit), "--jobs", "2"]
    whole, took = fill(command, options.database, [])
    if options.in_a_row:
        with tempfile.TemporaryDirectory() as folder:
            site = environment(f"sqlite:///{folder}/empty.sqlite3", folder)
            subprocess.run([*MANAGE, "migrate", "-v0"], env=site, check=True)
            start = _seconds_to_start(site, options.corpus)
        # Late in their start or in their work, so that most is done when the last is killed.
        late = [
            start * (0.7 + 0.3 * chance.random()) + chance.random() * took / options.kills for _ in range(options.kills)
        ]
        series = [late]
    else:
        series = [[chance.random() * took] for _ in range(options.kills)]
    others = [fill(command, options.database, moments)[0] for moments in series]
    if set(others) - {whole}:
        raise SystemExit("they differ")


if __name__ == "__main__":
    main()
