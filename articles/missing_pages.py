"""Notes which addresses readers asked for in vain; editors find them in the newsroom.

Requests are counted in memory and written together, at most once a minute in each process: a flood of wrong addresses
is a few queries, and a database that is busy keeps nobody waiting. Of a request only the address is kept; neither who
asked nor what else stood in it. What attackers' scanners ask for, and what looks like a person's data, is not noted.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from articles.models import MissingPage
from articles.text.addresses import address_keys

logger = logging.getLogger(__name__)

MAX_LENGTH = 300
MAX_WAITING = 500
SECONDS = 60.0

# How old systems number their pages; other parts of a query may tell who asks.
_PAGE_QUERY = re.compile(
    r"(?:p|page_id|id|aid|tid|cid|cat|newsid|news_id|articleid|article_id|classid)=[0-9]{1,9}", re.ASCII | re.IGNORECASE
)
_PERSONAL = re.compile(r"@|(?<![0-9])1[3-9][0-9]{9}(?![0-9])|(?<![0-9])[0-9]{17}[0-9xX](?![0-9])")
_SCANNER = re.compile(
    r"/\.|/(?:wp-(?:admin|login|content|includes|json|cron|config)|xmlrpc|phpmyadmin|pma|cgi-bin|vendor|actuator|boaform)"
    r"|\.(?:env|git|sql|bak|zip|gz|tar|rar|7z|ini|ya?ml|log|cgi|dll|exe|js|css|map|ico|png|jpe?g|gif|webp|svg|woff2?)$",
    re.IGNORECASE,
)


class MissingPages:
    """Counts addresses, and writes the counts when a minute is over."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hits: Counter[str] = Counter()
        self._written_at = monotonic() - SECONDS

    def note(self, request: HttpRequest) -> None:
        """Count a request that was answered with 404."""
        path = noted_path(request)
        if not path:
            return
        with self._lock:
            if path in self._hits or len(self._hits) < MAX_WAITING:
                self._hits[path] += 1
            if monotonic() - self._written_at < SECONDS:
                return
            self._written_at = monotonic()
            waiting, self._hits = self._hits, Counter()
        self._write(waiting)

    def flush(self) -> None:
        """Write what is counted so far."""
        with self._lock:
            waiting, self._hits = self._hits, Counter()
        self._write(waiting)

    def _write(self, waiting: Counter[str]) -> None:
        try:
            with _impatient(), transaction.atomic():
                MissingPage.objects.add_hits(waiting, on=timezone.localdate())
        except OperationalError:
            # The database is busy, with an import for example: the next minute will do.
            with self._lock:
                self._hits.update(dict(waiting.most_common(MAX_WAITING - len(self._hits))))
        except DatabaseError:
            logger.exception("the log of missing pages could not be written")


missing_pages = MissingPages()


def noted_path(request: HttpRequest) -> str:
    """Return what is noted of a request: its address in the spelling of redirects, "" where nothing is."""
    path = request.path_info
    if request.method not in {"GET", "HEAD"} or len(path) > MAX_LENGTH or path.startswith(_own_places()):
        return ""
    query = request.META.get("QUERY_STRING", "")
    keys = address_keys(path, query if _PAGE_QUERY.fullmatch(query) else "")
    key = keys[0] if keys else ""
    is_script = re.search(r"\.(?:php\d?|aspx?|jsp|do|action)$", key, re.IGNORECASE)
    return "" if is_script or key in {"", "/"} or _SCANNER.search(key) or _PERSONAL.search(key) else key


def _own_places() -> tuple[str, ...]:
    return (reverse("admin:index"), "/media/", "/static/", "/search/")


@contextmanager
def _impatient() -> Iterator[None]:
    """A reader's request does not wait for another writer."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 100")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
