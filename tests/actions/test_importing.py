"""What the command does not show: the record of a run, of each file, and the order of writing."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.actions.importing import Entry, ImportOptions, Outcome, import_files
from articles.models import Article, Image, ImportedFile, ImportRun, articles_changed
from tests.commands.imports import write_article
from tests.factories import make_editor
from tests.test_renditions import picture

FTS = re.compile("articles_search_|SAVEPOINT")

pytestmark = pytest.mark.django_db


def options(*paths: Path, **values: object) -> ImportOptions:
    return ImportOptions(paths=paths, zone=ZoneInfo("Asia/Shanghai"), **values)  # type: ignore[arg-type]


def test_a_run_records_who_what_and_how_many(tmp_path: Path) -> None:
    write_article(tmp_path / "a.md")
    (tmp_path / "b.md").write_text("---\ntitle: x\n")
    editor = make_editor()
    import_files(options(tmp_path, source="paper"), by=editor)
    run = ImportRun.objects.get()
    assert (run.started_by, run.state, run.created_count, run.failed_count) == (editor, "finished", 1, 1)
    assert run.options["source"] == "paper"
    assert run.finished_at is not None


def test_each_file_keeps_what_has_no_field_and_what_was_taken_out(tmp_path: Path) -> None:
    write_article(tmp_path / "a.md", "<p onclick='x()'>正文<script>x()</script></p>", mood="好", comments="false")
    import_files(options(tmp_path))
    row = ImportedFile.objects.get()
    assert (row.source, row.key, row.article) == (str(tmp_path), "a.md", Article.objects.get())
    assert row.extra == {"mood": "好", "comments": "false"}
    assert ["element", "script", 1] in row.removed


def test_entries_come_in_sorted_order(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.md", "a.md", "10.md", "9.md"):
        write_article(tmp_path / name)
    entries: list[Entry] = []
    report = import_files(options(tmp_path, jobs=2), on_entry=entries.append)
    assert [Path(entry.path).relative_to(tmp_path).as_posix() for entry in entries] == [
        "10.md",
        "9.md",
        "a.md",
        "a/z.md",
        "b.md",
    ]
    assert report.counts[Outcome.CREATED] == 5


def test_a_batch_is_announced_once(tmp_path: Path) -> None:
    for number in range(5):
        write_article(tmp_path / f"{number}.md", tags=f"[标签{number}]", categories="[地方]")
    heard: list[frozenset[int]] = []

    def listen(ids: frozenset[int], **_kwargs: object) -> None:
        heard.append(ids)

    articles_changed.connect(listen)
    try:
        import_files(options(tmp_path))
    finally:
        articles_changed.disconnect(listen)
    assert heard == [frozenset(Article.objects.values_list("pk", flat=True))]


def test_a_batch_of_many_takes_a_bounded_number_of_statements(tmp_path: Path) -> None:
    for number in range(60):
        write_article(tmp_path / f"{number}.md", tags="[甲, 乙]", categories="[地方, 农事]", author="林听澜")
    with CaptureQueriesContext(connection) as captured:
        import_files(options(tmp_path))
    assert Article.objects.count() == 60
    # The full-text tables of SQLite are written a row at a time.
    assert len([query for query in captured.captured_queries if not FTS.search(query["sql"])]) < 150


def test_a_picture_that_cannot_be_stored_fails_its_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.png").write_bytes(picture())
    write_article(tmp_path / "a.md")
    write_article(tmp_path / "b.md", cover="p.png")

    def refuse(data: bytes) -> Image:
        raise OSError(36, "File name too long")

    monkeypatch.setattr("articles.actions.importing.pictures.store_image", refuse)
    entries: list[Entry] = []
    import_files(options(tmp_path), on_entry=entries.append)
    assert [entry.outcome for entry in entries] == [Outcome.CREATED, Outcome.FAILED]
    assert "File name too long" in entries[1].error
