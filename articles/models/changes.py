"""The signal that tells of changed articles, and the context manager that gathers several changes into one signal.

Lists, search and caches live in higher layers; they learn of a change by `articles_changed` only, inside the
transaction of the change.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.dispatch import Signal

# Sent with `ids`, a frozenset of article ids. A deleted article's id is among them.
articles_changed = Signal()
# Sent with `ids` before articles are deleted, while what hangs on them is still there.
articles_leaving = Signal()
# Sent with `section`, the id of a section that stands elsewhere now, and the paths that stood above it `before` and
# stand above it `after`. Its articles and those below it are in other lists now; they are not announced one by one.
section_moved = Signal()

_gathered: ContextVar[set[int] | None] = ContextVar("gathered_article_ids", default=None)


def announce(ids: Iterable[int]) -> None:
    """Tell the receivers that these articles changed: now, or at the end of the surrounding `gather_changes`.

    Call it inside the transaction that changes them.
    """
    ids = frozenset(ids)
    if not ids:
        return
    gathered = _gathered.get()
    if gathered is None:
        articles_changed.send(sender=None, ids=ids)
    else:
        gathered.update(ids)


def announce_leaving(ids: Iterable[int]) -> None:
    """Tell the receivers that these articles are about to be deleted, and gather their ids for `articles_changed`."""
    ids = frozenset(ids)
    if ids:
        articles_leaving.send(sender=None, ids=ids)
        announce(ids)


@contextmanager
def gather_changes() -> Iterator[None]:
    """Run the block in one transaction and send what it announces as one signal, before the transaction ends.

    A form that writes an article, its sections and its tags changes one article many times; the lists are then
    rebuilt once. Inside another `gather_changes` it leaves the sending to the outer one.
    """
    if _gathered.get() is not None:
        yield
        return
    ids: set[int] = set()
    with transaction.atomic():
        token = _gathered.set(ids)
        try:
            yield
        finally:
            _gathered.reset(token)
        announce(ids)
