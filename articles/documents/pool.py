"""Worker processes that can be killed one by one: a hostile file costs its worker, not the run."""

import gc
import multiprocessing
import os
import pickle
import resource
import selectors
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

SECONDS_PER_ITEM = 10.0
START_SECONDS = 60.0
MEMORY_BYTES = 512 * 1024 * 1024
# Workers make room for those who are waited for: the one writer, the database, the processes of the site.
_NICENESS = 5
# What may wait for use.
_READY_BYTES = 16 * 1024 * 1024
_MODULES = ["articles.documents.preloading"]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Load:
    """What a worker is given: items at a time, items in hand below which it gets more, items ahead of their use.

    A light worker loads what `function` needs and nothing else; others are forked from a process that has loaded all
    that reading an article takes.
    """

    at_once: int = 8
    in_hand: int = 24
    ahead: int = 160
    is_light: bool = False


ARTICLES = Load()
# An item stands for many files that are only looked at.
GLANCES = Load(at_once=1, in_hand=3, ahead=6, is_light=True)


@dataclass(slots=True)
class _Worker(Generic[Item]):
    process: Any
    pipe: Connection
    is_ready: bool = False
    waiting: deque[tuple[int, Item]] = field(default_factory=deque)
    heard_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Settled(Generic[Result]):
    """A result that no worker packed."""

    result: Result


# What a message of a worker is: it can begin, a packed result, or why it ends.
_READY, _RESULT, _BROKEN = b"+", b".", b"!"


def run_in_workers(
    function: Callable[[Any], Result],
    items: Iterable[Item],
    *,
    jobs: int,
    lost: Callable[[Item, str], Result],
    seconds: float = SECONDS_PER_ITEM,
    at_once: Callable[[Item], Result | None] = lambda item: None,
    load: Load = ARTICLES,
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the order of the items, worked out in up to `jobs` processes.

    An item that takes longer than `seconds`, needs more memory than MEMORY_BYTES, raises or ends its process gives
    `lost(item, cause)`. `function`, items and results must be picklable; `function` must not touch the database.
    An item of which `at_once` returns a result goes to no worker. The workers go on while the caller uses a result;
    `items` is read in the caller's thread only.
    """
    crew = _Crew(function, jobs, lost, seconds, load)
    numbered = iter(items)
    following = given = 0
    ahead = jobs * load.ahead
    taken: deque[bytes | _Settled[Result]] = deque()
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
                crew.give(fresh, list(map(at_once, fresh)))
            if following == given:
                return
            if not taken:
                taken.extend(crew.take(following))
            following += 1
            packed = taken.popleft()
            # Unpacked when it is used: packed it takes less room, and this is the thread that has the time.
            yield packed.result if isinstance(packed, _Settled) else pickle.loads(packed)  # noqa: S301  # our own
    finally:
        crew.end()
        thread.join()


class _Crew(Generic[Item, Result]):
    """The workers, and the thread that hands them items and collects results while the caller does something else."""

    def __init__(
        self,
        function: Callable[[Any], Result],
        jobs: int,
        lost: Callable[[Item, str], Result],
        seconds: float,
        load: Load,
    ) -> None:
        self._function, self._jobs, self._lost, self._seconds, self._load = function, jobs, lost, seconds, load
        if load.is_light:
            self._context: Any = multiprocessing.get_context("spawn")
        else:
            # A fork server forks from a small process that holds neither our database connections nor our threads.
            self._context = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload(_MODULES)
        self._workers: list[_Worker[Item]] = []
        self._todo: deque[tuple[int, Item]] = deque()
        self._again: deque[tuple[int, Item]] = deque()
        self._ready: dict[int, bytes | _Settled[Result]] = {}
        self._bytes = self._given = 0
        self._changed = threading.Condition()
        self._bell, self._ear = multiprocessing.Pipe()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._ear, selectors.EVENT_READ)
        self._is_rung = self._ended = False
        self._is_over = False

    # --- the caller's side

    def give(self, items: list[Item], settled: list[Result | None]) -> None:
        with self._changed:
            for number, (item, result) in enumerate(zip(items, settled, strict=True), self._given):
                if result is None:
                    self._todo.append((number, item))
                else:
                    self._ready[number] = _Settled(result)
            self._given += len(items)
            is_work = bool(self._todo)
        if is_work:
            self._ring()

    def take(self, following: int) -> list[bytes | _Settled[Result]]:
        """Wait for the result with the number `following`, and return it with those that follow it."""
        results: list[bytes | _Settled[Result]] = []
        freed = 0
        with self._changed:
            while following not in self._ready:
                if self._is_over:
                    raise RuntimeError("the thread that looks after the workers failed")
                self._changed.wait(1)
            while following in self._ready:
                packed = self._ready.pop(following)
                freed += _size(packed)
                results.append(packed)
                following += 1
            was_full = self._bytes >= _READY_BYTES
            self._bytes -= freed
        if was_full:
            self._ring()
        return results

    def end(self) -> None:
        self._ended = True
        self._ring()

    def _ring(self) -> None:
        if not self._is_rung:
            self._is_rung = True
            with suppress(OSError):  # the thread has ended
                self._bell.send_bytes(b".")

    # --- the thread's side

    def work(self) -> None:
        try:
            while not self._ended:
                self._hand_out()
                busy = any(each.waiting for each in self._workers)
                # With nothing to wait for but the caller, the bell is enough.
                events = self._selector.select(timeout=min(0.5, self._seconds / 4) if busy else 1)
                heard = {key.data for key, _mask in events if key.data}
                if self._is_rung:
                    self._ear.recv_bytes()
                    # Whoever rings before this moment has changed already what is looked at after it.
                    self._is_rung = False
                for worker in [each for each in self._workers if each.waiting]:
                    self._look_after(worker, is_heard=id(worker) in heard)
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()
            for worker in self._workers:
                _stop(worker)
            self._selector.close()
            self._bell.close()
            self._ear.close()

    def _hand_out(self) -> None:
        while self._bytes < _READY_BYTES:
            free = min(self._workers, key=lambda each: len(each.waiting), default=None)
            if free and len(free.waiting) >= self._load.in_hand:
                if len(self._workers) >= self._jobs:
                    return
                free = None
            with self._changed:
                source = self._again or self._todo
                chunk = [source.popleft() for _number in range(min(self._load.at_once, len(source)))]
            if not chunk:
                return
            if free is None:
                free = _start(self._context, self._function)
                self._workers.append(free)
                self._selector.register(free.pipe, selectors.EVENT_READ, id(free))
            _give(free, chunk)

    def _look_after(self, worker: _Worker[Item], *, is_heard: bool) -> None:
        found, cause = _collect(worker, self._seconds) if is_heard else ([], _late(worker, self._seconds))
        settled: list[tuple[int, bytes | _Settled[Result]]] = [*found]
        if cause:
            number, item = worker.waiting.popleft()
            settled.append((number, _Settled(self._lost(item, cause))))
            self._again.extend(worker.waiting)
            self._selector.unregister(worker.pipe)
            _stop(worker)
            self._workers.remove(worker)
        if settled:
            with self._changed:
                for number, packed in settled:
                    self._ready[number] = packed
                    self._bytes += _size(packed)
                self._changed.notify_all()


def _size(packed: Any) -> int:
    return len(packed) if isinstance(packed, bytes) else 0


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


def _collect(worker: _Worker[Any], seconds: float) -> tuple[list[tuple[int, bytes]], str]:
    """Take what the worker has finished; return it, and why the worker is lost, or an empty text."""
    found: list[tuple[int, bytes]] = []
    try:
        while worker.waiting and worker.pipe.poll():
            message = worker.pipe.recv_bytes()
            worker.heard_at = time.monotonic()
            kind, rest = message[:1], message[1:]
            if kind == _BROKEN:
                return found, rest.decode()
            if kind == _READY:
                worker.is_ready = True
                continue
            number, _item = worker.waiting.popleft()
            found.append((number, rest))
    except (EOFError, OSError):
        return found, "the process that read it ended"
    return found, _late(worker, seconds)


def _late(worker: _Worker[Any], seconds: float) -> str:
    """Return why a worker is given up that was not heard of for too long; empty if it may go on."""
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
    os.nice(_NICENESS)
    with suppress(ValueError, OSError):  # some systems know the limit and cannot set it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # What the fork server loaded stays shared: a collection would touch, and so copy, all of it.
    gc.freeze()
    # An article is some ten thousand short-lived objects; looking for cycles among them took a tenth of the time.
    gc.set_threshold(20_000, 20, 50)
    try:
        pipe.send_bytes(_READY)
        while True:
            for item in pipe.recv():
                # Each as soon as it is done: the first one unanswered is to blame if the process ends.
                pipe.send_bytes(_RESULT + pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL))
    except (EOFError, BrokenPipeError):
        return
    except MemoryError as error:
        pipe.send_bytes(_BROKEN + f"it needs more than {MEMORY_BYTES // 1024 // 1024} MiB of memory".encode())
        raise SystemExit(1) from error
    except Exception as error:
        # Whatever it is, it costs this one item; the process ends, since nobody knows what state it is in.
        pipe.send_bytes(_BROKEN + f"the program that read it failed ({type(error).__name__})".encode())
        raise SystemExit(1) from error
