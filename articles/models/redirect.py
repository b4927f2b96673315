"""Old addresses and where they lead now."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.text.addresses import MAX_KEY, address_key, own_path


class RedirectOrigin(models.TextChoices):
    """Who or what made a redirect."""

    EDITOR = "editor", pgettext_lazy("made by", "editor")
    IMPORT = "import", _("import")
    MOVE = "move", _("moved page")


class RedirectQuerySet(models.QuerySet["Redirect"]):
    @transaction.atomic
    def note_moves(self, moves: Iterable[tuple[str, str]]) -> None:
        """Remember that pages moved: pairs of the path before and the path now.

        What led to the old place leads to the new one, so nothing is ever two hops away; what led away from the new
        place goes, since a page stands there now.
        """
        pairs = [(old, new) for old, new in moves if address_key(old) != address_key(new) and own_path(new)]
        if not pairs:
            return
        feeds = [(f"{old}feed/", f"{new}feed/") for old, new in pairs]
        places = dict([*pairs, *feeds])
        self.filter(old_path__in=[address_key(new) for _old, new in pairs]).delete()
        for row in self.filter(new_path__in=list(places)):
            self.filter(pk=row.pk).update(new_path=places[row.new_path])
        for old, new in pairs:
            key = address_key(old)
            if key and key != "/":
                target = {"article": None, "new_path": new, "origin": RedirectOrigin.MOVE}
                self.update_or_create(old_path=key, defaults=target)


class Redirect(models.Model):
    """An old address. It leads to `article`, or to `new_path` on this site; with neither the answer is 410.

    `old_path` is in the spelling of `address_key`: /2021/05/harvest stands for /2021/05/harvest/ and
    /2021/05/harvest.html too.
    """

    old_path = models.CharField(
        _("old address"),
        max_length=MAX_KEY,
        unique=True,
        help_text=_("With or without host, .html and closing slash: all spellings are one."),
    )
    article = models.ForeignKey(
        "articles.Article",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="redirects",
        verbose_name=_("article"),
    )
    new_path = models.CharField(
        _("new address"),
        max_length=1000,
        blank=True,
        help_text=_(
            "A path on this site such as /sections/city/. With neither article nor path, the answer is “gone”."
        ),
    )
    origin = models.CharField(
        _("made by"), max_length=10, choices=RedirectOrigin, default=RedirectOrigin.EDITOR, editable=False
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ("-id",)
        indexes = (models.Index(fields=("new_path",), name="redirect_new_path", condition=~Q(new_path="")),)
        constraints = (
            models.CheckConstraint(condition=Q(article__isnull=True) | Q(new_path=""), name="redirect_one_target"),
            models.CheckConstraint(
                condition=Q(new_path="") | (Q(new_path__startswith="/") & ~Q(new_path__startswith="//")),
                name="redirect_stays_on_the_site",
            ),
            models.CheckConstraint(condition=Q(old_path__startswith="/"), name="redirect_old_path_is_a_path"),
            models.CheckConstraint(condition=Q(origin__in=RedirectOrigin.values), name="redirect_origin_known"),
        )

    def __str__(self) -> str:
        return self.old_path

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.old_path = address_key(self.old_path)
        if not self.old_path:
            raise ValidationError({"old_path": _("This is no usable address.")})
        if self.new_path and not own_path(self.new_path):
            raise ValidationError({"new_path": _("Write a path on this site that begins with one slash.")})
        super().save(*args, **kwargs)
