"""What a store must do to stand behind the search: every one is held to a model of sets."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from articles.search.index import Entry, Match, get_index
from articles.search.keys import LAST_KEY, key_of
from tests.factories import NOON, SECOND

pytestmark = pytest.mark.django_db
NOBODY_SCHEDULES_AHEAD = NOON + timedelta(days=1)
WORDS = [*"abcdefg", "中国", "\ue001中国", "\ue002c1", "𠀀"]


class Store:
    """The store under test, and beside it the plain sets it must agree with."""

    def __init__(self) -> None:
        self.index = get_index()
        self.index.clear()
        self.entries: dict[int, Entry] = {}

    def add(self, entries: list[Entry]) -> None:
        self.entries |= {entry.key: entry for entry in entries}
        self.index.add(entries, lambda keys: [self.entries[key] for key in keys])

    def remove(self, keys: list[int]) -> None:
        self.index.remove([self.entries.pop(key) for key in keys])

    def expected(self, match: Match, *, above: int, below: int, at, limit: int) -> list[int]:
        keys = sorted((key for key in self.entries if above < key < below), reverse=True)
        return [key for key in keys if _holds(self.entries[key], match) and _is_public(self.entries[key], at)][:limit]


def _holds(entry: Entry, match: Match) -> bool:
    wanted = all(any(set(tokens) <= entry.tokens for tokens in clause) for clause in match.clauses)
    return wanted and entry.tokens.isdisjoint(match.without)


def _is_public(entry: Entry, at) -> bool:
    if at is None:
        return True
    return (
        entry.published_at is not None
        and entry.published_at <= at
        and (entry.expires_at is None or entry.expires_at > at)
    )


def make_entries(chance: random.Random, numbers: range, seconds: int) -> list[Entry]:
    entries = []
    for number in numbers:
        words = " ".join(chance.sample(WORDS, chance.randint(1, 8)))
        if chance.random() < 0.15:
            entries.append(Entry(key_of(number, None), words))
            continue
        published_at = NOON + timedelta(seconds=chance.randrange(seconds))
        expires_at = published_at + timedelta(seconds=30) if chance.random() < 0.2 else None
        entries.append(Entry(key_of(number, published_at), words, published_at, expires_at))
    return entries


@pytest.mark.parametrize("seconds", [1, 60, 100_000], ids=["all in a second", "crowded", "far apart"])
def test_a_walk_finds_what_the_sets_say_in_the_order_of_the_keys(seconds: int) -> None:
    chance = random.Random(seconds)
    store = Store()
    entries = make_entries(chance, range(1, 240), seconds)
    chance.shuffle(entries)
    for start in range(0, len(entries), 7):
        store.add(entries[start : start + 7])
        if start % 5 == 0:
            store.remove(chance.sample(sorted(store.entries), 2))
    for _ in range(200):
        clauses = tuple(
            tuple(tuple(chance.sample(WORDS, chance.randint(1, 2))) for _ in range(chance.randint(1, 2)))
            for _ in range(chance.randint(1, 3))
        )
        match = Match(clauses, tuple(chance.sample(WORDS, chance.randint(0, 1))))
        above, below = sorted(chance.sample([-LAST_KEY, 0, LAST_KEY, *store.entries], 2))
        at = chance.choice([None, NOON + timedelta(seconds=seconds // 2), NOBODY_SCHEDULES_AHEAD])
        asked = {"above": above, "below": below, "at": at, "limit": chance.choice([1, 5, 500])}
        assert store.index.walk(match, **asked) == store.expected(match, **asked)
    assert store.index.faults(store.entries.values()) == []


def test_walking_for_each_token_is_walking_for_one_after_the_other() -> None:
    store = Store()
    store.add(make_entries(random.Random(5), range(1, 80), 600))
    at = NOON + timedelta(minutes=8)
    found = store.index.walk_each(WORDS, below=LAST_KEY, at=at, limit=9)
    for word in WORDS:
        asked = {"above": 0, "below": LAST_KEY, "at": at, "limit": 9}
        assert found[word] == store.expected(Match((((word,),),)), **asked)


def test_a_very_long_text_is_found_by_all_its_words_together() -> None:
    store = Store()
    words = " ".join(f"word{number:06x}" for number in range(120_000))
    store.add([Entry(key_of(1, NOON), words, NOON), Entry(key_of(2, NOON), "word000000", NOON)])
    far = Match(((("word000000", "word01d4bf"),), (("nowhere",), ("word00ffff",))), ("absent",))
    assert store.index.walk(far, above=0, below=LAST_KEY, at=NOON, limit=5) == [key_of(1, NOON)]
    without = Match(((("word000000",),),), ("word01d4bf",))
    assert store.index.walk(without, above=0, below=LAST_KEY, at=NOON, limit=5) == [key_of(2, NOON)]
    store.remove([key_of(1, NOON)])
    assert store.index.faults(store.entries.values()) == []


def test_what_matches_nothing_by_itself_finds_nothing() -> None:
    store = Store()
    store.add([Entry(key_of(1, NOON), "a", NOON)])
    for match in (Match(()), Match(((),)), Match(((("a",),), ()))):
        assert store.index.walk(match, above=0, below=LAST_KEY, at=NOON + SECOND, limit=5) == []


def test_faults_are_told() -> None:
    store = Store()
    store.add(make_entries(random.Random(6), range(1, 9), 60))
    missing = Entry(key_of(99, NOON), "a", NOON)
    assert store.index.faults([*store.entries.values(), missing])
    assert store.index.faults(list(store.entries.values())[1:])
    key, entry = next(iter(store.entries.items()))
    changed = Entry(key, entry.words + " zz", entry.published_at, entry.expires_at)
    assert store.index.faults([*list(store.entries.values())[1:], changed])


@pytest.fixture
def pages_waiting() -> Callable[[], int]:
    """Sorts in what waits, and returns how many pages that was."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps new entries in a list")

    def pages() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('articles_search_index_tokens')")
            return cursor.fetchone()[0]

    pages()
    return pages


def test_what_many_articles_wrote_is_in_the_tree_at_once(pages_waiting: Callable[[], int]) -> None:
    store = Store()
    entries = make_entries(random.Random(5), range(1, 60), seconds=1000)
    store.add(entries[:1])
    assert pages_waiting() > 0, "one article waits in the list: its editor does not wait for the tree"
    store.add(entries[1:])
    assert pages_waiting() == 0


def test_what_fills_the_index_is_sorted_in_when_enough_waits_and_at_the_end(
    pages_waiting: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from articles.search import postgres

    store = Store()
    entries = make_entries(random.Random(5), range(1, 240), seconds=1000)
    with store.index.filling() as catch_up:
        store.add(entries[:60])
        catch_up()
        assert pages_waiting() > 0
        monkeypatch.setattr(postgres, "_MOST_WAITING", 10)
        store.add(entries[60:120])
        catch_up()
        assert pages_waiting() == 0
        store.add(entries[120:130])
    assert pages_waiting() == 0
    store.add(entries[130:])
    assert pages_waiting() == 0


def test_an_index_that_is_being_filled_finds_everything() -> None:
    store = Store()
    with store.index.filling() as catch_up:
        for start in range(1, 120, 40):
            store.add(make_entries(random.Random(start), range(start, start + 40), 600))
            asked = {"above": -LAST_KEY, "below": LAST_KEY, "at": None, "limit": 500}
            for match in (Match((((word,),),)) for word in WORDS):
                assert store.index.walk(match, **asked) == store.expected(match, **asked)
            catch_up()
    assert store.index.faults(store.entries.values()) == []
