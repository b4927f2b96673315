"""Series (专题): articles about one subject, gathered under a page of their own and put into an order by editors."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.article import LANGUAGE_MAX_LENGTH, Article, default_language
from articles.models.listing import CardsMixin
from articles.models.redirect import Redirect
from articles.text.slugs import make_slug, unique_slug


class SeriesOrder(models.TextChoices):
    """What puts the articles of a series into their order."""

    ARRANGED = "arranged", _("as arranged here")
    OLDEST = "oldest", _("by time, oldest first")
    NEWEST = "newest", _("by time, newest first")


class SeriesQuerySet(models.QuerySet["Series"]):
    def public(self, at: datetime | None = None) -> "SeriesQuerySet":
        """Return the series that readers may see at the moment `at` (default: now): those with a live article."""
        return self.filter(Exists(SeriesEntry.objects.live(at).filter(series=OuterRef("pk"))), is_public=True)

    def with_live_count(self, at: datetime | None = None) -> "SeriesQuerySet":
        """Give each series `live_count`, the number of its articles that readers may see."""
        live = SeriesEntry.objects.live(at).filter(series=OuterRef("pk")).order_by().values("series")
        return self.annotate(live_count=Coalesce(Subquery(live.annotate(number=Count("pk")).values("number")), 0))


class Series(models.Model):
    """A series; readers find it at /series/<slug>/ as soon as one of its articles is before them."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("slug"), max_length=110, unique=True, blank=True, help_text=_("Left empty, it is made from the name.")
    )
    description = models.TextField(_("description"), blank=True)
    hero_image = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lead image")
    )
    language = models.CharField(_("language"), max_length=LANGUAGE_MAX_LENGTH, default=default_language)
    order = models.CharField(_("order"), max_length=10, choices=SeriesOrder, default=SeriesOrder.ARRANGED)
    is_finished = models.BooleanField(
        pgettext_lazy("series", "finished"),
        default=False,
        help_text=_("Readers see that no further article will come."),
    )
    is_public = models.BooleanField(
        _("readers see it"), default=True, help_text=_("Its page appears with its first article on the site.")
    )

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=models.Q(order__in=SeriesOrder.values), name="series_order_known"),
        )

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the series; the address it had leads to the new one."""
        before = Series.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        if not self.slug:
            taken = Series.objects.exclude(pk=self.pk)
            self.slug = unique_slug(make_slug(self.name), lambda slug: taken.filter(slug=slug).exists())
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
        super().save(*args, **kwargs)
        if before and before != self.slug:
            old = reverse("articles:series_detail", args=[before])
            Redirect.objects.note_moves([(old, self.get_absolute_url())])

    def get_absolute_url(self) -> str:
        return reverse("articles:series_detail", args=[self.slug])

    def ordered(self) -> "SeriesEntryQuerySet":
        """Return all entries in the order in which readers find those that they may see."""
        rows = self.entries.all()
        if self.order == SeriesOrder.OLDEST:
            return rows.order_by(F("article__published_at").asc(nulls_last=True), "article_id")
        if self.order == SeriesOrder.NEWEST:
            return rows.order_by(F("article__published_at").desc(nulls_last=True), "-article_id")
        return rows.order_by("position", "id")

    def live_articles(self, at: datetime | None = None) -> list[int]:
        """Return the ids of the articles that readers may see, in order: one query."""
        return list(self.ordered().live(at).values_list("article_id", flat=True))


class SeriesEntryQuerySet(CardsMixin, models.QuerySet["SeriesEntry"]):
    def live(self, at: datetime | None = None) -> "SeriesEntryQuerySet":
        """Return the entries whose articles readers may see at the moment `at` (default: now)."""
        return self.filter(Article.live_condition(at or timezone.now(), prefix="article__"))


class SeriesEntry(models.Model):
    """An article's place in a series. Places count from 1; in a series that goes by time they do not matter."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="entries", verbose_name=_("series"))
    article = models.ForeignKey(Article, models.CASCADE, related_name="series_entries", verbose_name=_("article"))
    position = models.PositiveIntegerField(_("position"))

    objects = SeriesEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("article of a series")
        verbose_name_plural = _("articles of a series")
        ordering = ("position", "id")
        indexes = (models.Index(fields=("series", "position"), name="series_in_order"),)
        constraints = (models.UniqueConstraint(fields=("series", "article"), name="series_entry_once"),)

    def __str__(self) -> str:
        return f"{self.series_id}: {self.article_id}"
