"""A run of the importer: find, prepare in worker processes, write in batches."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from articles.actions.importing.enduring import FULL, ended_plainly, give_up_full, persistently
from articles.actions.importing.known import Identity, Incoming
from articles.actions.importing.maps import keep_map
from articles.actions.importing.options import LOCK, ImportOptions
from articles.actions.importing.report import Entry, ImportReport, Outcome
from articles.actions.importing.restoring import Restoration
from articles.actions.importing.run_files import RunFiles, chosen_files
from articles.actions.importing.writing import Writer
from articles.documents.document import DocumentError
from articles.documents.mapping import read_mapping
from articles.documents.parsing import Reading
from articles.documents.preparing import Preparation
from articles.documents.readers.files import as_key, printable
from articles.documents.site_root import read_site
from articles.models import (
    ImportedFile,
    ImportRun,
    RunState,
    User,
    commit_without_waiting,
    make_room,
    refresh_statistics,
    write_back_log,
)
from articles.models.locks import exclusively, has_one_writer
from articles.search import filling

BATCH = 200
FIRST_BATCH = 20  # most sections, authors and tags are made by the first files
LEAST_BATCH = 20  # below it what a batch costs by itself outweighs the rest
BATCH_LENGTH = 8_000_000  # characters of all bodies together
# A batch holds the write lock about so long, and one whose files take longer than those before still under a second:
# editors wait for it. A merge of SQLite's index can make a batch three times as long as its neighbours.
BATCH_SECONDS = 0.35
# Where several can write nobody waits for a batch but who wants its very rows, and the larger it is the less its index
# costs.
SHARED_BATCH_SECONDS = 0.55
# Where a database has one writer at a time, others get their turn: they ask again after a tenth of a second.
TURN_SECONDS = 0.11
TURN_AFTER_SECONDS = 0.3  # for which the lock was held
TURNS_OF_LOG = 4  # turns of others after which the database's log is written back, in one of them
# New articles after which the database looks at its tables anew, and again at every doubling.
STATISTICS_AFTER = 500
_KNOWN_AT_ONCE = 2000  # files that need no writing, in one batch


class PathRefused(Exception):
    """A path that was given cannot be imported; the text says why, in one line."""


def import_files(
    options: ImportOptions,
    *,
    by: User | None = None,
    on_entry: Callable[[Entry], None] = lambda entry: None,
    tell: Callable[[str], None] = lambda text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Import the files of `options.paths` in sorted order and return the counts.

    `on_entry` hears of each file when it is decided and stored, `tell` of pictures of an export that could not be
    taken. `should_stop` is asked after each batch; a run that is stopped has `report.is_stopped`.

    Raises `AlreadyRunning` while another run is at work, `PathRefused` for a path that is not there or lies below
    another one, and `RunEnded` where the database stays away or its disk is full. A dry run does all of it, batch by
    batch, and takes each batch back.
    """
    options = replace(options, paths=tuple(_located(path) for path in options.paths))
    _refuse_overlaps(options.paths)
    with ended_plainly(), exclusively(LOCK):
        make_room()
        return _Run(options, by, on_entry, tell, should_stop).do()


def count_files(options: ImportOptions) -> int:
    """Return how many files a run would look at; paths that cannot be imported count nothing."""
    try:
        paths = [_located(path) for path in options.paths]
    except PathRefused:
        return 0
    roots = [(path, path if path.is_dir() else path.parent) for path in paths]
    total = sum(1 for path, root in roots for _file in chosen_files(path, root, read_site(root), options))
    return min(total, options.limit) if options.limit else total


class _Run:
    def __init__(
        self,
        options: ImportOptions,
        by: User | None,
        on_entry: Callable[[Entry], None],
        tell: Callable[[str], None],
        should_stop: Callable[[], bool],
    ) -> None:
        self._options, self._on_entry, self._tell, self._should_stop = options, on_entry, tell, should_stop
        self._run: ImportRun | None = None
        if not options.dry_run:
            # A run that was killed could not say so; nobody else can be running now.
            ImportRun.objects.filter(state=RunState.RUNNING).update(state=RunState.INTERRUPTED)
            self._run = ImportRun.objects.create(options=options.as_record(), started_by=by)
        self._report = ImportReport(self._run.pk if self._run else None)
        self._roots = {path: _identify(path, options.source) for path in options.paths}
        sites = {str(root): site for root, _source in self._roots.values() if (site := read_site(root))}
        reading = Reading(
            options.zone,
            options.categories,
            permalink=options.permalink,
            is_zone_given=options.is_zone_given,
            sites=sites,
        )
        mapping = read_mapping(options.map_data, source="the map") if options.map_data else None
        preparation = Preparation(reading, options.engines, mapping, options.map_digest)
        if self._run and options.map_data:
            keep_map(options.map_data)
        self._restoration = Restoration(str(options.zone))
        self._files = RunFiles(options, self._roots, preparation, self._restoration)
        self._writer = Writer(options, self._run, preparation, self._restoration)
        self._size = min(FIRST_BATCH, BATCH)
        self._held = self._freed_at = 0.0
        self._turns = 0
        self._next_look = STATISTICS_AFTER

    def do(self) -> ImportReport:
        state = RunState.INTERRUPTED
        try:
            if self._run:
                self._restoration.restore({str(root) for root, _source in self._roots.values()}, tell=self._tell)
            with filling() as catch_up:
                for batch in self._batches(self._files.prepared()):
                    entries = self._write(batch)
                    self._report.counts.update(entry.outcome for entry in entries)
                    for entry in entries:
                        self._on_entry(entry)
                    persistently(catch_up, lock=LOCK)
                    self._look_anew()
                    if self._should_stop():
                        self._report.is_stopped = True
                        break
                else:
                    state = RunState.FINISHED
        finally:
            self._close(state)
        return self._report

    def _look_anew(self) -> None:
        """Let the database plan by what the tables hold now: the queries of a batch are meant for full ones."""
        if self._run and self._report.counts[Outcome.CREATED] >= self._next_look:
            persistently(refresh_statistics, lock=LOCK)
            self._next_look = 2 * self._report.counts[Outcome.CREATED]

    def _close(self, state: RunState) -> None:
        if self._run:
            counts = {f"{outcome.value}_count": self._report.counts[outcome] for outcome in Outcome}
            ended = ImportRun.objects.filter(pk=self._run.pk)
            try:
                ended.update(state=state, finished_at=timezone.now(), **counts)
            except DatabaseError:
                # It is away or full, which is why the run ends; the next run marks this one.
                if state == RunState.FINISHED:
                    raise

    def _batches(self, found: Iterable[Incoming | Entry]) -> Iterator[list[Incoming | Entry]]:
        """Cut into batches; two files with one identity never share one, so the second sees what the first made."""
        batch: list[Incoming | Entry] = []
        seen: set[Identity] = set()
        length = 0
        for each in found:
            identity = None if isinstance(each, Entry) else each.identity
            if len(seen) >= self._size or length >= BATCH_LENGTH or identity in seen or len(batch) >= _KNOWN_AT_ONCE:
                yield batch
                batch, seen, length = [], set(), 0
            batch.append(each)
            if isinstance(each, Incoming) and identity is not None:
                seen.add(identity)
                length += len(each.prepared.document.body_html) if each.prepared.document else 0
        if batch:
            yield batch

    def _write(self, batch: list[Incoming | Entry]) -> list[Entry]:
        """Write a batch in one transaction; a batch that fails is written again a document at a time."""
        try:
            return persistently(partial(self._write_once, batch), lock=LOCK)
        except (DatabaseError, ValidationError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno in FULL:
                give_up_full("the disk of the media library", error)
            if len(batch) == 1:
                if isinstance(batch[0], Entry):
                    raise
                file = batch[0].prepared.file
                cause = DocumentError(file.name, f"it could not be stored ({_first_line(error)})")
                return [Entry(file.location, Outcome.FAILED, error=str(cause))]
        return [entry for single in batch for entry in self._write([single])]

    def _write_once(self, batch: list[Incoming | Entry]) -> list[Entry]:
        number = sum(1 for each in batch if isinstance(each, Incoming))
        if number:
            # Names need the dictionaries: loaded before anybody has to wait for it.
            import_module("articles.documents.dictionaries")
            self._give_turn()
        started = time.monotonic()
        dry_run = self._options.dry_run
        try:
            if not number:
                entries = self._writer.write(batch)
            else:
                with transaction.atomic():
                    commit_without_waiting()
                    entries = self._writer.write(batch)
                    self._count(entries)
                    if dry_run:
                        transaction.set_rollback(True)
        except BaseException:
            self._writer.forget()
            raise
        self._writer.settle()
        if dry_run:
            self._writer.forget()
            # The rows are gone again, and their numbers mean nothing.
            entries = [replace(e, article=None) if e.outcome is Outcome.CREATED else e for e in entries]
        if number:
            self._freed_at = time.monotonic()
            self._held += self._freed_at - started
            self._adapt(number, self._freed_at - started)
        return entries

    def _give_turn(self) -> None:
        """Let editors write where the lock was held for long since they had their turn.

        What the run did since it let go, such as waiting for its workers, is a part of the turn.
        """
        if self._held >= TURN_AFTER_SECONDS and has_one_writer():
            self._turns += 1
            if self._turns % TURNS_OF_LOG == 0:
                write_back_log()
            time.sleep(max(0.0, self._freed_at + TURN_SECONDS - time.monotonic()))
            self._held = 0.0

    def _count(self, entries: list[Entry]) -> None:
        """Say in the run's row what has been done: a run that is killed has counted what it stored."""
        if self._run:
            counts = self._report.counts.copy()
            counts.update(entry.outcome for entry in entries)
            values = {f"{outcome.value}_count": counts[outcome] for outcome in Outcome}
            ImportRun.objects.filter(pk=self._run.pk).update(**values)

    def _adapt(self, number: int, seconds: float) -> None:
        """Make batches as large as the time allows that others may have to wait for one."""
        if number >= self._size:
            allowed = BATCH_SECONDS if has_one_writer() else SHARED_BATCH_SECONDS
            fitting = int(number * allowed / max(seconds, 0.001))
            self._size = min(BATCH, max(LEAST_BATCH, min(fitting, self._size * 3 // 2)))


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


def _identify(path: Path, name: str) -> tuple[Path, str]:
    """Return the root that keys are counted from, and the source they belong to.

    The root is one that an earlier run recorded above the path, else the folder given; a file's is its parent.
    """
    folder = path if path.is_dir() and not path.is_symlink() else path.parent
    if name:
        return folder, name
    above = {as_key(str(each)): each for each in (folder, *folder.parents)}
    known = [source for source in above if ImportedFile.objects.filter(source=source).exists()]
    source = max(known, key=len, default=as_key(str(folder)))
    root = above[source]
    if len(source) > 300:
        raise PathRefused(f"{printable(os.fspath(root))}: the path is too long to be remembered; give --source NAME")
    return root, source


def _first_line(error: Exception) -> str:
    text = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return printable(text.strip().split("\n")[0][:200])
