"""Who asks: X-Forwarded headers count where the proxy is trusted, and nowhere else."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from articles.proxies import TrustedProxiesMiddleware, lockout_address, parse_address
from tests.factories import make_editor

PROXY, OTHER_PROXY, READER, STRANGER = "10.0.0.2", "10.0.0.3", "203.0.113.9", "198.51.100.7"


def seen(trusted: list[str], settings: Any, **headers: str) -> HttpRequest:
    """Return the request as the site sees it, behind the proxies that it trusts."""
    settings.TRUSTED_PROXIES = trusted
    settings.ALLOWED_HOSTS = ["testserver", "news.example"]
    requests: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse()

    TrustedProxiesMiddleware(answer)(RequestFactory().get("/", **headers))
    return requests[0]


SPOOFED = {
    "HTTP_X_FORWARDED_FOR": "127.0.0.1",
    "HTTP_X_FORWARDED_HOST": "news.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_FORWARDED": "for=127.0.0.1;proto=https",
    "HTTP_X_REAL_IP": "127.0.0.1",
}


@pytest.mark.parametrize("trusted", [[], [PROXY], ["unix"]])
def test_headers_of_a_stranger_are_gone(trusted, settings):
    request = seen(trusted, settings, REMOTE_ADDR=STRANGER, **SPOOFED)
    assert request.META["REMOTE_ADDR"] == STRANGER
    assert (request.scheme, request.get_host()) == ("http", "testserver")
    assert not [name for name in request.headers if "Forwarded" in name or "Real" in name]


def test_a_trusted_proxy_tells_client_host_and_scheme(settings):
    headers = {**SPOOFED, "HTTP_X_FORWARDED_FOR": READER}
    request = seen(["10.0.0.0/8"], settings, REMOTE_ADDR=PROXY, **headers)
    assert request.META["REMOTE_ADDR"] == READER
    assert (request.scheme, request.get_host()) == ("https", "news.example")


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        (f"127.0.0.1, {READER}", READER),  # the reader sent the left one
        (f"127.0.0.1, {READER}, {OTHER_PROXY}", READER),
        (f"{OTHER_PROXY}", OTHER_PROXY),
        (f"{READER}:4711", READER),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        (f"{READER}, <script>", PROXY),
        ("", PROXY),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(forwarded_for, client, settings):
    request = seen([PROXY, OTHER_PROXY], settings, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded_for)
    assert request.META["REMOTE_ADDR"] == client


def test_of_several_schemes_the_nearest_proxys_counts(settings):
    request = seen([PROXY], settings, REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO="https, http")
    assert request.scheme == "http"


def test_a_unix_socket_is_trusted_by_name(settings):
    request = seen(["unix"], settings, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=READER)
    assert request.META["REMOTE_ADDR"] == READER
    assert seen([], settings, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=READER).META["REMOTE_ADDR"] == ""


@pytest.mark.parametrize(
    ("text", "address"), [("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("unknown", None)]
)
def test_addresses_are_read_as_sockets_write_them(text, address):
    assert str(parse_address(text)) == str(address)


@pytest.mark.parametrize(
    ("peer", "counted"), [(READER, READER), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("", None)]
)
def test_wrong_passwords_are_counted_for_one_reader(peer, counted):
    assert lockout_address(RequestFactory().get("/", REMOTE_ADDR=peer)) == counted


def sign_in(username: str, password: str, **headers: str) -> int:
    form = {"username": username, "password": password}
    return Client().post("/admin/login/", form, **headers).status_code


@pytest.mark.django_db
def test_ten_wrong_passwords_lock_out_and_a_spoofed_address_does_not_help():
    editor = make_editor()
    answers = [
        sign_in(editor.username, "wrong", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
        for number in range(11)
    ]
    assert answers == [200] * 9 + [429] * 2
    locked = {"REMOTE_ADDR": STRANGER, "HTTP_X_FORWARDED_FOR": "192.0.2.99"}
    assert sign_in(editor.username, "long-enough-password", **locked) == 429


@pytest.mark.django_db
def test_the_owner_comes_in_from_elsewhere_and_after_a_quarter_of_an_hour(settings):
    editor = make_editor()
    for _number in range(15):
        sign_in(editor.username, "wrong", REMOTE_ADDR=STRANGER)
    assert sign_in(editor.username, "long-enough-password", REMOTE_ADDR=READER) == 302
    assert sign_in(editor.username, "long-enough-password", REMOTE_ADDR=STRANGER) == 429
    settings.AXES_COOLOFF_TIME *= 0  # the quarter of an hour is over
    assert sign_in(editor.username, "long-enough-password", REMOTE_ADDR=STRANGER) == 302


@pytest.mark.django_db
def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password():
    make_editor(username="knownname")
    pages = []
    for name in ("knownname", "othername"):
        page = Client().post("/admin/login/", {"username": name, "password": "wrong"}).content.decode()
        assert name in page
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(name, "NAME"))
    assert pages[0] == pages[1]
