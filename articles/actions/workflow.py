"""The steps of an article: submit, send back, publish now or later, archive, trash, withdraw, and the ways back.

Whether readers see an article is a query on its times (`Article.objects.live`); a step only writes them. Each step is
one transaction: it locks the row, asks `actions.rules`, writes, notes the act in the log and tells those it concerns.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.auditing import note
from articles.actions.editing import editing, lock_version
from articles.actions.notifying import tell
from articles.actions.rules import RULES, Stage, access, stage_of
from articles.models import Article, Status, User, Verb

# The steps that this module takes; other verbs have actions of their own.
STEPS = (
    Verb.SUBMIT,
    Verb.TAKE_BACK,
    Verb.SEND_BACK,
    Verb.PUBLISH,
    Verb.ARCHIVE,
    Verb.RESTORE,
    Verb.TRASH,
    Verb.UNTRASH,
    Verb.WITHDRAW,
    Verb.REINSTATE,
)
NEEDS_COMMENT = {Verb.SEND_BACK, Verb.WITHDRAW}
_STATUS_AFTER = {
    Verb.SUBMIT: Status.IN_REVIEW,
    Verb.TAKE_BACK: Status.DRAFT,
    Verb.SEND_BACK: Status.DRAFT,
    Verb.PUBLISH: Status.PUBLISHED,
    Verb.SCHEDULE: Status.PUBLISHED,
    Verb.ARCHIVE: Status.ARCHIVED,
    Verb.RESTORE: Status.DRAFT,
}


class OutOfStep(Exception):
    """The step does not fit where the article stands, perhaps since somebody else was faster; the text says so."""


def submit(article: Article, *, by: User, comment: str = "", at: datetime | None = None) -> Article:
    """Put a draft before the editors, with a word to them."""
    return perform(Verb.SUBMIT, article, by=by, comment=comment, at=at)


def send_back(article: Article, *, by: User, comment: str, at: datetime | None = None) -> Article:
    """Give a piece in review back to its writer; `comment` says what is missing."""
    return perform(Verb.SEND_BACK, article, by=by, comment=comment, at=at)


def publish(article: Article, *, by: User, when: datetime | None = None, at: datetime | None = None) -> Article:
    """Publish at `when`; without it at the time the article carries, or now."""
    return perform(Verb.PUBLISH, article, by=by, when=when, at=at)


def archive(article: Article, *, by: User, comment: str = "", at: datetime | None = None) -> Article:
    """Take a published piece off the site; its address answers 404."""
    return perform(Verb.ARCHIVE, article, by=by, comment=comment, at=at)


def restore(article: Article, *, by: User, at: datetime | None = None) -> Article:
    """Make an archived piece a draft again."""
    return perform(Verb.RESTORE, article, by=by, at=at)


def trash(article: Article, *, by: User, at: datetime | None = None) -> Article:
    """Put a piece into the trash; it stays there until somebody takes it out."""
    return perform(Verb.TRASH, article, by=by, at=at)


def untrash(article: Article, *, by: User, at: datetime | None = None) -> Article:
    """Take a piece out of the trash; it stands where it stood."""
    return perform(Verb.UNTRASH, article, by=by, at=at)


def withdraw(article: Article, *, by: User, comment: str, at: datetime | None = None) -> Article:
    """Take a piece down for the reason `comment`; its address answers 410, and no import brings it back."""
    return perform(Verb.WITHDRAW, article, by=by, comment=comment, at=at)


def reinstate(article: Article, *, by: User, at: datetime | None = None) -> Article:
    """Put a withdrawn piece back where it stood."""
    return perform(Verb.REINSTATE, article, by=by, at=at)


def perform(
    verb: Verb,
    article: Article,
    *,
    by: User,
    comment: str = "",
    when: datetime | None = None,
    at: datetime | None = None,
) -> Article:
    """Take the step `verb` with the stored article, and bring `article` up to date with it.

    Raises PermissionDenied where `by` may not, OutOfStep where the article does not stand where the step begins.
    """
    stored = Article(pk=article.pk)
    with editing(stored, by=by, at=at, verb=None):
        stored.refresh_from_db()
        take_step(verb, stored, by=by, comment=comment, when=when, at=at)
    article.refresh_from_db()
    return article


def take_step(
    verb: Verb,
    article: Article,
    *,
    by: User,
    comment: str = "",
    when: datetime | None = None,
    at: datetime | None = None,
    stage: Stage | None = None,
) -> None:
    """Take the step inside the caller's transaction, which has stored `article` and records the revision.

    `stage` is where the article stood before the caller changed it.
    """
    now, comment = at or timezone.now(), comment.strip()
    lock_version(article.pk)
    stage = stage or stage_of(article, now)
    if stage not in RULES[verb]:
        raise OutOfStep(_("This is not possible: %(title)s stands elsewhere by now.") % {"title": article.title})
    if not access(by, article, at=now, stage=stage).may(verb):
        raise PermissionDenied(f"{by} may not {verb} article {article.pk}")
    if verb in NEEDS_COMMENT and not comment:
        raise OutOfStep(_("Say why: a comment is needed."))
    if verb is Verb.PUBLISH:
        planned = None if stage is Stage.SCHEDULED else article.published_at
        _set_time(article, when or planned or now)
        verb = Verb.SCHEDULE if article.published_at and article.published_at > now else verb
    elif verb is Verb.SEND_BACK and stage is Stage.SCHEDULED:
        article.published_at = None  # the time that was planned must not date a later publication
    elif verb in (Verb.TRASH, Verb.UNTRASH):
        article.trashed_at = now if verb is Verb.TRASH else None
    elif verb in (Verb.WITHDRAW, Verb.REINSTATE):
        article.withdrawn_at = now if verb is Verb.WITHDRAW else None
        article.withdrawal_reason = comment if verb is Verb.WITHDRAW else ""
    article.status = _STATUS_AFTER.get(verb, article.status)
    article.save(update_fields=["status", "published_at", "trashed_at", "withdrawn_at", "withdrawal_reason"])
    planned_for = article.published_at.isoformat() if article.published_at and verb is Verb.SCHEDULE else None
    note(verb, article, by=by, comment=comment, before=stage.value, when=planned_for)
    tell(verb, article, by=by, comment=comment)


def _set_time(article: Article, moment: datetime) -> None:
    if article.expires_at and article.expires_at <= moment:
        raise OutOfStep(_("The end must come after the publication."))
    article.published_at = moment
