"""Worker processes: an item that hangs, eats memory or breaks costs its worker and nothing else."""

import os
import time
from collections.abc import Iterator

import pytest

from articles.documents import pool
from articles.documents.pool import GLANCES, MEMORY_BYTES, run_in_workers


def work(item: str) -> str:
    """Do what the item says; it runs in a worker."""
    if item == "hang":
        time.sleep(60)
    elif item == "eat":
        return str(len(bytearray(2 * MEMORY_BYTES)))
    elif item == "die":
        os._exit(9)
    elif item == "break":
        raise KeyError("\x1b[31m")
    elif item == "niceness":
        return str(os.nice(0))
    elif item == "large":
        return "x" * 3_000_000
    return item.upper()


def lost(item: str, cause: str) -> str:
    return f"{item}: {cause}"


def run(items: list[str], jobs: int = 2, seconds: float = 0.6) -> list[str]:
    return list(run_in_workers(work, items, jobs=jobs, lost=lost, seconds=seconds))


def test_workers_make_room_for_everybody_else() -> None:
    (niceness,) = run(["niceness"])
    assert int(niceness) > os.nice(0)


def test_results_come_in_the_order_of_the_items() -> None:
    items = [f"item {number}" for number in range(100)]
    assert run(items, jobs=3) == [item.upper() for item in items]
    assert run([]) == []


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        ("hang", "it took longer than 0.6 seconds"),
        ("eat", "it needs more than 512 MiB of memory"),
        ("die", "the process that read it ended"),
        ("break", "the program that read it failed (KeyError)"),
    ],
)
def test_a_bad_item_is_lost_with_its_cause_and_its_neighbours_are_not(item: str, cause: str) -> None:
    assert run(["a", item, "b", "c"], jobs=1) == ["A", f"{item}: {cause}", "B", "C"]


def test_many_bad_items_cost_no_good_one() -> None:
    items = ["hang", "die", "a", "eat", "break", "b", "die", "c"] * 2
    results = run(items)
    assert [result for result in results if ":" not in result] == ["A", "B", "C"] * 2
    assert len(results) == len(items)


def test_large_results_and_a_slow_reader_are_no_fault_of_the_item() -> None:
    found = []
    for result in run_in_workers(work, ["large"] * 6, jobs=1, lost=lost, seconds=0.5):
        time.sleep(0.2)
        found.append(len(result))
    assert found == [3_000_000] * 6


def test_no_more_is_taken_than_the_window_holds() -> None:
    taken = 0

    def items() -> Iterator[str]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield str(number)

    results = run_in_workers(work, items(), jobs=1, lost=lost)
    next(results)
    assert 0 < taken < 500
    results.close()  # type: ignore[attr-defined]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was given to each worker that was started."""
    started: list[object] = []
    start = pool._start
    monkeypatch.setattr(pool, "_start", lambda *given: started.append(given) or start(*given))  # type: ignore[func-returns-value]
    return started


def test_one_item_starts_one_process(started: list[object]) -> None:
    assert run(["a"], jobs=50) == ["A"]
    assert len(started) == 1


def test_what_is_settled_at_once_keeps_its_place_and_goes_to_no_worker(started: list[object]) -> None:
    def known(item: str) -> str | None:
        return "known" if item == "die" else None

    settled = run_in_workers(work, ["die"] * 500, jobs=2, lost=lost, at_once=known)
    assert list(settled) == ["known"] * 500
    assert not started
    mixed = run_in_workers(work, ["a", "die", "b", "die"], jobs=1, lost=lost, at_once=known)
    assert list(mixed) == ["A", "known", "B", "known"]


def test_a_light_worker_can_be_lost_as_well() -> None:
    results = run_in_workers(work, ["a", "die", "b"], jobs=1, lost=lost, load=GLANCES)
    assert list(results) == ["A", "die: the process that read it ended", "B"]
