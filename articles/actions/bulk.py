"""One act on many articles: chosen, started, worked off in steps, and taken back as far as nobody touched them since.

No worker is needed: whoever asks `advance` does a second's work, and a job that nobody asks for waits where it is. Each
article is a transaction of its own, by the rules that hold for a single one; what may not be done is told and passed
over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.bulk_acts import STEPS, Refused, Unchanged, act_on, check_options, undo_on
from articles.actions.workflow import OutOfStep
from articles.models import ArticleQuerySet, BulkItem, BulkJob, BulkKind, BulkState, ItemState, User, forget_old_jobs

MAX_ARTICLES = 5000
UNDO_WITHIN = timedelta(days=1)
# A job that nobody worked at for so long keeps no article from others.
ABANDONED_AFTER = timedelta(minutes=10)
_A_STEP = 200  # articles at most, however fast they go


class BulkRefused(ValueError):
    """The job cannot be chosen, started or taken back; the text says why."""


def choose(kind: BulkKind, articles: ArticleQuerySet, *, by: User, at: datetime | None = None) -> BulkJob:
    """Return a new job for the first `MAX_ARTICLES` of the articles, in their order; nothing is done to them yet."""
    now = at or timezone.now()
    forget_old_jobs(now)
    rows = dict(articles.values_list("pk", "title")[: MAX_ARTICLES + 1])
    if not rows:
        raise BulkRefused(_("No article is chosen."))
    with transaction.atomic():
        job = BulkJob.objects.create(
            kind=kind, created_by=by, created_at=now, worked_at=now, is_cut=len(rows) > MAX_ARTICLES
        )
        BulkItem.objects.bulk_create(
            (
                BulkItem(job=job, article_id=pk, article_title=title[:200])
                for pk, title in list(rows.items())[:MAX_ARTICLES]
            ),
            batch_size=500,
        )
    return job


def start(job: BulkJob, options: dict[str, Any], *, by: User, at: datetime | None = None) -> BulkJob:
    """Let the job begin, with what its kind needs: `section`, `tags`, `user` or `author`. Twice is once."""
    now = at or timezone.now()
    try:
        with transaction.atomic():
            job = BulkJob.objects.select_for_update().get(pk=job.pk)
            if job.state != BulkState.CHOOSING:
                return job
            job.options = check_options(BulkKind(job.kind), options, by=by)
            _make_exclusive(job, now)
            job.state, job.worked_at = BulkState.RUNNING, now
            job.save(update_fields=["options", "state", "worked_at"])
    except Refused as error:
        raise BulkRefused(str(error)) from error
    except IntegrityError as error:
        raise BulkRefused(_("Another bulk act began with some of these at the same moment. Start again.")) from error
    return job


def _make_exclusive(job: BulkJob, now: datetime) -> None:
    """Let the chosen articles wait for this job, and leave out those that wait for another one."""
    mine = job.items.values("article")
    others = BulkItem.objects.filter(state=ItemState.WAITING, article__in=mine)
    others.filter(job__worked_at__lt=now - ABANDONED_AFTER).update(
        state=ItemState.REFUSED, reason=_("A later bulk act took it.")
    )
    busy = list(others.values_list("article", flat=True))
    chosen = job.items.filter(state=ItemState.CHOSEN)
    chosen.filter(article__in=busy).update(
        state=ItemState.REFUSED, reason=_("Another bulk act is at work at it. Try again later.")
    )
    chosen.update(state=ItemState.WAITING)


def advance(job: BulkJob, *, by: User, seconds: float = 1.0, at: datetime | None = None) -> BulkJob:
    """Work at the job for about so long, with the rights of `by`; return it as it stands then."""
    until, now = monotonic() + seconds, at or timezone.now()
    job.refresh_from_db()
    if job.state not in (BulkState.RUNNING, BulkState.UNDOING):
        return job
    is_undo = job.state == BulkState.UNDOING
    waiting = ItemState.RETURNING if is_undo else ItemState.WAITING
    rows = job.items.filter(state=waiting).order_by("id")
    for number in list(rows.values_list("pk", flat=True)[:_A_STEP]):
        _take(number, waiting, _undo if is_undo else _do, job, by, at)
        if monotonic() >= until:
            break
    job.worked_at = now
    if not rows.exists():
        job.state = BulkState.UNDONE if is_undo else BulkState.FINISHED
        job.finished_at = now
    # Of two browsers at one job the later one must not set it going again.
    going = BulkJob.objects.filter(pk=job.pk, state__in=(BulkState.RUNNING, BulkState.UNDOING))
    going.update(worked_at=now, state=job.state, finished_at=job.finished_at)
    job.refresh_from_db()
    return job


def stop(job: BulkJob, *, at: datetime | None = None) -> None:
    """Leave the rest of the job undone."""
    with transaction.atomic():
        job.items.filter(state__in=(ItemState.WAITING, ItemState.CHOSEN)).update(
            state=ItemState.REFUSED, reason=_("The bulk act was stopped before.")
        )
        job.items.filter(state=ItemState.RETURNING).update(
            state=ItemState.KEPT, reason=_("The bulk act was stopped before.")
        )
        for going, ended in ((BulkState.RUNNING, BulkState.FINISHED), (BulkState.UNDOING, BulkState.UNDONE)):
            BulkJob.objects.filter(pk=job.pk, state=going).update(state=ended, finished_at=at or timezone.now())
    job.refresh_from_db()


def can_take_back(job: BulkJob, at: datetime | None = None) -> bool:
    """Whether the job is finished, not older than `UNDO_WITHIN`, and did something."""
    if job.state != BulkState.FINISHED or job.finished_at is None:
        return False
    is_young = job.finished_at > (at or timezone.now()) - UNDO_WITHIN
    return is_young and job.items.filter(state=ItemState.DONE).exists()


def take_back(job: BulkJob, *, at: datetime | None = None) -> BulkJob:
    """Let the job be undone, as far as nobody touched its articles since; `advance` does it."""
    with transaction.atomic():
        job = BulkJob.objects.select_for_update().get(pk=job.pk)
        if job.state in (BulkState.UNDOING, BulkState.UNDONE):
            return job
        if not can_take_back(job, at):
            raise BulkRefused(_("This cannot be taken back any more."))
        job.items.filter(state=ItemState.DONE).update(state=ItemState.RETURNING)
        job.state, job.worked_at = BulkState.UNDOING, at or timezone.now()
        job.save(update_fields=["state", "worked_at"])
    return job


_Handler = Callable[[BulkItem, BulkJob, User, datetime | None], ItemState]


def _take(number: int, waiting: ItemState, handle: _Handler, job: BulkJob, by: User, at: datetime | None) -> None:
    """Handle one article in a transaction of its own, unless another browser has done it meanwhile."""
    with transaction.atomic():
        item = BulkItem.objects.select_for_update().filter(pk=number, state=waiting).first()
        if item is None:
            return
        try:
            with transaction.atomic():
                item.state = handle(item, job, by, at)
        except Unchanged:
            item.state = ItemState.UNCHANGED
        except (Refused, OutOfStep, PermissionDenied, ValidationError, DatabaseError, ValueError) as error:
            if isinstance(error, OperationalError):
                raise  # the database is busy or away: the article waits for the next step
            item.state = ItemState.KEPT if waiting == ItemState.RETURNING else ItemState.REFUSED
            item.reason = _reason(error)[:300]
        item.save(update_fields=["state", "reason", "before", "row_version"])


def _do(item: BulkItem, job: BulkJob, by: User, at: datetime | None) -> ItemState:
    item.before, item.row_version = act_on(item, job, by=by, at=at)
    return ItemState.DONE


def _undo(item: BulkItem, job: BulkJob, by: User, at: datetime | None) -> ItemState:
    undo_on(item, job, by=by, at=at)
    return ItemState.RETURNED


def _reason(error: Exception) -> str:
    if isinstance(error, Refused | OutOfStep):
        return str(error)
    if isinstance(error, PermissionDenied):
        return _("You may not do this to it, as it stands.")
    return _("It could not be written.")


__all__ = [
    "MAX_ARTICLES",
    "STEPS",
    "UNDO_WITHIN",
    "BulkRefused",
    "advance",
    "can_take_back",
    "choose",
    "start",
    "stop",
    "take_back",
]
