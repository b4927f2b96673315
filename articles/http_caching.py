"""What browsers and shared caches may do with our answers, decided in one place.

Readers' pages carry no cookie and are the same for everybody under one address (and language cookie, where `Vary` says
so): a cache may keep them and asks each time whether they still hold, so an article that was taken back is gone at
once. Whoever has a session gets answers that nobody keeps.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.http import parse_http_date_safe

from articles.conf import site_password

FOR_EVERYBODY = "public, no-cache"
FOR_NOBODY = "private, no-store"
_KEPT = frozenset({200, 301, 404, 410})


class HTTPCachingMiddleware:
    """Sets Cache-Control where the answer has none, gives pages an ETag and answers conditional requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            is_public = is_for_everybody(request, response)
            response.headers["Cache-Control"] = FOR_EVERYBODY if is_public else FOR_NOBODY
        if request.method in {"GET", "HEAD"} and response.status_code == 200 and isinstance(response, HttpResponse):
            return _conditional(request, response)
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses what is for everybody. The length of any other answer could tell a secret in it (BREACH)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Cache-Control") != FOR_EVERYBODY:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        return super().process_response(request, response)


def is_for_everybody(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a shared cache may keep this answer: no session or cookie is in play, and it is not of the newsroom."""
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code in _KEPT
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not response.cookies
        and not request.path.startswith(reverse("admin:index"))
        and not site_password()
    )


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Answer 304 where the reader's copy holds.

    A time alone is trusted only when it is exactly ours. Lists, feeds and sitemaps have none: it would stay when an
    older article is taken back.
    """
    if "no-store" in response.headers["Cache-Control"]:
        return response
    set_response_etag(response)
    modified = parse_http_date_safe(response.headers.get("Last-Modified", ""))
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    if "If-None-Match" not in request.headers and since != modified:
        return response
    etag = response.headers.get("ETag")
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response
