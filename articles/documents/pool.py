"""Worker processes that can be killed one by one: a hostile file costs its worker, not the run."""

import multiprocessing
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

SECONDS_PER_ITEM = 10.0
MEMORY_BYTES = 1024 * 1024 * 1024
_CHUNK = 8
_MODULES = ["articles.documents.preparing"]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Worker(Generic[Item]):
    process: Any
    pipe: Connection
    waiting: deque[tuple[int, Item]] = field(default_factory=deque)
    heard_at: float = 0.0


def run_in_workers(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int,
    lost: Callable[[Item, str], Result],
    seconds: float = SECONDS_PER_ITEM,
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the order of the items, worked out in `jobs` processes.

    An item that takes longer than `seconds`, needs more than a gigabyte or ends its process gives `lost(item, cause)`.
    `function`, items and results must be picklable; `function` must not touch the database.
    """
    # A fork server forks from a small process that holds neither our database connections nor our threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_MODULES)
    numbered = iter(enumerate(items))
    ready: dict[int, Result] = {}
    workers: list[_Worker[Item]] = []
    following, given = 0, 0
    again: deque[tuple[int, Item]] = deque()
    try:
        while True:
            # The window bounds what waits for a slow file in front of it.
            while len(workers) < jobs:
                workers.append(_start(context, function))
            for worker in workers:
                if not worker.waiting and (again or given - following < jobs * _CHUNK * 4):
                    chunk = _take(numbered, again)
                    given += sum(1 for number, _item in chunk if number >= given)
                    _give(worker, chunk)
            busy = [worker for worker in workers if worker.waiting]
            if not busy:
                return
            wait([worker.pipe for worker in busy], timeout=0.5)
            for worker in busy:
                cause = _collect(worker, ready, seconds)
                if cause:
                    number, item = worker.waiting.popleft()
                    ready[number] = lost(item, cause)
                    again.extend(worker.waiting)
                    _stop(worker)
                    workers.remove(worker)
            while following in ready:
                yield ready.pop(following)
                following += 1
    finally:
        for worker in workers:
            _stop(worker)


def _take(numbered: Iterator[tuple[int, Item]], again: deque[tuple[int, Item]]) -> list[tuple[int, Item]]:
    chunk: list[tuple[int, Item]] = []
    while again and len(chunk) < _CHUNK:
        chunk.append(again.popleft())
    while len(chunk) < _CHUNK:
        entry = next(numbered, None)
        if entry is None:
            break
        chunk.append(entry)
    return chunk


def _start(context: Any, function: Callable[[Any], Any]) -> _Worker[Any]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, function), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker[Item], chunk: list[tuple[int, Item]]) -> None:
    if chunk:
        worker.waiting.extend(chunk)
        worker.heard_at = time.monotonic()
        with suppress(OSError):  # it died; the next look at its pipe says so
            worker.pipe.send([item for _number, item in chunk])


def _collect(worker: _Worker[Any], ready: dict[int, Any], seconds: float) -> str:
    """Take what the worker has finished; return why it is lost, or an empty text."""
    try:
        while worker.waiting and worker.pipe.poll():
            result = worker.pipe.recv()
            number, _item = worker.waiting.popleft()
            ready[number] = result
            worker.heard_at = time.monotonic()
    except (EOFError, OSError):
        return "the process that read it ended (out of memory?)"
    if worker.waiting and time.monotonic() - worker.heard_at > seconds:
        return f"it took longer than {seconds:g} seconds"
    return ""


def _stop(worker: _Worker[Any]) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        while True:
            for item in pipe.recv():
                pipe.send(function(item))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
