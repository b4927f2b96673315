"""The search page and its suggestions."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.missed_searches import note_missed_search
from articles.proxies import parse_address
from articles.search import BadCursor, suggest_names
from articles.searchpage import Request, compose_search
from articles.throttling import Throttle

SEARCHES = Throttle("searches", most=300, seconds=60)  # of an address
_LONGEST_VALUE = 1000
_LONGEST_QUERY = 10_000  # what is longer is not even shown again


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    values = {
        name: request.GET.get(name, "")[:_LONGEST_VALUE] for name in ("section", "tag", "author", "span", "after")
    }
    values = {name: _without_nul(value) for name, value in values.items()}
    text = _without_nul(request.GET.get("q", "")[:_LONGEST_QUERY]).strip()
    asked = Request(text=text, by_time=request.GET.get("sort") == "time", **values)
    if asked.text and _is_flooding(request):
        response = render(request, "articles/search.html", {"asked": Request(), "is_flooding": True}, status=429)
        response["Retry-After"] = str(SEARCHES.seconds)
        return response
    try:
        answer = compose_search(asked, at=timezone.now())
    except BadCursor:
        raise Http404("no such page") from None
    if answer.query and not (answer.results.total or asked.after or answer.is_filtered):
        note_missed_search(asked.text)
    more = [*asked.parameters(), ("after", answer.results.next_cursor or "")]
    context = {"asked": asked, "answer": answer, "next_query": urlencode(more), "first_query": urlencode(more[:-1])}
    return render(request, "articles/search.html", context)


@require_safe
def search_suggestions(request: HttpRequest) -> HttpResponse:
    """Names of sections, tags and authors that begin with `q`, or whose pinyin does: for the list under the field."""
    text = _without_nul(request.GET.get("q", "")[:100]).strip()
    names = [] if not text or _is_flooding(request) else suggest_names(text, most=8)
    return JsonResponse({"names": names})


def _without_nul(text: str) -> str:
    return "".join(" " if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


def _is_flooding(request: HttpRequest) -> bool:
    """Count the searches of an address in the running minute. A proxy that is not told of looks like this machine."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if address is None or address.is_loopback:
        return False
    if SEARCHES.is_reached(request):
        return True
    SEARCHES.count(request)
    return False
