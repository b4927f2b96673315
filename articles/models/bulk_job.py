"""One act on many articles, worked off in steps: what was asked for, and what became of each article."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=90)


class BulkKind(models.TextChoices):
    """What is done to each article. The value is stored: it stays."""

    SUBMIT = "submit", _("submit for review")
    PUBLISH = "publish", _("publish")
    ARCHIVE = "archive", _("archive")
    TRASH = "trash", _("put into the trash")
    UNTRASH = "untrash", _("take out of the trash")
    MOVE = "move", _("move to a section")
    ADD_TAGS = "add_tags", _("add tags")
    REMOVE_TAGS = "remove_tags", _("remove tags")
    ASSIGN = "assign", _("put somebody in charge")
    SIGN = "sign", _("add an author")
    TICK_OFF = "tick_off", _("tick off import warnings")


class BulkState(models.TextChoices):
    """How far a job is. A new one waits for its options and for a yes."""

    CHOOSING = "choosing", _("not started")
    RUNNING = "running", _("at work")
    FINISHED = "finished", _("finished")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")


class ItemState(models.TextChoices):
    """What became of one article."""

    CHOSEN = "chosen", _("chosen")
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    UNCHANGED = "unchanged", _("was so already")
    REFUSED = "refused", _("left as it was")
    RETURNING = "returning", _("waiting to be taken back")
    RETURNED = "returned", _("taken back")
    KEPT = "kept", _("kept, not taken back")


class BulkJob(models.Model):
    """An act on many articles; `options` are the ids and names that it needs."""

    kind = models.CharField(_("act"), max_length=20, choices=BulkKind)
    options: Any = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=BulkState, default=BulkState.CHOOSING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("time"), default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # The selection found more articles than a job takes.
    is_cut = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        ordering = ("-id",)
        indexes = (models.Index(fields=("created_by", "-id"), name="bulk_job_of"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=BulkKind.values), name="bulk_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=BulkState.values), name="bulk_state_known"),
        )

    def __str__(self) -> str:
        return f"{BulkKind(self.kind).label} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    def counts(self) -> dict[str, int]:
        """Return the number of articles by state, those of no article left out: one query."""
        rows = self.items.order_by().values_list("state").annotate(models.Count("pk"))
        return dict(rows)


class BulkItem(models.Model):
    """One article of a job. It outlives the article: `article_title` is what it was called.

    `before` holds the fields that the act changed as they were, `row_version` the article's version right after it: an
    article whose version is another one was touched since.
    """

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    article = models.ForeignKey("articles.Article", models.SET_NULL, null=True, related_name="+")
    article_title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.CHOSEN)
    reason = models.CharField(max_length=300, blank=True)
    before: Any = models.JSONField(default=dict)
    row_version = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("article of a bulk act")
        verbose_name_plural = _("articles of bulk acts")
        indexes = (models.Index(fields=("job", "state", "id"), name="bulk_item_walk"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=ItemState.values), name="bulk_item_state_known"),
            # Two jobs never work at one article.
            models.UniqueConstraint(
                fields=("article",), condition=models.Q(state="waiting"), name="bulk_item_exclusive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.state}: {self.article_title}"


def forget_old_jobs(at: datetime, *, most: int = 20) -> None:
    """Delete up to `most` jobs older than `KEPT_FOR`, and those of yesterday that were never started."""
    old = models.Q(created_at__lt=at - KEPT_FOR)
    unstarted = models.Q(created_at__lt=at - timedelta(days=1), state=BulkState.CHOOSING)
    ids = list(BulkJob.objects.filter(old | unstarted).order_by("pk").values_list("pk", flat=True)[:most])
    BulkJob.objects.filter(pk__in=ids).delete()
