"""What editors fix by hand: the stories pinned to the front page, and the standing pages."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.article import LANGUAGE_MAX_LENGTH, Article, default_language
from articles.models.fields import SanitizedHTMLField
from articles.text.slugs import make_slug, unique_slug

_PAGES_KEY = "standing-pages-1"
_PAGES_SECONDS = 300


class Slot(models.TextChoices):
    """A place of the front page."""

    LEAD = "lead", _("lead story")
    SECOND = "second", _("second stories")
    SECTION = "section", _("a section's band")


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


class PinQuerySet(models.QuerySet["Pin"]):
    def showing(self, at: datetime | None = None) -> "PinQuerySet":
        """Return the pins that hold at the moment `at` (default: now), in the order of their places."""
        at = at or timezone.now()
        holds = Q(ends_at__gt=at) & (Q(starts_at=None) | Q(starts_at__lte=at))
        # No join: SQLite would walk all published articles, looking for the pins of each.
        is_live = Exists(Article.objects.live(at).filter(pk=OuterRef("article_id")))
        return self.filter(holds, is_live).order_by("position", "-id")


class Pin(models.Model):
    """A story that an editor put in a place of the front page, until its time ends; then the place fills itself."""

    slot = models.CharField(_("place"), max_length=10, choices=Slot, default=Slot.LEAD)
    category = models.ForeignKey(
        "articles.Category",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("section"),
        help_text=_("Only for a section's band."),
    )
    article = models.ForeignKey(Article, models.CASCADE, related_name="pins", verbose_name=_("article"))
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("The lowest number stands first.")
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True, help_text=_("Left empty: at once."))
    ends_at = models.DateTimeField(
        _("until"), default=tomorrow, help_text=_("Then the place fills itself by time again.")
    )

    objects = PinQuerySet.as_manager()

    class Meta:
        verbose_name = _("pinned story")
        verbose_name_plural = _("front page")
        ordering = ("slot", "position", "-id")
        indexes = (models.Index(fields=("ends_at",), name="pin_ends"),)
        constraints = (
            models.CheckConstraint(condition=Q(slot__in=Slot.values), name="pin_slot_known"),
            models.CheckConstraint(
                condition=Q(slot=Slot.SECTION, category__isnull=False)
                | (~Q(slot=Slot.SECTION) & Q(category__isnull=True)),
                name="pin_section_only_for_bands",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="pin_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_slot_display()}: {self.article}"

    def clean(self) -> None:
        super().clean()
        if self.slot == Slot.SECTION and self.category_id is None:
            raise ValidationError({"category": _("Choose the section whose band shows the story.")})
        if self.slot != Slot.SECTION and self.category_id is not None:
            raise ValidationError({"category": _("Only a section's band needs a section.")})
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the beginning.")})


class StandingPage(models.Model):
    """A page that is no news: about us, contact, copyright. Readers find it at /pages/<slug>/."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(
        _("slug"), max_length=110, unique=True, blank=True, help_text=_("Left empty, it is made from the title.")
    )
    body = SanitizedHTMLField(_("body"), blank=True)
    language = models.CharField(_("language"), max_length=LANGUAGE_MAX_LENGTH, default=default_language)
    position = models.PositiveIntegerField(_("position"), default=0)
    in_footer = models.BooleanField(_("in the footer"), default=True)
    is_public = models.BooleanField(_("public"), default=True, help_text=_("Otherwise nobody but editors sees it."))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("standing page")
        verbose_name_plural = _("standing pages")
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            taken = StandingPage.objects.exclude(pk=self.pk)
            self.slug = unique_slug(make_slug(self.title), lambda slug: taken.filter(slug=slug).exists())
        super().save(*args, **kwargs)
        cache.delete(_PAGES_KEY)

    def get_absolute_url(self) -> str:
        return reverse("articles:standing_page", args=[self.slug])

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        deleted = super().delete(*args, **kwargs)
        cache.delete(_PAGES_KEY)
        return deleted

    @classmethod
    def footer_links(cls) -> list[tuple[str, str, str]]:
        """Return title, address and language of the public pages in the footer: cached for up to five minutes."""
        links = cache.get(_PAGES_KEY)
        if links is None:
            pages = cls.objects.filter(is_public=True, in_footer=True).defer("body")[:30]
            links = [(page.title, page.get_absolute_url(), page.language) for page in pages]
            cache.set(_PAGES_KEY, links, _PAGES_SECONDS)
        return links
