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

ROBOTS = "noindex, nofollow"


class PrivateSiteMiddleware:
    """Asks for `SITE_PASSWORD` (any user name) where it is set; whoever is signed in to the newsroom passes.

    The newsroom asks for passwords of its own, and robots.txt must tell crawlers to stay away: both are open.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        password = site_password()
        if not password:
            return self.get_response(request)
        may_pass = _is_open(request.path) or _knows(request, password) or request.user.is_authenticated
        response = self.get_response(request) if may_pass else _ask()
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


def _ask() -> HttpResponse:
    headers = {"WWW-Authenticate": 'Basic realm="newsportal", charset="UTF-8"'}
    return HttpResponse(get_template("401.html").render({}), status=401, headers=headers)
