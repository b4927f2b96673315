"""An editor's save: one transaction that settles the sections, dates the change and records a revision."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from articles.actions.revising import record, snapshot
from articles.models import Article, Author, Origin, User, gather_changes, settle_category

# What readers read on the article's page. A move to another section or a new tag is no new text.
_READ = ("title", "subtitle", "kicker", "summary", "body", "source_name", "hero_image_id", "hero_image_url")


def lock_version(article_id: int) -> int | None:
    """Return the stored `row_version`, and keep others from writing the article until the transaction ends."""
    rows = Article.objects.select_for_update().filter(pk=article_id)
    return rows.values_list("row_version", flat=True).first()


@contextmanager
def editing(article: Article, *, by: User, at: datetime | None = None) -> Iterator[None]:
    """Write `article` and what hangs on it inside the block; the rest of the save follows from it.

    `updated_at` moves only if readers could read the article before, and read something else now: a draft, a new
    section or a tag does not date it. Every save records a revision.
    """
    now = at or timezone.now()
    with gather_changes():
        before = _as_read(article.pk, now) if article.pk else None
        yield
        settle_category(article)
        if before is not None and before != _reading(article.pk):
            Article.objects.filter(pk=article.pk).update(updated_at=now)
        article.refresh_from_db(fields=["row_version", "updated_at"])
        record(snapshot(article), article, origin=Origin.EDITOR, by=by)


def delete_articles(articles: Iterable[Article], *, by: User) -> None:
    """Delete the articles; each leaves a last revision, so that what readers saw can be found again."""
    with gather_changes():
        for article in articles:
            record(snapshot(article), article, origin=Origin.EDITOR, by=by)
            article.delete()


def _as_read(article_id: int, at: datetime) -> dict[str, Any] | None:
    """Return what readers of the stored article read; None for one that is not before readers."""
    return _reading(article_id) if Article.objects.live(at).filter(pk=article_id).exists() else None


def _reading(article_id: int) -> dict[str, Any] | None:
    values = Article.objects.filter(pk=article_id).values(*_READ).first()
    if values is None:
        return None
    byline = Author.objects.filter(authorships__article=article_id).order_by("authorships__position", "authorships__id")
    return {**values, "byline": list(byline.values_list("pk", "authorships__role"))}
