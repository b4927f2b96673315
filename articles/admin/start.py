"""The start page: what waits for whoever signs in. Each list is short, and none is counted."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.rules import desk_paths, visible_to, works_here
from articles.models import Article, Status, User

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Tray:
    """A heading, the first articles of it, and the address of the list that goes on."""

    name: str
    articles: list[Article]
    query: str


def trays(user: User) -> list[Tray]:
    """Return what waits: own drafts, and for editors what waits for review, is scheduled, went out today."""
    if not works_here(user):
        return []
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    kept: Any = visible_to(user).filter(trashed_at=None, withdrawn_at=None)
    kept = kept.for_lists().select_related("category")
    own = kept.filter(owner=user)
    found = [
        (_("My drafts"), own.filter(status=Status.DRAFT).order_by("-id"), "?status=draft"),
        (_("My articles in review"), own.filter(status=Status.IN_REVIEW).order_by("-id"), "?status=in_review"),
    ]
    if desk_paths(user) or user.has_perm("articles.edit_any_article"):
        published = kept.filter(status=Status.PUBLISHED)
        today = published.filter(published_at__gte=midnight, published_at__lte=now)
        found[1] = (_("Waiting for review"), kept.filter(status=Status.IN_REVIEW).order_by("-id"), "?status=in_review")
        found += [
            (_("Scheduled"), published.filter(published_at__gt=now).order_by("published_at"), "?status=scheduled"),
            (_("Published today"), today.order_by("-published_at"), "?status=live"),
        ]
    return [Tray(name, list(rows[:SHOWN]), query) for name, rows, query in found]
