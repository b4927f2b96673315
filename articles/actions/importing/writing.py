"""One batch of documents into the database, with bulk statements."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Entry, Outcome
from articles.actions.importing.restoring import Restoration, fill_exported, library_picture, link_translations
from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.redirecting import add_old_addresses
from articles.actions.revising import edited_since_import, record, snapshot
from articles.documents.document import ArticleDocument, DocumentWarning
from articles.documents.preparing import Prepared
from articles.documents.readers.files import read_beside
from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    Category,
    Image,
    ImportedFile,
    ImportRun,
    Kind,
    Origin,
    Placement,
    Status,
    announce,
    gather_changes,
)
from articles.models.imported import digest_key
from articles.renditions import ImageRefused, check_image, store_image
from articles.text.sanitize import sanitize


@dataclass(frozen=True, slots=True)
class Incoming:
    """A prepared file and the source it belongs to."""

    source: str
    prepared: Prepared

    @property
    def key(self) -> str:
        document = self.prepared.document
        return f"id:{document.own_id}" if document and document.own_id else self.prepared.file.key

    @property
    def identity(self) -> tuple[str, str]:
        return self.source, digest_key(self.key)


@dataclass(slots=True)
class _Task:
    """A document on its way to an article: a new one, or the one its file made before."""

    incoming: Incoming
    document: ArticleDocument
    known: ImportedFile | None
    article: Article
    warnings: list[DocumentWarning]


class Writer:
    """Writes batches. It remembers sections, authors and tags between them; `forget` after a rollback."""

    def __init__(self, options: ImportOptions, run: ImportRun | None, restoration: Restoration) -> None:
        self._options, self._run, self._restoration = options, run, restoration
        self._taxonomy = Taxonomy()
        self._seen: dict[tuple[str, str], tuple[str, str]] = {}

    def forget(self) -> None:
        """Forget what was looked up or made: the transaction that made it was rolled back."""
        self._taxonomy = Taxonomy()

    def write(self, batch: list[Incoming]) -> list[Entry]:
        """Write a batch inside the caller's transaction and tell what became of each file, in order."""
        entries: dict[int, Entry] = {}
        tasks: dict[int, _Task] = {}
        known = self._known(batch)
        edited = edited_since_import(row.article_id for row in known.values() if row.article_id)
        for number, incoming in enumerate(batch):
            row = known.get(incoming.identity)
            decided = self._decide(incoming, row, edited)
            if isinstance(decided, Entry):
                entries[number] = decided
            else:
                tasks[number] = decided
        with gather_changes():
            self._store(tasks.values())
        for number, task in tasks.items():
            outcome = Outcome.UPDATED if task.known else Outcome.CREATED
            entries[number] = self._entry(task.incoming, outcome, task.article.pk, warnings=task.warnings)
        return [entries[number] for number in range(len(batch))]

    def _known(self, batch: list[Incoming]) -> dict[tuple[str, str], ImportedFile]:
        digests = [incoming.identity[1] for incoming in batch]
        rows = ImportedFile.objects.filter(source__in={incoming.source for incoming in batch}, key_digest__in=digests)
        # An editor who saves at this moment comes before us or after us, and is not overwritten unseen.
        ids = list(rows.exclude(article=None).values_list("article", flat=True))
        list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        return {(row.source, row.key_digest): row for row in rows.select_related("article")}

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

    def _decide(self, incoming: Incoming, row: ImportedFile | None, edited: set[int]) -> Entry | _Task:
        prepared = incoming.prepared
        if prepared.error:
            return self._entry(incoming, Outcome.FAILED, error=str(prepared.error))
        if prepared.document is None and not prepared.is_known:
            return self._entry(incoming, Outcome.SKIPPED, error=prepared.skipped)
        # Two files with one identity: equal bytes are one file under two spellings of a name, others a mistake.
        first, digest = self._seen.setdefault(incoming.identity, (prepared.file.name, prepared.digest))
        if digest != prepared.digest:
            cause = f"{prepared.file.name}: it has the same identity as {first}; give one of them another name or id"
            return self._entry(incoming, Outcome.FAILED, error=cause)
        if self._options.dry_run and row is None and first != prepared.file.name:
            return self._entry(incoming, Outcome.UNCHANGED)
        if row is None:
            return self._task(incoming, None, Article())
        return self._decide_known(incoming, row, edited)

    def _decide_known(self, incoming: Incoming, row: ImportedFile, edited: set[int]) -> Entry | _Task:
        prepared, article = incoming.prepared, row.article
        if article is None:
            return self._entry(incoming, Outcome.SKIPPED, error="the article was deleted and stays deleted")
        if article.trashed_at or article.withdrawn_at:
            state = "in the trash" if article.trashed_at else "withdrawn"
            return self._entry(incoming, Outcome.SKIPPED, article.pk, error=f"the article is {state}")
        is_edited = article.pk in edited
        if row.digest == prepared.digest and not (is_edited and self._options.overwrite):
            return self._entry(incoming, Outcome.UNCHANGED, article.pk)
        if is_edited and not self._options.overwrite:
            reason = "an editor changed the article; --overwrite takes the file's version"
            return self._entry(incoming, Outcome.KEPT, article.pk, error=reason)
        return self._task(incoming, row, article)

    def _task(self, incoming: Incoming, row: ImportedFile | None, article: Article) -> Entry | _Task:
        document = incoming.prepared.document
        if document is None:
            cause = f"{incoming.prepared.file.name}: what is known of it changed during the run; run again"
            return self._entry(incoming, Outcome.FAILED, error=cause)
        return _Task(incoming, document, row, article, list(document.warnings))

    def _store(self, tasks: Iterable[_Task]) -> None:
        tasks = list(tasks)
        sections = self._taxonomy.sections({path for task in tasks for path in task.document.categories})
        authors = self._taxonomy.authors({credit.name for task in tasks for credit in task.document.byline})
        tags = self._taxonomy.tags({name for task in tasks for name in task.document.tags})
        for task in tasks:
            if task.known:
                record(snapshot(task.article), task.article, origin=Origin.IMPORT, run=self._run)
            own = [sections[path] for path in task.document.categories if path in sections]
            self._fill(task, own[0] if own else None)
        new = [task for task in tasks if task.known is None]
        lost = self._restoration.give_numbers([(task.article, task.document) for task in new])
        Article.objects.bulk_create([task.article for task in new])
        changed = [task for task in tasks if task.known]
        for task in changed:
            task.article.save()
            task.article.placements.all().delete()
            task.article.authorships.all().delete()
            task.article.tag_items.all().delete()
        Placement.objects.bulk_create(
            Placement(article=task.article, category=section, is_primary=number == 0)
            for task in tasks
            for number, section in enumerate(
                dict.fromkeys(sections[path] for path in task.document.categories if path in sections)
            )
        )
        Authorship.objects.bulk_create(
            Authorship(article=task.article, author=author, position=position, role=role)
            for task in tasks
            for position, (author, role) in enumerate(
                dict.fromkeys((authors[credit.name], credit.role) for credit in task.document.byline)
            )
        )
        ArticleTag.objects.bulk_create(
            ArticleTag(content_object=task.article, tag=tag)
            for task in tasks
            for tag in dict.fromkeys(tags[name] for name in task.document.tags)
        )
        self._keep_addresses(tasks, {new[position].article.pk: address for position, address in lost.items()})
        ImportedFile.objects.bulk_create([self._row(task, ImportedFile()) for task in new])
        for task in changed:
            if task.known:
                self._row(task, task.known).save()
        for source in {task.incoming.source for task in tasks if task.document.exported}:
            own_tasks = [task for task in tasks if task.incoming.source == source]
            link_translations(source, [(task.incoming.key, task.article, task.document) for task in own_tasks])
        announce(task.article.pk for task in tasks)

    def _keep_addresses(self, tasks: list[_Task], lost: dict[int, str]) -> None:
        """Remember the addresses that the articles had; `lost` are those whose number another article has."""
        wanted = {task.article.pk: [*task.document.old_paths] for task in tasks if task.document.old_paths}
        for number, address in lost.items():
            wanted.setdefault(number, []).append(address)
        told = add_old_addresses(wanted) if wanted else {}
        for task in tasks:
            task.warnings += [DocumentWarning(text, key="permalink") for text in told.get(task.article.pk, ())]

    def _fill(self, task: _Task, section: Category | None) -> None:
        document, article = task.document, task.article
        before = {name: getattr(article, name) for name in _READ} if task.known else {}
        article.title = document.title
        article.subtitle = document.subtitle
        article.kicker = document.kicker
        article.slug = slugify(document.slug)[:120]
        article.summary = document.summary
        article.kind = Kind(document.kind or Kind.NEWS)
        article.published_at = document.published_at
        article.status = Status.DRAFT if document.is_draft else self._options.status
        article.expires_at = self._end(task)
        if document.language:
            article.language = document.language
        article.source_name = document.source_name
        article.source_url = document.source_url
        article.canonical_url = document.canonical_url
        article.category = section
        fill_exported(article, document, status=self._options.status)
        article.body = self._body_with_images(task)
        self._set_hero(task)
        if document.updated_at:
            article.updated_at = document.updated_at
        elif any(before[name] != getattr(article, name) for name in before):
            article.updated_at = timezone.now()

    def _end(self, task: _Task) -> Any:
        end, start = task.document.expires_at, task.document.published_at
        if end and start and end <= start:
            task.warnings.append(DocumentWarning("it expires before it is published; the end was left out"))
            return None
        return end

    def _body_with_images(self, task: _Task) -> str:
        """Point the pictures that lie beside the file at the media library; the result is cleaned again."""
        body = task.document.body_html
        changed = str(body)
        for address in task.incoming.prepared.images:
            quoted = f'src="{html.escape(address)}"'
            if quoted in changed and (image := self._image(task, address)):
                changed = changed.replace(quoted, f'src="{html.escape(image.file.url)}"')
        return body if changed == body else sanitize(changed, engines=self._options.engines).html

    def _set_hero(self, task: _Task) -> None:
        hero, article = task.document.hero, task.article
        article.hero_image, article.hero_image_url = None, ""
        if hero is None:
            return
        if hero.is_remote:
            article.hero_image_url = hero.address
            return
        image = (task.document.exported and library_picture(hero.address)) or self._image(task, hero.address)
        if image:
            article.hero_image = image
            texts = {"alt_text": hero.alt_text, "caption": hero.caption, "credit": hero.credit}
            missing = {name: text for name, text in texts.items() if text and not getattr(image, name)}
            if missing:
                Image.objects.filter(pk=image.pk).update(**missing)

    def _image(self, task: _Task, address: str) -> Image | None:
        prepared = task.incoming.prepared
        data = read_beside(prepared.file, address) if address in prepared.images else None
        if data is None:
            task.warnings.append(DocumentWarning(f"the picture {address[:80]!r} is not beside the file"))
            return None
        try:
            if self._options.dry_run:
                # A file in the media folder is no part of the transaction that is taken back.
                check_image(data)
            else:
                return store_image(data)
        except ImageRefused as error:
            task.warnings.append(DocumentWarning(f"the picture {address[:80]!r} was refused: {error}"))
        return None

    def _row(self, task: _Task, row: ImportedFile) -> ImportedFile:
        prepared = task.incoming.prepared
        row.source, row.key = task.incoming.source, task.incoming.key
        row.key_digest = digest_key(row.key)
        row.digest = prepared.digest
        row.run = self._run
        row.article = task.article
        row.extra = task.document.extra
        row.removed = [[removal.kind, removal.name, removal.count] for removal in prepared.removed]
        row.warnings = [str(warning) for warning in task.warnings]
        return row


# What readers read; a change of it moves `updated_at`.
_READ = ("title", "subtitle", "kicker", "summary", "body", "source_name", "hero_image_id", "hero_image_url")
