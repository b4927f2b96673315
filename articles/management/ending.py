"""How commands end when the ground is gone: one clear line instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from articles.actions.importing import RunEnded, ended_plainly


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell of a database that is away and of a full disk in one line, with exit status 1; a block, or a decorator."""
    try:
        with ended_plainly():
            yield
    except RunEnded as error:
        raise CommandError(str(error)) from error
