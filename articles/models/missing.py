"""What readers asked for and what nothing answers: bounded logs without anybody's data."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from articles.models.redirect import Redirect
from articles.text.addresses import MAX_KEY

MAX_ROWS = 2_000
KEPT_FOR = timedelta(days=90)


class WantedQuerySet(models.QuerySet[Any]):
    """Rows that count how often their text (`Model.text_field`) was asked for."""

    @transaction.atomic
    def add_hits(self, hits: Mapping[str, int], *, on: date) -> None:
        """Add to the counts of these texts, and forget the least wanted beyond `MAX_ROWS`: five queries at most."""
        name: str = self.model.text_field
        known: dict[str, Any] = {getattr(row, name): row for row in self.filter(**{f"{name}__in": list(hits)})}
        for text, row in known.items():
            row.hits += hits[text]
            row.last_seen_on = on
        self.bulk_update(known.values(), ["hits", "last_seen_on"], batch_size=200)
        new: list[Any] = [
            self.model(**{name: text}, hits=number, first_seen_on=on, last_seen_on=on)
            for text, number in hits.items()
            if text not in known
        ]
        self.bulk_create(new, ignore_conflicts=True)
        self.filter(last_seen_on__lt=on - KEPT_FOR).delete()
        least = self.order_by("-hits", "-last_seen_on", "-pk").values_list("pk", flat=True)[MAX_ROWS : MAX_ROWS + 1_000]
        if beyond := list(least):
            self.filter(pk__in=beyond).delete()


class MissingPageQuerySet(WantedQuerySet):
    def unanswered(self) -> "MissingPageQuerySet":
        """Return the addresses that no redirect answers by now."""
        return self.exclude(Exists(Redirect.objects.filter(old_path=OuterRef("path"))))


class Wanted(models.Model):
    """How often something was asked for in vain, and whether editors want to hear of it."""

    text_field: str

    hits = models.PositiveIntegerField(_("asked for"), default=0)
    first_seen_on = models.DateField(_("first time"))
    last_seen_on = models.DateField(_("last time"))
    is_ignored = models.BooleanField(_("ignored"), default=False)

    class Meta:
        abstract = True


class MissingPage(Wanted):
    """An address (in the spelling of `address_key`) that answered 404, and how often it was asked for."""

    text_field = "path"
    path = models.CharField(_("address"), max_length=MAX_KEY, unique=True)

    objects = MissingPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("missing page")
        verbose_name_plural = _("missing pages")
        ordering = ("-hits", "-last_seen_on", "-id")
        indexes = (models.Index(fields=("-hits", "-last_seen_on", "-id"), name="missing_most_wanted"),)

    def __str__(self) -> str:
        return self.path


class MissedSearch(Wanted):
    """Words (folded as the search folds them) that found nothing, and how often they were searched for."""

    text_field = "words"
    words = models.CharField(_("searched for"), max_length=100, unique=True)

    objects = WantedQuerySet.as_manager()

    class Meta:
        verbose_name = _("search without a result")
        verbose_name_plural = _("searches without a result")
        ordering = ("-hits", "-last_seen_on", "-id")
        indexes = (models.Index(fields=("-hits", "-last_seen_on", "-id"), name="missed_most_wanted"),)

    def __str__(self) -> str:
        return self.words
