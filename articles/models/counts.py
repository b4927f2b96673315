"""How many live articles a list holds, from `ListCount`: no list is ever counted row by row.

The sums hold scheduled articles, and those whose end came since they were last settled; both are few, are found by an
index, and are taken off when a number is read.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from functools import reduce
from operator import or_

from django.db.models import Q, Sum
from django.utils import timezone

from articles.models.listing import ListCount, Listing, ListKind, day_key


def count_lists(kind: ListKind, keys: Collection[int], *, at: datetime | None = None) -> dict[int, int]:
    """Return the number of live articles of each of these lists at the moment `at` (default: now); 0 is there too."""
    counts = count_each({kind: keys}, at=at)
    return {key: counts[kind, key] for key in keys}


def count_each(
    lists: Mapping[ListKind, Collection[int]], *, at: datetime | None = None
) -> dict[tuple[ListKind, int], int]:
    """Return the number of live articles of lists of several kinds, by kind and key: two queries for all of them."""
    at = at or timezone.now()
    totals = {(kind, key): 0 for kind, keys in lists.items() for key in keys}
    if not totals:
        return {}
    wanted = reduce(or_, (Q(kind=kind, key__in=keys) for kind, keys in lists.items() if keys))
    sums = ListCount.objects.filter(wanted).values_list("kind", "key").annotate(Sum("part")).order_by("kind", "key")
    for kind, key, number in sums:
        totals[ListKind(kind), key] = number
    rows = Listing.objects.filter(wanted).order_by().values_list("kind", "key")
    for kind, key in rows.filter(published_at__gt=at).union(rows.filter(expires_at__lte=at), all=True):
        totals[ListKind(kind), key] -= 1
    return totals


def liveliest(kind: ListKind, keys: Collection[int], number: int, *, at: datetime | None = None) -> list[int]:
    """Return the keys of the `number` lists with most live articles, the fullest first; empty ones are left out."""
    counts = count_lists(kind, keys, at=at)
    return sorted((key for key in keys if counts[key] > 0), key=lambda key: (-counts[key], key))[:number]


def count_months(*, at: datetime | None = None) -> dict[int, int]:
    """Return the number of live articles of each month (202611) that has any: one row a month is read."""
    return _count_times(ListKind.MONTH, Q(), at or timezone.now())


def count_days(first: date, last: date, *, at: datetime | None = None) -> dict[int, int]:
    """Return the number of live articles of each day (20261123) from `first` to `last` that has any."""
    wanted = Q(key__gte=_number(first), key__lte=_number(last))
    return _count_times(ListKind.DAY, wanted, at or timezone.now())


def moment_of(day: date) -> datetime:
    """Return the beginning of a day in the site's zone."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _count_times(kind: ListKind, wanted: Q, at: datetime) -> dict[int, int]:
    divisor = 100 if kind == ListKind.MONTH else 1
    totals = Counter(_totals(Q(kind=kind) & wanted))
    home = Listing.objects.of(ListKind.HOME)
    for unseen in (home.filter(published_at__gt=at), home.filter(expires_at__lte=at)):
        totals.subtract(day_key(moment) // divisor for moment in unseen.values_list("published_at", flat=True))
    return {key: number for key, number in sorted(totals.items()) if number > 0}


def _totals(wanted: Q) -> dict[int, int]:
    sums = ListCount.objects.filter(wanted).values_list("key").annotate(Sum("part"))
    return dict(sums.order_by("key"))


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
