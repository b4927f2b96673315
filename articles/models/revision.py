"""Revisions: unchangeable snapshots of an article."""

import json
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Who or what wrote a revision."""

    EDITOR = "editor", _("editor")
    IMPORT = "import", _("import")
    AUTOSAVE = "autosave", _("autosave")


class State(models.TextChoices):
    """Whether a revision was the article, or waits to become it."""

    SAVED = "saved", _("saved")
    PENDING = "pending", _("pending")


class Revision(models.Model):
    """What an article held at a moment. It outlives the article: `article_number` is the id it had."""

    article = models.ForeignKey("articles.Article", models.SET_NULL, null=True, related_name="revisions")
    article_number = models.BigIntegerField(db_index=True, editable=False)
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=10, choices=State, default=State.SAVED)
    run = models.ForeignKey("articles.ImportRun", models.SET_NULL, null=True, blank=True, related_name="revisions")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    packed = models.BinaryField(help_text="zlib-compressed JSON; read it through `data`")

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ("-id",)
        indexes = (models.Index(fields=("article", "-id"), name="revision_newest"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(origin__in=Origin.values), name="revision_origin_known"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="revision_state_known"),
        )

    def __str__(self) -> str:
        return f"{self.article_number} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def data(self) -> dict[str, Any]:
        """The snapshot: field values by name, relations as ids and names."""
        return unpack(self.packed)


def pack(data: dict[str, Any]) -> bytes:
    """Return the snapshot as `Revision.packed` holds it."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return zlib.compress(text.encode())


def unpack(packed: bytes | memoryview) -> dict[str, Any]:
    """Return the snapshot that `pack` wrote."""
    data: dict[str, Any] = json.loads(zlib.decompress(bytes(packed)))
    return data
