"""What becomes of each file of a batch: an article, a change of one, or nothing, with the reason."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from articles.actions.importing.known import Identity, Incoming, Known, absence_of
from articles.actions.importing.merging import State
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Entry, Outcome
from articles.documents.document import ArticleDocument, DocumentWarning
from articles.documents.preparing import Prepared
from articles.documents.readers.files import printable, stands_at
from articles.models import Article, ImportedFile, ImportRun, Mark

LEAST_KEPT_SHARE = 0.98
MANY_REMOVED = 10  # elements whose going is worth a look


@dataclass(slots=True)
class Task:
    """A document on its way to an article: a new one (`known` is None), or the one its file made before."""

    incoming: Incoming
    document: ArticleDocument
    known: Known | None
    article_id: int = 0
    warnings: list[DocumentWarning] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    state: State = field(default_factory=dict)
    # Fields that file and editor both changed.
    conflicts: list[str] = field(default_factory=list)
    # The address that the article had on another site, where its number belongs to another article here.
    lost_address: str = ""
    outcome: Outcome = Outcome.CREATED

    def all_marks(self) -> set[str]:
        """Why an editor may want to look at the article."""
        found = self.marks | {warning.reason for warning in self.warnings}
        share = self.incoming.prepared.kept_text_share
        if share is not None and share < LEAST_KEPT_SHARE:
            found.add(Mark.REVIEW)
        removed = sum(each.count for each in self.incoming.prepared.removed if each.kind == "element")
        if self.incoming.prepared.lost_texts or removed >= MANY_REMOVED:
            found.add(Mark.REMOVAL)
        if not self.document.categories and not self.document.exported:
            found.add(Mark.SECTIONS)
        if self.document.suggestions:
            found.add(Mark.SUGGESTION)
        if self.conflicts:
            found.add(Mark.CONFLICT)
        return {mark if mark in Mark.values else Mark.OTHER.value for mark in found}


def entry_for(
    incoming: Incoming,
    outcome: Outcome,
    article: int | None = None,
    *,
    error: str = "",
    warnings: Iterable[DocumentWarning] = (),
) -> Entry:
    """Return the line of the report about a file."""
    path = incoming.prepared.file.location
    return Entry(path, outcome, article, tuple(str(warning) for warning in warnings), error)


class Decider:
    """Decides what becomes of files. It remembers those of the run that have an identity or a new place already.

    `keep_addresses` remembers the old addresses of an article whose file was moved, and returns what to say of them.
    """

    def __init__(
        self,
        options: ImportOptions,
        run: ImportRun | None,
        keep_addresses: Callable[[int, Incoming], list[DocumentWarning]],
    ) -> None:
        self._options, self._run, self._keep_addresses = options, run, keep_addresses
        self._seen: dict[Identity, tuple[str, str]] = {}
        # Files whose new place was found: their row is taken, also where the batch was rolled back on purpose.
        self._moved: set[int] = set()
        self._moving: set[int] = set()
        self._down: dict[tuple[str, str], int] = {}
        self._mapped_alike: list[int] = []

    def forget(self) -> None:
        """The batch was rolled back and is tried again."""
        self._moving.clear()

    def settle(self) -> None:
        """The batch is decided for good, whether it was stored or tried."""
        self._moved |= self._moving
        self._moving.clear()

    def decide(self, batch: Sequence[Incoming], known: dict[Identity, Known], edited: set[int]) -> list[Entry | Task]:
        """Return for each file what is to be written, or the line that says why nothing is.

        `known` is what is remembered of the files, `edited` the articles that an editor changed since their import.
        """
        self._mapped_alike = []
        unknown = [incoming for incoming in batch if incoming.identity not in known]
        twins = self._twins(unknown)
        self._down = _taken_down(incoming.prepared.document for incoming in unknown)
        decided = [self._decide(each, known.get(each.identity), twins, edited) for each in batch]
        if self._mapped_alike:
            # This map makes of them what stands there already; the next run need not read them again.
            ImportedFile.objects.filter(pk__in=self._mapped_alike).update(map_digest=self._options.map_digest)
        return decided

    def _twins(self, batch: Sequence[Incoming]) -> dict[str, list[Any]]:
        """Return the remembered files that hold what a new one holds, by digest and by essence."""
        prepared = [incoming.prepared for incoming in batch if incoming.prepared.document]
        digests = [each.digest for each in prepared]
        essences = [each.essence for each in prepared if each.essence]
        if not digests:
            return {}
        rows = ImportedFile.objects.select_related("article").defer("article__body", "article__internal_note")
        # Two queries, since two indexes answer them; the second holds no empty ones, and has to be asked like that.
        same = {row.pk: row for row in rows.filter(digest__in=digests)}
        alike = {row.pk: row for row in rows.filter(~Q(essence_digest=""), essence_digest__in=essences)}
        found: dict[str, list[Any]] = {}
        for _pk, row in sorted({**alike, **same}.items()):
            for digest in {row.digest, row.essence_digest} - {""}:
                found.setdefault(digest, []).append(row)
        return found

    def _decide(
        self, incoming: Incoming, row: Known | None, twins: dict[str, list[Any]], edited: set[int]
    ) -> Entry | Task:
        prepared = incoming.prepared
        if prepared.error:
            return entry_for(incoming, Outcome.FAILED, error=str(prepared.error))
        if prepared.document is None:
            return entry_for(incoming, Outcome.SKIPPED, error=prepared.skipped)
        # Two files with one identity: equal bytes are one file under two spellings of a name, others a mistake.
        first, digest = self._first(incoming, row)
        if digest != prepared.digest:
            cause = f"{prepared.file.name}: it has the same identity as {first}; give one of them another name or id"
            return entry_for(incoming, Outcome.FAILED, error=cause)
        if self._options.dry_run and row is None and first != prepared.file.name:
            return entry_for(incoming, Outcome.UNCHANGED)
        if row is None:
            return self._decide_new(incoming, twins)
        if row.absence or row.article is None:
            return entry_for(incoming, Outcome.SKIPPED, row.article, error=row.absence)
        is_edited = row.is_merged or row.article in edited
        if self._is_same(row, prepared) and not (is_edited and self._options.overwrite):
            return entry_for(incoming, Outcome.UNCHANGED, row.article)
        return self._task(incoming, row, is_edited=is_edited)

    def _first(self, incoming: Incoming, row: Known | None) -> tuple[str, str]:
        """Return name and digest of the file of this run that was the first with the identity of this one.

        The database knows it of files that were stored; only of others, and in a trial, is it remembered here.
        """
        file, digest = incoming.prepared.file, incoming.prepared.digest
        if row and self._run and row.run == self._run.pk:
            return printable(os.path.join(file.root, row.path)), row.digest
        if row or self._run is None:
            return self._seen.setdefault(incoming.identity, (file.name, digest))
        return file.name, digest

    def _is_same(self, row: Known, prepared: Prepared) -> bool:
        """Whether a file says what was imported of it: by its bytes, or by what matters of them."""
        is_alike = bool(prepared.essence) and row.essence == prepared.essence
        if not self._options.map_data or row.map_digest == self._options.map_digest:
            return is_alike or row.digest == prepared.digest
        if is_alike:
            self._mapped_alike.append(row.pk)
        return is_alike

    def _decide_new(self, incoming: Incoming, twins: dict[str, list[Any]]) -> Entry | Task:
        prepared = incoming.prepared
        rows = {row.pk: row for digest in (prepared.digest, prepared.essence) for row in twins.get(digest, [])}
        moved = next((row for row in rows.values() if self._is_moved(row, incoming)), None)
        if moved is not None:
            self._moving.add(moved.pk)
            return self._move(incoming, moved)
        for row in rows.values():
            absence = _absence(row)
            if absence:
                reason = f"a copy of {row.path or row.key}: {absence}"
                return entry_for(incoming, Outcome.SKIPPED, row.article_id, error=reason)
        document = prepared.document
        # An export says itself what was taken down; of two copies one may have been, and the other not.
        taken_down = 0
        if document and document.exported is None:
            taken_down = self._down.get((document.title, str(document.body_html)), 0)
        if taken_down:
            reason = "a copy of an article that was taken down, which stays so"
            return entry_for(incoming, Outcome.SKIPPED, taken_down, error=reason)
        return self._task(incoming, None)

    def _is_moved(self, row: ImportedFile, incoming: Incoming) -> bool:
        """Whether `row` is where this file was before: the same source, and nothing stands at the old path now."""
        own_id = row.key.startswith("id:") or incoming.key.startswith("id:")
        if row.source != incoming.source or own_id or row.pk in self._moved | self._moving or not row.path:
            return False
        return not stands_at(incoming.prepared.file.root, row.path)

    def _move(self, incoming: Incoming, row: ImportedFile) -> Entry:
        warning = DocumentWarning(f"the file was moved; it was {row.path}")
        row.key, row.path = incoming.key, incoming.prepared.file.key
        row.save(update_fields=["key", "key_digest", "path"])
        told = self._keep_addresses(row.article_id, incoming) if row.article_id else []
        absence = _absence(row)
        if absence:
            return entry_for(incoming, Outcome.SKIPPED, row.article_id, error=absence)
        return entry_for(incoming, Outcome.UNCHANGED, row.article_id, warnings=[warning, *told])

    def _task(self, incoming: Incoming, row: Known | None, *, is_edited: bool = False) -> Entry | Task:
        document = incoming.prepared.document
        if document is None:
            cause = f"{incoming.prepared.file.name}: what is known of it changed during the run; run again"
            return entry_for(incoming, Outcome.FAILED, error=cause)
        return Task(incoming, document, row, row.article or 0 if row else 0, list(document.warnings))


def _taken_down(documents: Iterable[ArticleDocument | None]) -> dict[tuple[str, str], int]:
    """Return the articles in the trash or withdrawn that bear one of the titles, by title and body: one query."""
    titles = {document.title for document in documents if document}
    gone = Article.objects.filter(Q(withdrawn_at__isnull=False) | Q(trashed_at__isnull=False), title__in=titles)
    rows = gone.order_by("pk").values_list("title", "body", "pk")[:1000] if titles else ()
    return {(title, str(body)): pk for title, body, pk in rows}


def _absence(row: ImportedFile) -> str:
    article = row.article
    return absence_of(row.article_id, article and article.trashed_at, article and article.withdrawn_at)
