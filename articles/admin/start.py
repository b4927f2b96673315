"""The start page: what waits for whoever signs in. Each list is short, and none is counted."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.rules import desk_paths, visible_to, works_here
from articles.models import Article, FileMark, Image, Mark, MissedSearch, MissingPage, RemoteImage, Status, User

SHOWN = 8
MAX_COUNTED = 500


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
    # As the list of articles: the index of the status has this order, and the newest stand on top.
    newest = (F("published_at").desc(nulls_first=True), "-id")
    found = [
        (_("My drafts"), own.filter(status=Status.DRAFT).order_by(*newest), "?status=draft"),
        (_("My articles in review"), own.filter(status=Status.IN_REVIEW).order_by(*newest), "?status=in_review"),
    ]
    if desk_paths(user) or user.has_perm("articles.edit_any_article"):
        published = kept.filter(status=Status.PUBLISHED)
        waiting = kept.filter(status=Status.IN_REVIEW).order_by(*newest)
        today = published.filter(published_at__gte=midnight, published_at__lte=now)
        found[1] = (_("Waiting for review"), waiting, "?status=in_review")
        found += [
            (_("Scheduled"), published.filter(published_at__gt=now).order_by("published_at"), "?status=scheduled"),
            (_("Published today"), today.order_by("-published_at"), "?status=live"),
        ]
    return [Tray(name, list(rows[:SHOWN]), query) for name, rows, query in found]


@dataclass(frozen=True, slots=True)
class Pointer:
    """Something that wants to be looked at, how often ("500+" for more than are counted), and the list of it."""

    name: str
    number: str
    address: str


def pointers(user: User) -> list[Pointer]:
    """Return what needs attention: what the import warned of, by reason, and what is broken or missing on the site."""
    if not works_here(user):
        return []
    found = []
    if user.has_perm("articles.edit_any_article"):
        articles = reverse("admin:articles_article_changelist")
        marks = FileMark.objects.filter(file__article__isnull=False, file__article__trashed_at=None)
        found += [(str(mark.label), marks.filter(mark=mark), f"{articles}?mark={mark.value}") for mark in Mark]
    others: list[tuple[str, str, Any, str, str]] = [
        (
            "change_image",
            _("pictures without alternative text"),
            Image.objects.filter(alt_text=""),
            "image_describe",
            "",
        ),
        (
            "view_missingpage",
            _("missing pages that readers ask for"),
            MissingPage.objects.unanswered().filter(is_ignored=False),
            "missingpage_changelist",
            "",
        ),
        (
            "view_remoteimage",
            _("pictures of other hosts that could not be fetched"),
            RemoteImage.objects.filter(image=None).exclude(failure=""),
            "remoteimage_changelist",
            "?outcome=failed",
        ),
    ]
    for permission, name, rows, page, query in others:
        if user.has_perm(f"articles.{permission}"):
            found.append((name, rows, reverse(f"admin:articles_{page}") + query))
    counted = [(name, _counted(rows), address) for name, rows, address in found]
    return [Pointer(name, number, address) for name, number, address in counted if number]


def _counted(rows: Any) -> str:
    """Return how many rows there are, without counting further than `MAX_COUNTED`; "" for none."""
    number = rows.order_by()[: MAX_COUNTED + 1].count()
    return f"{MAX_COUNTED}+" if number > MAX_COUNTED else str(number or "")


def missed_words(user: User) -> list[MissedSearch]:
    """Return what readers searched for most and did not find."""
    if not (works_here(user) and user.has_perm("articles.view_missedsearch")):
        return []
    return list(MissedSearch.objects.filter(is_ignored=False)[:SHOWN])
