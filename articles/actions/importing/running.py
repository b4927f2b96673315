"""A run of the importer: find, prepare in worker processes, write in batches."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Entry, ImportReport, Outcome
from articles.actions.importing.restoring import Restoration
from articles.actions.importing.writing import Incoming, Writer
from articles.documents.document import DocumentError
from articles.documents.parsing import Reading
from articles.documents.pool import run_in_workers
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import FoundFile, as_key, find_files, printable
from articles.models import ImportedFile, ImportRun, RunState, User
from articles.models.locks import exclusively

BATCH = 100
BATCH_LENGTH = 8_000_000  # characters of all bodies together
LOCK = "import"

# For each path that was given: the root its keys are counted from, and its source.
Roots = dict[Path, tuple[Path, str]]


class PathRefused(Exception):
    """A path that was given cannot be imported; the text says why, in one line."""


def import_files(
    options: ImportOptions,
    *,
    by: User | None = None,
    on_entry: Callable[[Entry], None] = lambda entry: None,
    tell: Callable[[str], None] = lambda text: None,
) -> ImportReport:
    """Import the files of `options.paths` in sorted order and return the counts.

    `on_entry` hears of each file when it is decided, `tell` of pictures of an export that could not be taken. Raises
    `AlreadyRunning` while another run is at work, and `PathRefused` for a path that is not there or lies below another
    one. A dry run does all of it, batch by batch, and takes each batch back.
    """
    options = replace(options, paths=tuple(_located(path) for path in options.paths))
    _refuse_overlaps(options.paths)
    with exclusively(LOCK):
        return _import(options, by, on_entry, tell)


def _import(
    options: ImportOptions, by: User | None, on_entry: Callable[[Entry], None], tell: Callable[[str], None]
) -> ImportReport:
    run = None
    if not options.dry_run:
        # A run that was killed could not say so; nobody else can be running now.
        ImportRun.objects.filter(state=RunState.RUNNING).update(state=RunState.INTERRUPTED)
        run = ImportRun.objects.create(options=options.as_record(), started_by=by)
    report = ImportReport(run.pk if run else None)
    roots = {path: _identify(path, options.source) for path in options.paths}
    restoration = Restoration()
    writer = Writer(options, run, restoration)
    state = RunState.INTERRUPTED
    try:
        if run:
            restoration.restore((str(root) for root, _source in roots.values()), tell=tell)
        for batch in _batches(_prepared(options, roots, restoration), BATCH):
            for entry in _write(writer, batch, dry_run=options.dry_run):
                report.counts[entry.outcome] += 1
                on_entry(entry)
        state = RunState.FINISHED
    finally:
        if run:
            counts = {f"{outcome.value}_count": report.counts[outcome] for outcome in Outcome}
            ImportRun.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now(), **counts)
    return report


def _prepared(options: ImportOptions, roots: Roots, restoration: Restoration) -> Iterator[Incoming]:
    sources = {str(root): source for root, source in roots.values()}
    known = {} if options.overwrite else {root: _known_digests(source) for root, source in sources.items()}

    def files() -> Iterator[FoundFile]:
        for path, (root, _source) in roots.items():
            yield from find_files(path, root=root, include=options.include, exclude=options.exclude)

    prepare = Preparation(Reading(options.zone, options.categories), options.engines, known)
    for prepared in run_in_workers(prepare, islice(files(), options.limit), jobs=options.jobs, lost=_lost):
        yield Incoming(sources[prepared.file.root], restoration.completed(prepared))


def _known_digests(source: str) -> dict[str, str]:
    """Return the digests of a source's files that have an article, by path; a file with an id of its own is read."""
    rows = ImportedFile.objects.filter(source=source, article__isnull=False).exclude(key__startswith="id:")
    return dict(rows.values_list("key", "digest"))


def _located(path: Path) -> Path:
    """Return the absolute path. Its parent is resolved, it itself is not: a link is refused here like any other."""
    try:
        path.lstat()
        folder = Path(os.path.realpath(path.parent))
        return Path(os.path.realpath(path)) if path.name in {"", ".."} else folder / path.name
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PathRefused(f"{printable(os.fspath(path))}: {reason}") from error


def _refuse_overlaps(paths: tuple[Path, ...]) -> None:
    for number, path in enumerate(paths):
        for other in paths[number + 1 :]:
            if path == other or path in other.parents or other in path.parents:
                shown = " and ".join(printable(os.fspath(each)) for each in (path, other))
                raise PathRefused(f"{shown}: one holds the other; give one of them")


def _lost(file: FoundFile, cause: str) -> Prepared:
    return Prepared(file, error=DocumentError(file.name, cause, advice="make the file smaller or simpler"))


def _identify(path: Path, name: str) -> tuple[Path, str]:
    """Return the root that keys are counted from, and the source they belong to.

    The root is one that an earlier run recorded above the path, else the folder given; a file's is its parent.
    """
    folder = path if path.is_dir() and not path.is_symlink() else path.parent
    if name:
        return folder, name
    above = {as_key(str(each)): each for each in (folder, *folder.parents)}
    known = ImportedFile.objects.filter(source__in=above).values_list("source", flat=True).distinct()
    source = max(known, key=len, default=as_key(str(folder)))
    root = above[source]
    if len(source) > 300:
        raise PathRefused(f"{printable(os.fspath(root))}: the path is too long to be remembered; give --source NAME")
    return root, source


def _batches(incoming: Iterable[Incoming], size: int) -> Iterator[list[Incoming]]:
    """Cut into batches; two files with one identity never share a batch, so the second sees what the first made."""
    batch: list[Incoming] = []
    seen: set[tuple[str, str]] = set()
    length = 0
    for entry in incoming:
        if len(batch) >= size or length >= BATCH_LENGTH or entry.identity in seen:
            yield batch
            batch, seen, length = [], set(), 0
        batch.append(entry)
        seen.add(entry.identity)
        length += len(entry.prepared.document.body_html) if entry.prepared.document else 0
    if batch:
        yield batch


def _write(writer: Writer, batch: list[Incoming], *, dry_run: bool) -> list[Entry]:
    """Write a batch in one transaction; a batch that fails is written again a document at a time."""
    try:
        return _write_once(writer, batch, dry_run=dry_run)
    except (DatabaseError, ValidationError, ValueError, OSError) as error:
        if len(batch) == 1:
            file = batch[0].prepared.file
            cause = DocumentError(file.name, f"it could not be stored ({_first_line(error)})")
            return [Entry(file.location, Outcome.FAILED, error=str(cause))]
    return [entry for single in batch for entry in _write(writer, [single], dry_run=dry_run)]


def _write_once(writer: Writer, batch: list[Incoming], *, dry_run: bool) -> list[Entry]:
    try:
        with transaction.atomic():
            entries = writer.write(batch)
            if dry_run:
                transaction.set_rollback(True)
    except BaseException:
        writer.forget()
        raise
    if dry_run:
        writer.forget()
        # The rows are gone again, and their numbers mean nothing.
        entries = [replace(e, article=None) if e.outcome is Outcome.CREATED else e for e in entries]
    return entries


def _first_line(error: Exception) -> str:
    text = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return printable(text.strip().split("\n")[0][:200])
