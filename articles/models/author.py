"""Authors and bylines."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.redirect import Redirect
from articles.text.slugs import make_slug, unique_slug


class Author(models.Model):
    """A person or an agency that signs articles; readers find it at /authors/<slug>/."""

    name = models.CharField(_("name"), max_length=100, db_index=True)
    slug = models.SlugField(
        _("slug"), max_length=110, unique=True, blank=True, help_text=_("Left empty, it is made from the name.")
    )
    bio = models.TextField(_("biography"), blank=True)
    portrait = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("portrait")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="author",
        verbose_name=_("user account"),
    )

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        before = Author.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        if not self.slug:
            taken = Author.objects.exclude(pk=self.pk)
            self.slug = unique_slug(make_slug(self.name), lambda slug: taken.filter(slug=slug).exists())
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
        super().save(*args, **kwargs)
        if before and before != self.slug:
            old = reverse("articles:author_detail", args=[before])
            Redirect.objects.note_moves([(old, self.get_absolute_url())])

    def get_absolute_url(self) -> str:
        return reverse("articles:author_detail", args=[self.slug])


class Role(models.TextChoices):
    """What an author did for an article."""

    AUTHOR = "author", _("author")
    TRANSLATOR = "translator", _("translator")
    PHOTOGRAPHER = "photographer", _("photographer")
    EDITOR = "editor", _("editor")
    ILLUSTRATOR = "illustrator", _("illustrator")


class Authorship(models.Model):
    """An author's place in an article's byline."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="authorships")
    author = models.ForeignKey(Author, models.PROTECT, related_name="authorships", verbose_name=_("author"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.AUTHOR)

    class Meta:
        verbose_name = _("byline entry")
        verbose_name_plural = _("byline")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("article", "author", "role"), name="authorship_once_per_role"),)

    def __str__(self) -> str:
        return str(self.author)
