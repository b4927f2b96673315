"""Series that files name: found by name, made where missing, and filled with new articles."""

from collections.abc import Sequence

from django.db.models import Max

from articles.actions.importing.deciding import Task
from articles.models import Series, SeriesEntry, SeriesOrder
from articles.models.alias import fold_name


def join_series(tasks: Sequence[Task]) -> list[int]:
    """Put the new articles of `tasks` into the series that their files name; return the ids of the series made.

    A series that is made goes by time, oldest first; an editor may arrange it. In one that is there, articles go to the
    end. What an editor took out of a series stays out: files that come again change nothing.
    """
    named = [(task, name) for task in tasks for name in task.document.series]
    if not named:
        return []
    known: dict[str, Series] = {}
    for series in Series.objects.order_by("-pk"):
        known[fold_name(series.name)] = series
    made = []
    for task, name in named:
        folded = fold_name(name)
        if folded not in known:
            language = task.state["language"]
            known[folded] = Series.objects.create(name=name, order=SeriesOrder.OLDEST, language=language)
            made.append(known[folded].pk)
    wanted = {known[fold_name(name)].pk for _task, name in named}
    last = dict(
        SeriesEntry.objects.filter(series__in=wanted).order_by().values_list("series").annotate(last=Max("position"))
    )
    entries = []
    for task, name in named:
        series = known[fold_name(name)]
        last[series.pk] = last.get(series.pk, 0) + 1
        entries.append(SeriesEntry(series=series, article_id=task.article_id, position=last[series.pk]))
    SeriesEntry.objects.bulk_create(entries, batch_size=500, ignore_conflicts=True)
    return made
