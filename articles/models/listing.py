"""Which lists an article stands in: one row for each, so every list page is one bounded index walk.

How many rows a list has stands in `ListCount`, written by the same function.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from articles.languages import language_key
from articles.models.article import Article, Status
from articles.models.author import Authorship
from articles.models.bulk import insert_rows
from articles.models.category import Category, Placement, ancestor_paths
from articles.models.paging import start_walk
from articles.models.tag import ArticleTag


class ListKind(models.IntegerChoices):
    """What a list is about. Its key is the id of the section, tag or author, the number of the language
    (`articles.languages.language_key`), and 0 for the home list, which holds every article.

    Months (202611) and days (20261123), in the site's zone, are counted only: their articles are a stretch of the home
    list.
    """

    HOME = 0
    CATEGORY = 1
    TAG = 2
    AUTHOR = 3
    LANGUAGE = 4
    MONTH = 5
    DAY = 6


class CardsMixin:
    """Rows that name an article, of which a card is shown."""

    def with_cards(self: Any) -> Any:
        """Join what a card shows, and leave out the bodies."""
        return (
            self.select_related("article__category", "article__hero_image")
            .defer("article__body", "article__internal_note")
            .prefetch_related("article__authorships__author", "article__hero_image__renditions")
        )


class ListingQuerySet(CardsMixin, models.QuerySet["Listing"]):
    def of(self, kind: ListKind, key: int = 0) -> "ListingQuerySet":
        """Return the rows of one list."""
        return self.filter(kind=kind, key=key)

    def in_language(self, language: str) -> "ListingQuerySet":
        """Return the rows of the articles in a language: zh-hans, zh-hant and zh-TW are one."""
        return self.of(ListKind.LANGUAGE, language_key(language))

    def live(self, at: datetime | None = None) -> "ListingQuerySet":
        """Return the rows whose articles readers may see at the moment `at` (default: now).

        The rule is `Article.objects.live`; the row's own copy of the time comes first, so the index walk starts there.
        """
        at = at or timezone.now()
        return self.filter(Article.live_condition(at, prefix="article__"), published_at__lte=at)

    def neighbours(self, moment: datetime, article_id: int) -> "tuple[Listing | None, Listing | None]":
        """Return the rows before and after an article of that moment: the next older and the next newer one."""
        older = Q(published_at__lt=moment) | Q(published_at=moment, article_id__lt=article_id)
        newer = Q(published_at__gt=moment) | Q(published_at=moment, article_id__gt=article_id)
        # The plain bounds let both databases start the index walk at the article.
        return (
            start_walk(self.filter(older), published_at__lte=moment).order_by("-published_at", "-article_id").first(),
            start_walk(self.filter(newer), published_at__gte=moment).order_by("published_at", "article_id").first(),
        )


class Listing(models.Model):
    """An article's place in a list. A scheduled article stands in its lists already and appears by the clock."""

    kind = models.PositiveSmallIntegerField(choices=ListKind)
    key = models.BigIntegerField(default=0)
    published_at = models.DateTimeField()
    # A copy: articles that came to their end are found by it and taken off their lists.
    expires_at = models.DateTimeField(null=True)
    article = models.ForeignKey(Article, models.CASCADE, related_name="listings")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("article", "kind", "key"), name="listing_once"),)
        indexes = (
            models.Index(fields=("kind", "key", "-published_at", "-article"), name="listing_walk"),
            # For one list at a time: with the time alone, SQLite would rather walk the list.
            models.Index(
                fields=("kind", "key", "expires_at"), condition=Q(expires_at__isnull=False), name="listing_ends"
            ),
        )

    def __str__(self) -> str:
        return f"{ListKind(self.kind).name} {self.key}: {self.article_id}"


class ListCount(models.Model):
    """A part of the number of rows of a list, scheduled ones included; the number is the sum of its parts.

    Every change adds a part, so that two editors who save at once never wait for each other; `settle_lists` puts the
    parts together. `articles.models.counts` reads them.
    """

    kind = models.PositiveSmallIntegerField(choices=ListKind)
    key = models.BigIntegerField(default=0)
    part = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=("kind", "key"), name="list_count_of"),)

    def __str__(self) -> str:
        return f"{ListKind(self.kind).name} {self.key}: {self.part:+d}"


def relist(ids: Iterable[int], *, at: datetime | None = None) -> None:
    """Write the listing rows of these articles anew, from their state, sections, tags, authors and language.

    What is past its end at the moment `at` (default: now) has no rows.
    The number of queries does not depend on the number of articles below 500; more are done in batches.
    """
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        _relist_batch(ordered[start : start + 500], at or timezone.now())


def unlist(ids: Iterable[int]) -> None:
    """Take these articles off all lists: they are about to be deleted."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        with transaction.atomic():
            _write_counts(_take_off(ordered[start : start + 500]))


@transaction.atomic
def _relist_batch(ids: list[int], at: datetime) -> None:
    changes = _take_off(ids)
    rows = _rows_of(ids, at)
    insert_rows(Listing, ("article_id", "kind", "key", "published_at", "expires_at"), rows)
    changes.update(_counted((kind, key, published_at) for _article, kind, key, published_at, _end in rows))
    _write_counts(changes)


def _take_off(ids: list[int]) -> Counter[tuple[int, int]]:
    """Delete the rows of these articles; return what that takes from the counts."""
    # Locked first: of two writers of one article only one counts its rows off.
    rows = Listing.objects.select_for_update().filter(article__in=ids).order_by("pk")
    gone = _counted(rows.values_list("kind", "key", "published_at"))
    if gone:
        Listing.objects.filter(article__in=ids).delete()
    return Counter({of: -number for of, number in gone.items()})


def _rows_of(ids: list[int], at: datetime) -> list[tuple[int, int, int, datetime, datetime | None]]:
    """Return the rows that these articles should have at the moment `at`: article, kind, key, start, end."""
    listed = Q(status=Status.PUBLISHED, trashed_at=None, withdrawn_at=None, published_at__isnull=False)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=at)
    articles = Article.objects.filter(listed, unexpired, pk__in=ids)
    facts: dict[int, tuple[Any, Any, str]] = {
        pk: (start, end, language)
        for pk, start, end, language in articles.values_list("pk", "published_at", "expires_at", "language")
    }
    if not facts:
        return []
    rows = {(pk, ListKind.HOME, 0) for pk in facts}
    rows.update((pk, ListKind.LANGUAGE, language_key(language)) for pk, (_from, _to, language) in facts.items())
    placements = list(Placement.objects.filter(article__in=facts).values_list("article", "category", "category__path"))
    above = {path for _article, _category, own in placements for path in ancestor_paths(own)}
    id_of = dict(Category.objects.filter(path__in=above).values_list("path", "pk")) if above else {}
    for article, category, own in placements:
        rows.add((article, ListKind.CATEGORY, category))
        rows.update((article, ListKind.CATEGORY, id_of[path]) for path in ancestor_paths(own) if path in id_of)
    tags = ArticleTag.objects.filter(content_object__in=facts).values_list("content_object", "tag")
    rows.update((article, ListKind.TAG, tag) for article, tag in tags)
    authors = Authorship.objects.filter(article__in=facts).values_list("article", "author")
    rows.update((article, ListKind.AUTHOR, author) for article, author in authors)
    return [(article, int(kind), key, *facts[article][:2]) for article, kind, key in sorted(rows)]


def _counted(rows: Iterable[tuple[int, int, datetime]]) -> Counter[tuple[int, int]]:
    """Return how many of the rows stand in each list; a row of the home list counts for its month and day too."""
    counts: Counter[tuple[int, int]] = Counter()
    for kind, key, published_at in rows:
        counts[int(kind), key] += 1
        if kind == ListKind.HOME:
            day = day_key(published_at)
            counts[int(ListKind.DAY), day] += 1
            counts[int(ListKind.MONTH), day // 100] += 1
    return counts


def day_key(moment: datetime) -> int:
    """Return the day of a moment in the site's zone as a number: 20261123."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.year * 10000 + local.month * 100 + local.day


def _write_counts(changes: Counter[tuple[int, int]]) -> None:
    rows = [(kind, key, part) for (kind, key), part in sorted(changes.items()) if part]
    insert_rows(ListCount, ("kind", "key", "part"), rows)


@transaction.atomic
def move_lists(section: int, *, lost: Collection[int], gained: Collection[int]) -> None:
    """Carry the articles of a section that moved off the lists above it and onto others, all given by id.

    A handful of statements for each section above, however many articles there are. The sections have their new paths
    already; what stands below one of `lost` by another placement too stays in its list.
    """
    lists = Listing.objects.filter(kind=ListKind.CATEGORY)
    rows = lists.select_for_update().filter(key=section).order_by("pk")
    changes: Counter[tuple[int, int]] = Counter()
    columns = ("article_id", "kind", "key", "published_at", "expires_at")
    for above in gained:
        has_it = Exists(lists.filter(key=above, article=OuterRef("article")))
        new = rows.filter(~has_it).values_list("article_id", "published_at", "expires_at")
        changes[int(ListKind.CATEGORY), above] += insert_rows(
            Listing, columns, [(pk, int(ListKind.CATEGORY), above, start, end) for pk, start, end in new]
        )
    for above, path in Category.objects.filter(pk__in=lost).values_list("pk", "path"):
        # Their ids first: with the condition on paths inside, PostgreSQL compares them for every article.
        below = Category.objects.filter(Q(path=path) | Q(path__gt=f"{path}/", path__lt=f"{path}0"))
        sections = list(below.values_list("pk", flat=True))
        elsewhere = Placement.objects.filter(category__in=sections, article=OuterRef("article"))
        inside = lists.filter(key=section).values("article")
        gone, _per_model = lists.filter(~Exists(elsewhere), key=above, article__in=inside).delete()
        changes[int(ListKind.CATEGORY), above] -= gone
    _write_counts(changes)


@transaction.atomic
def rebuild_lists() -> int:
    """Write the rows of all articles and the counts anew; return the number of articles looked at.

    One transaction: readers see the old lists until it is done.
    """
    ListCount.objects.all().delete()
    Listing.objects.all().delete()
    last, number = 0, 0
    while ids := list(Article.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:500]):
        relist(ids)
        last, number = ids[-1], number + len(ids)
    settle_lists()
    return number


@transaction.atomic
def settle_lists(at: datetime | None = None, *, limit: int = 5000) -> None:
    """Take articles that came to their end by the moment `at` (default: now) off their lists, and add up the counts.

    Housekeeping: what readers see does not depend on it, only how much is read for it. At most `limit` rows at a time.
    """
    at = at or timezone.now()
    ended = Listing.objects.filter(expires_at__lte=at, kind=ListKind.HOME)
    articles = Article.objects.filter(pk__in=list(ended.values_list("article", flat=True)[:500]))
    # An article that somebody is writing now is left to its writer.
    relist(articles.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True), at=at)
    split = (
        ListCount.objects.values("kind", "key")
        .annotate(parts=models.Count("pk"))
        .filter(parts__gt=1)
        .values_list("kind", "key")[:200]
    )
    wanted = Q(pk__in=[])
    for kind, key in split:
        wanted |= Q(kind=kind, key=key)
    rows = ListCount.objects.select_for_update(skip_locked=True).filter(wanted).order_by("pk")[:limit]
    sums: Counter[tuple[int, int]] = Counter()
    seen = []
    for row in rows:
        sums[row.kind, row.key] += row.part
        seen.append(row.pk)
    ListCount.objects.filter(pk__in=seen).delete()
    _write_counts(sums)
