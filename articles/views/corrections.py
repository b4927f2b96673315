"""The list of corrections."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Correction

PER_PAGE = 20


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the newest corrections; `?after=` is the number of the last one of the page before."""
    rows = Correction.objects.live().with_articles()
    after = request.GET.get("after")
    if after is not None:
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise Http404("a broken cursor")
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PER_PAGE + 1])
    older = found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None
    return render(request, "articles/corrections.html", {"corrections": found[:PER_PAGE], "older": older})
