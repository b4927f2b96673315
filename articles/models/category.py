"""Sections: the editors' tree, and the place of each article in it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Concat, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.changes import section_moved
from articles.models.redirect import Redirect
from articles.text.slugs import make_slug, unique_slug

MAX_DEPTH = 8
RESERVED_SLUG = "feed"  # /sections/<slug>/feed/ is the section's feed


class Category(models.Model):
    """A section. Readers find it at /sections/<path>/; `path` is the slugs from the root down, joined by a slash."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100, blank=True, help_text=_("Left empty, it is made from the name."))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent section")
    )
    path = models.CharField(max_length=820, unique=True, editable=False)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    in_menu = models.BooleanField(_("in the menu"), default=False)
    language = models.CharField(
        _("language"), max_length=35, blank=True, help_text=_("Left empty, it is that of the parent section.")
    )

    noindex = models.BooleanField(
        _("hide from search engines"), default=False, help_text=_("With all sections below and their articles.")
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=("parent", "slug"), name="category_slug_unique_under_parent"),
            models.UniqueConstraint(
                fields=("slug",), condition=Q(parent__isnull=True), name="category_slug_unique_at_root"
            ),
            models.CheckConstraint(condition=~Q(slug=RESERVED_SLUG) & ~Q(slug=""), name="category_slug_usable"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="category_not_its_own_parent"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the section, and carry a new path on to all below it; who keeps lists learns of a move by a signal.

        The addresses that they had lead to the new ones.
        """
        self._fill_slug()
        with transaction.atomic():
            before = Category.objects.filter(pk=self.pk).values_list("path", flat=True).first() if self.pk else None
            self.path = self.own_path()
            if before is not None and f"{self.path}/".startswith(f"{before}/") and self.path != before:
                raise ValidationError({"parent": _("A section cannot stand below itself.")})
            if self.depth > MAX_DEPTH:
                raise ValidationError(
                    {"parent": _("Sections can be at most %(max)d levels deep.") % {"max": MAX_DEPTH}}
                )
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug", "path"}
            super().save(*args, **kwargs)
            if before is not None and before != self.path:
                self._carry_path_down(before)

    def get_absolute_url(self) -> str:
        return _address_of(self.path)

    @property
    def depth(self) -> int:
        """1 for a section at the root."""
        return self.path.count("/") + 1

    def ancestors(self) -> list["Category"]:
        """Return the sections above this one, from the root down: one query, none at the root."""
        paths = ancestor_paths(self.path)
        return list(Category.objects.filter(path__in=paths).order_by("path")) if paths else []

    def descendants(self) -> models.QuerySet["Category"]:
        """Return all sections below this one."""
        # A range, not LIKE: it walks the index on both databases; "0" follows "/" in ASCII.
        return Category.objects.filter(path__gt=f"{self.path}/", path__lt=f"{self.path}0")

    def clean(self) -> None:
        """Refuse a cycle, the reserved slug and a tree that is too deep."""
        super().clean()
        self._fill_slug()
        if self.slug == RESERVED_SLUG:
            raise ValidationError({"slug": _("“feed” is reserved for the section's feed.")})
        seen = {self.pk} if self.pk else set()
        above, depth = self.parent, 1
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": _("A section cannot stand below itself.")})
            seen.add(above.pk)
            above, depth = above.parent, depth + 1
        below = max((child.depth - self.depth for child in self.descendants()), default=0) if self.pk else 0
        if depth + below > MAX_DEPTH:
            raise ValidationError({"parent": _("Sections can be at most %(max)d levels deep.") % {"max": MAX_DEPTH}})
        twin = Category.objects.filter(path=self.own_path()).exclude(pk=self.pk).first()
        if twin:
            raise ValidationError({"slug": _("The section “%(name)s” has this slug already.") % {"name": twin.name}})

    def own_path(self) -> str:
        """Return the path that the slug and the section above make."""
        return f"{self.parent.path}/{self.slug}" if self.parent else self.slug

    def _fill_slug(self) -> None:
        if not self.slug:
            taken = Category.objects.filter(parent=self.parent).exclude(pk=self.pk)
            self.slug = unique_slug(
                make_slug(self.name), lambda slug: slug == RESERVED_SLUG or taken.filter(slug=slug).exists()
            )

    def _carry_path_down(self, before: str) -> None:
        below = Category.objects.filter(path__gt=f"{before}/", path__lt=f"{before}0")
        moved_paths = [(before, self.path)]
        moved_paths += [(path, self.path + path[len(before) :]) for path in below.values_list("path", flat=True)]
        below.update(path=Concat(models.Value(f"{self.path}/"), Substr("path", len(before) + 2)))
        above = ancestor_paths(before), ancestor_paths(self.path)
        if above[0] != above[1]:
            section_moved.send(sender=None, section=self.pk, before=above[0], after=above[1])
        Redirect.objects.note_moves((_address_of(old), _address_of(new)) for old, new in moved_paths)


def subtree(path: str) -> models.QuerySet[Category]:
    """Return the section at a path and all sections below it."""
    # A range, not LIKE: it walks the index on both databases; "0" follows "/" in ASCII.
    return Category.objects.filter(Q(path=path) | Q(path__gt=f"{path}/", path__lt=f"{path}0"))


def _address_of(path: str) -> str:
    return reverse("articles:category_detail", args=[path])


def ancestor_paths(path: str) -> list[str]:
    """Return the paths above `path`, from the root down: "a/b/c" gives ["a", "a/b"]."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


class Placement(models.Model):
    """An article stands in a section; at most one of its placements is the primary one."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="placements")
    category = models.ForeignKey(Category, models.PROTECT, related_name="placements", verbose_name=_("section"))
    is_primary = models.BooleanField(_("main section"), default=False)

    class Meta:
        verbose_name = _("section of an article")
        verbose_name_plural = _("sections of an article")
        ordering = ("-is_primary", "id")
        constraints = (
            models.UniqueConstraint(fields=("article", "category"), name="placement_once"),
            models.UniqueConstraint(fields=("article",), condition=Q(is_primary=True), name="placement_one_primary"),
        )

    def __str__(self) -> str:
        return str(self.category)


def place(article: Any, categories: Iterable[Category], *, primary: Category | None = None) -> None:
    """Put `article` into exactly these sections. The primary one is `primary`, else the first.

    Writes the placements and `article.category`, the copy of the primary, and announces the change.
    """
    wanted = list(dict.fromkeys(categories))
    primary = primary or (wanted[0] if wanted else None)
    if primary and primary not in wanted:
        wanted.insert(0, primary)
    with transaction.atomic():
        Placement.objects.filter(article=article).delete()
        Placement.objects.bulk_create(
            Placement(article=article, category=category, is_primary=category == primary) for category in wanted
        )
        settle_category(article)
    article.category = primary


def settle_category(article: Any) -> None:
    """Make `article.category` agree with its placements.

    It is the primary one; where none is marked, the first becomes it.
    """
    placements = Placement.objects.filter(article=article).order_by("-is_primary", "id")
    first = placements.first()
    if first is not None and not first.is_primary:
        Placement.objects.filter(pk=first.pk).update(is_primary=True)
    category_id = first.category_id if first else None
    type(article).objects.filter(pk=article.pk).update(category=category_id)
    article.category_id = category_id
