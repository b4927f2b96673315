"""Lists page by a cursor."""

from datetime import timedelta

import pytest
from django.http import Http404

from articles.models import Listing, ListKind
from articles.models.paging import cut_page
from tests.factories import NOON, make_article

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


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-", "-99999999999999999-1", "1-1-1", "１-1", "1'--", "0" * 5000])
def test_a_cursor_that_nobody_made_is_not_found(cursor):
    with pytest.raises(Http404):
        cut_page(Listing.objects.of(ListKind.HOME), after=cursor)
