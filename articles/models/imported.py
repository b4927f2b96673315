"""The memory of the importer: its runs, and which file became which article."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    INTERRUPTED = "interrupted", _("interrupted")


class ImportRun(models.Model):
    """One run of the importer: who, when, with which options, and what came of it."""

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.RUNNING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    options = models.JSONField(_("options"), default=dict)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    kept_count = models.PositiveIntegerField(_("kept"), default=0)
    skipped_count = models.PositiveIntegerField(_("skipped"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="import_run_state_known"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.started_at:%Y-%m-%d %H:%M}"


class ImportedFile(models.Model):
    """A file that was imported. (source, key) is its identity; a deleted article leaves the row, without it."""

    source = models.CharField(max_length=300)
    key = models.TextField(help_text="the front matter's own id, or the path below the root, NFC")
    key_digest = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes")
    essence_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over what matters")
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="files")
    article = models.ForeignKey(
        "articles.Article", models.SET_NULL, null=True, blank=True, related_name="imported_files"
    )
    extra = models.JSONField(default=dict, blank=True, help_text="front matter keys that have no field")
    removed = models.JSONField(default=list, blank=True, help_text="what the sanitizer took out: [kind, name, count]")
    kept_text_share = models.FloatField(null=True, blank=True, help_text="visible text that survived, 0 to 1")
    warnings = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = (models.UniqueConstraint(fields=("source", "key_digest"), name="imported_file_identity"),)
        indexes = (models.Index(fields=("digest",), name="imported_file_digest"),)

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key_digest = digest_key(self.key)
        super().save(*args, **kwargs)


def digest_key(key: str) -> str:
    """Return the SHA-256 of a key: keys are paths of any length, an index entry is not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
