"""The audit log: who did what to which thing, and when. Entries are added and never changed."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verb(models.TextChoices):
    """What somebody can do in the newsroom. The value is stored: it stays."""

    CREATE = "create", _("made")
    EDIT = "edit", _("edited")
    SUBMIT = "submit", _("submitted for review")
    TAKE_BACK = "take_back", _("took back from review")
    SEND_BACK = "send_back", _("sent back")
    PUBLISH = "publish", _("published")
    SCHEDULE = "schedule", _("scheduled")
    ARCHIVE = "archive", _("archived")
    RESTORE = "restore", _("restored from the archive")
    TRASH = "trash", _("put into the trash")
    UNTRASH = "untrash", _("took out of the trash")
    PURGE = "purge", _("deleted for good")
    WITHDRAW = "withdraw", _("withdrew")
    REINSTATE = "reinstate", _("reinstated")
    REVERT = "revert", _("restored an earlier version")
    PREPARE = "prepare", _("prepared a change")
    APPLY = "apply", _("published a prepared change")
    DISCARD = "discard", _("discarded a prepared change")
    CORRECT = "correct", _("published a correction")
    ASSIGN = "assign", _("assigned")
    SHARE = "share", _("made a preview link")
    UNSHARE = "unshare", _("withdrew a preview link")
    TAKE_OVER = "take_over", _("took over the editing")
    ADD = "add", pgettext_lazy("act", "added")
    CHANGE = "change", _("changed")
    DELETE = "delete", _("deleted")
    MERGE = "merge", _("merged")
    INVITE = "invite", _("invited")


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads, adds and nothing else."""

    def update(self, **values: Any) -> int:
        # When an account is deleted, Django empties the reference; the name stays.
        if values != {"actor": None}:
            refuse()
        return super().update(**values)

    def delete(self) -> NoReturn:
        refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        refuse()


def refuse() -> NoReturn:
    raise TypeError("the audit log is only added to")


class AuditEntry(models.Model):
    """One act. It outlives the account and the thing: `actor_name` and `object_name` are what they were called."""

    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    actor_name = models.CharField(_("user"), max_length=150, blank=True)
    verb = models.CharField(_("act"), max_length=20, choices=Verb)
    object_kind = models.CharField(_("kind of thing"), max_length=40, help_text="the model's name in lower case")
    object_number = models.BigIntegerField(_("number"))
    object_name = models.CharField(_("thing"), max_length=500, blank=True)
    details = models.JSONField(_("details"), default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        base_manager_name = "objects"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("object_kind", "object_number", "-id"), name="audit_of_object"),
            models.Index(fields=("actor", "-id"), name="audit_of_actor"),
            models.Index(fields=("verb", "-id"), name="audit_of_verb"),
        )
        constraints = (models.CheckConstraint(condition=models.Q(verb__in=Verb.values), name="audit_verb_known"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.object_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        refuse()
