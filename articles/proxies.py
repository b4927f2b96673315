"""Who asks: the client's address, the host and the scheme, told by a proxy only where the site trusts that proxy.

`TRUSTED_PROXIES` lists addresses and networks. Whoever else sends X-Forwarded headers is not believed: they are gone
before anything else reads the request.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
_UNIX_SOCKET = "unix"  # a peer without an address
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_X_REAL_IP")
_ONE_READER_OF_IPV6 = 64


class TrustedProxiesMiddleware:
    """Settle REMOTE_ADDR, HTTP_HOST and HTTP_X_FORWARDED_PROTO; remove every other header of a proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusts_socket = _UNIX_SOCKET in settings.TRUSTED_PROXIES
        self.networks: list[IPv4Network | IPv6Network] = [
            ip_network(value) for value in settings.TRUSTED_PROXIES if value != _UNIX_SOCKET
        ]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        told = {name: meta.pop(name) for name in list(meta) if name.startswith(_FORWARDED)}
        if told and self._trusts(meta.get("REMOTE_ADDR", "")):
            # Each proxy adds to the right what it saw itself; what stands left of that, anybody may have sent.
            meta["REMOTE_ADDR"] = self._client(meta.get("REMOTE_ADDR", ""), told.get("HTTP_X_FORWARDED_FOR", ""))
            if host := _last(told.get("HTTP_X_FORWARDED_HOST", "")):
                meta["HTTP_HOST"] = host
            if scheme := _last(told.get("HTTP_X_FORWARDED_PROTO", "")):
                meta["HTTP_X_FORWARDED_PROTO"] = scheme.lower()
        return self.get_response(request)

    def _trusts(self, peer: str) -> bool:
        if not peer:
            return self.trusts_socket
        address = parse_address(peer)
        return address is not None and any(address in network for network in self.networks)

    def _client(self, peer: str, forwarded_for: str) -> str:
        """Return the nearest address that is no proxy of ours."""
        client = peer
        for entry in reversed(forwarded_for.split(",")):
            address = parse_address(entry)
            if address is None:
                break
            client = str(address)
            if not self._trusts(client):
                break
        return client


def parse_address(text: str) -> Address | None:
    """Return the address in `text`, which may carry a port; None where there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket for both families names an IPv4 client ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def lockout_address(request: HttpRequest) -> str | None:
    """Return the address that wrong passwords are counted for: one reader owns a whole /64 of IPv6."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if address is None:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, _ONE_READER_OF_IPV6), strict=False).network_address)
    return str(address)


def _last(values: str) -> str:
    return values.rpartition(",")[2].strip()
