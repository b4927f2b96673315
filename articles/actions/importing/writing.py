"""One batch of documents into the database: bulk statements for what is new, and the lines of the report."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.text import slugify

from articles.actions.importing.claims import Claims, ListClaims
from articles.actions.importing.deciding import Decider, Task, entry_for
from articles.actions.importing.gathering import join_series
from articles.actions.importing.known import Identity, Incoming, Known, look_up
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
from articles.documents.preparing import Preparation
from articles.models import (
    Article,
    ImportEntry,
    ImportRun,
    Kind,
    Status,
    announce,
    gather_changes,
    insert_rows,
)
from articles.models.article import default_language
from articles.models.category import MAX_DEPTH
from articles.search import with_prepared


class Writer:
    """Writes batches. It remembers sections, authors and tags between them; `forget` after a rollback."""

    def __init__(
        self, options: ImportOptions, run: ImportRun | None, preparation: Preparation, restoration: Restoration
    ) -> None:
        self._options, self._run, self._restoration = options, run, restoration
        self._taxonomy = Taxonomy()
        self._updater = Updater(self, options, run, preparation)
        self._decider = Decider(options, run, self.keep_addresses)
        self._claims, self._list_claims = Claims(), ListClaims()

    def forget(self) -> None:
        """Forget what was looked up or made: the transaction that made it was rolled back."""
        self._taxonomy = Taxonomy()
        self._decider.forget()
        self._claims.forget()
        self._list_claims.forget()

    def settle(self) -> None:
        """The batch is decided for good, whether it was stored or tried."""
        self._decider.settle()
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
        known = self._lock(batch)
        edited = edited_since_import(row.article for row in known.values() if row.article)
        decided = self._decider.decide(batch, known, edited)
        tasks = [each for each in decided if isinstance(each, Task)]
        texts = (task.incoming.prepared.search_text for task in tasks)
        with with_prepared(text for text in texts if text), gather_changes():
            self._store(tasks, edited)
        return [self._entry_of(each) if isinstance(each, Task) else each for each in decided]

    def _lock(self, batch: Iterable[Incoming]) -> dict[Identity, Known]:
        identities = [incoming.identity for incoming in batch]
        known = look_up(identities)
        ids = [row.article for row in known.values() if row.article]
        if ids:
            # An editor who saves at this moment comes before us or after us, and is not overwritten unseen.
            list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
            known = look_up(identities)
        return known

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
        return entry_for(task.incoming, task.outcome, task.article_id, error=error, warnings=task.warnings)


def _end(end: datetime | None, start: datetime | None, warnings: list[DocumentWarning]) -> datetime | None:
    if end and start and end <= start:
        text = "it expires before it is published; the end was left out"
        warnings.append(DocumentWarning(text, reason="date"))
        return None
    return end


def _storable(text: str) -> str:
    """Return a path or an error as any database takes it."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
