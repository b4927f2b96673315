"""The memory of the importer: its runs, and which file became which article."""

import hashlib
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_ORIGINAL_BYTES = 16 * 1024 * 1024


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
    # The ids of what a run made beside articles, so that it can be taken back: {"sections": [3], "tags": [], …}.
    made = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="import_run_state_known"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.started_at:%Y-%m-%d %H:%M}"


class ImportEntry(models.Model):
    """What a run reported of a file that it did not simply import: failed, skipped, or kept as the editor has it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="entries", verbose_name=_("import run"))
    outcome = models.CharField(_("outcome"), max_length=10)
    path = models.TextField(_("file"))
    article = models.ForeignKey(
        "articles.Article", models.SET_NULL, null=True, related_name="+", verbose_name=_("article")
    )
    text = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("entry of an import report")
        verbose_name_plural = _("entries of import reports")
        indexes = (models.Index(fields=("run", "outcome", "id"), name="import_entry_walk"),)

    def __str__(self) -> str:
        return f"{self.outcome}: {self.path}"


class ImportedFile(models.Model):
    """A file that was imported. (source, key) is its identity; a deleted article leaves the row, without it."""

    source = models.CharField(_("source"), max_length=300)
    key = models.TextField(help_text="the front matter's own id, or the path below the root, NFC")
    path = models.TextField(_("path"), default="", blank=True, help_text="below the root, NFC")
    key_digest = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes")
    essence_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 over what matters")
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="files", verbose_name=_("import run"))
    imported_at = models.DateTimeField(_("imported"), default=timezone.now)
    article = models.ForeignKey(
        "articles.Article", models.SET_NULL, null=True, blank=True, related_name="imported_files"
    )
    extra = models.JSONField(default=dict, blank=True, help_text="front matter keys that have no field")
    removed = models.JSONField(default=list, blank=True, help_text="what the sanitizer took out: [kind, name, count]")
    kept_text_share = models.FloatField(null=True, blank=True, help_text="visible text that survived, 0 to 1")
    lost_texts = models.JSONField(default=list, blank=True, help_text="visible text that did not survive, quoted")
    suggestions = models.JSONField(default=list, blank=True, help_text="[field, value, evidence] for an editor")
    warnings = models.JSONField(default=list, blank=True)
    # The article holds an editor's work beside the file's: a later change of the file is merged into it.
    map_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_merged = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = (models.UniqueConstraint(fields=("source", "key_digest"), name="imported_file_identity"),)
        indexes = (
            models.Index(fields=("digest",), name="imported_file_digest"),
            models.Index(
                fields=("essence_digest",), condition=~models.Q(essence_digest=""), name="imported_file_essence"
            ),
        )

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key_digest = digest_key(self.key)
        super().save(*args, **kwargs)


class Mark(models.TextChoices):
    """Why an editor may want to look at an imported article; the importer's warnings have one each."""

    REVIEW = "review", _("text was lost")
    CONFLICT = "conflict", _("file and editor differ")
    SUGGESTION = "suggestion", _("byline or source to confirm")
    SECTIONS = "sections", _("no section, or an odd one")
    DATE = "date", _("odd or missing date")
    TITLE = "title", _("odd or missing title")
    BYLINE = "byline", _("odd byline")
    IMAGES = "images", _("broken picture")
    REMOVAL = "removal", _("heavy removals")
    TEMPLATE_TAG = "template_tag", _("unknown template tag")
    FRONT_MATTER = "front_matter", _("front matter was guessed")
    ENCODING = "encoding", _("odd encoding")
    ADDRESS = "address", _("old address in conflict")
    OTHER = "other", _("other warning")


class FileMark(models.Model):
    """One reason to look at an imported file, so that a list can be filtered by an index."""

    file = models.ForeignKey(ImportedFile, models.CASCADE, related_name="marks")
    mark = models.CharField(max_length=20, choices=Mark)

    class Meta:
        verbose_name = _("mark of an imported file")
        verbose_name_plural = _("marks of imported files")
        constraints = (models.UniqueConstraint(fields=("mark", "file"), name="file_mark_once"),)

    def __str__(self) -> str:
        return self.mark


class OriginalBlob(models.Model):
    """The bytes of a file as they were delivered, by their SHA-256, deflated by zlib."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    class Meta:
        verbose_name = _("original file")
        verbose_name_plural = _("original files")

    def __str__(self) -> str:
        return self.sha256

    def unpacked(self, *, limit: int = MAX_ORIGINAL_BYTES) -> bytes:
        """Return the bytes. Raises ValueError for more than `limit`, and for what does not fit its digest."""
        engine = zlib.decompressobj()
        data = engine.decompress(bytes(self.data), limit + 1)
        if len(data) > limit or hashlib.sha256(data).hexdigest() != self.sha256:
            raise ValueError(f"the original {self.sha256} is damaged")
        return data


def digest_key(key: str) -> str:
    """Return the SHA-256 of a key: keys are paths of any length, an index entry is not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
