#!/usr/bin/env python3
"""Measure an export against its floor, in one run.

    python benchmarks/exporting.py --generator SCRIPT [--count 20000] [--work DIR]

SCRIPT makes a corpus of that many article files; it is imported into a new SQLite database and exported twice: every
article in its original bytes, then, with each one changed, in our own form. The floor reads the same rows (article,
file, original) by bare SQL and writes files of the same bytes. Seconds are processor time, so that a busy machine does
not count. Figures of one machine carry nowhere else, ratios do.
"""

import argparse
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from floor import PROJECT
from importing import pss

_ROWS = """SELECT article.*, file.*, original.data FROM articles_article article
LEFT JOIN articles_importedfile file ON file.article_id = article.id
LEFT JOIN articles_originalblob original ON original.sha256 = file.digest ORDER BY article.id"""


def manage(*arguments: str) -> tuple[float, float]:
    """Run a command; return its seconds of processor time and the most memory that it had, in MiB."""
    begun, peak, ended = _spent_by_children(), 0, threading.Event()
    work = subprocess.Popen([sys.executable, str(PROJECT / "manage.py"), *arguments], stdout=subprocess.DEVNULL)

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.3):
            peak = max(peak, pss(work.pid, {}))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = work.wait()
    took = _spent_by_children() - begun
    ended.set()
    watcher.join()
    if status:
        raise SystemExit(f"{arguments[0]} ended with status {status}")
    return took, peak / 1024


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def floor(database: str, exported: Path, folder: Path) -> float:
    """Return the seconds of processor time that reading the rows and writing the same files take, nothing between."""
    files = {path.relative_to(exported): path.read_bytes() for path in exported.rglob("*") if path.is_file()}
    begun = time.process_time()
    for _row in sqlite3.connect(database).execute(_ROWS):
        pass
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--work", default=None)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(dir=options.work))
    database = str(work / "db.sqlite3")
    os.environ |= {"DATABASE_URL": f"sqlite:///{database}", "MEDIA_ROOT": str(work / "media")}
    os.environ.setdefault("SECRET_KEY", "for-this-benchmark-only-" * 4)
    try:
        subprocess.run(
            [sys.executable, options.generator, "--count", str(options.count), "--out", str(work / "in")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        manage("migrate", "--verbosity", "0")
        manage("import_articles", str(work / "in"), "--verbosity", "0")
        for name in ("originals", "own form"):
            if name == "own form":
                with sqlite3.connect(database) as connection:
                    connection.execute("UPDATE articles_article SET subtitle = 'x'")
            took, memory = manage("export_articles", str(work / name.replace(" ", "-")), "--verbosity", "0")
            least = floor(database, work / name.replace(" ", "-"), work / "floor")
            shutil.rmtree(work / "floor")
            rate = options.count / took
            print(
                f"{name}: {took:.1f} s, {rate:.0f} articles a second, floor {least:.1f} s, "
                f"{took / least:.1f} times the floor, at most {memory:.0f} MiB",
                flush=True,
            )
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
