"""From the files of a run to prepared documents: what was imported before and holds the same bytes is only compared."""

from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from articles.actions.importing.enduring import persistently
from articles.actions.importing.known import Incoming, absence_of, absences, digests_of
from articles.actions.importing.options import LOCK, ImportOptions
from articles.actions.importing.report import Entry, Outcome
from articles.actions.importing.restoring import Restoration
from articles.documents.comparing import AT_ONCE, Remembered, compare
from articles.documents.document import DocumentError
from articles.documents.pool import GLANCES, run_in_workers
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import FoundFile, find_files
from articles.documents.site_root import Site
from articles.models.imported import digest_key

# The digest of what a file held, and its article.
_Stored = tuple[str, int | None]
_NOTHING: _Stored = "", None


class RunFiles:
    """The files of a run. `roots` gives for each chosen path the root that keys are counted from, and its source."""

    def __init__(
        self,
        options: ImportOptions,
        roots: Mapping[Path, tuple[Path, str]],
        preparation: Preparation,
        restoration: Restoration,
    ) -> None:
        self._options, self._roots = options, roots
        self._preparation, self._restoration = preparation, restoration

    def prepared(self) -> Iterator[Incoming | Entry]:
        """Yield what becomes of each file, in the order of the files."""
        sources = {str(root): source for root, source in self._roots.values()}
        results: Iterator[Prepared | list[Entry]] = run_in_workers(
            self._preparation,
            self._compared(sources),
            jobs=self._options.jobs,
            lost=_lost,
            at_once=lambda item: item if isinstance(item, list) else None,
        )
        try:
            for result in results:
                if isinstance(result, list):
                    yield from result
                else:
                    yield Incoming(sources[result.file.root], self._restoration.completed(result))
        finally:
            results.close()  # type: ignore[attr-defined]

    def _compared(self, sources: dict[str, str]) -> Iterator[FoundFile | list[Entry]]:
        """Yield the files that have to be read, and between them what was imported before and holds the same bytes."""
        waiting: deque[tuple[list[FoundFile], list[_Stored]]] = deque()

        def remembered() -> Iterator[Remembered]:
            for files in self._chunks():
                stored = self._stored(files, sources[files[0].root])
                waiting.append((files, stored))
                pairs = [(file.path, digest) for file, (digest, _article) in zip(files, stored, strict=True) if digest]
                yield Remembered(files[0].root, tuple(path for path, _ in pairs), tuple(digest for _, digest in pairs))

        compared = run_in_workers(
            compare,
            remembered(),
            jobs=self._options.jobs,
            # Whatever befell one of them: each is read by itself then.
            lost=lambda asked, _cause: bytes(len(asked.paths)),
            at_once=lambda asked: None if asked.paths else b"",
            load=GLANCES,
        )
        try:
            absent: dict[int, str] | None = None
            for same in compared:
                answers = iter(same)
                entries: list[Entry] = []
                for file, (digest, article) in zip(*waiting.popleft(), strict=True):
                    if digest and next(answers):
                        if absent is None:
                            absent = persistently(absences, lock=LOCK)
                        entries.append(_unchanged(file, article, absent))
                        continue
                    if entries:
                        yield entries
                        entries = []
                    yield file
                if entries:
                    yield entries
        finally:
            compared.close()  # type: ignore[attr-defined]

    def _chunks(self) -> Iterator[list[FoundFile]]:
        """Yield the chosen files, some of one root at a time."""
        left = self._options.limit
        for path, (root, _source) in self._roots.items():
            files = chosen_files(path, root, self._preparation.reading.sites.get(str(root)), self._options)
            while chunk := list(islice(files, AT_ONCE if left is None else min(left, AT_ONCE))):
                left = None if left is None else left - len(chunk)
                yield chunk

    def _stored(self, files: list[FoundFile], source: str) -> list[_Stored]:
        """Return what is remembered of each file, where the same bytes would make the same article."""
        if self._options.overwrite:
            return [_NOTHING] * len(files)
        keys = [digest_key(file.key) for file in files]
        # Another map may make something else of the same bytes.
        map_digest = self._options.map_digest if self._options.map_data else None
        stored = persistently(partial(digests_of, source, keys, map_digest), lock=LOCK)
        return [_NOTHING if file.error else stored.get(key, _NOTHING) for file, key in zip(files, keys, strict=True)]


def chosen_files(path: Path, root: Path, site: Site | None, options: ImportOptions) -> Iterator[FoundFile]:
    """Yield the files below `path` that the options and the site's configuration choose."""
    scope = site.scope if site else None
    return find_files(path, root=root, include=options.include, exclude=options.exclude, scope=scope)


def _unchanged(file: FoundFile, article: int | None, absent: dict[int, str]) -> Entry:
    absence = absence_of(None, None, None) if article is None else absent.get(article, "")
    outcome = Outcome.SKIPPED if absence else Outcome.UNCHANGED
    return Entry(file.location, outcome, article, error=absence)


def _lost(file: Any, cause: str) -> Prepared:
    return Prepared(file, error=DocumentError(file.name, cause, advice="make the file smaller or simpler"))
