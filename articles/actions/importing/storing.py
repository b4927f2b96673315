"""New articles with all that hangs on them, in a few bulk statements; and the memory of their files."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils import timezone

from articles.actions.importing.deciding import Task
from articles.actions.importing.merging import BYLINE, PLAIN, SECTIONS, TAGS
from articles.actions.importing.restoring import EXPORTED
from articles.actions.importing.taxonomy import Path, Taxonomy
from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    FileMark,
    ImportedFile,
    ImportRun,
    OriginalBlob,
    Placement,
    insert_rows,
    reserve_ids,
)
from articles.models.category import MAX_DEPTH
from articles.models.fields import SanitizedHTMLField

_DERIVED = ("id", "category_id", "word_count", "sanitized_with", "created_at", "updated_at")
_ARTICLE = (*_DERIVED, *PLAIN, *EXPORTED)
# What only an export says, for all other files.
_PLAIN_EXPORTED = tuple(getattr(Article(), name) for name in EXPORTED)
_FILE = (
    "id",
    "source",
    "key",
    "key_digest",
    "path",
    "digest",
    "essence_digest",
    "run_id",
    "article_id",
    "extra",
    "removed",
    "kept_text_share",
    "lost_texts",
    "suggestions",
    "warnings",
    "map_digest",
)


def store_new(
    tasks: Sequence[Task], taxonomy: Taxonomy, run: ImportRun | None, told: Callable[[Sequence[Task]], None]
) -> None:
    """Store the articles of `tasks` and give each task its article's id.

    `told` is called when the articles are there, before their files are remembered: it may add warnings.
    """
    if not tasks:
        return
    unnumbered = [task for task in tasks if not task.article_id]
    for task, number in zip(unnumbered, reserve_ids(Article, len(unnumbered)), strict=True):
        task.article_id = number
    by_slug, by_path = taxonomy.told_apart(task.document.exported for task in tasks)
    placed = {task.incoming.identity: placed_by(task, by_path) for task in tasks}
    signed = {task.incoming.identity: signed_by(task, by_slug) for task in tasks}
    sections = taxonomy.sections({path for each in placed.values() for path in each if not isinstance(path, int)})
    authors = taxonomy.authors({name for each in signed.values() for name, _role in each if isinstance(name, str)})
    tags = taxonomy.tags({name for task in tasks for name in task.state[TAGS]})
    placements: list[tuple[Any, ...]] = []
    bylines: list[tuple[Any, ...]] = []
    tagged: list[tuple[Any, ...]] = []
    rows: list[tuple[Any, ...]] = []
    body: SanitizedHTMLField = Article._meta.get_field("body")
    label, now = body.engine_label(), timezone.now()
    for task in tasks:
        exported = task.document.exported
        places = placed[task.incoming.identity]
        own = list(dict.fromkeys(path if isinstance(path, int) else sections[path] for path in places))
        pk, state = task.article_id, task.state
        values = [state[name] for name in PLAIN]
        words = task.incoming.prepared.word_count
        made_at = state.get("created_at", now)
        extra = tuple(state[name] for name in EXPORTED) if exported else _PLAIN_EXPORTED
        derived = (pk, own[0] if own else None, words, label, made_at, task.document.updated_at)
        rows.append((*derived, *values, *extra))
        placements += [(pk, section, place == 0) for place, section in enumerate(own)]
        credits = signed[task.incoming.identity]
        people = dict.fromkeys((name if isinstance(name, int) else authors[name], role) for name, role in credits)
        bylines += [(pk, author, place, role) for place, (author, role) in enumerate(people)]
        tagged += [(pk, tag) for tag in dict.fromkeys(tags[name] for name in state[TAGS])]
    insert_rows(Article, _ARTICLE, rows)
    insert_rows(Placement, ("article_id", "category_id", "is_primary"), placements)
    insert_rows(Authorship, ("article_id", "author_id", "position", "role"), bylines)
    insert_rows(ArticleTag, ("content_object_id", "tag_id"), tagged)
    told(tasks)
    _remember(tasks, run)


def placed_by(task: Task, by_path: dict[str, int]) -> list[int | Path]:
    """Return the sections of a task: their names, or the id where the names do not say which one is meant."""
    exported = task.document.exported
    if not exported or not exported.section_paths:
        return list(task.state[SECTIONS])
    named = zip(exported.section_paths, task.document.categories, strict=True)
    return [by_path.get(path) or names[:MAX_DEPTH] for path, names in named]


def signed_by(task: Task, by_slug: dict[str, int]) -> list[tuple[int | str, str]]:
    """Return the byline of a task: names and roles, or the id where the name does not say who is meant."""
    exported = task.document.exported
    if not exported or not exported.author_slugs:
        return list(task.state[BYLINE])
    named = zip(exported.author_slugs, task.document.byline, strict=True)
    return [(by_slug.get(slug) or credit.name, credit.role) for slug, credit in named]


def _remember(tasks: Sequence[Task], run: ImportRun | None) -> None:
    keep_originals(task.incoming.prepared for task in tasks)
    ids = reserve_ids(ImportedFile, len(tasks))
    rows = []
    for pk, task in zip(ids, tasks, strict=True):
        values = file_values(task, run)
        rows.append((pk, *(values[name] for name in _FILE[1:])))
    insert_rows(ImportedFile, _FILE, rows)
    marks = [(pk, mark) for pk, task in zip(ids, tasks, strict=True) for mark in sorted(task.all_marks())]
    insert_rows(FileMark, ("file_id", "mark"), marks)


def file_values(task: Task, run: ImportRun | None) -> dict[str, Any]:
    """Return what is remembered of the file of `task`, by attribute."""
    prepared, document = task.incoming.prepared, task.document
    source, key_digest = task.incoming.identity
    return {
        "source": source,
        "key": task.incoming.key,
        "key_digest": key_digest,
        "path": prepared.file.key,
        "digest": prepared.digest,
        "essence_digest": prepared.essence,
        "run_id": run.pk if run else None,
        "article_id": task.article_id,
        "extra": document.extra,
        "removed": [[removal.kind, removal.name, removal.count] for removal in prepared.removed],
        "kept_text_share": prepared.kept_text_share,
        "lost_texts": list(prepared.lost_texts),
        "suggestions": [[each.field, each.value, each.evidence] for each in document.suggestions],
        "warnings": [str(warning) for warning in task.warnings],
        "map_digest": prepared.map_digest,
    }


def keep_originals(files: Iterable[Any]) -> None:
    """Keep the bytes of prepared files, each content once."""
    packed = {prepared.digest: prepared.packed for prepared in files if prepared.packed}
    known = set(OriginalBlob.objects.filter(sha256__in=list(packed)).values_list("sha256", flat=True))
    insert_rows(OriginalBlob, ("sha256", "data"), [(d, data) for d, data in packed.items() if d not in known])
