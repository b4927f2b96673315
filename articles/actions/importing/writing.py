"""One batch of documents into the database: what becomes of each, then bulk statements for what is new."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.text import slugify

from articles.actions.importing.claims import Claims, ListClaims
from articles.actions.importing.gathering import join_series
from articles.actions.importing.known import Identity, Incoming, Known, absence_of, look_up
from articles.actions.importing.merging import BYLINE, SECTIONS, TAGS, State
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.pictures import Pictures
from articles.actions.importing.report import Entry, Outcome
from articles.actions.importing.restoring import (
    Restoration,
    exported_values,
    link_translations,
)
from articles.actions.importing.storing import store_new
from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.importing.updating import Updater
from articles.actions.revising import edited_since_import
from articles.documents.dates import UNDATED_AT
from articles.documents.document import ArticleDocument, DocumentWarning
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import printable, stands_at
from articles.models import (
    Article,
    ImportedFile,
    ImportEntry,
    ImportRun,
    Kind,
    Mark,
    Status,
    announce,
    gather_changes,
    insert_rows,
)
from articles.models.article import default_language
from articles.models.category import MAX_DEPTH
from articles.search import with_prepared

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


class Writer:
    """Writes batches. It remembers sections, authors and tags between them; `forget` after a rollback."""

    def __init__(
        self, options: ImportOptions, run: ImportRun | None, preparation: Preparation, restoration: Restoration
    ) -> None:
        self._options, self._run, self._restoration = options, run, restoration
        self._taxonomy = Taxonomy()
        self._updater = Updater(self, options, run, preparation)
        self._seen: dict[Identity, tuple[str, str]] = {}
        # Files whose new place was found: their row is taken, also where the batch was rolled back on purpose.
        self._moved: set[int] = set()
        self._moving: set[int] = set()
        self._down: dict[tuple[str, str], int] = {}
        self._claims, self._list_claims = Claims(), ListClaims()

    def forget(self) -> None:
        """Forget what was looked up or made: the transaction that made it was rolled back."""
        self._taxonomy = Taxonomy()
        self._moving.clear()
        self._claims.forget()
        self._list_claims.forget()

    def settle(self) -> None:
        """The batch is decided for good, whether it was stored or tried."""
        self._moved |= self._moving
        self._moving.clear()
        self._claims.settle()
        self._list_claims.settle()

    def write(self, batch: Sequence[Incoming | Entry]) -> list[Entry]:
        """Write a batch inside the caller's transaction and tell what became of each file, in order.

        Entries in it are decided already.
        """
        fresh = [each for each in batch if isinstance(each, Incoming)]
        written = iter(self._write(fresh) if fresh else ())
        entries = [each if isinstance(each, Entry) else next(written) for each in batch]
        self._keep(entries)
        return entries

    def _write(self, batch: Sequence[Incoming]) -> list[Entry]:
        entries: dict[int, Entry] = {}
        tasks: dict[int, Task] = {}
        known = self._lock(batch)
        self._mapped_alike: list[int] = []
        unknown = [incoming for incoming in batch if incoming.identity not in known]
        twins = self._twins(unknown)
        self._down = _taken_down(incoming.prepared.document for incoming in unknown)
        edited = edited_since_import(row.article for row in known.values() if row.article)
        for number, incoming in enumerate(batch):
            decided = self._decide(incoming, known.get(incoming.identity), twins, edited)
            if isinstance(decided, Entry):
                entries[number] = decided
            else:
                tasks[number] = decided
        texts = [task.incoming.prepared.search_text for task in tasks.values()]
        with with_prepared(text for text in texts if text), gather_changes():
            self._store(list(tasks.values()), edited)
        if self._mapped_alike:
            # This map makes of them what stands there already; the next run need not read them again.
            ImportedFile.objects.filter(pk__in=self._mapped_alike).update(map_digest=self._options.map_digest)
        for number, task in tasks.items():
            entries[number] = self._entry_of(task)
        return [entries[number] for number in range(len(batch))]

    # --- what becomes of a file

    def _lock(self, batch: Iterable[Incoming]) -> dict[Identity, Known]:
        identities = [incoming.identity for incoming in batch]
        known = look_up(identities)
        ids = [row.article for row in known.values() if row.article]
        if ids:
            # An editor who saves at this moment comes before us or after us, and is not overwritten unseen.
            list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
            known = look_up(identities)
        return known

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
            return self._entry(incoming, Outcome.FAILED, error=str(prepared.error))
        if prepared.document is None:
            return self._entry(incoming, Outcome.SKIPPED, error=prepared.skipped)
        # Two files with one identity: equal bytes are one file under two spellings of a name, others a mistake.
        first, digest = self._first(incoming, row)
        if digest != prepared.digest:
            cause = f"{prepared.file.name}: it has the same identity as {first}; give one of them another name or id"
            return self._entry(incoming, Outcome.FAILED, error=cause)
        if self._options.dry_run and row is None and first != prepared.file.name:
            return self._entry(incoming, Outcome.UNCHANGED)
        if row is None:
            return self._decide_new(incoming, twins)
        if row.absence or row.article is None:
            return self._entry(incoming, Outcome.SKIPPED, row.article, error=row.absence)
        is_edited = row.is_merged or row.article in edited
        if self._is_same(row, prepared) and not (is_edited and self._options.overwrite):
            return self._entry(incoming, Outcome.UNCHANGED, row.article)
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
                return self._entry(incoming, Outcome.SKIPPED, row.article_id, error=reason)
        document = prepared.document
        # An export says itself what was taken down; of two copies one may have been, and the other not.
        taken_down = 0
        if document and document.exported is None:
            taken_down = self._down.get((document.title, str(document.body_html)), 0)
        if taken_down:
            reason = "a copy of an article that was taken down, which stays so"
            return self._entry(incoming, Outcome.SKIPPED, taken_down, error=reason)
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
        told = self.keep_addresses(row.article_id, incoming) if row.article_id else []
        absence = _absence(row)
        if absence:
            return self._entry(incoming, Outcome.SKIPPED, row.article_id, error=absence)
        return self._entry(incoming, Outcome.UNCHANGED, row.article_id, warnings=[warning, *told])

    def _task(self, incoming: Incoming, row: Known | None, *, is_edited: bool = False) -> Entry | Task:
        document = incoming.prepared.document
        if document is None:
            cause = f"{incoming.prepared.file.name}: what is known of it changed during the run; run again"
            return self._entry(incoming, Outcome.FAILED, error=cause)
        return Task(incoming, document, row, row.article or 0 if row else 0, list(document.warnings))

    # --- writing

    def _store(self, tasks: list[Task], edited: set[int]) -> None:
        for task in tasks:
            task.state = self.state_of(task.incoming, task.document, task.warnings)
        new = [task for task in tasks if task.known is None]
        changed = [task for task in tasks if task.known is not None]
        numbers, lost = self._restoration.give_numbers([task.document for task in new])
        for position, task in enumerate(new):
            task.article_id = numbers.get(position, 0)
            task.lost_address = lost.get(position, "")
        store_new(new, self._taxonomy, self._run, self._keep_addresses)
        self._restoration.attach((task.article_id, task.incoming.prepared) for task in new)
        if changed:
            self._updater.update(changed, self._taxonomy, edited)
        exported = [task for task in tasks if task.document.exported]
        for source in {task.incoming.source for task in exported}:
            own = [(task.article_id, task.document) for task in exported if task.incoming.source == source]
            link_translations(source, own)
        self._keep_made(join_series(new))
        announce(task.article_id for task in new)

    def _keep_addresses(self, tasks: Sequence[Task]) -> None:
        """Remember the old addresses of new articles; what has to be said about them is said with the file."""
        lost = {task.article_id: task.lost_address for task in tasks if task.lost_address}
        wanted = [(task.article_id, task.incoming, [*task.document.old_paths]) for task in tasks]
        for article, _incoming, paths in wanted:
            paths += [lost[article]] if article in lost else []
        told = self._claims.keep(wanted)
        lists = self._list_claims.keep(((task.article_id, task.incoming.prepared) for task in tasks), self._taxonomy)
        for task in tasks:
            task.warnings += [*told.get(task.article_id, []), *lists.get(task.article_id, [])]

    def keep_addresses(self, article: int, incoming: Incoming) -> list[DocumentWarning]:
        """Remember the old addresses of one article; return what has to be said about them."""
        document = incoming.prepared.document
        return self._claims.keep([(article, incoming, [*document.old_paths])]).get(article, []) if document else []

    def state_of(self, incoming: Incoming, document: ArticleDocument, warnings: list[DocumentWarning]) -> State:
        """Return what a document says, in the form in which it is written and compared."""
        pictures = Pictures(self._options, incoming, warnings)
        exported = exported_values(document, status=self._options.status)
        status = exported.get("status") or str(Status.DRAFT if document.is_draft else self._options.status)
        published_at = document.published_at
        if published_at is None and status == Status.PUBLISHED:
            published_at = UNDATED_AT
            text = f"no date anywhere; dated {UNDATED_AT:%Y-%m-%d}, behind all others: give it its own"
            warnings.append(DocumentWarning(text, key="date", reason="date"))
        body = pictures.body(document)
        image, image_url = pictures.hero(document)
        deepest = max(map(len, document.categories), default=0)
        if deepest > MAX_DEPTH:
            text = f"{deepest} levels of sections are too many; the first {MAX_DEPTH} were taken"
            warnings.append(DocumentWarning(text, key="categories", reason="sections"))
        state = {
            "title": document.title,
            "subtitle": document.subtitle,
            "kicker": document.kicker,
            "slug": slugify(document.slug)[:120] or incoming.prepared.slug,
            "summary": document.summary,
            "body": body,
            "kind": str(Kind(document.kind or Kind.NEWS)),
            "status": status,
            "published_at": published_at,
            "expires_at": _end(document.expires_at, published_at, warnings),
            "language": document.language or default_language(),
            "source_name": document.source_name,
            "source_url": document.source_url,
            "canonical_url": document.canonical_url,
            "hero_image_id": image,
            "hero_image_url": image_url,
            SECTIONS: tuple(dict.fromkeys(path[:MAX_DEPTH] for path in document.categories if path)),
            BYLINE: tuple(dict.fromkeys((credit.name, credit.role) for credit in document.byline)),
            TAGS: document.tags,
        }
        return state | exported

    def _keep(self, entries: Sequence[Entry]) -> None:
        """Keep for the admin what is not simply imported."""
        if self._run:
            quiet = {Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED}
            rows = [
                (self._run.pk, entry.outcome.value, _storable(entry.path), entry.article, _storable(entry.error))
                for entry in entries
                if entry.outcome not in quiet
            ]
            insert_rows(ImportEntry, ("run_id", "outcome", "path", "article_id", "text"), rows)

    def _keep_made(self, series: list[int]) -> None:
        made = self._taxonomy.take_made() | ({"series": series} if series else {})
        if self._run and made:
            for name, ids in made.items():
                self._run.made.setdefault(name, []).extend(ids)
            ImportRun.objects.filter(pk=self._run.pk).update(made=self._run.made)

    def _entry_of(self, task: Task) -> Entry:
        error = ""
        if task.outcome is Outcome.KEPT:
            if task.conflicts:
                error = f"an editor changed {', '.join(task.conflicts)} too; --overwrite takes the file's version"
            else:
                error = "an editor changed the article; --overwrite takes the file's version"
        return self._entry(task.incoming, task.outcome, task.article_id, error=error, warnings=task.warnings)

    def _entry(
        self,
        incoming: Incoming,
        outcome: Outcome,
        article: int | None = None,
        *,
        error: str = "",
        warnings: Iterable[DocumentWarning] = (),
    ) -> Entry:
        path = incoming.prepared.file.location
        return Entry(path, outcome, article, tuple(str(warning) for warning in warnings), error)


def _taken_down(documents: Iterable[ArticleDocument | None]) -> dict[tuple[str, str], int]:
    """Return the articles in the trash or withdrawn that bear one of the titles, by title and body: one query."""
    titles = {document.title for document in documents if document}
    gone = Article.objects.filter(Q(withdrawn_at__isnull=False) | Q(trashed_at__isnull=False), title__in=titles)
    rows = gone.order_by("pk").values_list("title", "body", "pk")[:1000] if titles else ()
    return {(title, str(body)): pk for title, body, pk in rows}


def _end(end: datetime | None, start: datetime | None, warnings: list[DocumentWarning]) -> datetime | None:
    if end and start and end <= start:
        text = "it expires before it is published; the end was left out"
        warnings.append(DocumentWarning(text, reason="date"))
        return None
    return end


def _absence(row: ImportedFile) -> str:
    article = row.article
    return absence_of(row.article_id, article and article.trashed_at, article and article.withdrawn_at)


def _storable(text: str) -> str:
    """Return a path or an error as any database takes it."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
