"""Worker processes that can be killed one by one: a hostile file costs its worker, not the run."""

import gc
import multiprocessing
import pickle
import resource
import signal
import threading
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
# What a worker has in hand; what waits for it, so that it goes on while its results are used; what may wait for use.
_CHUNK = 8
_AHEAD = 160
_READY_BYTES = 24 * 1024 * 1024
_MODULES = ["articles.documents.preloading"]

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
    The workers go on while the caller uses a result; `items` is read in the caller's thread only.
    """
    crew = _Crew(function, jobs, lost, seconds)
    numbered = iter(items)
    following = given = 0
    ahead = jobs * _AHEAD
    taken: deque[Result] = deque()
    is_all = False
    thread = threading.Thread(target=crew.work, name="import-workers", daemon=True)
    thread.start()
    try:
        while True:
            # In gulps, so that the workers are rarely woken; the window bounds what waits for a slow file before it.
            if not is_all and given - following <= ahead // 2:
                fresh = list(islice(numbered, following + ahead - given))
                is_all = len(fresh) < following + ahead - given
                given += len(fresh)
                crew.give(fresh)
            if following == given:
                return
            if not taken:
                taken.extend(crew.take(following))
            following += 1
            yield taken.popleft()
    finally:
        crew.end()
        thread.join()


class _Crew(Generic[Item, Result]):
    """The workers, and the thread that hands them items and collects results while the caller does something else."""

    def __init__(
        self, function: Callable[[Item], Result], jobs: int, lost: Callable[[Item, str], Result], seconds: float
    ) -> None:
        self._function, self._jobs, self._lost, self._seconds = function, jobs, lost, seconds
        # A fork server forks from a small process that holds neither our database connections nor our threads.
        self._context: Any = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_MODULES)
        self._workers: list[_Worker[Item]] = []
        self._todo: deque[tuple[int, Item]] = deque()
        self._again: deque[tuple[int, Item]] = deque()
        self._ready: dict[int, tuple[Result, int]] = {}
        self._bytes = self._given = 0
        self._changed = threading.Condition()
        self._bell, self._ear = multiprocessing.Pipe()
        self._ended = False
        self._is_over = False

    # --- the caller's side

    def give(self, items: list[Item]) -> None:
        with self._changed:
            self._todo.extend(enumerate(items, self._given))
            self._given += len(items)
        self._ring()

    def take(self, following: int) -> list[Result]:
        """Wait for the result with the number `following`, and return it with those that follow it."""
        results = []
        with self._changed:
            while following not in self._ready:
                if self._is_over:
                    raise RuntimeError("the thread that looks after the workers failed")
                self._changed.wait(1)
            while following in self._ready:
                result, size = self._ready.pop(following)
                self._bytes -= size
                results.append(result)
                following += 1
        self._ring()
        return results

    def end(self) -> None:
        self._ended = True
        self._ring()

    def _ring(self) -> None:
        with suppress(OSError):
            if not self._ear.poll():
                self._bell.send_bytes(b"!")

    # --- the thread's side

    def work(self) -> None:
        try:
            while not self._ended:
                self._hand_out()
                busy = [worker for worker in self._workers if worker.waiting]
                wait([self._ear, *(worker.pipe for worker in busy)], timeout=min(0.5, self._seconds / 4))
                while self._ear.poll():
                    self._ear.recv_bytes()
                for worker in busy:
                    self._look_after(worker)
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()
            for worker in self._workers:
                _stop(worker)
            self._bell.close()
            self._ear.close()

    def _hand_out(self) -> None:
        while self._bytes < _READY_BYTES:
            free = next((each for each in self._workers if len(each.waiting) < _CHUNK), None)
            if free is None and len(self._workers) >= self._jobs:
                return
            with self._changed:
                source = self._again or self._todo
                chunk = [source.popleft() for _number in range(min(_CHUNK, len(source)))]
            if not chunk:
                return
            if free is None:
                free = _start(self._context, self._function)
                self._workers.append(free)
            _give(free, chunk)

    def _look_after(self, worker: _Worker[Item]) -> None:
        found: list[tuple[int, Result, int]] = []
        cause = _collect(worker, found, self._seconds)
        if cause:
            number, item = worker.waiting.popleft()
            found.append((number, self._lost(item, cause), 0))
            self._again.extend(worker.waiting)
            _stop(worker)
            self._workers.remove(worker)
        if found:
            with self._changed:
                for number, result, size in found:
                    self._ready[number] = result, size
                    self._bytes += size
                self._changed.notify_all()


def _start(context: Any, function: Callable[[Any], Any]) -> _Worker[Any]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, function), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker[Item], chunk: list[tuple[int, Item]]) -> None:
    if not worker.waiting:
        worker.heard_at = time.monotonic()
    worker.waiting.extend(chunk)
    with suppress(OSError):  # it died; the next look at its pipe says so
        worker.pipe.send([item for _number, item in chunk])


def _collect(worker: _Worker[Any], found: list[tuple[int, Any, int]], seconds: float) -> str:
    """Take what the worker has finished; return why it is lost, or an empty text."""
    try:
        while worker.waiting and worker.pipe.poll():
            data = worker.pipe.recv_bytes()
            results = pickle.loads(data)  # noqa: S301  # written by our own worker
            worker.heard_at = time.monotonic()
            if isinstance(results, _Broken):
                return results.cause
            if not worker.is_ready:
                worker.is_ready = True
                continue
            for result in results:
                number, _item = worker.waiting.popleft()
                found.append((number, result, len(data) // len(results)))
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
    # Ctrl-C reaches the whole group; the run decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError, OSError):  # some systems know the limit and cannot set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # What the fork server loaded stays shared: a collection would touch, and so copy, all of it.
    gc.freeze()
    try:
        pipe.send(None)  # ready
        while True:
            _answer(pipe, pipe.recv(), function)
    except (EOFError, BrokenPipeError):
        return
    except MemoryError as error:
        pipe.send(_Broken(f"it needs more than {MEMORY_BYTES // 1024 // 1024} MiB of memory"))
        raise SystemExit(1) from error
    except Exception as error:
        # Whatever it is, it costs this one item; the process ends, since nobody knows what state it is in.
        pipe.send(_Broken(f"the program that read it failed ({type(error).__name__})"))
        raise SystemExit(1) from error


def _answer(pipe: Connection, items: list[Any], function: Callable[[Any], Any]) -> None:
    """Send the results in order.

    `function.quick(item)`, where there is one, settles an item at once or returns None; such results are sent
    together. Nothing done is held back while an item is worked on: the first one unanswered is to blame for the end.
    """
    quick = getattr(function, "quick", None)
    done: list[Any] = []
    for item in items:
        settled = quick(item) if quick else None
        if settled is not None:
            done.append(settled)
            continue
        if done:
            pipe.send(done)
            done = []
        pipe.send([function(item)])
    if done:
        pipe.send(done)
