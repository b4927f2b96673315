"""A changed file and its article: taken over whole, or merged with what an editor did since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils import timezone

from articles.actions.fetching import addresses_in, known_images, with_local_images
from articles.actions.importing.known import Incoming
from articles.actions.importing.maps import stored_mapping
from articles.actions.importing.merging import BYLINE, PLAIN, READ, SECTIONS, TAGS, State, merge, state_of
from articles.actions.importing.options import ImportOptions
from articles.actions.importing.report import Outcome
from articles.actions.importing.restoring import EXPORTED
from articles.actions.importing.storing import file_values, keep_originals
from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.revising import record, snapshot
from articles.documents.document import DocumentWarning
from articles.documents.preparing import Preparation
from articles.documents.readers.files import FoundFile, read_file
from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    Category,
    FileMark,
    ImportedFile,
    ImportRun,
    Mark,
    Origin,
    OriginalBlob,
    Placement,
    announce,
)

if TYPE_CHECKING:
    from articles.actions.importing.writing import Task, Writer

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


class Updater:
    """Writes changed files, an article at a time: there are few of them, and each leaves a revision of before."""

    def __init__(self, writer: Writer, options: ImportOptions, run: ImportRun | None, preparation: Preparation) -> None:
        self._writer, self._options, self._run, self._preparation = writer, options, run, preparation

    def update(self, task: Task, taxonomy: Taxonomy, *, is_edited: bool) -> None:
        """Bring the article of `task` up to date with its file; `task.outcome` tells what came of it."""
        row = ImportedFile.objects.get(pk=task.known.pk)  # type: ignore[union-attr]
        article = Article.objects.get(pk=task.article_id)
        if not task.document.is_dated and article.published_at:
            # The file names no date; when it was written anew does not date the article.
            task.state["published_at"] = article.published_at
        merged = task.state
        is_merged = False
        if (is_edited or row.is_merged) and not self._options.overwrite:
            mine = state_of(article)
            base = self._base(task.incoming, row, article)
            if base is None:
                task.outcome = Outcome.KEPT
                return
            # Pictures that were fetched since are no editor's change of the text.
            merged, task.conflicts = merge(with_fetched(base), with_fetched(task.state), mine)
            is_merged = True
            if task.conflicts and merged == mine:
                self._mark_conflict(row)
                task.outcome = Outcome.KEPT
                return
        before = snapshot(article)
        before["updated_at"] = article.updated_at.isoformat() if article.updated_at else None
        marks = list(row.marks.order_by("mark").values_list("mark", flat=True))
        before["file"] = {**{name: getattr(row, name) for name in FILE_FIELDS}, "marks": marks}
        record(before, article, origin=Origin.IMPORT, run=self._run)
        self._write(article, merged, task, taxonomy)
        if task.conflicts:
            # The row still says what the article was merged from, so that the conflict is told until it is settled.
            task.outcome = Outcome.KEPT
            row.is_merged = True
            row.save(update_fields=["is_merged"])
            self._mark_conflict(row)
        else:
            task.outcome = Outcome.UPDATED
            self._remember(task, row, is_merged=is_merged)
        announce([article.pk])

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

    def _write(self, article: Article, state: State, task: Task, taxonomy: Taxonomy) -> None:
        before = {name: getattr(article, name) for name in READ}
        for name in (*PLAIN, *EXPORTED):
            if name in state:
                setattr(article, name, state[name])
        is_new_text = any(before[name] != getattr(article, name) for name in READ)
        if task.document.updated_at:
            article.updated_at = task.document.updated_at
        elif is_new_text:
            article.updated_at = timezone.now()
        sections = list(dict.fromkeys(taxonomy.sections(set(state[SECTIONS]))[path] for path in state[SECTIONS]))
        _place(article, sections)
        article.save()
        authors = taxonomy.authors({name for name, _role in state[BYLINE]})
        _sign(article, list(dict.fromkeys((authors[name], role) for name, role in state[BYLINE])))
        tags = taxonomy.tags(set(state[TAGS]))
        _tag(article, list(dict.fromkeys(tags[name] for name in state[TAGS])))
        task.warnings += self._writer.keep_addresses(article.pk, task.incoming)

    def _remember(self, task: Task, row: ImportedFile, *, is_merged: bool) -> None:
        keep_originals([task.incoming.prepared])
        for name, value in file_values(task, self._run).items():
            setattr(row, name, value)
        row.is_merged, row.imported_at = is_merged, timezone.now()
        row.save()
        row.marks.all().delete()
        FileMark.objects.bulk_create(FileMark(file=row, mark=mark) for mark in sorted(task.all_marks()))

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
    placements = Placement.objects.filter(article=article)
    if list(placements.order_by("-is_primary", "id").values_list("category", flat=True)) != sections:
        placements.delete()
        Placement.objects.bulk_create(
            Placement(article=article, category_id=section, is_primary=place == 0)
            for place, section in enumerate(sections)
        )
    article.category = Category.objects.get(pk=sections[0]) if sections else None


def _sign(article: Article, byline: list[tuple[int, str]]) -> None:
    entries = Authorship.objects.filter(article=article)
    if list(entries.order_by("position", "id").values_list("author", "role")) != byline:
        entries.delete()
        Authorship.objects.bulk_create(
            Authorship(article=article, author_id=author, position=position, role=role)
            for position, (author, role) in enumerate(byline)
        )


def _tag(article: Article, tags: list[int]) -> None:
    items = ArticleTag.objects.filter(content_object=article)
    if set(items.values_list("tag", flat=True)) != set(tags):
        items.delete()
        ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag_id=tag) for tag in tags)
