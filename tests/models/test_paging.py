"""Lists page by a cursor."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404

from articles.models import Listing, ListKind
from articles.models.paging import _write_cursor, cut_page
from tests.factories import NOON, make_article, make_articles

pytestmark = pytest.mark.django_db


def walk(size):
    seen, cursor = [], None
    while True:
        page = cut_page(Listing.objects.of(ListKind.HOME).live(NOON), after=cursor, size=size)
        seen += [row.article_id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


def test_walking_the_pages_meets_every_article_once_newest_first():
    same_second = [make_article(published_at=NOON).pk for _ in range(5)]
    older = [make_article(published_at=NOON - timedelta(microseconds=n + 1)).pk for n in range(4)]

    assert walk(2) == walk(3) == walk(100) == [*reversed(same_second), *older]


def test_a_new_article_does_not_shift_the_next_page():
    articles = [make_article(published_at=NOON - timedelta(hours=n)).pk for n in range(4)]
    rows = Listing.objects.of(ListKind.HOME).live(NOON)
    first = cut_page(rows, size=2)
    make_article(published_at=NOON)

    second = cut_page(rows, after=first.next_cursor, size=2)

    assert [row.article_id for row in second.items] == articles[2:]


def steps(ask) -> int:
    """Return how much work SQLite has with the queries of `ask`, in hundreds of steps."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection.connection.set_progress_handler(count, 100)
    try:
        ask()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts SQLite's steps; PostgreSQL sees both bounds")
def test_a_walk_begins_at_the_cursor_and_not_at_the_newest():
    make_articles(3000)
    rows = Listing.objects.of(ListKind.HOME).live()
    last = rows.order_by("published_at")[30]
    deep = _write_cursor(last.published_at, last.article_id)
    first_page = steps(lambda: cut_page(rows))
    assert first_page > 0
    assert steps(lambda: cut_page(rows, after=deep)) < 2 * first_page
    assert steps(lambda: rows.neighbours(last.published_at, last.article_id)) < 2 * first_page


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-", "-99999999999999999-1", "1-1-1", "１-1", "1'--", "0" * 5000])
def test_a_cursor_that_nobody_made_is_not_found(cursor):
    with pytest.raises(Http404):
        cut_page(Listing.objects.of(ListKind.HOME), after=cursor)
