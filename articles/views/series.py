"""The readers' pages of series: all of them, and one with its articles in the editors' order."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from articles.models import Article, Series, SeriesEntry
from articles.structured import series_data
from articles.views.pages import speak

PER_PAGE = 50
SERIES_PER_PAGE = 30


@require_safe
def series_index(request: HttpRequest) -> HttpResponse:
    """Show the series, the newest first; `?after=` is the number of the last one of the page before."""
    rows = Series.objects.public().with_live_count().order_by("-pk")
    if "after" in request.GET:
        rows = rows.filter(pk__lt=_number(request))
    found = list(rows.select_related("hero_image").prefetch_related("hero_image__renditions")[: SERIES_PER_PAGE + 1])
    older = found[SERIES_PER_PAGE - 1].pk if len(found) > SERIES_PER_PAGE else None
    context = {"all_series": found[:SERIES_PER_PAGE], "older": older, "is_first": "after" not in request.GET}
    return render(request, "articles/series_index.html", context)


@require_safe
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a series; `?after=` is the id of the last article of the page before."""
    rows = Series.objects.public().select_related("hero_image").prefetch_related("hero_image__renditions")
    series = get_object_or_404(rows, slug=slug)
    ids = series.live_articles()
    start = 0
    if "after" in request.GET:
        after = _number(request)
        if after not in ids:
            raise Http404("a broken cursor")
        start = ids.index(after) + 1
    shown = ids[start : start + PER_PAGE]
    cards = SeriesEntry.objects.filter(series=series, article__in=shown).live().with_cards()
    articles: dict[int, Article] = {entry.article_id: entry.article for entry in cards}
    installments = [(place, articles[pk]) for place, pk in enumerate(shown, start + 1) if pk in articles]
    speak(request, series.language)
    context: dict[str, Any] = {
        "series": series,
        "installments": installments,
        "total": len(ids),
        "next_cursor": shown[-1] if start + PER_PAGE < len(ids) else None,
        "is_first": start == 0,
        "structured_data": series_data(series, installments, total=len(ids)),
    }
    return render(request, "articles/series_detail.html", context)


def _number(request: HttpRequest) -> int:
    after = request.GET["after"]
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Http404("a broken cursor")
    return int(after)
