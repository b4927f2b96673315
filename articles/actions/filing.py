"""Where an article is filed: its sections and its tags, changed without its text."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied

from articles.actions.editing import editing, lock_version
from articles.actions.rules import access
from articles.models import Article, Category, User, Verb, place

MAX_TAGS = 50


class Collided(Exception):
    """Somebody changed sections or tags of the article in the meantime."""


def sections_of(article: Article) -> list[dict[str, Any]]:
    """Return the sections of the stored article, as a snapshot has them."""
    rows = article.placements.select_related("category")
    return [{"id": row.category_id, "path": row.category.path, "primary": row.is_primary} for row in rows]


def tags_of(article: Article) -> list[dict[str, Any]]:
    """Return the tags of the stored article, as a snapshot has them."""
    return [{"id": row.tag_id, "name": row.tag.name} for row in article.tag_items.select_related("tag")]


def filing_mark(article: Article) -> str:
    """Return a text that is another one when somebody files the article elsewhere."""
    sections = ",".join(f"{entry['id']}{'*' if entry['primary'] else ''}" for entry in sections_of(article))
    return f"{sections};{','.join(str(number) for number in sorted(entry['id'] for entry in tags_of(article)))}"


def file_article(
    article: Article, *, main: Category | None, others: Sequence[Category], tags: Sequence[str], mark: str, by: User
) -> None:
    """Give the article these sections and tags. `mark` is its `filing_mark` when `by` began; another one is Collided.

    Raises PermissionDenied where `by` may not write the article, or could not write it where it would go.
    """
    with editing(article, by=by):
        lock_version(article.pk)
        if not access(by, article).may(Verb.EDIT):
            raise PermissionDenied
        if filing_mark(article) != mark:
            raise Collided
        after = [*([main] if main else []), *others]
        before = {entry["id"] for entry in sections_of(article)}
        is_moved = {section.pk for section in after} != before or (main.pk if main else None) != article.category_id
        if is_moved and not access(by, article, sections=after).may(Verb.EDIT):
            raise PermissionDenied
        if is_moved:
            place(article, after, primary=main)
        article.tags.set(tags)
