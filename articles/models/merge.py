"""Merges of sections, tags and authors: what was moved, so that each can be taken back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MergeKind(models.TextChoices):
    """What was merged; the value is the model's name."""

    TAG = "tag", _("tag")
    AUTHOR = "author", _("author")
    CATEGORY = "category", _("section")


class MergeQuerySet(models.QuerySet["Merge"]):
    def kept_for(self, kind: MergeKind, name: str, **fields: Any) -> int | None:
        """Return the id of what bears the name of one that was merged: the name is its alias. None for no such.

        `fields` are further values that the merged one had. Merges of merged ones are followed.
        """
        wanted = {f"record__fields__{key}": value for key, value in fields.items()}
        row = self.filter(kind=kind, gone_name__iexact=name[:200], undone_at=None, **wanted).first()
        seen: set[int] = set()
        while row is not None and row.pk not in seen:
            seen.add(row.pk)
            further = self.filter(kind=kind, record__fields__id=row.kept_number, undone_at=None).first()
            if further is None:
                return row.kept_number
            row = further
        return None


class Merge(models.Model):
    """Two that became one. `record` holds the fields of the one that went, and which rows of articles were moved."""

    kind = models.CharField(_("kind"), max_length=10, choices=MergeKind)
    gone_name = models.CharField(_("merged"), max_length=200)
    kept_name = models.CharField(_("into"), max_length=200)
    kept_number = models.BigIntegerField()
    article_count = models.PositiveIntegerField(_("articles"), default=0)
    record: Any = models.JSONField(default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    merged_at = models.DateTimeField(_("time"), default=timezone.now)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-id",)
        indexes = (models.Index(fields=("kind", "gone_name"), name="merge_alias"),)
        constraints = (models.CheckConstraint(condition=models.Q(kind__in=MergeKind.values), name="merge_kind_known"),)

    def __str__(self) -> str:
        return f"{self.gone_name} → {self.kept_name}"
