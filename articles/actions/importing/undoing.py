"""An import run taken back: what it made goes, what it changed returns, what somebody touched since stays."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_noop

from articles.actions.comparing import RELATIONS
from articles.actions.importing.options import LOCK
from articles.actions.importing.updating import FILE_FIELDS
from articles.actions.redirecting import NOT_FOUND, page_answer
from articles.actions.restoring import apply_snapshot
from articles.actions.revising import FIELDS
from articles.models import (
    Article,
    Author,
    Category,
    FileMark,
    ImportedFile,
    ImportEntry,
    ImportRun,
    Origin,
    OriginalBlob,
    Redirect,
    RedirectOrigin,
    Revision,
    Series,
    Tag,
    gather_changes,
)
from articles.models.locks import exclusively

BATCH = 100
# The outcome of an entry that says why an article was left as it is.
LEFT = "left"
EDITED = gettext_noop("an editor changed it since")
IMPORTED = gettext_noop("a later import changed it since; take that one back first")
TAKEN_DOWN = gettext_noop("it was taken down since")
UNKNOWN = gettext_noop("what it was before is not known")


@dataclass(slots=True)
class UndoReport:
    """How many articles were deleted and restored, and why others were kept: pairs of id and reason."""

    deleted: int = 0
    restored: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)

    def summary(self) -> str:
        return f"deleted={self.deleted} restored={self.restored} kept={len(self.kept)}"


def undo_run(
    run: ImportRun, *, dry_run: bool = False, on_batch: Callable[[UndoReport], None] = lambda report: None
) -> UndoReport:
    """Take the run back, a batch at a time, each in one transaction; a second call completes what was broken off.

    Articles that the run made are deleted with the memory of their files, so that a later import makes them again.
    Articles that it changed get the state of before. What an editor or a later run touched since is kept and told.
    Sections, tags and authors that it made go if nothing uses them; pictures stay in the library. The run remembers
    what was left and why, as its entries with the outcome `LEFT`. Raises `AlreadyRunning` while an import is at work.
    """
    report = UndoReport()
    with exclusively(LOCK):
        changed = set(run.revisions.exclude(article=None).values_list("article", flat=True))
        revisions = run.revisions.filter(origin=Origin.IMPORT).exclude(article=None).order_by("-pk")
        for ids in _in_batches(revisions.values_list("pk", flat=True)):
            _in_transaction(_restore, ids, report, dry_run=dry_run)
            on_batch(report)
        made = run.files.exclude(article=None).exclude(article__in=changed).order_by("-pk")
        for ids in _in_batches(made.values_list("pk", flat=True)):
            _in_transaction(_delete, ids, report, dry_run=dry_run)
            on_batch(report)
        report.kept += [(article, IMPORTED) for article in sorted(_changed_later(run) - changed)]
        on_batch(report)
        if not dry_run:
            _remember_left(run, report.kept)
            ImportRun.objects.filter(pk=run.pk).update(undone_at=timezone.now())
            # What runs that were taken back before had made, this one may have been the last to use.
            for made in (
                ImportRun.objects.filter(undone_at__isnull=False).order_by("-pk").values_list("made", flat=True)
            ):
                _remove_unused(made)
    return report


def _changed_later(run: ImportRun) -> set[int]:
    """Return the articles that the run made and a later one changed: that one's revisions name the run before it."""
    later = Revision.objects.filter(origin=Origin.IMPORT, run__gt=run.pk).exclude(article=None)
    return {
        revision.article_number
        for revision in later.iterator(chunk_size=BATCH)
        if revision.data.get("file", {}).get("run_id") == run.pk
    }


@transaction.atomic
def _remember_left(run: ImportRun, kept: list[tuple[int, str]]) -> None:
    run.entries.filter(outcome=LEFT).delete()
    reasons = dict(kept)
    for ids in _in_batches(reasons):
        titles = Article.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "title")
        ImportEntry.objects.bulk_create(
            ImportEntry(run=run, outcome=LEFT, path=title, article_id=article, text=reasons[article])
            for article, title in titles
        )


def _in_batches(ids: Iterable[int]) -> Iterator[list[int]]:
    every = list(ids)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def _in_transaction(
    work: Callable[[list[int], UndoReport], None], ids: list[int], report: UndoReport, *, dry_run: bool
) -> None:
    with transaction.atomic():
        with gather_changes():
            work(ids, report)
        if dry_run:
            transaction.set_rollback(True)


def _restore(ids: list[int], report: UndoReport) -> None:
    for revision in Revision.objects.filter(pk__in=ids).order_by("-pk"):
        article = Article.objects.select_for_update().filter(pk=revision.article_number).first()
        if article is None:
            continue
        newest = _touches(article.pk).order_by("-pk").values_list("pk", "origin").first()
        data = revision.data
        if newest and newest[0] != revision.pk:
            report.kept.append((article.pk, IMPORTED if newest[1] == Origin.IMPORT else EDITED))
        elif "file" not in data:
            report.kept.append((article.pk, UNKNOWN))
        elif article.trashed_at or article.withdrawn_at:
            report.kept.append((article.pk, TAKEN_DOWN))
        else:
            _give_back(article, data)
            _give_back_file(article, revision.run_id, data["file"])
            # The state that it kept is the article again; what was the newest revision before is so now.
            revision.delete()
            report.restored += 1


def _touches(article_id: int) -> Any:
    return Revision.objects.filter(article=article_id).exclude(origin=Origin.AUTOSAVE)


def _give_back(article: Article, data: dict[str, Any]) -> None:
    updated_at = data.get("updated_at")
    article.updated_at = datetime.fromisoformat(updated_at) if updated_at else None
    apply_snapshot(article, data, [*FIELDS, *RELATIONS])


def _give_back_file(article: Article, run_id: int | None, values: dict[str, Any]) -> None:
    row = ImportedFile.objects.filter(article=article, run=run_id).first()
    if row is None:
        return  # kept as the editor had it: the run left the row alone
    for name in FILE_FIELDS:
        setattr(row, name, values[name])
    if row.run_id and not ImportRun.objects.filter(pk=row.run_id).exists():
        row.run_id = None
    row.save()
    row.marks.all().delete()
    FileMark.objects.bulk_create(FileMark(file=row, mark=mark) for mark in values.get("marks", []))


def _delete(ids: list[int], report: UndoReport) -> None:
    touched = Revision.objects.filter(article=OuterRef("article")).exclude(origin=Origin.AUTOSAVE)
    rows = ImportedFile.objects.filter(pk__in=ids).annotate(is_touched=Exists(touched))
    going: list[int] = []
    files: list[int] = []
    digests: set[str] = set()
    # Locked: an editor who saves at this moment comes before us and is seen, or after us and finds nothing.
    list(Article.objects.select_for_update().filter(imported_files__in=ids).order_by("pk").values_list("pk"))
    for pk, article, digest, is_touched, trashed_at, withdrawn_at in rows.values_list(
        "pk", "article", "digest", "is_touched", "article__trashed_at", "article__withdrawn_at"
    ):
        if is_touched:
            report.kept.append((article, EDITED))
        elif trashed_at or withdrawn_at:
            report.kept.append((article, TAKEN_DOWN))
        else:
            going.append(article)
            files.append(pk)
            digests.add(digest)
    Redirect.objects.filter(article__in=going, origin=RedirectOrigin.IMPORT).delete()
    ImportedFile.objects.filter(pk__in=files).delete()
    Article.objects.filter(pk__in=going).delete()
    needed = set(ImportedFile.objects.filter(digest__in=digests).values_list("digest", flat=True))
    OriginalBlob.objects.filter(pk__in=digests - needed).delete()
    report.deleted += len(going)


def _remove_unused(made: dict[str, list[int]]) -> None:
    """Delete the tags, authors and sections that nothing uses; sections from the deepest up."""
    Tag.objects.filter(pk__in=made.get("tags", []), items=None).delete()
    Series.objects.filter(pk__in=made.get("series", []), entries=None).delete()
    Author.objects.filter(pk__in=made.get("authors", []), authorships=None, user=None, bio="").delete()
    sections = Category.objects.filter(pk__in=made.get("sections", []), placements=None)
    for section in sorted(sections, key=lambda section: -section.depth):
        if not section.children.exists():
            try:
                with transaction.atomic():
                    section.delete()
            except ProtectedError:
                continue  # something else holds it, which is what being used means
    # The old addresses of lists go with the lists.
    for row in Redirect.objects.filter(pk__in=made.get("redirects", []), origin=RedirectOrigin.IMPORT):
        if page_answer(row.new_path) == NOT_FOUND:
            row.delete()
