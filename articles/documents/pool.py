"""Worker processes that can be killed one by one: a hostile file costs its worker, not the run."""

import multiprocessing
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

SECONDS_PER_ITEM = 10.0
START_SECONDS = 60.0
MEMORY_BYTES = 512 * 1024 * 1024
_CHUNK = 8
_MODULES = ["articles.documents.preparing"]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Worker(Generic[Item]):
    process: Any
    pipe: Connection
    is_ready: bool = False
    waiting: deque[tuple[int, Item]] = field(default_factory=deque)
    heard_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Broken:
    """What a worker says before it ends: `function` raised."""

    cause: str


def run_in_workers(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int,
    lost: Callable[[Item, str], Result],
    seconds: float = SECONDS_PER_ITEM,
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the order of the items, worked out in up to `jobs` processes.

    An item that takes longer than `seconds`, needs more memory than MEMORY_BYTES, raises or ends its process gives
    `lost(item, cause)`. `function`, items and results must be picklable; `function` must not touch the database.
    """
    # A fork server forks from a small process that holds neither our database connections nor our threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_MODULES)
    queue = _Queue(items)
    ready: dict[int, Result] = {}
    workers: list[_Worker[Item]] = []
    following = 0
    try:
        while True:
            # The window bounds what waits for a slow file in front of it.
            while chunk := queue.take(before=following + jobs * _CHUNK * 4, free=_has_room(workers, jobs)):
                worker = next((each for each in workers if not each.waiting), None)
                if worker is None:
                    worker = _start(context, function)
                    workers.append(worker)
                _give(worker, chunk)
            busy = [worker for worker in workers if worker.waiting]
            if not busy:
                return
            wait([worker.pipe for worker in busy], timeout=min(0.5, seconds / 4))
            for worker in busy:
                cause = _collect(worker, ready, seconds)
                if cause:
                    number, item = worker.waiting.popleft()
                    ready[number] = lost(item, cause)
                    queue.put_back(worker.waiting)
                    _stop(worker)
                    workers.remove(worker)
            while following in ready:
                yield ready.pop(following)
                following += 1
    finally:
        for worker in workers:
            _stop(worker)


class _Queue(Generic[Item]):
    """The items with their numbers; what a lost worker left undone comes first."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._fresh = iter(enumerate(items))
        self._again: deque[tuple[int, Item]] = deque()
        self._given = 0

    def take(self, *, before: int, free: bool) -> list[tuple[int, Item]]:
        """Return the next items, none where nobody is free; a fresh one only if its number is less than `before`."""
        if not free:
            return []
        if self._again:
            return [self._again.popleft() for _number in range(min(_CHUNK, len(self._again)))]
        chunk = list(islice(self._fresh, _CHUNK)) if self._given < before else []
        self._given += len(chunk)
        return chunk

    def put_back(self, entries: Iterable[tuple[int, Item]]) -> None:
        self._again.extend(entries)


def _has_room(workers: list[_Worker[Any]], jobs: int) -> bool:
    return len(workers) < jobs or any(not worker.waiting for worker in workers)


def _start(context: Any, function: Callable[[Any], Any]) -> _Worker[Any]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, function), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker[Item], chunk: list[tuple[int, Item]]) -> None:
    worker.waiting.extend(chunk)
    worker.heard_at = time.monotonic()
    with suppress(OSError):  # it died; the next look at its pipe says so
        worker.pipe.send([item for _number, item in chunk])


def _collect(worker: _Worker[Any], ready: dict[int, Any], seconds: float) -> str:
    """Take what the worker has finished; return why it is lost, or an empty text."""
    try:
        while worker.waiting and worker.pipe.poll():
            result = worker.pipe.recv()
            worker.heard_at = time.monotonic()
            if isinstance(result, _Broken):
                return result.cause
            if worker.is_ready:
                number, _item = worker.waiting.popleft()
                ready[number] = result
            worker.is_ready = True
    except (EOFError, OSError):
        return "the process that read it ended"
    # A busy machine may take its time to start a process; the file is not to blame.
    allowed = seconds if worker.is_ready else max(seconds, START_SECONDS)
    if worker.waiting and time.monotonic() - worker.heard_at > allowed:
        return f"it took longer than {seconds:g} seconds"
    return ""


def _stop(worker: _Worker[Any]) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
    with suppress(ValueError, OSError):  # some systems know the limit and cannot set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        pipe.send(None)  # ready
        while True:
            for item in pipe.recv():
                pipe.send(function(item))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except MemoryError as error:
        pipe.send(_Broken(f"it needs more than {MEMORY_BYTES // 1024 // 1024} MiB of memory"))
        raise SystemExit(1) from error
    except Exception as error:
        # Whatever it is, it costs this one item; the process ends, since nobody knows what state it is in.
        pipe.send(_Broken(f"the program that read it failed ({type(error).__name__})"))
        raise SystemExit(1) from error
