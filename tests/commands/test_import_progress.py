"""What an operator sees while a run is at work, how it is ended, and who hears of a night that failed."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connection

from articles.actions.importing import enduring, pictures, running
from articles.management.progress import Progress
from articles.models import Article, ImportRun, RunState
from tests.commands.imports import run, write_article
from tests.conftest import PROJECT
from tests.test_renditions import picture


class Stream:
    """A stream as commands have it."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.is_terminal, self.text = is_terminal, ""

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str, ending: str = "\n") -> None:
        self.text += text + ending

    def flush(self) -> None:
        pass


def walk(stream: Stream, total: int | None, steps: int, seconds: float) -> str:
    now = 0.0
    progress = Progress(stream, total, clock=lambda: now)
    for _step in range(steps):
        now += seconds
        progress.step()
    progress.clear()
    return stream.text


def test_a_terminal_shows_a_bar_with_rate_and_remaining_time() -> None:
    text = walk(Stream(is_terminal=True), 1000, 500, 0.25)
    assert "[############............] 500 of 1000 files, 4 a second, 2 min 5 s left" in text
    assert "\n" not in text
    assert text.endswith("\r\x1b[K")


def test_elsewhere_a_line_comes_every_few_seconds() -> None:
    lines = walk(Stream(is_terminal=False), None, 40, 0.5).splitlines()
    assert lines == [
        "10 files, 2 a second, 5 s",
        "20 files, 2 a second, 10 s",
        "30 files, 2 a second, 15 s",
        "40 files, 2 a second, 20 s",
    ]


@pytest.mark.django_db
def test_a_night_without_news_prints_nothing_and_failures_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    write_article(folder / "a.md")
    quiet = {"verbosity": 0, "notify": ["ops@example.com"]}
    assert run(folder, **quiet).out.startswith("created=1")
    assert (run(folder, **quiet).out, mail.outbox) == ("", [])
    (folder / "b.md").write_bytes(b"---\ntitle: [\x00\n" * 3)
    (folder / "pipe.md").symlink_to("nowhere.md")
    done = run(folder, **quiet)
    assert done.status == 1
    (told,) = mail.outbox
    assert told.to == ["ops@example.com"]
    assert "pipe.md" in told.body


@pytest.mark.django_db
def test_a_database_that_stays_away_ends_the_run_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_article(tmp_path / "site" / "a.md")

    def away(*args: Any) -> None:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(running.Writer, "write", away)
    monkeypatch.setattr(enduring, "is_gone", lambda error: True)
    monkeypatch.setattr(enduring, "_come_back", lambda until, error, lock, pause: enduring.give_up(error))
    done = run(tmp_path / "site")
    assert done.status == 1
    assert "the database is away (unable to open database file); run it again" in done.err
    assert ImportRun.objects.get().state == RunState.INTERRUPTED
    monkeypatch.undo()
    assert run(tmp_path / "site").counts == "created=1"


@pytest.mark.django_db
def test_a_full_disk_under_the_database_ends_the_run_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        write_article(tmp_path / "site" / f"{name}.md")

    def full(*args: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(running.Writer, "write", full)
    done = run(tmp_path / "site")
    assert done.status == 1
    assert "the database's disk is full (database or disk is full); make room and run it again" in done.err
    monkeypatch.undo()
    assert run(tmp_path / "site").counts == "created=2"


@pytest.mark.django_db
def test_a_full_media_library_ends_the_run_and_counts_what_it_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_article(tmp_path / "site" / "a.md")
    write_article(tmp_path / "site" / "b.md", '<p><img src="p.png">字</p>', title="有图")
    (tmp_path / "site" / "p.png").write_bytes(picture())

    def full(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pictures, "store_image", full)
    monkeypatch.setattr(running, "FIRST_BATCH", 1)
    done = run(tmp_path / "site")
    assert (done.status, [entry["outcome"] for entry in done.report]) == (1, ["created"])
    assert "the disk of the media library is full" in done.err
    assert ImportRun.objects.get().created_count == 1
    monkeypatch.undo()
    assert run(tmp_path / "site").counts == "created=1 unchanged=1"


@pytest.mark.parametrize(
    "command", ["import_articles {}", "undo_import 1", "export_articles {}/out", "resanitize_articles", "fetch_images"]
)
def test_a_database_that_is_not_there_is_one_clear_line(tmp_path: Path, command: str) -> None:
    site = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "MEDIA_ROOT": str(tmp_path / "media")}
    write_article(tmp_path / "a.md")
    words = command.format(tmp_path).split()
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), *words], env=site, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: the database is away (")
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_a_short_absence_of_the_database_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_article(tmp_path / "site" / "a.md")
    write, tries = running.Writer.write, []

    def shaky(self: Any, batch: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return write(self, batch)

    monkeypatch.setattr(running.Writer, "write", shaky)
    monkeypatch.setattr(enduring, "is_gone", lambda error: "locked" in str(error))
    monkeypatch.setattr(enduring, "_come_back", lambda until, error, lock, pause: None)
    assert run(tmp_path / "site").counts == "created=1"
    assert len(tries) == 3


def test_ctrl_c_ends_after_the_batch_and_says_how_to_go_on(tmp_path: Path) -> None:
    site = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "MEDIA_ROOT": str(tmp_path / "media")}
    manage = [sys.executable, str(PROJECT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=site, check=True)
    folder = tmp_path / "site"
    for number in range(1500):
        write_article(folder / f"{number}.md", title=f"第{number}号")
    report = tmp_path / "report.jsonl"
    command = [*manage, "import_articles", str(folder), "--jobs", "2", "--report", str(report)]
    work = subprocess.Popen(command, env=site, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while work.poll() is None and (not report.exists() or report.stat().st_size == 0):
        time.sleep(0.01)
    work.send_signal(signal.SIGINT)
    out, err = work.communicate(timeout=60)
    assert work.returncode == 130
    assert "run it again, nothing is done twice" in err
    assert "failed=0" in out
    done = len(report.read_text().splitlines())
    assert 0 < done < 1500
    rest = subprocess.run(command, env=site, capture_output=True, text=True, check=True)
    assert f"created={1500 - done} updated=0 unchanged={done} " in rest.stdout


def test_editors_get_their_turn_while_an_import_writes(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    site = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "MEDIA_ROOT": str(tmp_path / "media")}
    manage = [sys.executable, str(PROJECT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=site, check=True)
    for number in range(300):
        write_article(tmp_path / "site" / f"{number}.md", "<p>稻谷归仓，新米上市。</p>" * 40, title=f"第{number}号")
    work = subprocess.Popen([*manage, "import_articles", str(tmp_path / "site"), "-v0"], env=site, stdout=-3)
    waits = []
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as editor:
        while work.poll() is None:
            begun = time.monotonic()
            editor.execute("BEGIN IMMEDIATE")
            waits.append(time.monotonic() - begun)
            editor.execute("ROLLBACK")
            time.sleep(0.05)
    assert work.returncode == 0
    # A second is what they may have to wait; a busy machine adds to it.
    assert len(waits) > 5
    assert max(waits) < 3


@pytest.mark.django_db
def test_counts_stand_in_the_record_of_a_run_while_it_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    for number in range(5):
        write_article(tmp_path / "site" / f"{number}.md")
    write, seen = running.Writer.write, []

    def watch(self: Any, batch: Any) -> Any:
        seen.append((ImportRun.objects.get().created_count, Article.objects.count()))
        return write(self, batch)

    monkeypatch.setattr(running.Writer, "write", watch)
    run(tmp_path / "site")
    assert seen == [(0, 0), (2, 2), (4, 4)]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_restarts_is_met_again_and_nothing_is_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could restart")
    monkeypatch.setattr(running, "BATCH", 2)
    for number in range(6):
        write_article(tmp_path / "site" / f"{number}.md", title=f"第{number}号")
    write, calls = running.Writer.write, []

    def break_off(self: Any, batch: Any) -> Any:
        calls.append(len(batch))
        entries = write(self, batch)
        if len(calls) == 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return entries

    monkeypatch.setattr(running.Writer, "write", break_off)
    done = run(tmp_path / "site")
    assert (done.status, done.counts) == (0, "created=6")
    assert calls == [2, 2, 2, 2]
    assert Article.objects.count() == 6
    monkeypatch.undo()
    assert run(tmp_path / "site").counts == "unchanged=6"
