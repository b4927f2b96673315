"""What a bulk act does to one article, and how that is undone. Each calls the action that a single article has."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.editing import editing, lock_version
from articles.actions.filing import MAX_TAGS, sections_of, tags_of
from articles.actions.presence import held_by
from articles.actions.restoring import apply_snapshot
from articles.actions.rules import Stage, access, may_sign_for_others, stage_of, works_here
from articles.actions.workflow import perform
from articles.models import (
    Article,
    Author,
    Authorship,
    BulkItem,
    BulkJob,
    BulkKind,
    Category,
    FileMark,
    ImportedFile,
    Role,
    User,
    Verb,
    gather_changes,
    place,
)

STEPS = {
    BulkKind.SUBMIT: Verb.SUBMIT,
    BulkKind.PUBLISH: Verb.PUBLISH,
    BulkKind.ARCHIVE: Verb.ARCHIVE,
    BulkKind.TRASH: Verb.TRASH,
    BulkKind.UNTRASH: Verb.UNTRASH,
}
_THERE = {
    BulkKind.SUBMIT: Stage.IN_REVIEW,
    BulkKind.PUBLISH: Stage.PUBLISHED,
    BulkKind.ARCHIVE: Stage.ARCHIVED,
    BulkKind.TRASH: Stage.TRASHED,
}
_STEP_FIELDS = ("status", "published_at", "trashed_at")


class Refused(Exception):
    """This is left as it is; the text says why."""


class Unchanged(Exception):
    """The article is so already."""


def check_options(kind: BulkKind, options: dict[str, Any], *, by: User) -> dict[str, Any]:
    """Return the options that a kind needs, as they are stored. Raises Refused where they lead nowhere."""
    if kind is BulkKind.MOVE:
        if not Category.objects.filter(pk=options.get("section") or 0).exists():
            raise Refused(_("Choose a section."))
        return {"section": options["section"]}
    if kind in (BulkKind.ADD_TAGS, BulkKind.REMOVE_TAGS):
        if not options.get("tags"):
            raise Refused(_("Choose at least one tag."))
        return {"tags": list(options["tags"])[:MAX_TAGS]}
    if kind is BulkKind.ASSIGN:
        person = User.objects.filter(pk=options.get("user") or 0).first()
        if person is None or not works_here(person):
            raise Refused(_("Choose somebody who works in the newsroom."))
        return {"user": person.pk}
    if kind is BulkKind.SIGN:
        if not may_sign_for_others(by) or not Author.objects.filter(pk=options.get("author") or 0).exists():
            raise Refused(_("Choose an author."))
        return {"author": options["author"]}
    return {}


def act_on(item: BulkItem, job: BulkJob, *, by: User, at: datetime | None) -> tuple[dict[str, Any], int]:
    """Do the act of the job to the article; return the changed fields as they were, and the article's new version.

    Raises Unchanged, or Refused, OutOfStep, PermissionDenied: then nothing was done.
    """
    kind, article = BulkKind(job.kind), _article_of(item)
    if not access(by, article, at=at).can_view:
        raise PermissionDenied
    if name := held_by(article, other_than=by, at=at):
        raise Refused(_("%(name)s is writing it at the moment.") % {"name": name})
    if kind in STEPS:
        before = _step(kind, article, by, at)
    elif kind is BulkKind.ASSIGN:
        before = _assign(article, job, by, at)
    elif kind is BulkKind.TICK_OFF:
        before = _tick_off(article, job, by, at)
    else:
        with editing(article, by=by, at=at, bulk=job.pk):
            if not access(by, article, at=at).may(Verb.EDIT):
                raise PermissionDenied
            before = _CHANGES[kind](article, job, by)
    return before, _version_of(article)


def _article_of(item: BulkItem) -> Article:
    article = Article.objects.filter(pk=item.article_id).first() if item.article_id else None
    if article is None:
        raise Refused(_("It is not there any more."))
    return article


def _version_of(article: Article) -> int:
    return Article.objects.values_list("row_version", flat=True).get(pk=article.pk)


def _step(kind: BulkKind, article: Article, by: User, at: datetime | None) -> dict[str, Any]:
    stage = stage_of(article, at)
    if stage == _THERE.get(kind) or (kind is BulkKind.UNTRASH and stage != Stage.TRASHED):
        raise Unchanged
    if kind is BulkKind.PUBLISH and stage == Stage.SCHEDULED:
        raise Refused(_("It is scheduled, and would lose its time."))
    times = (article.published_at, article.trashed_at)
    status = article.status
    perform(STEPS[kind], article, by=by, at=at)
    moments = [moment.isoformat() if moment else None for moment in times]
    return {**dict(zip(_STEP_FIELDS, (status, *moments), strict=True)), "stage": stage.value}


def _assign(article: Article, job: BulkJob, by: User, at: datetime | None) -> dict[str, Any]:
    with gather_changes():
        lock_version(article.pk)
        if not access(by, article, at=at).may(Verb.ASSIGN):
            raise PermissionDenied
        if article.owner_id == job.options["user"]:
            raise Unchanged
        before = {"owner": article.owner_id}
        _put_in_charge(article, job.options["user"], by)
    return before


def _put_in_charge(article: Article, user: int | None, by: User) -> None:
    person = User.objects.filter(pk=user).first() if user else None
    Article.objects.filter(pk=article.pk).update(owner=person)
    note(Verb.ASSIGN, article, by=by, to=person.get_username() if person else "—")


def _tick_off(article: Article, job: BulkJob, by: User, at: datetime | None) -> dict[str, Any]:
    """Take the marks of the import off: somebody has looked. The article itself is not written."""
    _demand_writer(article, by, at)
    rows = FileMark.objects.filter(file__article=article)
    marks = [list(pair) for pair in rows.order_by("pk").values_list("file", "mark")]
    if not marks:
        raise Unchanged
    rows.delete()
    note(Verb.CHANGE, article, by=by, ticked_off=[mark for _file, mark in marks], bulk=job.pk)
    return {"marks": marks}


def _demand_writer(article: Article, by: User, at: datetime | None) -> None:
    allowed = access(by, article, at=at)
    if not (allowed.may(Verb.EDIT) or allowed.may(Verb.PREPARE)):
        raise PermissionDenied


def _move(article: Article, job: BulkJob, by: User) -> dict[str, Any]:
    target = Category.objects.filter(pk=job.options["section"]).first()
    if target is None:
        raise Refused(_("The section is not there any more."))
    before = sections_of(article)
    if any(entry["primary"] and entry["id"] == target.pk for entry in before):
        raise Unchanged
    others = Category.objects.in_bulk([entry["id"] for entry in before if not entry["primary"]])
    after = [target, *(section for section in others.values() if section != target)]
    # Nobody moves a piece to where they could not write it.
    if not access(by, article, sections=after).may(Verb.EDIT):
        raise PermissionDenied
    place(article, after, primary=target)
    return {"sections": before}


def _add_tags(article: Article, job: BulkJob, by: User) -> dict[str, Any]:
    before = tags_of(article)
    there = {entry["name"].lower() for entry in before}
    new = [name for name in job.options["tags"] if name.lower() not in there]
    if not new:
        raise Unchanged
    if len(there) + len(new) > MAX_TAGS:
        raise Refused(_("At most %(limit)d tags.") % {"limit": MAX_TAGS})
    article.tags.add(*new)
    return {"tags": before}


def _remove_tags(article: Article, job: BulkJob, by: User) -> dict[str, Any]:
    before = tags_of(article)
    gone = {name.lower() for name in job.options["tags"]}
    kept = [entry["name"] for entry in before if entry["name"].lower() not in gone]
    if len(kept) == len(before):
        raise Unchanged
    article.tags.set(kept)
    return {"tags": before}


def _sign(article: Article, job: BulkJob, by: User) -> dict[str, Any]:
    author = Author.objects.filter(pk=job.options["author"]).first()
    if author is None or not may_sign_for_others(by):
        raise Refused(_("The author is not there any more."))
    rows = list(article.authorships.select_related("author"))
    if any(row.author_id == author.pk and row.role == Role.AUTHOR for row in rows):
        raise Unchanged
    last = article.authorships.aggregate(last=Max("position"))["last"]
    Authorship.objects.create(article=article, author=author, position=0 if last is None else last + 1)
    return {"byline": [{"id": row.author_id, "name": row.author.name, "role": row.role} for row in rows]}


_CHANGES = {
    BulkKind.MOVE: _move,
    BulkKind.ADD_TAGS: _add_tags,
    BulkKind.REMOVE_TAGS: _remove_tags,
    BulkKind.SIGN: _sign,
}


def undo_on(item: BulkItem, job: BulkJob, *, by: User, at: datetime | None) -> None:
    """Give the article back what the act changed, unless somebody touched it since (Refused).

    Whoever may do the act where the article stood may take it back.
    """
    kind = BulkKind(job.kind)
    version = lock_version(item.article_id) if item.article_id else None
    if version is None:
        raise Refused(_("It is not there any more."))
    if version != item.row_version:
        raise Refused(_("It was changed since."))
    article = _article_of(item)
    if name := held_by(article, other_than=by, at=at):
        raise Refused(_("%(name)s is writing it at the moment.") % {"name": name})
    before = item.before
    if kind is BulkKind.ASSIGN:
        if not access(by, article, at=at).may(Verb.ASSIGN):
            raise PermissionDenied
        _put_in_charge(article, before["owner"], by)
        return
    if kind is BulkKind.TICK_OFF:
        _demand_writer(article, by, at)
        there = set(ImportedFile.objects.filter(article=article).values_list("pk", flat=True))
        marks = [FileMark(file_id=file, mark=mark) for file, mark in before["marks"] if file in there]
        FileMark.objects.bulk_create(marks, ignore_conflicts=True)
        note(Verb.REVERT, article, by=by, bulk=job.pk)
        return
    stage = Stage(before["stage"]) if kind in STEPS else None
    if not access(by, article, at=at, stage=stage).may(STEPS.get(kind, Verb.EDIT)):
        raise PermissionDenied
    with editing(article, by=by, at=at, verb=None if stage else Verb.REVERT, bulk=job.pk):
        apply_snapshot(article, before, [name for name in before if name != "stage"])
        if stage:
            note(Verb.REVERT, article, by=by, bulk=job.pk)
