"""The interface's language for each request."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers

from articles.languages import COOKIE, PARAMETER

_YEAR = 365 * 24 * 60 * 60


class InterfaceLanguageMiddleware:
    """Speaks the language of the reader's cookie, else the site's; `?lang=en` sets the cookie.

    A page whose language is that of its content marks itself by `request.content_language`; its answer is the same
    for every cookie, so it does not vary by it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PARAMETER in request.GET and request.method in {"GET", "HEAD"}:
            return self._choose(request)
        chosen = request.COOKIES.get(COOKIE, "")
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(request, "content_language"):
                response.headers.setdefault("Content-Language", translation.get_language() or language)
            elif _is_page(response):
                response.headers.setdefault("Content-Language", language)
                patch_vary_headers(response, ["Cookie"])
        return response

    def _choose(self, request: HttpRequest) -> HttpResponse:
        rest = [(key, value) for key, values in request.GET.lists() if key != PARAMETER for value in values]
        # One leading slash: "//host" would lead away from the site.
        address = "/" + request.path.lstrip("/\\")
        response = HttpResponseRedirect(f"{address}?{urlencode(rest)}" if rest else address)
        language = request.GET[PARAMETER].lower()
        if language in self.known:
            response.set_cookie(
                COOKIE, language, max_age=_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
        response.headers["Cache-Control"] = "no-store"
        return response


def _is_page(response: HttpResponse) -> bool:
    """Whether somebody reads the answer: redirects, sitemaps and data are of no language."""
    return not 300 <= response.status_code < 400 and response.headers.get("Content-Type", "").startswith("text/html")
