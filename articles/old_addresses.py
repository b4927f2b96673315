"""The answer for an address that no page of today answers."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from articles.actions.redirecting import Answer, answer_old_address, answer_old_query

# Browsers keep a permanent redirect for good unless they are told for how long; a mistake must be curable.
_CACHE = "public, max-age=3600"


def moved_page(request: HttpRequest) -> HttpResponse | None:
    """Return a redirect or "gone" for a request that nothing answers; None where that stays a 404."""
    path = request.path_info
    if request.method not in {"GET", "HEAD"} or "\0" in path or path.startswith(reverse("admin:index")):
        return None
    return _response(request, answer_old_address(path, request.META.get("QUERY_STRING", "")))


def moved_query(request: HttpRequest) -> HttpResponse | None:
    """Return a redirect or "gone" for a page asked in an old system's way (`/?p=123`); None for every other request.

    Raises Http404 where the address is known and readers may not see what it leads to.
    """
    query = request.META.get("QUERY_STRING", "")
    answer = answer_old_query(request.path_info, query) if query else None
    if answer is not None and answer.status == 404:
        raise Http404("what stood there is not for readers")
    return _response(request, answer) if answer else None


def _response(request: HttpRequest, answer: Answer) -> HttpResponse | None:
    if answer.status == 301:
        response: HttpResponse = HttpResponsePermanentRedirect(answer.location)
        response.headers["Cache-Control"] = _CACHE
        return response
    return render(request, "articles/withdrawn.html", status=410) if answer.status == 410 else None
