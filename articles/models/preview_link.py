"""Links that show one text of an article to somebody outside the newsroom."""

import base64
import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from articles.models.revision import unpack


def new_nonce() -> str:
    return secrets.token_hex(16)


class PreviewLink(models.Model):
    """A sealed copy of a text, and who may look at it until when.

    The address is not stored: it is signed with the site's secret key, so a copy of the database opens nothing.
    """

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey("articles.Revision", models.SET_NULL, null=True, related_name="+")
    packed = models.BinaryField(help_text="the snapshot as zlib-compressed JSON; read it through `data`")
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    opened_at = models.DateTimeField(_("opened last"), null=True)
    openings = models.PositiveIntegerField(_("opened"), default=0)

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        default_permissions = ()
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.article_id} {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("articles:preview", args=[self.token])

    @property
    def data(self) -> dict[str, Any]:
        """The snapshot that the link shows."""
        return unpack(self.packed)

    @property
    def token(self) -> str:
        """The last part of the address: the number and 256 bits that only this site can make."""
        signature = salted_hmac("articles.PreviewLink", f"{self.pk}:{self.nonce}", algorithm="sha256").digest()
        return f"{self.pk}-{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    @classmethod
    def of_token(cls, token: str) -> "PreviewLink | None":
        """Return the link of a token, whether it still opens or not; None for a forged one."""
        number = token.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        link = cls.objects.select_related("article", "created_by").filter(pk=number).first()
        return link if link is not None and constant_time_compare(link.token, token) else None
