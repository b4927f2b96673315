"""Who else has an article open, and who of them writes: a soft lock that runs out, and that can be taken over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from articles.actions.auditing import note
from articles.models import Article, Presence, User, Verb

# A browser tells every 15 seconds that it is there; after this time without a word it is gone, and its lock with it.
EXPIRES_AFTER = timedelta(seconds=50)


@dataclass(frozen=True, slots=True)
class Somebody:
    """Another person at the article."""

    name: str
    since: datetime
    is_writing: bool


@dataclass(frozen=True, slots=True)
class Room:
    """Who is at an article: whether the asking user holds it, and who else is there."""

    is_mine: bool
    others: tuple[Somebody, ...]


@transaction.atomic
def be_present(article: Article, *, by: User, at: datetime | None = None) -> Room:
    """Note that `by` has the article open, and tell who else has. Whoever comes to a free article holds it."""
    now = at or timezone.now()
    rows = Presence.objects.filter(article=article)
    rows.filter(seen_at__lt=now - EXPIRES_AFTER).delete()
    own, _is_new = Presence.objects.update_or_create(article=article, user=by, defaults={"seen_at": now})
    if own.holds_since is None and not rows.filter(holds_since__isnull=False).exists():
        own.holds_since = now
        own.save(update_fields=["holds_since"])
    return _room(article, by)


@transaction.atomic
def take_over(article: Article, *, by: User, at: datetime | None = None) -> Room:
    """Let `by` hold the article from now on; whoever held it is told by the next word from here."""
    now = at or timezone.now()
    rows = Presence.objects.select_for_update().filter(article=article)
    held = rows.filter(holds_since__isnull=False).exclude(user=by).select_related("user").first()
    rows.update(holds_since=None)
    Presence.objects.update_or_create(article=article, user=by, defaults={"seen_at": now, "holds_since": now})
    if held:
        note(Verb.TAKE_OVER, article, by=by, held_by=held.user.get_username())
    return _room(article, by)


def leave(article: Article, *, by: User) -> None:
    """Note that `by` has closed the article."""
    Presence.objects.filter(article=article, user=by).delete()


def held_by(article: Article, *, other_than: User, at: datetime | None = None) -> str:
    """Return the name of whoever else writes the article at the moment; empty for nobody."""
    since = (at or timezone.now()) - EXPIRES_AFTER
    rows = Presence.objects.filter(article=article, holds_since__isnull=False, seen_at__gte=since)
    row = rows.exclude(user=other_than).select_related("user").first()
    return (row.user.get_full_name() or row.user.get_username()) if row else ""


def _room(article: Article, by: User) -> Room:
    rows = list(Presence.objects.filter(article=article).select_related("user").order_by("opened_at"))
    others = tuple(
        Somebody(row.user.get_full_name() or row.user.get_username(), row.opened_at, row.holds_since is not None)
        for row in rows
        if row.user_id != by.pk
    )
    return Room(any(row.holds_since and row.user_id == by.pk for row in rows), others)
