"""What a run does when the ground shakes: a database that goes away is waited for, a full disk ends the run."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from articles.models.locks import take_again

PATIENCE = 120.0  # seconds
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_GONE_STATES = frozenset({"57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006"})

Result = TypeVar("Result")


class RunEnded(Exception):
    """The run cannot go on; the text says why and what to do. What was written stays, nothing is half done."""


def persistently(work: Callable[[], Result], *, lock: str, patience: float | None = None) -> Result:
    """Return `work()`; if the database goes away, wait for it, take the lock again and do the work again.

    `work` is one transaction. Raises RunEnded when the database does not come back in time, when another run took
    over, or when its disk is full; every other error is the caller's.
    """
    until: float | None = None
    attempt = 0
    while True:
        try:
            return work()
        except (DatabaseError, InterfaceError) as error:
            if is_full(error):
                give_up_full("the database's disk", error)
            if not is_gone(error):
                raise
            now = time.monotonic()
            until = until or now + (PATIENCE if patience is None else patience)
            _come_back(until, error, lock, _PAUSES[min(attempt, len(_PAUSES) - 1)])
            attempt += 1


@contextmanager
def ended_plainly() -> Iterator[None]:
    """Turn the absence of the database, and a full disk, into `RunEnded`, wherever in the block it is met."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        if is_full(error):
            give_up_full("the database's disk", error)
        if is_gone(error):
            give_up(error)
        raise
    except OSError as error:
        if error.errno in FULL:
            give_up_full("the disk", error)
        raise


def _come_back(until: float, error: Exception, lock: str, pause: float) -> None:
    """Wait until the database answers, and hold the lock again."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            give_up(error)
        time.sleep(min(pause, left))
        try:
            connection.close()
            connection.ensure_connection()
            take_again(lock)
        except (OperationalError, InterfaceError) as again:
            error = again
        else:
            return


def give_up(error: Exception) -> NoReturn:
    """End the run: the database does not come back."""
    advice = "run it again when it is back, nothing is done twice"
    raise RunEnded(f"the database is away ({_first_line(error)}); {advice}") from error


def give_up_full(what: str, error: Exception) -> NoReturn:
    """End the run: there is no room."""
    raise RunEnded(
        f"{what} is full ({_first_line(error)}); make room and run it again, nothing is done twice"
    ) from error


def is_gone(error: BaseException) -> bool:
    """Whether the error says that the database was not there, or was kept by somebody else for too long."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if connection.vendor == "postgresql":
        state = getattr(error.__cause__, "pgcode", None)
        # Without a state it is the client that found the connection broken, or could not make one.
        return state is None or state in _GONE_STATES
    text = str(error)
    return "locked" in text or "unable to open" in text


def is_full(error: BaseException) -> bool:
    """Whether the database says that its disk is full."""
    state = getattr(error.__cause__, "pgcode", None)
    return state == "53100" or "disk is full" in str(error) or "No space left on device" in str(error)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0][:200]
