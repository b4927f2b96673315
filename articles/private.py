"""The private site: until launch a shared password stands before every page, and search engines are sent away."""

import base64
import binascii
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from articles.conf import site_password
from articles.http_caching import FOR_NOBODY
from articles.throttling import Throttle

ROBOTS = "noindex, nofollow"
# Wrong passwords of an address. Many people of a newsroom may share one; at this pace nobody finds twelve characters.
WRONG_PASSWORDS = Throttle("wrong-site-passwords", most=30, seconds=15 * 60)


class PrivateSiteMiddleware:
    """Asks for `SITE_PASSWORD` (any user name) where it is set; whoever is signed in to the newsroom passes.

    The newsroom asks for passwords of its own, and robots.txt must tell crawlers to stay away: both are open. After too
    many wrong ones an address has to wait, whatever it sends: an answer to a right one would tell that it is right.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        password = site_password()
        if not password:
            return self.get_response(request)
        refusal = None if _is_open(request.path) or request.user.is_authenticated else _refuse(request, password)
        response = refusal or self.get_response(request)
        response.headers["X-Robots-Tag"] = ROBOTS
        if not _is_open(request.path):
            response.headers["Cache-Control"] = FOR_NOBODY
        return response


def _is_open(path: str) -> bool:
    return path.startswith(reverse("admin:index")) or path == reverse("articles:robots")


def _knows(request: HttpRequest, password: str) -> bool:
    scheme, _space, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        _name, _colon, given = base64.b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return False
    return constant_time_compare(given, password)


def _refuse(request: HttpRequest, password: str) -> HttpResponse | None:
    """Return the answer for whoever does not know the password, None for whoever does."""
    if WRONG_PASSWORDS.is_reached(request):
        headers = {"Retry-After": str(WRONG_PASSWORDS.seconds_left())}
        return HttpResponse(get_template("429.html").render({}), status=429, headers=headers)
    if _knows(request, password):
        return None
    if "Authorization" in request.headers:
        WRONG_PASSWORDS.count(request)
    return _ask()


def _ask() -> HttpResponse:
    headers = {"WWW-Authenticate": 'Basic realm="newsportal", charset="UTF-8"'}
    return HttpResponse(get_template("401.html").render({}), status=401, headers=headers)
