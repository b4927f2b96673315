"""A run that is killed: whatever the moment, a file is in whole or not at all, and the next run completes the rest."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.imports import write_article
from tests.conftest import PROJECT
from tests.test_renditions import picture

FILES = 600


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """The environment of a site of its own, with an empty database."""
    site = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "MEDIA_ROOT": str(tmp_path / "media")}
    site = {**os.environ, **site}
    subprocess.run([sys.executable, PROJECT / "manage.py", "migrate", "-v0"], env=site, check=True)
    return site


def test_a_killed_run_leaves_nothing_half_done(site: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for number in range(FILES):
        write_article(folder / f"{number}.md", title=f"第{number}号", tags=f"[标签{number % 7}]", cover="p.png")
    (folder / "p.png").write_bytes(picture((1800, 1200)))
    command = [sys.executable, PROJECT / "manage.py", "import_articles", folder, "--jobs", "2"]

    def count(table: str) -> int:
        with closing(sqlite3.connect(tmp_path / "db.sqlite3", timeout=20)) as database:
            return int(database.execute(f"SELECT count(*) FROM articles_{table}").fetchone()[0])

    seen = []
    for least in (0, 100, 300):
        run = subprocess.Popen(command, env=site, stdout=subprocess.DEVNULL)
        while run.poll() is None and count("article") <= least:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.wait()
        seen.append(count("article"))
        assert count("article") == count("importedfile") == count("articletag")
    assert 0 < seen[0] < FILES
    done = subprocess.run(command, env=site, capture_output=True, text=True, check=True)
    rest = FILES - seen[-1]
    assert f"created={rest} updated=0 unchanged={seen[-1]} kept=0 skipped=0 failed=0" in done.stdout
    assert count("article") == count("importedfile") == FILES
    stored = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert count("image") == 1
    assert len(stored) == count("image") + count("rendition") > 2
