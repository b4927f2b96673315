"""A file that comes again: changed, merged with an editor's work, moved, copied, taken down."""

import os
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.actions.editing import editing
from articles.actions.importing import running
from articles.models import (
    Article,
    FileMark,
    ImportedFile,
    ImportEntry,
    Mark,
    OriginalBlob,
    Revision,
    Tag,
    place,
)
from tests.commands.imports import Run, article_text, run, write_article
from tests.factories import make_author, make_category, make_editor

pytestmark = pytest.mark.django_db

BODY = "<p>第一段。</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article that was imported."""
    write_article(tmp_path / "site" / "a.md", BODY, tags="[粮食, 秋收]", categories="[地方, 农事]", author="林听澜")
    assert run(tmp_path / "site").counts == "created=1"
    return tmp_path / "site"


def change(article: Article, **values: Any) -> None:
    """Change an article as the newsroom does."""
    with editing(article, by=make_editor()):
        for name, value in values.items():
            setattr(article, name, value)
        article.save()


def rewrite(folder: Path, body: str = BODY, **keys: str) -> None:
    given = {"tags": "[粮食, 秋收]", "categories": "[地方, 农事]", "author": "林听澜", **keys}
    write_article(folder / "a.md", body, **given)


def test_what_only_one_side_touched_is_merged(folder: Path) -> None:
    change(Article.objects.get(), title="编辑改的题")
    rewrite(folder, "<p>文件的新段。</p>", author="周砚")
    assert run(folder).counts == "updated=1"
    article = Article.objects.get()
    assert (article.title, article.body) == ("编辑改的题", "<p>文件的新段。</p>")
    assert [author.name for author in article.authors] == ["周砚"]
    assert run(folder).counts == "unchanged=1"


def test_the_work_of_an_editor_outlives_every_later_merge(folder: Path) -> None:
    change(Article.objects.get(), title="编辑改的题")
    for text in ("<p>二。</p>", "<p>三。</p>", "<p>四。</p>"):
        rewrite(folder, text)
        assert run(folder).counts == "updated=1"
        assert (Article.objects.get().title, Article.objects.get().body) == ("编辑改的题", text)


def test_a_real_conflict_is_kept_named_and_marked(folder: Path) -> None:
    change(Article.objects.get(), title="编辑改的题")
    rewrite(folder, "<p>新。</p>", title="文件改的题")
    for _again in range(2):
        done = run(folder)
        assert done.counts == "kept=1"
        assert done.report[0]["error"] == "an editor changed title too; --overwrite takes the file's version"
    article = Article.objects.get()
    assert (article.title, article.body) == ("编辑改的题", "<p>新。</p>")
    assert FileMark.objects.filter(file__article=article, mark=Mark.CONFLICT).count() == 1
    assert ImportEntry.objects.filter(outcome="kept", article=article).count() == 2
    assert run(folder, overwrite=True).counts == "updated=1"
    assert Article.objects.get().title == "文件改的题"
    assert not FileMark.objects.filter(mark=Mark.CONFLICT).exists()


def test_both_sides_with_the_same_change_are_no_conflict(folder: Path) -> None:
    change(Article.objects.get(), title="同一个新题")
    rewrite(folder, title="同一个新题")
    assert run(folder).counts == "updated=1"


def test_tags_are_merged_one_by_one(folder: Path) -> None:
    article = Article.objects.get()
    with editing(article, by=make_editor()):
        article.save()
        article.tags.remove("秋收")
        article.tags.add("编辑加的")
    rewrite(folder, tags="[粮食, 秋收, 文件加的]")
    assert run(folder).counts == "updated=1"
    assert set(Article.objects.get().tags.names()) == {"粮食", "编辑加的", "文件加的"}


def test_a_section_that_an_editor_chose_stays(folder: Path) -> None:
    article, chosen = Article.objects.get(), make_category("要闻")
    with editing(article, by=make_editor()):
        article.save()
        place(article, [chosen])
    rewrite(folder, "<p>新。</p>")
    assert run(folder).counts == "updated=1"
    assert [section.name for section in Article.objects.get().categories.all()] == ["要闻"]
    assert Article.objects.get().category == chosen


def test_an_edited_article_without_its_original_is_kept_whole(folder: Path) -> None:
    change(Article.objects.get(), title="编辑改的题")
    OriginalBlob.objects.all().delete()
    rewrite(folder, "<p>新。</p>")
    assert run(folder).counts == "kept=1"
    assert Article.objects.get().body == BODY


def test_a_file_without_a_date_does_not_date_its_article_anew(tmp_path: Path) -> None:
    path = tmp_path / "site" / "a.md"
    path.parent.mkdir()
    path.write_text("---\ntitle: 无日期\n---\n一。\n", encoding="utf-8")
    run(path.parent)
    before = Article.objects.get().published_at
    path.write_text("---\ntitle: 无日期\n---\n二。\n", encoding="utf-8")
    assert run(path.parent).counts == "updated=1"
    assert Article.objects.get().published_at == before


def test_a_delivery_that_differs_in_noise_only_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "site" / "a.md"
    noise = "https://picsum.photos/400/300?random="
    write_article(path, BODY, headimg=f"{noise}1")
    run(path.parent)
    write_article(path, BODY, headimg=f"{noise}2")
    assert run(path.parent).counts == "unchanged=1"
    assert Revision.objects.count() == 0


def test_the_original_bytes_are_kept_of_every_version(folder: Path) -> None:
    first = (folder / "a.md").read_bytes()
    rewrite(folder, "<p>新。</p>")
    run(folder)
    row = ImportedFile.objects.get()
    assert OriginalBlob.objects.get(pk=row.digest).unpacked() == (folder / "a.md").read_bytes()
    assert first in {blob.unpacked() for blob in OriginalBlob.objects.all()}
    assert (row.path, row.run_id is not None, row.imported_at is not None) == ("a.md", True, True)


def test_of_authors_with_one_name_the_editors_choice_stays(folder: Path) -> None:
    article, other = Article.objects.get(), make_author("林听澜")
    with editing(article, by=make_editor()):
        article.authorships.update(author=other)
    rewrite(folder, "<p>新段。</p>")
    assert run(folder).counts == "updated=1"
    article.refresh_from_db()
    assert (article.body, [author.pk for author in article.authors]) == ("<p>新段。</p>", [other.pk])


def test_a_file_that_was_moved_keeps_its_article(folder: Path) -> None:
    (folder / "新闻").mkdir()
    (folder / "a.md").rename(folder / "新闻" / "b.md")
    done = run(folder)
    assert done.counts == "unchanged=1"
    assert "the file was moved; it was a.md" in done.report[0]["warnings"]
    assert ImportedFile.objects.get().key == "新闻/b.md"
    assert run(folder).counts == "unchanged=1"
    rewrite(folder, "<p>新。</p>")
    (folder / "a.md").rename(folder / "新闻" / "b.md")
    assert run(folder).counts == "updated=1"


@pytest.mark.parametrize("name", [unicodedata.normalize("NFD", "café.md").encode(), b"\xc4\xe3.md"])
def test_a_copy_of_a_file_whose_name_is_spelled_oddly_is_no_move(folder: Path, name: bytes) -> None:
    place = os.fsencode(folder) + b"/" + name
    os.rename(folder / "a.md", place)
    assert run(folder).counts == "unchanged=1"
    (folder / "copy.md").write_bytes(Path(os.fsdecode(place)).read_bytes())
    assert run(folder).counts == "created=1 unchanged=1"
    assert run(folder).counts == "unchanged=2"


def test_a_copy_beside_the_original_is_an_article_of_its_own(folder: Path) -> None:
    (folder / "b.md").write_bytes((folder / "a.md").read_bytes())
    assert run(folder).counts == "created=1 unchanged=1"


@pytest.mark.parametrize("fate", ["deleted", "withdrawn", "trashed"])
def test_a_copy_of_what_was_taken_down_stays_away(folder: Path, tmp_path: Path, fate: str) -> None:
    article = Article.objects.get()
    if fate == "deleted":
        article.delete()
    else:
        Article.objects.update(**{f"{fate}_at": datetime(2026, 11, 1, tzinfo=UTC)})
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.md").write_bytes((folder / "a.md").read_bytes())
    done = run(other)
    assert done.counts == "skipped=1"
    assert "a copy of a.md" in done.report[0]["error"]


def test_a_withdrawn_article_in_other_clothes_stays_away_too(folder: Path, tmp_path: Path) -> None:
    Article.objects.update(withdrawn_at=datetime(2026, 11, 1, tzinfo=UTC))
    write_article(tmp_path / "other" / "x.md", BODY, categories="[转载]", date="2026-10-20")
    assert run(tmp_path / "other").counts == "skipped=1"
    write_article(tmp_path / "other" / "y.md", "<p>另一篇。</p>", categories="[转载]")
    assert run(tmp_path / "other").counts == "created=1 skipped=1"


def test_a_dry_run_reports_what_the_real_run_does_line_by_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    same = (folder / "a.md").read_bytes()
    (folder / "a.md").unlink()
    for name in ("b.md", "c.md", "d.md"):  # the old place is gone: one of them is the move
        (folder / name).write_bytes(same)
    for name, identity in (("e.md", "n-1"), ("f.md", "n-1"), ("g.md", "n-2")):
        write_article(folder / name, title=name, id=identity, permalink="/one/address/")
    write_article(folder / "h.md", title="又一篇", permalink="/one/address/")
    (folder / "i.md").write_bytes(b"\x00\xff\xfe\x00" * 9)
    (folder / "j.md").write_text("\n")

    def lines(done: Run) -> list[dict[str, Any]]:
        return [{**entry, "article": None} for entry in done.report]

    dry = run(folder, dry_run=True, report=tmp_path / "dry.jsonl")
    assert Article.objects.count() == 1
    real = run(folder, report=tmp_path / "real.jsonl")
    assert lines(dry) == lines(real)
    assert real.counts.startswith("created=5 unchanged=1 skipped=1 failed=2"), real.counts


def test_warnings_are_kept_by_their_reason(tmp_path: Path) -> None:
    write_article(tmp_path / "site" / "a.md", '<p><img src="none.png"></p>', date="neulich")
    run(tmp_path / "site")
    assert {"images", "date"} <= set(FileMark.objects.values_list("mark", flat=True))


def test_text_that_was_lost_marks_the_article_for_review(tmp_path: Path) -> None:
    gone = "这一段文字在表单里面，读者在浏览器里看得见，清理之后却没有了。"
    write_article(tmp_path / "site" / "a.md", f"<p>正文。</p><select><option>{gone}</option></select>")
    run(tmp_path / "site")
    row = ImportedFile.objects.get()
    assert row.kept_text_share is not None
    assert row.kept_text_share < 0.5
    assert row.lost_texts == [gone]
    assert FileMark.objects.filter(file=row, mark=Mark.REVIEW).exists()


def test_tags_of_one_name_are_made_once(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.md").write_text(article_text(tags="[K8s, k8S]"), encoding="utf-8")
    run(tmp_path / "site")
    assert Tag.objects.count() == 1


def test_many_changed_files_take_few_queries_each(tmp_path: Path) -> None:
    names = [f"{number}.md" for number in range(12)]
    for name in names:
        write_article(tmp_path / name, title=name, tags="[粮食, 秋收]", categories="[地方, 农事]", author="林听澜")
    assert run(tmp_path).counts == "created=12"

    def queries(changed: list[str], body: str) -> int:
        for name in changed:
            write_article(
                tmp_path / name, body, title=name, tags="[粮食, 秋收]", categories="[地方, 农事]", author="林听澜"
            )
        with CaptureQueriesContext(connection) as captured:
            assert run(tmp_path).counts.startswith(f"updated={len(changed)}")
        return len(captured)

    few, many = queries(names[:2], "<p>新段。</p>"), queries(names, "<p>又一段。</p>")
    assert many - few <= 10 * 6
