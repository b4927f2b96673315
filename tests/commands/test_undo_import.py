"""A run taken back: what it made and changed, and not what somebody touched since."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from articles.actions.importing import undoing
from articles.models import (
    Article,
    Author,
    Category,
    FileMark,
    ImportedFile,
    ImportRun,
    Listing,
    OriginalBlob,
    Redirect,
    Revision,
    Tag,
)
from articles.models.locks import AlreadyRunning
from tests.commands.imports import edit, run, write_article
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        write_article(
            tmp_path / "site" / f"{name}.md",
            title=f"题{name}",
            tags=f"[标签{name}]",
            categories=f"[地方, {name}]",
            author="林听澜",
            permalink=f"/old/{name}/",
        )
    return tmp_path / "site"


def undo(number: int | None = None, **options: Any) -> str:
    out = io.StringIO()
    number = number or ImportRun.objects.order_by("-pk").values_list("pk", flat=True)[0]
    call_command("undo_import", str(number), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().strip()


def everything() -> dict[str, Any]:
    """What the site holds, but for the version numbers, which only grow."""
    rows = {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Article, Author, Category, Tag, Redirect, Revision, OriginalBlob, FileMark)
    }
    for article in rows["Article"]:
        article.pop("row_version")
    files = ImportedFile.objects.order_by("pk").values()
    tags = [(article.pk, sorted(article.tags.names())) for article in Article.objects.order_by("pk")]
    signed = [(a.pk, [x.name for x in a.authors]) for a in Article.objects.order_by("pk")]
    placed = [(a.pk, [x.path for x in a.categories.order_by("path")]) for a in Article.objects.order_by("pk")]
    lists = sorted(Listing.objects.values_list("kind", "key", "article"))
    rest = {"files": [{**row, "imported_at": None} for row in files]}
    return {**rows, **rest, "tags": tags, "signed": signed, "placed": placed, "lists": lists}


def test_what_a_run_made_goes_and_what_was_there_stays(folder: Path) -> None:
    kept = make_article(categories=[make_category("地方")], tags=["标签a"])
    before = everything()
    run(folder)
    assert Article.objects.count() == 3
    assert undo() == "deleted=2 restored=0 kept=0"
    assert everything() == before
    assert Article.objects.get() == kept
    assert ImportRun.objects.get().undone_at is not None
    assert run(folder).counts == "created=2"


def test_what_a_run_changed_returns(folder: Path) -> None:
    run(folder)
    before = everything()
    write_article(folder / "a.md", "<p>新。</p>", title="新题", tags="[新标签]", categories="[新栏目]", author="周砚")
    assert run(folder).counts == "updated=1 unchanged=1"
    assert everything() != before
    assert undo() == "deleted=0 restored=1 kept=0"
    after = everything()
    for part in ("Redirect", "OriginalBlob"):  # the newer bytes stay, and so do addresses
        before.pop(part), after.pop(part)
    assert after == before
    assert run(folder).counts == "updated=1 unchanged=1"


def test_what_an_editor_touched_since_stays(folder: Path) -> None:
    run(folder)
    edit(Article.objects.get(title="题a"), title="编辑改的题")
    assert undo() == "deleted=1 restored=0 kept=1"
    assert Article.objects.get().title == "编辑改的题"
    assert [author.name for author in Article.objects.get().authors] == ["林听澜"]
    assert run(folder).counts == "created=1 unchanged=1"


def test_what_an_editor_touched_after_an_update_stays(folder: Path) -> None:
    run(folder)
    write_article(folder / "a.md", title="新题")
    run(folder)
    edit(Article.objects.get(title="新题"), title="编辑改的题")
    assert undo() == "deleted=0 restored=0 kept=1"
    assert Article.objects.filter(title="编辑改的题").exists()


def test_runs_are_taken_back_one_after_the_other(folder: Path) -> None:
    run(folder)
    first = ImportRun.objects.get()
    write_article(folder / "a.md", title="新题")
    run(folder)
    assert undo() == "deleted=0 restored=1 kept=0"
    assert undo(first.pk) == "deleted=2 restored=0 kept=0"
    assert not Article.objects.exists()
    assert not Revision.objects.exists()


def test_what_several_runs_used_goes_with_the_last_of_them(folder: Path) -> None:
    run(folder, limit=1)
    run(folder)
    first, second = ImportRun.objects.order_by("pk").values_list("pk", flat=True)
    assert undo(first) == "deleted=1 restored=0 kept=0"
    assert Author.objects.count() == 1
    undo(second)
    assert (Author.objects.count(), Category.objects.count(), Tag.objects.count()) == (0, 0, 0)


def test_why_an_article_was_left_is_told_and_stays_with_the_run(folder: Path) -> None:
    run(folder)
    first = ImportRun.objects.get()
    write_article(folder / "a.md", title="新题")
    run(folder)
    edit(Article.objects.get(title="题b"), title="编辑改的题")
    later = Article.objects.get(title="新题")
    edited = Article.objects.get(title="编辑改的题")
    err = io.StringIO()
    assert undo(first.pk, dry_run=True) == "deleted=0 restored=0 kept=2"
    assert not first.entries.exists()
    for _again in range(2):
        call_command("undo_import", str(first.pk), stdout=io.StringIO(), stderr=err)
    told = f"kept: article {later.pk}: a later import changed it since; take that one back first"
    assert err.getvalue().splitlines()[:2] == [f"kept: article {edited.pk}: an editor changed it since", told]
    assert list(first.entries.order_by("pk").values_list("outcome", "article", "path")) == [
        ("left", later.pk, "新题"),
        ("left", edited.pk, "编辑改的题"),
    ]


def test_an_overwritten_edit_returns_as_an_edit(folder: Path) -> None:
    run(folder)
    edit(Article.objects.get(title="题a"), title="编辑改的题")
    assert run(folder, overwrite=True).counts == "updated=1 unchanged=1"
    assert undo() == "deleted=0 restored=1 kept=0"
    assert Article.objects.filter(title="编辑改的题").exists()
    write_article(folder / "a.md", title="文件又改")
    assert run(folder).entry("a.md")["outcome"] == "kept"


def test_a_trial_tells_and_changes_nothing(folder: Path) -> None:
    run(folder)
    before = everything()
    assert undo(dry_run=True) == "deleted=2 restored=0 kept=0"
    assert everything() == before
    assert ImportRun.objects.get().undone_at is None


def test_a_run_that_is_not_there_is_an_error_of_usage(folder: Path) -> None:
    with pytest.raises(CommandError) as error:
        undo(4711)
    assert error.value.returncode == 2


def test_an_import_at_work_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(name: str) -> None:
        raise AlreadyRunning(name)

    run(folder)
    monkeypatch.setattr(undoing, "exclusively", taken)
    with pytest.raises(CommandError, match="an import is running"):
        undo()
    assert Article.objects.count() == 2
