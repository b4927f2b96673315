"""Pictures are read from the open web only, and at bounded cost."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from articles.documents.readers.web import FetchFailed, Limits, WebReader, is_open_web

PICTURE = b"\x89PNG picture"


@dataclass
class FakeWeb:
    """A server on this machine, and a reader for which its port and address are the web."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)

    def url(self, path: str, host: str = "img.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def reader(self, **values: Any) -> WebReader:
        limits = Limits(max_bytes=100_000, seconds=4, connect_seconds=3)
        reader = WebReader(limits, self.look_up, lambda address: address == "127.0.0.1", frozenset({self.port}))
        return replace(reader, **values)

    @staticmethod
    def look_up(host: str, port: int) -> list[str]:
        return {"inside.example": ["10.0.0.1"], "both.example": ["127.0.0.1", "10.0.0.1"]}.get(host, ["127.0.0.1"])


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    fake = FakeWeb(0)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            fake.asked.append((self.headers["Host"], self.path))
            with suppress(OSError):  # the reader hung up
                answer_request(self, fake)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


def answer_request(handler: Any, fake: FakeWeb) -> None:
    path = handler.path
    packed = {"Content-Encoding": "gzip"}
    if path in {"/endless", "/drip", "/drip-header"}:
        pour(handler, path)
        return
    status, body, headers = {
        "/gzip": (200, gzip.compress(PICTURE), packed),
        "/bomb": (200, gzip.compress(bytes(50_000_000)), packed),
        "/large": (200, b"x" * 100_001, {}),
        "/hop/0": (200, PICTURE, {}),
    }.get(path, (200, PICTURE, {}))
    if path.startswith("/to/"):
        status, body, headers = 302, b"", {"Location": path[4:]}
    elif path.startswith("/hop/") and path != "/hop/0":
        status, body, headers = 301, b"", {"Location": f"/hop/{int(path[5:]) - 1}"}
    elif path[1:].isdigit():
        status = int(path[1:])
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def pour(handler: Any, path: str) -> None:
    handler.send_response(200)
    if path == "/drip-header":
        handler.flush_headers()
        for number in range(200):
            handler.wfile.write(f"X-{number}: y\r\n".encode())
            time.sleep(0.1)
    handler.end_headers()
    for _number in range(10_000):
        handler.wfile.write(b"x" * 1000 if path == "/endless" else b"x")
        if path == "/drip":
            time.sleep(0.1)


def test_a_picture_is_read_also_packed_and_after_three_redirects(web):
    for path in ("/a.png", "/gzip", "/hop/3", "/to//a.png"):
        assert web.reader().read(web.url(path)) == PICTURE
    assert web.asked[0] == (f"img.example:{web.port}", "/a.png")


def test_hanzi_and_blanks_in_an_address_are_encoded(web):
    web.reader().read(web.url("/图 片.png?名=值&b=%E6"))
    assert web.asked[0][1] == "/%E5%9B%BE%20%E7%89%87.png?%E5%90%8D=%E5%80%BC&b=%E6"


def test_an_address_cannot_smuggle_a_second_request(web):
    web.reader().read(web.url("/a\r\nX-Evil: 1\r\n\r\nGET /b"))
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "path",
    ["/hop/4", "/bomb", "/large", "/endless", "/404", "/403", "/to/file:///etc/passwd", "/to/gopher://img.example/",
     "/to/http://user:word@img.example/", "/to/http://inside.example/", "/to/http://img.example:1/", "/to/http://["],
)  # fmt: skip
def test_what_breaks_a_limit_fails(web, path):
    path = path.replace("inside.example/", f"inside.example:{web.port}/")
    with pytest.raises(FetchFailed):
        web.reader().read(web.url(path))


@pytest.mark.parametrize("path", ["/drip", "/drip-header"])
def test_a_host_that_drips_is_given_up_in_time(web, path):
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="too long") as failure:
        web.reader().read(web.url(path))
    assert time.monotonic() - started < 10  # the whole drip takes 20
    assert not failure.value.is_final


@pytest.mark.parametrize(("status", "is_final"), [(404, True), (410, True), (429, False), (503, False)])
def test_only_what_may_pass_is_worth_another_try(web, status, is_final):
    with pytest.raises(FetchFailed) as failure:
        web.reader().read(web.url(f"/{status}"))
    assert failure.value.is_final == is_final


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.example:{port}/",
        "http://both.example:{port}/",  # one of its addresses is inside
        "http://user@img.example:{port}/",
        "http://img.example:22/",
        "https://img.example:8443/",
        "file:///etc/passwd",
        "gopher://img.example/",
        "//img.example/a.png",
        "http:///a.png",
        "http://img.example:99999/",
        "http://[::1",
        "",
    ],
)
def test_no_connection_is_made_where_none_is_allowed(web, monkeypatch, url):
    made: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: made.append(args))
    with pytest.raises(FetchFailed) as failure:
        web.reader().read(url.format(port=web.port))
    assert failure.value.is_final
    assert made == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::]", "10.1.2.3",
     "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "[::ffff:127.0.0.1]", "[fe80::1]", "[fc00::1]",
     "224.0.0.1", "255.255.255.255", "localhost.", "127.0.0.1."],
)  # fmt: skip
def test_the_real_rules_reach_nothing_of_this_machine_or_its_network(monkeypatch, host):
    made: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: made.append(args))
    with pytest.raises(FetchFailed):
        WebReader().read(f"http://{host}/latest/meta-data/")
    assert made == []


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::ffff:10.0.0.1", False),
        ("fec0::1", False),
        ("0.0.0.0", False),  # noqa: S104 (not bound to)
        ("198.18.0.1", False),
        ("192.0.2.1", False),
        ("240.0.0.1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_open(address, is_open):
    assert is_open_web(address) == is_open


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    made: list[Any] = []

    def refuse(address: Any, timeout: float) -> Any:
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(FetchFailed):
        WebReader(resolve=lambda host, port: next(answers)).read("http://rebinding.example/")
    assert made == [("93.184.216.34", 80)]


def test_a_redirect_is_looked_up_and_checked_anew(web):
    answers = {"img.example": ["127.0.0.1"], "evil.example": ["169.254.169.254"]}
    reader = web.reader(resolve=lambda host, port: answers[host])
    with pytest.raises(FetchFailed, match="open web"):
        reader.read(web.url(f"/to/http://evil.example:{web.port}/"))
    assert len(web.asked) == 1
