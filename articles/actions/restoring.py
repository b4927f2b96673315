"""An earlier version as a new one, and changes to a published article that are prepared first and published later."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field, ForeignKey
from django.utils.dateparse import parse_datetime

from articles.actions.auditing import note
from articles.actions.comparing import RELATIONS, changed_fields
from articles.actions.editing import editing, lock_version, write_picture_texts
from articles.actions.revising import FIELDS, PICTURE_TEXTS, record, snapshot
from articles.actions.rules import access
from articles.conf import review_required
from articles.models import (
    Article,
    Author,
    Authorship,
    Category,
    Origin,
    Revision,
    State,
    User,
    Verb,
    gather_changes,
    place,
    settle_category,
)

# What a version is brought back for; where the article stands, when and at which address is no matter of versions.
_NO_TEXT = {"slug", "status", "published_at", "expires_at", "trashed_at", "withdrawn_at", "withdrawal_reason"}
TEXT = tuple(name for name in (*FIELDS, *RELATIONS, PICTURE_TEXTS) if name not in _NO_TEXT)


class Outdated(Exception):
    """Others changed the same fields meanwhile: `fields`. Somebody has to choose."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def apply_snapshot(article: Article, data: dict[str, Any], names: Collection[str], *, by: User | None = None) -> None:
    """Write the named fields of a snapshot to the stored article; what they referred to and is gone is left out.

    The texts of its picture are written where the article has this picture, and `by` may write them.
    """
    for name in names:
        if name not in FIELDS or name not in data:
            continue
        field: Field[Any, Any] = Article._meta.get_field(name)  # type: ignore[assignment]
        value = data[name]
        if isinstance(field, ForeignKey) and value is not None:
            is_there = field.related_model._default_manager.filter(pk=value).exists()
            value = value if is_there and value != article.pk else None
        elif field.get_internal_type() == "DateTimeField" and value:
            value = parse_datetime(value)
        setattr(article, field.attname, value)
    article.save()
    if "sections" in names:
        _place(article, data.get("sections", []))
    if "byline" in names:
        sign(article, data.get("byline", []))
    if "tags" in names:
        article.tags.set([entry["name"] for entry in data.get("tags", [])])
    texts = data.get(PICTURE_TEXTS)
    if PICTURE_TEXTS in names and texts and article.hero_image and article.hero_image_id == data.get("hero_image"):
        write_picture_texts(article.hero_image, texts, article, by=by)


def _place(article: Article, entries: list[dict[str, Any]]) -> None:
    known = Category.objects.in_bulk([entry["id"] for entry in entries])
    found = [(known[entry["id"]], entry["primary"]) for entry in entries if entry["id"] in known]
    place(article, [section for section, _main in found], primary=next((s for s, main in found if main), None))


def sign(article: Article, entries: list[dict[str, Any]]) -> None:
    """Write the byline of a snapshot in its order, in the place of the one that is there."""
    known = Author.objects.in_bulk([entry["id"] for entry in entries])
    Authorship.objects.filter(article=article).delete()
    Authorship.objects.bulk_create(
        Authorship(article=article, author=known[entry["id"]], role=entry["role"], position=position)
        for position, entry in enumerate(entries)
        if entry["id"] in known
    )


def revert(article: Article, revision: Revision, *, by: User) -> Article:
    """Bring the text of an earlier version back, as a new version; status, times and address stay."""
    stored = Article(pk=article.pk)
    with editing(stored, by=by, verb=Verb.REVERT, version=f"{revision.created_at:%Y-%m-%d %H:%M}"):
        stored.refresh_from_db()
        if not access(by, stored).may(Verb.EDIT) or revision.article_number != stored.pk:
            raise PermissionDenied(f"{by} may not restore a version of article {stored.pk}")
        apply_snapshot(stored, revision.data, TEXT, by=by)
    article.refresh_from_db()
    return article


# --- prepared changes


def pending_change(article: Article) -> Revision | None:
    """Return the change that waits to be published, without its content."""
    rows = Revision.objects.filter(article=article, state=State.PENDING).exclude(origin=Origin.AUTOSAVE)
    return rows.defer("packed").select_related("created_by").first()


class _TakeBack(Exception):
    pass


@contextmanager
def preparing(article: Article, *, by: User, keep: Collection[str] = ()) -> Iterator[None]:
    """Write the article inside the block as a save would; then it is taken back, and kept as a change that waits.

    The change takes the place of one that waited before, of which it keeps the fields `keep`. Readers see nothing of
    it.
    """
    with transaction.atomic():
        lock_version(article.pk)
        before = snapshot(Article.objects.get(pk=article.pk))
        after: dict[str, Any] = {}
        try:
            with transaction.atomic(), gather_changes():
                yield
                settle_category(article)
                after = snapshot(article)
                raise _TakeBack
        except _TakeBack:
            pass
        earlier = pending_change(article)
        after.update({name: earlier.data[name] for name in keep if earlier})
        names = changed_fields(before, after)
        if not names:
            return
        kept = record(after, article, origin=Origin.EDITOR, by=by, state=State.PENDING)
        if kept.based_on is None or changed_fields(kept.based_on.data, before):
            # The article came from elsewhere, and no version tells what the change begins from.
            kept.based_on = record(before, article, origin=Origin.IMPORT)
            kept.save(update_fields=["based_on"])
        if earlier:
            earlier.delete()
        note(Verb.PREPARE, article, by=by, fields=names)


def prepared_fields(change: Revision, current: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the fields that a waiting change would change, and those of them that others changed meanwhile."""
    data = change.data
    base = change.based_on.data if change.based_on else current
    names = [name for name in changed_fields(base, data) if name in data]
    moved = set(changed_fields(base, current)) & set(changed_fields(data, current))
    return names, [name for name in names if name in moved]


@transaction.atomic
def publish_change(change: Revision, *, by: User, fields: Collection[str] | None = None) -> Article:
    """Write a waiting change to its article: the named `fields`, else all. Raises Outdated where others wrote too."""
    article = Article(pk=change.article_number)
    with editing(article, by=by, verb=Verb.APPLY):
        article.refresh_from_db()
        if not access(by, article).may(Verb.APPLY) or change.state != State.PENDING:
            raise PermissionDenied(f"{by} may not publish changes of article {article.pk}")
        if review_required() and change.created_by_id == by.pk:
            raise PermissionDenied("four eyes: somebody else publishes the change")
        names, conflicts = prepared_fields(change, snapshot(article))
        if fields is None and conflicts:
            raise Outdated(conflicts)
        apply_snapshot(article, change.data, [name for name in names if fields is None or name in fields], by=by)
    change.delete()
    return article


@transaction.atomic
def discard_change(change: Revision, *, by: User) -> None:
    """Throw a waiting change away: its writer may, and whoever may publish it."""
    article = Article.objects.get(pk=change.article_number)
    allowed = access(by, article)
    is_own = change.created_by_id == by.pk and allowed.may(Verb.PREPARE)
    if change.state != State.PENDING or not (is_own or allowed.may(Verb.APPLY)):
        raise PermissionDenied(f"{by} may not discard changes of article {article.pk}")
    note(Verb.DISCARD, article, by=by)
    change.delete()
