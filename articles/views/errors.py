"""What readers get where there is nothing for them."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from articles.missing_pages import note_missing_page
from articles.models import Listing
from articles.old_addresses import moved_page


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: one sentence, and the ways on: sections and the newest stories. An old address is answered first."""
    moved = moved_page(request)
    if moved is not None:
        return moved
    note_missing_page(request)
    newest = Listing.objects.in_language(settings.LANGUAGE_CODE).live().with_cards()
    rows = newest.order_by("-published_at", "-article_id")[:10]
    return render(request, "404.html", {"articles": [row.article for row in rows]}, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: says which limit a form went beyond, where it did; the request cannot be read for anything else."""
    limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES if isinstance(exception, TooManyFilesSent) else 0
    is_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return _plain_error("400.html", 400, {"files": limit, "is_large": is_large})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain_error("403.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: needs no database and no context."""
    return _plain_error("500.html", 500)


def _plain_error(template: str, status: int, context: dict[str, object] | None = None) -> HttpResponse:
    return HttpResponse(get_template(template).render(context or {}), status=status)
