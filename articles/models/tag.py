"""Tags: free words, shared by articles."""

from typing import Any

from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase

from articles.models.redirect import Redirect
from articles.text.slugs import make_slug


class Tag(TagBase):
    """A tag. Names differ by more than case; the slug is pinyin."""

    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ("slug",)
        constraints = (models.UniqueConstraint(Lower("name"), name="tag_name_unique_without_case"),)

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        before = Tag.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        if before and before != self.slug:
            old = reverse("articles:tag_detail", args=[before])
            Redirect.objects.note_moves([(old, self.get_absolute_url())])

    def get_absolute_url(self) -> str:
        return reverse("articles:tag_detail", args=[self.slug])

    def slugify(self, tag: str, i: int | None = None) -> str:
        """Return the slug of the name `tag`; `i` is the number of the attempt when the plain one is taken."""
        slug = make_slug(tag, max_length=90)
        return slug if i is None else f"{slug}-{i}"


class ArticleTag(ItemBase):
    """The tag of an article, with real foreign keys on both sides."""

    content_object = models.ForeignKey("articles.Article", models.CASCADE, related_name="tag_items")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="items", verbose_name=_("tag"))

    class Meta:
        verbose_name = _("tag of an article")
        verbose_name_plural = _("tags of an article")
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("content_object", "tag"), name="article_tag_once"),)

    def __str__(self) -> str:
        return str(self.tag)
