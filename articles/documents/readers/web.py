"""Pictures from other hosts. The addresses are hostile: nothing but the open web on its two ports is ever reached.

A host's name is looked up once, all its addresses are checked, and the connection goes to a checked address; a second
answer of the name server changes nothing. Each redirect goes through the same.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

MAX_BYTES = 20 * 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]


class FetchFailed(Exception):
    """A picture cannot be had; the text says why, in one line. `is_final`: trying again is of no use."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


def is_open_web(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, local, reserved, nor a tunnel to such a one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_open_web(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a host. Raises FetchFailed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"the host {host[:100]} is not found", is_final=False) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may cost: bytes (also unpacked), seconds altogether and to connect, redirects."""

    max_bytes: int = MAX_BYTES
    seconds: float = 30.0
    connect_seconds: float = 5.0
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class WebReader:
    """Reads from the web. Tests give other ports, another name server and other rules about addresses."""

    limits: Limits = Limits()
    resolve: Resolve = resolve
    is_allowed: Callable[[str], bool] = is_open_web
    ports: frozenset[int] = frozenset({80, 443})
    tls: ssl.SSLContext | None = None

    def read(self, address: str) -> bytes:
        """Return the bytes at an http or https address. Raises FetchFailed."""
        deadline = time.monotonic() + self.limits.seconds
        for _hop in range(self.limits.redirects + 1):
            try:
                result = self._ask(address, deadline)
            except TimeoutError as error:
                raise FetchFailed("it took too long", is_final=False) from error
            except (ssl.SSLCertVerificationError, ssl.CertificateError) as error:
                raise FetchFailed("the host's certificate is not valid", is_final=True) from error
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise FetchFailed(f"the connection failed ({type(error).__name__})", is_final=False) from error
            if isinstance(result, bytes):
                return result
            address = result
        raise FetchFailed(f"more than {self.limits.redirects} redirects", is_final=True)

    def _ask(self, address: str, deadline: float) -> bytes | str:
        """Return the bytes, or the address that the host redirects to."""
        scheme, host, port, target = self._parts(address)
        addresses = self.resolve(host, port)
        if not addresses or not all(self.is_allowed(ip) for ip in addresses):
            raise FetchFailed(f"the host {host[:100]} is not one of the open web", is_final=True)
        connection = socket.create_connection((addresses[0], port), timeout=self._left(deadline, connecting=True))
        try:
            if scheme == "https":
                context = self.tls or ssl.create_default_context()
                connection = context.wrap_socket(connection, server_hostname=host)
            shown = f"[{host}]" if ":" in host else host
            named = shown if port == {"http": 80, "https": 443}[scheme] else f"{shown}:{port}"
            lines = [f"GET {target} HTTP/1.1", f"Host: {named}", "User-Agent: newsportal (picture import)",
                     "Accept: image/*", "Accept-Encoding: identity", "Connection: close", "", ""]  # fmt: skip
            connection.settimeout(self._left(deadline))
            connection.sendall("\r\n".join(lines).encode("ascii"))
            response = http.client.HTTPResponse(_Timed(connection, deadline))  # type: ignore[arg-type]
            response.begin()
            if response.status in _REDIRECTS:
                return urljoin(address, (response.getheader("Location") or "").strip())
            if response.status != 200:
                is_final = response.status not in _PASSING
                raise FetchFailed(f"the host answers {response.status}", is_final=is_final)
            return self._body(response)
        finally:
            connection.close()

    def _parts(self, address: str) -> tuple[str, str, int, str]:
        """Return scheme, host, port and request target. Raises FetchFailed for what is no plain web address."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
            host = host if host.isascii() else host.encode("idna").decode("ascii")
        except (ValueError, UnicodeError) as error:
            raise FetchFailed("this is no address", is_final=True) from error
        if parts.scheme not in {"http", "https"} or not host:
            raise FetchFailed("this is no http address", is_final=True)
        if parts.username is not None or parts.password is not None:
            raise FetchFailed("the address holds a name or password", is_final=True)
        port = port or {"http": 80, "https": 443}[parts.scheme]
        if port not in self.ports:
            raise FetchFailed(f"port {port} is not one of the web's", is_final=True)
        if any(ord(char) <= 32 or ord(char) == 127 for char in host):
            raise FetchFailed("this is no address", is_final=True)
        # What is encoded already stays; blanks and Hanzi are encoded, so nothing can end the request's line.
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        return parts.scheme, host, port, f"{target}?{query}" if query else target

    def _left(self, deadline: float, *, connecting: bool = False) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.limits.connect_seconds) if connecting else left

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """Read the body, unpacked. What comes counts, not what the headers promise."""
        length = response.getheader("Content-Length") or ""
        if length.isascii() and length.isdigit() and int(length) > self.limits.max_bytes:
            raise self._too_large()
        packing = (response.getheader("Content-Encoding") or "identity").strip().lower()
        parts, size = [], 0
        for part in _unpacked(_chunks(response), packing, self.limits.max_bytes):
            size += len(part)
            if size > self.limits.max_bytes:
                raise self._too_large()
            parts.append(part)
        if not size:
            raise FetchFailed("the answer is empty", is_final=False)
        return b"".join(parts)

    def _too_large(self) -> FetchFailed:
        return FetchFailed(f"it is larger than {self.limits.max_bytes // 1024 // 1024} MiB", is_final=True)


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read(_CHUNK):
        yield chunk


def _unpacked(chunks: Iterator[bytes], packing: str, limit: int) -> Iterator[bytes]:
    """Unpack piece by piece: a bomb is never unpacked whole."""
    if packing == "identity":
        yield from chunks
        return
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise FetchFailed(f"it is packed by {packing[:20]!r}", is_final=True)
    machine = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for chunk in chunks:
            while chunk:
                yield machine.decompress(chunk, _CHUNK)
                chunk = machine.unconsumed_tail
    except zlib.error as error:
        raise FetchFailed("it is packed wrongly", is_final=False) from error


class _Timed:
    """A socket whose every read ends by the deadline: a host that drips costs no more than one that is silent."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline

    def makefile(self, mode: str) -> Any:
        return io.BufferedReader(_TimedBytes(self._connection, self._deadline), _CHUNK)


class _TimedBytes(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)
