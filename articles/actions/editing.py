"""An editor's save: one transaction that settles the sections, dates the change, records and notes it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from articles.actions.auditing import note
from articles.actions.comparing import changed_fields
from articles.actions.revising import PICTURE_TEXTS, baseline, record, snapshot
from articles.models import (
    READ_FIELDS,
    Article,
    Image,
    Origin,
    User,
    Verb,
    gather_changes,
    is_shared,
    settle_category,
)

_READ = (*READ_FIELDS, "byline", PICTURE_TEXTS)
# What a step of the workflow writes; it has an entry of its own in the log.
_STEPS = {"status", "trashed_at", "withdrawn_at", "withdrawal_reason"}


def lock_version(article_id: int) -> int | None:
    """Return the stored `row_version`, and keep others from writing the article until the transaction ends."""
    rows = Article.objects.select_for_update().filter(pk=article_id)
    return rows.values_list("row_version", flat=True).first()


@contextmanager
def editing(
    article: Article, *, by: User | None, at: datetime | None = None, verb: Verb | None = Verb.EDIT, **details: Any
) -> Iterator[None]:
    """Write `article` and what hangs on it inside the block; the rest of the save follows from it.

    `updated_at` moves only if readers could read the article before, and read something else now: a draft, a new
    section or a tag does not date it. A save that changes something records a revision; the first one of an article
    that came from elsewhere also records what it held before. The log gets an entry `verb` with `details`; None leaves
    that to the block.
    """
    now = at or timezone.now()
    with gather_changes():
        is_new = article.pk is None
        before: dict[str, Any] = {}
        was_live = False
        if is_new:
            article.owner = article.owner or by
        else:
            lock_version(article.pk)
            before = snapshot(Article.objects.get(pk=article.pk))
            was_live = article.is_live(now)
        yield
        settle_category(article)
        article.refresh_from_db(fields=["row_version", "updated_at"])
        after = snapshot(article)
        if was_live and any(before[name] != after[name] for name in _READ):
            Article.objects.filter(pk=article.pk).update(updated_at=now)
            article.refresh_from_db(fields=["row_version", "updated_at"])
        changed = changed_fields(before, after)
        if not changed:
            return
        if not is_new:
            baseline(before, article)
        record(after, article, origin=Origin.EDITOR, by=by)
        if is_new and verb is Verb.EDIT:
            note(Verb.CREATE, article, by=by, **details)
        elif verb and not _STEPS.issuperset(changed):
            note(verb, article, by=by, fields=[name for name in changed if name not in _STEPS], **details)


def write_picture_texts(image: Image, texts: Mapping[str, str], article: Article, *, by: User | None) -> bool:
    """Write texts of the article's lead picture; False where others show it too and `by` may not speak for them."""
    if by is not None and not by.has_perm("articles.change_image") and is_shared(image, article):
        return False
    Image.objects.filter(pk=image.pk).update(**texts)
    image.refresh_from_db()
    return True


def delete_articles(articles: Iterable[Article], *, by: User | None) -> None:
    """Delete the articles for good; each leaves a last revision, so that what readers saw can be found again."""
    with gather_changes():
        for article in articles:
            record(snapshot(article), article, origin=Origin.EDITOR, by=by)
            note(Verb.PURGE, article, by=by)
            article.delete()
