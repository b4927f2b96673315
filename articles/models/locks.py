"""Work that must not run twice at once, on one machine or on several that share a database."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


class AlreadyRunning(Exception):
    """Another process does this work at the moment."""


def has_one_writer() -> bool:
    """Whether a transaction that writes keeps all others from writing, as on SQLite."""
    return connection.vendor == "sqlite" and "memory" not in str(connection.settings_dict["NAME"])


def take_again(name: str) -> None:
    """Take the lock for a new connection, inside `exclusively`: PostgreSQL let it go with the old one."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_number(name)])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(name)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")


@contextmanager
def exclusively(name: str) -> Iterator[None]:
    """Run the block unless another process runs one of the same name on the same database; then raise AlreadyRunning.

    The lock goes with its holder, however that ends: PostgreSQL keeps it by session, the system by open file.
    """
    if connection.vendor == "postgresql":
        take_again(name)
        try:
            yield
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_number(name)])
        return
    database = str(connection.settings_dict["NAME"])
    in_memory = "memory" in database
    folder = Path(tempfile.gettempdir()) if in_memory else Path(database).resolve().parent
    # A database in memory belongs to its process, though others may call theirs by the same name.
    stem = f"newsportal-{os.getpid()}" if in_memory else Path(database).name
    with (folder / f"{stem}.{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(name) from None
        yield
