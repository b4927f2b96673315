"""Keys of entries: one number that says when an article was published and which it is, so order needs no look-up."""

from datetime import UTC, datetime, timedelta

# A key is seconds since 1900 (33 bits) and the article's id (28 bits).
SECOND_BITS = 28
_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_LAST_SECOND = 2**33 - 1
LAST_KEY = 2**62


def key_of(article_id: int, published_at: datetime | None) -> int:
    """Return the key of an article's entry: those to be seen by readers are positive and grow with time."""
    if published_at is None:
        return -article_id - 1
    return second_of(published_at) << SECOND_BITS | article_id


def article_of(key: int) -> int:
    """Return the id of the article that a key belongs to."""
    return -key - 1 if key < 0 else key & 2**SECOND_BITS - 1


def age_of(key: int) -> int:
    """Return the seconds from 1900 to the publication that a key tells of."""
    return max(key, 0) >> SECOND_BITS


def key_after(second: int) -> int:
    """Return a bound above the keys of all articles published up to this second."""
    return min(max(second, 0), _LAST_SECOND) + 1 << SECOND_BITS


def key_before(moment: datetime) -> int:
    """Return a bound below the keys of all articles published in the second of `moment` or later."""
    return (second_of(moment) << SECOND_BITS) - 1


def second_of(moment: datetime) -> int:
    """Return the seconds from 1900 to a moment, within what a key can hold."""
    return min(max((moment - _EPOCH) // timedelta(seconds=1), 0), _LAST_SECOND)
