"""Counts what readers ask for in vain: in memory, written together at most once a minute in each process.

A flood of wrong requests is then a few queries, and a database that is busy keeps nobody waiting. What is counted is a
text without anybody's data; who asked is never kept.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from threading import Lock
from time import monotonic

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

MAX_WAITING = 500
SECONDS = 60.0

# Mail addresses, Chinese mobile numbers and identity cards.
_PERSONAL = re.compile(r"@|(?<![0-9])1[3-9][0-9]{9}(?![0-9])|(?<![0-9])[0-9]{17}[0-9xX](?![0-9])")


def looks_personal(text: str) -> bool:
    """Whether a text may hold a person's data."""
    return _PERSONAL.search(text) is not None


class HitLog:
    """Counts texts, and hands the counts with the day to `write` when a minute is over."""

    def __init__(self, name: str, write: Callable[[Mapping[str, int], date], None]) -> None:
        self._name, self._write_hits = name, write
        self._lock = Lock()
        self._hits: Counter[str] = Counter()
        self._written_at = monotonic() - SECONDS

    def count(self, text: str) -> None:
        """Count one; "" counts nothing."""
        if not text:
            return
        with self._lock:
            if text in self._hits or len(self._hits) < MAX_WAITING:
                self._hits[text] += 1
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
                self._write_hits(waiting, timezone.localdate())
        except OperationalError:
            # The database is busy, with an import for example: the next minute will do.
            with self._lock:
                self._hits.update(dict(waiting.most_common(MAX_WAITING - len(self._hits))))
        except DatabaseError:
            logger.exception("the log of %s could not be written", self._name)


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
