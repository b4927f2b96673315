"""Which lists an article stands in: one row for each, so every list page is one bounded index walk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from articles.models.article import Article, Status
from articles.models.author import Authorship
from articles.models.category import Category, Placement, ancestor_paths
from articles.models.tag import ArticleTag


class ListKind(models.IntegerChoices):
    """What a list is about; its key is the id of the section, tag or author (0 for the home list)."""

    HOME = 0
    CATEGORY = 1
    TAG = 2
    AUTHOR = 3


class ListingQuerySet(models.QuerySet["Listing"]):
    def of(self, kind: ListKind, key: int = 0) -> "ListingQuerySet":
        """Return the rows of one list."""
        return self.filter(kind=kind, key=key)

    def live(self, at: datetime | None = None) -> "ListingQuerySet":
        """Return the rows whose articles readers may see at the moment `at` (default: now).

        The rule is `Article.objects.live`; the row's own copy of the time comes first, so the index walk starts there.
        """
        at = at or timezone.now()
        return self.filter(Article.live_condition(at, prefix="article__"), published_at__lte=at)

    def with_cards(self) -> "ListingQuerySet":
        """Join what a card shows, and leave out the bodies."""
        return (
            self.select_related("article__category", "article__hero_image")
            .defer("article__body", "article__internal_note")
            .prefetch_related("article__authorships__author", "article__hero_image__renditions")
        )


class Listing(models.Model):
    """An article's place in a list. A scheduled article stands in its lists already and appears by the clock."""

    kind = models.PositiveSmallIntegerField(choices=ListKind)
    key = models.BigIntegerField(default=0)
    published_at = models.DateTimeField()
    article = models.ForeignKey(Article, models.CASCADE, related_name="listings")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("article", "kind", "key"), name="listing_once"),)
        indexes = (models.Index(fields=("kind", "key", "-published_at", "-article"), name="listing_walk"),)

    def __str__(self) -> str:
        return f"{ListKind(self.kind).name} {self.key}: {self.article_id}"


def relist(ids: Iterable[int]) -> None:
    """Write the listing rows of these articles anew, from their state, sections, tags and authors.

    The number of queries does not depend on the number of articles below 500; more are done in batches.
    """
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        _relist_batch(ordered[start : start + 500])


@transaction.atomic
def _relist_batch(ids: list[int]) -> None:
    Listing.objects.filter(article__in=ids).delete()
    listed = Q(status=Status.PUBLISHED, trashed_at=None, withdrawn_at=None, published_at__isnull=False)
    times: dict[int, Any] = dict(Article.objects.filter(listed, pk__in=ids).values_list("pk", "published_at"))
    if not times:
        return
    rows = {(pk, ListKind.HOME, 0) for pk in times}
    placements = list(Placement.objects.filter(article__in=times).values_list("article", "category", "category__path"))
    above = {path for _article, _category, own in placements for path in ancestor_paths(own)}
    id_of = dict(Category.objects.filter(path__in=above).values_list("path", "pk")) if above else {}
    for article, category, own in placements:
        rows.add((article, ListKind.CATEGORY, category))
        rows.update((article, ListKind.CATEGORY, id_of[path]) for path in ancestor_paths(own) if path in id_of)
    tags = ArticleTag.objects.filter(content_object__in=times).values_list("content_object", "tag")
    rows.update((article, ListKind.TAG, tag) for article, tag in tags)
    authors = Authorship.objects.filter(article__in=times).values_list("article", "author")
    rows.update((article, ListKind.AUTHOR, author) for article, author in authors)
    Listing.objects.bulk_create(
        (
            Listing(article_id=article, kind=kind, key=key, published_at=times[article])
            for article, kind, key in sorted(rows)
        ),
        batch_size=2000,
    )
