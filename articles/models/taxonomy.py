"""What was done to sections, tags, authors and series as such, so that each act can be taken back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TaxonKind(models.TextChoices):
    """What was changed; the value is the model's name."""

    TAG = "tag", _("tag")
    AUTHOR = "author", _("author")
    CATEGORY = "category", _("section")
    SERIES = "series", _("series")


class Act(models.TextChoices):
    """What was done."""

    MERGE = "merge", _("merged")
    RENAME = "rename", _("renamed")
    MOVE = "move", _("moved")
    REMOVE = "remove", _("removed")


class TaxonomyChange(models.Model):
    """A merge, a rename, a move or a removal. `record` holds what is needed to take it back.

    `before` and `after` tell it in words: names, or for a move addresses. `number` is the id of what is there now, or
    of what was removed.
    """

    kind = models.CharField(_("kind of thing"), max_length=10, choices=TaxonKind)
    act = models.CharField(_("act"), max_length=10, choices=Act, default=Act.MERGE)
    before = models.CharField(_("before"), max_length=1000)
    after = models.CharField(_("after"), max_length=1000, blank=True)
    number = models.BigIntegerField()
    article_count = models.PositiveIntegerField(_("articles"), default=0)
    record: Any = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    undone_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("merge or move")
        verbose_name_plural = _("merges and moves")
        ordering = ("-id",)
        indexes = (models.Index(fields=("kind", "number"), name="taxonomy_change_of"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=TaxonKind.values), name="taxonomy_kind_known"),
            models.CheckConstraint(condition=models.Q(act__in=Act.values), name="taxonomy_act_known"),
        )

    def __str__(self) -> str:
        return f"{self.before} → {self.after}" if self.after else self.before
