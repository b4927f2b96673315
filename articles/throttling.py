"""Counts what an address does in a running stretch of time, in the cache that all processes share.

The stretches are those of the clock, so nobody waits longer than one. On the database's cache two requests of one
moment may count as one.
"""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from articles.proxies import lockout_address


class Throttle:
    """How often an address may do something in `seconds`; `name` tells one from another."""

    def __init__(self, name: str, *, most: int, seconds: int) -> None:
        self.name, self.most, self.seconds = name, most, seconds

    def count(self, request: HttpRequest) -> None:
        """Count one more for the address of `request`."""
        key = self._key(request)
        if cache.add(key, 1, 2 * self.seconds):
            return
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two
            cache.add(key, 1, 2 * self.seconds)

    def is_reached(self, request: HttpRequest) -> bool:
        """Whether the address of `request` has used up what it may do."""
        return int(cache.get(self._key(request), 0)) >= self.most

    def seconds_left(self) -> int:
        """Seconds to the end of the running stretch."""
        return self.seconds - int(timezone.now().timestamp()) % self.seconds

    def _key(self, request: HttpRequest) -> str:
        stretch = int(timezone.now().timestamp()) // self.seconds
        return f"{self.name}-{lockout_address(request)}-{stretch}"
