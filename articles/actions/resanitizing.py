"""Today's policy over every stored article; editors' work and their dates stay."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction

from articles.conf import sanitizers
from articles.documents.parsing import Reading
from articles.documents.pool import run_in_workers
from articles.documents.preparing import Preparation
from articles.documents.resanitizing import Resanitized, Resanitizing, StoredBody, lost
from articles.models import Article, ImportedFile, Origin, OriginalBlob, Revision, State
from articles.models.fields import SanitizedHTMLField
from articles.models.locks import exclusively

LOCK = "import"  # an import writes the same rows
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class ResanitizeOptions:
    """`after`: only articles with a higher number, to go on with a run that was broken off."""

    dry_run: bool = False
    after: int = 0
    jobs: int = 1


@dataclass(slots=True)
class ResanitizeReport:
    """Counts: articles looked at, changed (or to be changed), of those from their original bytes, left with an error.

    `last` is the number of the last article that was dealt with.
    """

    checked: int = 0
    changed: int = 0
    originals: int = 0
    failed: int = 0
    last: int = 0

    def summary(self) -> str:
        """Return the last line of the command's output."""
        return f"checked={self.checked} changed={self.changed} originals={self.originals} failed={self.failed}"


def resanitize_articles(
    options: ResanitizeOptions,
    report: ResanitizeReport,
    *,
    on_change: Callable[[Resanitized], None] = lambda result: None,
) -> None:
    """Clean every body anew, counting in `report`. Raises AlreadyRunning while an import or another run is at work.

    A body that nobody edited since its import comes from the original bytes, where they are kept; every other one is
    cleaned as it stands. `updated_at` stays: readers are told of news, not of housekeeping. `on_change` hears of each
    article that changes or fails.
    """
    reading = Reading(ZoneInfo(settings.TIME_ZONE))
    function = Resanitizing(Preparation(reading, sanitizers()), settings.MEDIA_URL)
    with exclusively(LOCK):
        results = run_in_workers(function, _stored(options.after), jobs=options.jobs, lost=lost)
        try:
            while chunk := list(islice(results, _CHUNK)):
                _take(chunk, options, report, on_change)
        finally:
            results.close()  # type: ignore[attr-defined]


def _take(
    chunk: list[Resanitized],
    options: ResanitizeOptions,
    report: ResanitizeReport,
    on_change: Callable[[Resanitized], None],
) -> None:
    changed = [result for result in chunk if result.is_changed and not result.error]
    stale = set() if options.dry_run else _write(chunk, changed)
    for result in chunk:
        report.checked += 1
        if result.error:
            report.failed += 1
            on_change(result)
        elif result.is_changed and result.number not in stale:
            report.changed += 1
            report.originals += result.is_from_original
            on_change(result)
    report.last = chunk[-1].number


def _stored(after: int) -> Iterator[StoredBody]:
    numbers = Article.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)
    while chunk := list(islice(numbers, _CHUNK)):
        originals = _originals(chunk)
        for pk, version, body in (
            Article.objects.filter(pk__in=chunk).order_by("pk").values_list("pk", "row_version", "body")
        ):
            path, data = originals.get(pk, ("", b""))
            yield StoredBody(pk, version, str(body), data, path)


def _originals(numbers: list[int]) -> dict[int, tuple[str, bytes]]:
    """Return path and bytes of the file of each article whose body is as it was imported."""
    files = ImportedFile.objects.filter(article__in=numbers, is_merged=False).order_by("-pk")
    wanted = {
        article: (path or key, digest)
        for article, path, key, digest in files.values_list("article", "path", "key", "digest")
        if article
    }
    for article in _edited(list(wanted)):
        del wanted[article]
    blobs = {
        blob.pk: blob for blob in OriginalBlob.objects.filter(pk__in={digest for _path, digest in wanted.values()})
    }
    found = {}
    for article, (path, digest) in wanted.items():
        try:
            if digest in blobs:
                found[article] = path, blobs[digest].unpacked()
        except ValueError:  # damaged: the body as it stands is what there is
            continue
    return found


def _edited(numbers: list[int]) -> set[int]:
    """Return the articles whose body an editor wrote: one of theirs stands in a revision, and it is not the file's."""
    saved = Revision.objects.filter(article__in=numbers, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
    by_editors = set(saved.filter(origin=Origin.EDITOR).values_list("article", flat=True))
    edited = {number for number in by_editors if number is not None}
    for number in list(edited):
        # What stood there before the first save of an editor is kept as the importer's.
        imported = saved.filter(article=number, origin=Origin.IMPORT).order_by("-pk").first()
        body = Article.objects.filter(pk=number).values_list("body", flat=True).first()
        if imported is not None and imported.data.get("body") == str(body):
            edited.discard(number)
    return edited


@transaction.atomic
def _write(chunk: list[Resanitized], changed: list[Resanitized]) -> set[int]:
    """Write what changed, and the policy's version for all; return those that somebody saved meanwhile.

    Those were cleaned by today's policy when they were saved.
    """
    ids = [result.number for result in changed]
    rows = Article.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    versions = dict(rows.values_list("pk", "row_version"))
    stale = set()
    for result in changed:
        if versions.get(result.number) != result.row_version:
            stale.add(result.number)
            continue
        Article.objects.filter(pk=result.number).update(body=result.html)
        if result.is_from_original:
            _keep_ledger(result)
    field: SanitizedHTMLField = Article._meta.get_field("body")
    fine = [result.number for result in chunk if not result.error and result.number not in stale]
    # Nobody reads this field on a page: nothing has to be listed or indexed again.
    unmarked = Article._base_manager.filter(pk__in=fine).exclude(sanitized_with=field.engine_label())
    models.QuerySet.update(unmarked, sanitized_with=field.engine_label())
    return stale


def _keep_ledger(result: Resanitized) -> None:
    ImportedFile.objects.filter(article=result.number).update(
        removed=[[removal.kind, removal.name, removal.count] for removal in result.removed],
        kept_text_share=result.kept_text_share,
        lost_texts=list(result.lost_texts),
    )
