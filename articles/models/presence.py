"""Who has which article open. Rows come and go; nothing is lost with them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Presence(models.Model):
    """A person with an article's form open. `holds_since` is set for the one who writes: the soft lock."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    holds_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("open form")
        verbose_name_plural = _("open forms")
        constraints = (models.UniqueConstraint(fields=("article", "user"), name="presence_once"),)

    def __str__(self) -> str:
        return f"{self.article_id} {self.user}"
