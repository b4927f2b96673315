"""The headers that a browser's own walls hang on: they stand on every answer, errors included."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import Client
from django.urls import include, path

from articles.text.embeds import PLAYER_HOSTS
from tests.factories import make_editor


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of ours")


def page_with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template('<script nonce="{{ request.csp_nonce }}"></script>').render(RequestContext(request)))


urlpatterns = [
    path("broken/", broken),
    path("page-with-nonce/", page_with_nonce),
    path("", include("newsportal.urls")),
]
handler400 = "articles.views.errors.bad_request"
handler403 = "articles.views.errors.forbidden"
handler404 = "articles.views.errors.not_found"
handler500 = "articles.views.errors.server_error"

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' https: data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": " ".join(PLAYER_HOSTS),
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(response: Any) -> dict[str, str]:
    parts = (part.partition(" ") for part in response.headers["Content-Security-Policy"].split("; "))
    return {name: values for name, _space, values in parts}


def post_without_token() -> Any:
    return Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})


ANSWERS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "a page": (200, lambda client: client.get("/")),
    "a text": (200, lambda client: client.get("/robots.txt")),
    "a feed": (200, lambda client: client.get("/feed/")),
    "the sign-in": (200, lambda client: client.get("/admin/login/")),
    "a probe": (200, lambda client: client.get("/healthz")),
    "a redirect of the admin": (302, lambda client: client.get("/admin/")),
    "a redirect to the language": (302, lambda client: client.get("/?lang=en")),
    "a permanent redirect": (301, lambda client: client.get("/feed")),
    "a wrong host": (400, lambda client: client.get("/", headers={"host": "evil.example"})),
    "a form without token": (403, lambda client: post_without_token()),
    "nothing there": (404, lambda client: client.get("/nothing/there/")),
    "no picture": (404, lambda client: client.get("/media/images/none.jpg")),
    "a wrong method": (405, lambda client: client.post("/robots.txt")),
    "a fault of ours": (500, lambda client: client.get("/broken/")),
}


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_carries_the_headers(answer, client):
    status, ask = ANSWERS[answer]
    response = ask(client)
    assert response.status_code == status
    assert policy(response) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_a_static_file_carries_the_headers(settings, tmp_path):
    (tmp_path / "site.css").write_text("body {}")
    settings.STATIC_ROOT = tmp_path
    response = Client().get("/static/site.css")
    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"body {}")
    assert policy(response) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_way_to_https_names_the_sites_own_host_and_carries_the_headers(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "news.example"
    response = Client().get("/robots.txt?x=1", headers={"host": "evil.example"})
    assert (response.status_code, response.headers["Location"]) == (301, "https://news.example/robots.txt?x=1")
    assert policy(response) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_hsts_stands_on_answers_over_https_only(settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    assert Client().get("/healthz", secure=True).headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in Client().get("/healthz").headers


@pytest.mark.django_db
def test_the_page_of_a_fault_shows_nothing_of_the_inside(client):
    text = client.get("/broken/").content.decode()
    assert "a fault of ours" not in text
    assert "Traceback" not in text


@pytest.mark.django_db
def test_a_page_that_asks_for_a_nonce_gets_it_and_no_other_page_does(client):
    response = client.get("/page-with-nonce/")
    nonce = re.search(r'nonce="([^"]{20,})"', response.content.decode())[1]
    assert policy(response)["script-src"] == f"'self' 'nonce-{nonce}'"
    assert policy(client.get("/robots.txt"))["script-src"] == "'self'"


def cookies(client: Client) -> dict[str, tuple[Any, ...]]:
    return {
        name: (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"], cookie["path"], cookie["domain"])
        for name, cookie in client.cookies.items()
    }


@pytest.mark.django_db
def test_cookies_of_an_editor_are_for_this_host_and_for_https_alone(settings):
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    sign_in(client, make_editor().username, secure=True)
    strict = (True, True, "Lax", "/", "")
    assert cookies(client) == {"__Host-sessionid": strict, "__Host-csrftoken": strict}


@pytest.mark.django_db
def test_an_editor_signs_in_over_plain_http_too():
    client = Client()
    sign_in(client, make_editor().username)
    assert cookies(client) == dict.fromkeys(("sessionid", "csrftoken"), (False, True, "Lax", "/", ""))
    assert client.get("/admin/").status_code == 200


def sign_in(client: Client, username: str, **extra: Any) -> None:
    form = {"username": username, "password": "long-enough-password"}
    assert client.post("/admin/login/", form, **extra).status_code == 302


@pytest.mark.django_db
def test_signing_in_changes_the_key_of_the_session():
    client = Client()
    session = client.session
    session["before"] = "kept by an attacker"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, make_editor().username)
    assert client.cookies["sessionid"].value != session.session_key


@pytest.mark.django_db
def test_a_new_password_ends_the_other_sessions():
    editor, client = make_editor(), Client()
    sign_in(client, editor.username)
    assert client.get("/admin/").status_code == 200
    editor.set_password("another-long-password")
    editor.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/robots.txt", "/feed/", "/nothing/there/"])
def test_readers_get_no_cookie(address):
    assert not Client().get(address).cookies
