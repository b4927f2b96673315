"""Putting articles into series, into an order, and out of them."""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from articles.actions.auditing import note
from articles.models import Article, Series, SeriesEntry, User, Verb

MAX_NAMED = 20  # articles that an entry of the log names


def may_arrange(user: User) -> bool:
    """Whether the user decides what stands in a series, and where: section editors and those above them."""
    return user.is_active and user.has_perm("articles.change_series")


@transaction.atomic
def add_to_series(series: Series, articles: Iterable[Article], *, by: User | None) -> int:
    """Put the articles at the end of a series, in this order; return how many were not in it yet.

    `by` None is a program. Raises PermissionDenied for somebody who may not.
    """
    _lock(series, by)
    there = set(series.entries.values_list("article_id", flat=True))
    new = list({article.pk: article for article in articles if article.pk not in there}.values())
    last = series.entries.aggregate(last=Max("position"))["last"] or 0
    SeriesEntry.objects.bulk_create(
        SeriesEntry(series=series, article=article, position=last + place) for place, article in enumerate(new, 1)
    )
    if new and by is not None:
        note(Verb.CHANGE, series, by=by, added=[article.title for article in new[:MAX_NAMED]])
    return len(new)


@transaction.atomic
def remove_from_series(series: Series, articles: Sequence[int], *, by: User) -> int:
    """Take the articles, given by id, out of a series; return how many were in it. The articles stay as they are."""
    _lock(series, by)
    rows = series.entries.filter(article_id__in=articles)
    titles = list(rows.values_list("article__title", flat=True)[:MAX_NAMED])
    number, _per_model = rows.delete()
    if number:
        note(Verb.CHANGE, series, by=by, removed=titles)
    return number


@transaction.atomic
def arrange(series: Series, wanted: Mapping[int, int], *, by: User) -> bool:
    """Move articles, given by id, to the places (from 1) that somebody typed; return whether the order changed.

    A piece that is sent to a place stands there afterwards, and the others make room. Articles that `wanted` does not
    name keep their order.
    """
    _lock(series, by)
    entries = list(series.entries.order_by("position", "id"))
    now = {entry.pk: place for place, entry in enumerate(entries, 1)}

    def key(entry: SeriesEntry) -> tuple[int, int, int]:
        place = now[entry.pk]
        target = wanted.get(entry.article_id, place)
        # The piece that moves up goes before the one that stands there, the one that moves down behind it.
        return target, (target > place) - (target < place), place

    ordered = sorted(entries, key=key)
    is_moved = [entry.pk for entry in ordered] != [entry.pk for entry in entries]
    changed = []
    for place, entry in enumerate(ordered, 1):
        if entry.position != place:
            entry.position = place
            changed.append(entry)
    SeriesEntry.objects.bulk_update(changed, ["position"], batch_size=200)
    if is_moved:
        note(Verb.CHANGE, series, by=by, fields=["order"])
    return is_moved


def _lock(series: Series, by: User | None) -> None:
    """Let one after the other write the entries of a series."""
    if by is not None and not may_arrange(by):
        raise PermissionDenied(f"{by} may not arrange series {series.pk}")
    Series.objects.select_for_update().get(pk=series.pk)
