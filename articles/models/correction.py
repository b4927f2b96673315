"""Corrections: what was wrong in an article, told to its readers."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def live(self, at: datetime | None = None) -> "CorrectionQuerySet":
        """Return the corrections of articles that readers may see, the newest first."""
        at = at or timezone.now()
        # No join: SQLite would walk all published articles, looking for the corrections of each.
        is_live = Exists(Article.objects.live(at).filter(pk=OuterRef("article_id")))
        return self.filter(is_live, at__lte=at).order_by("-id")

    def with_articles(self) -> "CorrectionQuerySet":
        """Fetch the articles beside, without their bodies."""
        return self.prefetch_related(models.Prefetch("article", Article.objects.for_lists()))


class Correction(models.Model):
    """A correction with its time. Plain text; a line break is a paragraph."""

    article = models.ForeignKey(
        Article, models.PROTECT, related_name="corrections", verbose_name=_("article")
    )  # what readers were told does not vanish with a row
    text = models.TextField(_("correction"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text[:80]
