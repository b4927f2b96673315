"""Pictures of other hosts: what became of each address, so that none is asked for again and again."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MAX_ATTEMPTS = 5
_FIRST_WAIT = timedelta(hours=1)


class RemoteImageQuerySet(models.QuerySet["RemoteImage"]):
    def to_try(self, at: datetime) -> "RemoteImageQuerySet":
        """Return the failed ones that may be tried again at the moment `at`."""
        return self.filter(image=None, next_try_at__lte=at)


class RemoteImage(models.Model):
    """The address of a picture elsewhere: the image it became, or why it did not and when it may be tried again."""

    address = models.TextField(_("address"))
    address_digest = models.CharField(max_length=64, unique=True, editable=False)
    image = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="remotes", verbose_name=_("image")
    )
    failure = models.CharField(_("failure"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("tried"), null=True, blank=True)
    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, help_text="None for a failed one: never by itself."
    )

    objects = RemoteImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture of another host")
        verbose_name_plural = _("pictures of other hosts")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(image__isnull=True) | Q(failure=""), name="remote_image_one_outcome"),
        )

    def __str__(self) -> str:
        return self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.address_digest = digest_address(self.address)
        super().save(*args, **kwargs)

    def note_failure(self, reason: str, *, is_final: bool, at: datetime) -> None:
        """Remember a failure. One that may pass is tried again later each time, at most MAX_ATTEMPTS times."""
        self.failure, self.tried_at, self.attempts = reason[:300], at, self.attempts + 1
        self.image = None
        again = not is_final and self.attempts < MAX_ATTEMPTS
        self.next_try_at = at + _FIRST_WAIT * 4 ** (self.attempts - 1) if again else None
        self.save()


def digest_address(address: str) -> str:
    """Return the SHA-256 of an address: addresses are of any length, an index entry is not."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
