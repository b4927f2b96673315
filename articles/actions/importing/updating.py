"""A changed file and its article: taken over whole, or merged with what an editor did since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from articles.actions.fetching import addresses_in, known_images, with_local_images
from articles.actions.importing.known import Incoming
from articles.actions.importing.maps import stored_mapping
from articles.actions.importing.merging import BYLINE, PLAIN, READ, SECTIONS, TAGS, State, merge, state_of
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Outcome
from articles.actions.importing.restoring import EXPORTED
from articles.actions.importing.storing import file_values, keep_originals, placed_by, signed_by
from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.revising import record_imports, snapshots
from articles.documents.document import DocumentWarning
from articles.documents.preparing import Preparation
from articles.documents.readers.files import FoundFile, read_file
from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    FileMark,
    ImportedFile,
    ImportRun,
    Mark,
    OriginalBlob,
    Placement,
    announce,
    insert_rows,
)

if TYPE_CHECKING:
    from articles.actions.importing.deciding import Task
    from articles.actions.importing.writing import Writer

# What a run changes of a file's row, and an undone run gives back.
FILE_FIELDS = (
    "key",
    "path",
    "digest",
    "essence_digest",
    "run_id",
    "extra",
    "removed",
    "kept_text_share",
    "lost_texts",
    "suggestions",
    "warnings",
    "map_digest",
    "is_merged",
)


@dataclass(slots=True)
class _Change:
    """A changed file with its row and its article, and what the article is to hold."""

    task: Task
    row: ImportedFile
    article: Article
    state: State
    is_merged: bool = False
    before: dict[str, Any] = field(default_factory=dict)


class Updater:
    """Writes changed files; each leaves a revision of before."""

    def __init__(self, writer: Writer, options: ImportOptions, run: ImportRun | None, preparation: Preparation) -> None:
        self._writer, self._options, self._run, self._preparation = writer, options, run, preparation

    def update(self, tasks: Sequence[Task], taxonomy: Taxonomy, edited: Collection[int]) -> None:
        """Bring the articles of `tasks` up to date with their files; `task.outcome` tells what came of each."""
        rows = ImportedFile.objects.prefetch_related("marks").in_bulk(
            [task.known.pk for task in tasks if task.known is not None]
        )
        articles = Article.objects.in_bulk([task.article_id for task in tasks])
        changes = []
        for task in tasks:
            row = rows[task.known.pk]  # type: ignore[union-attr]
            change = self._change(task, row, articles[task.article_id], is_edited=task.article_id in edited)
            if change:
                changes.append(change)
            else:
                task.outcome = Outcome.KEPT
        self._record(changes)
        apart = taxonomy.told_apart(change.task.document.exported for change in changes)
        for change in changes:
            self._write(change, taxonomy, *apart)
        self._remember([change for change in changes if not change.task.conflicts])
        for change in changes:
            if change.task.conflicts:
                # The row still says what the article was merged from, so that the conflict is told until it is settled.
                change.task.outcome = Outcome.KEPT
                change.row.is_merged = True
                change.row.save(update_fields=["is_merged"])
                self._mark_conflict(change.row)
            else:
                change.task.outcome = Outcome.UPDATED
        announce(change.article.pk for change in changes)

    def _change(self, task: Task, row: ImportedFile, article: Article, *, is_edited: bool) -> _Change | None:
        """Return what is to be written, None where the article stays as it is."""
        if not task.document.is_dated and article.published_at:
            # The file names no date; when it was written anew does not date the article.
            task.state["published_at"] = article.published_at
        if not (is_edited or row.is_merged) or self._options.overwrite:
            return _Change(task, row, article, task.state)
        mine = state_of(article)
        base = self._base(task.incoming, row, article)
        if base is None:
            return None
        # Pictures that were fetched since are no editor's change of the text.
        merged, task.conflicts = merge(with_fetched(base), with_fetched(task.state), mine)
        if task.conflicts and merged == mine:
            self._mark_conflict(row)
            return None
        return _Change(task, row, article, merged, is_merged=True)

    def _record(self, changes: Sequence[_Change]) -> None:
        held = snapshots([change.article for change in changes])
        for change in changes:
            article, row = change.article, change.row
            change.before = held[article.pk]
            change.before["updated_at"] = article.updated_at.isoformat() if article.updated_at else None
            marks = sorted(mark.mark for mark in row.marks.all())
            change.before["file"] = {**{name: getattr(row, name) for name in FILE_FIELDS}, "marks": marks}
        record_imports(held, self._run)

    def _base(self, incoming: Incoming, row: ImportedFile, article: Article) -> State | None:
        """Return what the file said when it was imported, read by today's rules from the original bytes."""
        blob = OriginalBlob.objects.filter(pk=row.digest).first()
        if blob is None:
            return None
        file = incoming.prepared.file
        modified_at = read_file(file)[1]
        here = FoundFile(file.root, file.path, row.path or file.key)
        mapping = stored_mapping(row.map_digest)
        preparation = replace(self._preparation, mapping=mapping, map_digest=row.map_digest)
        prepared = preparation.prepare(here, blob.unpacked(), modified_at)
        if prepared.document is None:
            return None
        unheard: list[DocumentWarning] = []
        state = self._writer.state_of(Incoming(row.source, prepared), prepared.document, unheard)
        if not prepared.document.is_dated:
            state["published_at"] = article.published_at
        return state

    def _write(self, change: _Change, taxonomy: Taxonomy, by_slug: dict[str, int], by_path: dict[str, int]) -> None:
        article, state, held = change.article, change.state, change.before
        before = {name: getattr(article, name) for name in READ}
        for name in (*PLAIN, *EXPORTED):
            if name in state:
                setattr(article, name, state[name])
        is_new_text = any(before[name] != getattr(article, name) for name in READ)
        if change.task.document.updated_at:
            article.updated_at = change.task.document.updated_at
        elif is_new_text:
            article.updated_at = timezone.now()
        is_files = state[SECTIONS] == change.task.state[SECTIONS]
        places = placed_by(change.task, by_path) if is_files else list(state[SECTIONS])
        made = taxonomy.sections({path for path in places if not isinstance(path, int)})
        sections = list(dict.fromkeys(path if isinstance(path, int) else made[path] for path in places))
        if [entry["id"] for entry in held["sections"]] != sections:
            _place(article, sections)
        article.category_id = sections[0] if sections else None
        article.save()
        self._write_byline(change, taxonomy, by_slug)
        tags = taxonomy.tags(set(state[TAGS]))
        wanted = list(dict.fromkeys(tags[name] for name in state[TAGS]))
        if {entry["id"] for entry in held["tags"]} != set(wanted):
            _tag(article, wanted)
        change.task.warnings += self._writer.keep_addresses(article.pk, change.task.incoming)

    def _write_byline(self, change: _Change, taxonomy: Taxonomy, by_slug: dict[str, int]) -> None:
        wanted, held = change.state[BYLINE], change.before["byline"]
        is_told_apart = change.task.document.exported is not None and not change.is_merged
        if not is_told_apart and tuple((entry["name"], entry["role"]) for entry in held) == wanted:
            return  # of several with one name it may be another one than the oldest
        signed = signed_by(change.task, by_slug) if wanted == change.task.state[BYLINE] else list(wanted)
        authors = taxonomy.authors({name for name, _role in signed if isinstance(name, str)})
        byline = list(dict.fromkeys((name if isinstance(name, int) else authors[name], role) for name, role in signed))
        if [(entry["id"], entry["role"]) for entry in held] != byline:
            _sign(change.article, byline)

    def _remember(self, changes: Sequence[_Change]) -> None:
        keep_originals(change.task.incoming.prepared for change in changes)
        now = timezone.now()
        for change in changes:
            row = change.row
            for name, value in file_values(change.task, self._run).items():
                setattr(row, name, value)
            row.is_merged, row.imported_at = change.is_merged, now
            row.save()
        rows = [(change.row.pk, mark) for change in changes for mark in sorted(change.task.all_marks())]
        FileMark.objects.filter(file__in=[change.row.pk for change in changes]).delete()
        insert_rows(FileMark, ("file_id", "mark"), rows)

    def _mark_conflict(self, row: ImportedFile) -> None:
        FileMark.objects.get_or_create(file=row, mark=Mark.CONFLICT)


def with_fetched(state: State) -> State:
    """Return what a file says with the library's copies of the remote pictures that have one."""
    known = known_images(addresses_in(state["body"], state["hero_image_url"]))
    if not known:
        return state
    hero = known.get(state["hero_image_url"])
    lead = {"hero_image_id": hero.pk, "hero_image_url": ""} if hero else {}
    return {**state, **lead, "body": with_local_images(state["body"], known)}


def _place(article: Article, sections: list[int]) -> None:
    Placement.objects.filter(article=article).delete()
    Placement.objects.bulk_create(
        Placement(article=article, category_id=section, is_primary=place == 0) for place, section in enumerate(sections)
    )


def _sign(article: Article, byline: list[tuple[int, str]]) -> None:
    Authorship.objects.filter(article=article).delete()
    Authorship.objects.bulk_create(
        Authorship(article=article, author_id=author, position=position, role=role)
        for position, (author, role) in enumerate(byline)
    )


def _tag(article: Article, tags: list[int]) -> None:
    ArticleTag.objects.filter(content_object=article).delete()
    ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag_id=tag) for tag in tags)
