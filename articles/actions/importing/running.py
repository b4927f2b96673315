"""A run of the importer: find, prepare in worker processes, write in batches."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils import timezone

from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Entry, ImportReport, Outcome
from articles.actions.importing.writing import Incoming, Writer
from articles.documents.document import DocumentError
from articles.documents.parsing import Reading
from articles.documents.pool import run_in_workers
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import FoundFile, find_files
from articles.models import ImportedFile, ImportRun, RunState, User
from articles.models.locks import exclusively

BATCH = 100
LOCK = "import"


def import_files(
    options: ImportOptions, *, by: User | None = None, on_entry: Callable[[Entry], None] = lambda entry: None
) -> ImportReport:
    """Import the files of `options.paths` in sorted order and return the counts.

    `on_entry` hears of each file when it is decided. Raises `AlreadyRunning` while another run is at work, and
    FileNotFoundError for a path that is not there. A dry run does all of it, batch by batch, and takes each batch back.
    """
    for path in options.paths:
        path.lstat()
    with exclusively(LOCK):
        return _import(options, by, on_entry)


def _import(options: ImportOptions, by: User | None, on_entry: Callable[[Entry], None]) -> ImportReport:
    run = None
    if not options.dry_run:
        # A run that was killed could not say so; nobody else can be running now.
        ImportRun.objects.filter(state=RunState.RUNNING).update(state=RunState.INTERRUPTED)
        run = ImportRun.objects.create(options=options.as_record(), started_by=by)
    report = ImportReport(run.pk if run else None)
    writer = Writer(options, run)
    state = RunState.INTERRUPTED
    try:
        for batch in _batches(_prepared(options), BATCH):
            for entry in _write(writer, batch, dry_run=options.dry_run):
                report.counts[entry.outcome] += 1
                on_entry(entry)
        state = RunState.FINISHED
    finally:
        if run:
            counts = {f"{outcome.value}_count": report.counts[outcome] for outcome in Outcome}
            ImportRun.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now(), **counts)
    return report


def _prepared(options: ImportOptions) -> Iterator[Incoming]:
    sources: dict[str, str] = {}

    def files() -> Iterator[FoundFile]:
        for path in options.paths:
            # The parent is resolved, the path itself is not: a link given as a path is refused like any other.
            path = path.parent.resolve() / path.name if path.name else path.resolve()
            root, source = _identify(path, options.source)
            sources[str(root)] = source
            yield from find_files(path, root=root, include=options.include, exclude=options.exclude)

    prepare = Preparation(Reading(options.zone, options.categories), options.engines)
    for prepared in run_in_workers(prepare, islice(files(), options.limit), jobs=options.jobs, lost=_lost):
        yield Incoming(sources[prepared.file.root], prepared)


def _lost(file: FoundFile, cause: str) -> Prepared:
    return Prepared(file, error=DocumentError(file.name, cause, advice="make the file smaller or simpler"))


def _identify(path: Path, name: str) -> tuple[Path, str]:
    """Return the root that keys are counted from, and the source they belong to.

    The root is one that an earlier run recorded above the path, else the folder given; a file's is its parent.
    """
    folder = path if path.is_dir() and not path.is_symlink() else path.parent
    if name:
        return folder, name
    above = [str(folder), *(str(parent) for parent in folder.parents)]
    known = ImportedFile.objects.filter(source__in=above).values_list("source", flat=True).distinct()
    root = Path(max(known, key=len, default=str(folder)))
    if len(os.fspath(root)) > 300:
        raise DocumentError(os.fspath(root), "the path is too long to be remembered", advice="give --source NAME")
    return root, os.fspath(root)


def _batches(incoming: Iterable[Incoming], size: int) -> Iterator[list[Incoming]]:
    """Cut into batches; two files with one identity never share a batch, so the second sees what the first made."""
    batch: list[Incoming] = []
    seen: set[tuple[str, str]] = set()
    for entry in incoming:
        if len(batch) >= size or entry.identity in seen:
            yield batch
            batch, seen = [], set()
        batch.append(entry)
        seen.add(entry.identity)
    if batch:
        yield batch


def _write(writer: Writer, batch: list[Incoming], *, dry_run: bool) -> list[Entry]:
    """Write a batch in one transaction; a batch that fails is written again a document at a time."""
    try:
        return _write_once(writer, batch, dry_run=dry_run)
    except (DatabaseError, ValueError) as error:
        if len(batch) == 1:
            cause = DocumentError(batch[0].prepared.file.name, f"the database refused it ({_first_line(error)})")
            return [Entry(batch[0].prepared.file.name, Outcome.FAILED, error=str(cause))]
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
    return entries


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
