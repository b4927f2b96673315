"""A text as readers would see it, before they do: from a snapshot to the article of a page, and links for outsiders."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Field, prefetch_related_objects
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.editing import lock_version
from articles.actions.revising import FIELDS, PICTURE_TEXTS, snapshot
from articles.actions.rules import access, may
from articles.models import (
    Article,
    ArticleTag,
    Author,
    Authorship,
    Category,
    Image,
    Origin,
    PreviewLink,
    Revision,
    Tag,
    User,
    Verb,
)
from articles.models.revision import pack
from articles.text.slugs import make_slug

DAYS = (1, 3, 7, 30)  # how long a link may be valid
MAX_OPEN = 50  # links of one article
_FORGET_AFTER = timedelta(days=90)  # the audit log keeps who made a link; the sealed text goes
NOT_SHOWN = ("internal_note", "withdrawal_reason")


def staged(data: dict[str, Any], *, number: int, at: datetime) -> Article:
    """Return an article that holds a snapshot and is not stored, with all that its page prints already fetched.

    `number` is its id, 0 for a new one. A text without a time of publication carries the time `at`. What the snapshot
    refers to and is gone is left out; the body is cleaned by today's policy.
    """
    article = Article(pk=number)
    for name in FIELDS:
        field: Field[Any, Any] = Article._meta.get_field(name)  # type: ignore[assignment]
        value = data.get(name)
        if field.get_internal_type() == "DateTimeField" and isinstance(value, str):
            value = parse_datetime(value)
        if value is not None:
            setattr(article, field.attname, value)
    article.published_at = article.published_at or at
    article.updated_at = Article.objects.filter(pk=number).values_list("updated_at", flat=True).first()
    article.hero_image = Image.objects.filter(pk=data.get("hero_image") or 0).first()
    for name, text in data.get(PICTURE_TEXTS, {}).items() if article.hero_image else ():
        setattr(article.hero_image, name, text)
    main = next((entry["id"] for entry in data.get("sections", ()) if entry["primary"]), 0)
    article.category = Category.objects.filter(pk=main).first()
    article.fill_in()
    # What the page asks for by these names is answered from here, as after `prefetch_related`.
    article._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "authorships": _byline(article, data.get("byline", ())),
        "tag_items": [ArticleTag(content_object=article, tag=tag) for tag in _tags(data.get("tags", ()))],
    }
    if article.hero_image:
        prefetch_related_objects([article.hero_image], "renditions")
    return article


def _byline(article: Article, entries: Any) -> list[Authorship]:
    known = Author.objects.in_bulk([entry["id"] for entry in entries])
    return [
        Authorship(article=article, author=known[entry["id"]], role=entry["role"], position=position)
        for position, entry in enumerate(entries)
        if entry["id"] in known
    ]


def _tags(entries: Any) -> list[Tag]:
    names = [entry["name"] for entry in entries]
    known = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    return [known.get(name) or Tag(name=name, slug=make_slug(name)) for name in names]


# --- links for outsiders


class LinkState(StrEnum):
    """Whether a link opens, and why not."""

    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  # with the article, or with the right of whoever made it


@transaction.atomic
def share(
    article: Article, *, by: User, days: int, revision: Revision | None = None, at: datetime | None = None
) -> PreviewLink:
    """Make a link to one text of the article for somebody outside: that of `revision`, else the stored one.

    It is valid for `days` of `DAYS`, and shows this text however the article is changed later. Raises ValidationError
    where too many are open.
    """
    now = at or timezone.now()
    lock_version(article.pk)
    stored = Article.objects.get(pk=article.pk)
    if not may(by, Verb.SHARE, stored, at=now) or days not in DAYS:
        raise PermissionDenied(f"{by} may not share article {article.pk}")
    if revision and (revision.article_number != article.pk or revision.origin == Origin.AUTOSAVE):
        raise PermissionDenied(f"revision {revision.pk} is none of article {article.pk}")
    links = PreviewLink.objects.filter(article=article)
    links.filter(expires_at__lt=now - _FORGET_AFTER).delete()
    if links.filter(expires_at__gt=now, withdrawn_at=None).count() >= MAX_OPEN:
        raise ValidationError(_("There are many open links of this article. Withdraw some first."))
    data = revision.data if revision else snapshot(stored)
    link = PreviewLink.objects.create(
        article=stored,
        revision=revision,
        packed=pack({name: value for name, value in data.items() if name not in NOT_SHOWN}),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    note(Verb.SHARE, stored, by=by, link=link.pk, when=link.expires_at.isoformat())
    return link


@transaction.atomic
def withdraw_link(link: PreviewLink, *, by: User, at: datetime | None = None) -> None:
    """Close a link at once, for whoever could make it."""
    if not access(by, link.article, at=at).can_view:
        raise PermissionDenied(f"{by} may not withdraw links of article {link.article_id}")
    now = at or timezone.now()
    # The sealed text goes with it.
    if PreviewLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=now, packed=pack({})):
        note(Verb.UNSHARE, link.article, by=by, link=link.pk)


def state_of_link(
    link: PreviewLink, at: datetime | None = None, *, may_share: Callable[[User], bool] | None = None
) -> LinkState:
    """Return whether the link opens at the moment `at` (default: now).

    A link is worth as much as the right of its maker: it closes when the article is withdrawn, archived or put into the
    trash, and when the maker leaves or may no longer share it. A list of links answers the last once a maker, by
    `may_share`.
    """
    now = at or timezone.now()
    if link.withdrawn_at:
        return LinkState.WITHDRAWN
    if link.expires_at <= now:
        return LinkState.EXPIRED
    maker = link.created_by
    if maker is None:
        return LinkState.CLOSED
    is_worth = may_share(maker) if may_share else may(maker, Verb.SHARE, link.article, at=now)
    return LinkState.OPEN if is_worth else LinkState.CLOSED


def count_opening(link: PreviewLink, at: datetime | None = None) -> None:
    """Note that somebody outside has opened the link."""
    PreviewLink.objects.filter(pk=link.pk).update(opened_at=at or timezone.now(), openings=F("openings") + 1)
