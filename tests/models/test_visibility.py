"""What readers may see at a moment: one rule, for articles and for the lists they stand in."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from articles.models import Article, Listing, ListKind, Status
from tests.factories import NOON, SECOND, make_article

pytestmark = pytest.mark.django_db

HIDDEN = {
    "a draft": {"status": Status.DRAFT},
    "a piece in review": {"status": Status.IN_REVIEW},
    "an archived piece": {"status": Status.ARCHIVED},
    "a scheduled piece": {"published_at": NOON + SECOND},
    "a piece that expired this moment": {"published_at": NOON - timedelta(days=1), "expires_at": NOON},
    "a piece in the trash": {"trashed_at": NOON},
    "a withdrawn piece": {"withdrawn_at": NOON},
}


def listed(at):
    return [row.article for row in Listing.objects.of(ListKind.HOME).live(at)]


@pytest.mark.parametrize("values", HIDDEN.values(), ids=HIDDEN.keys())
def test_readers_do_not_see(values):
    seen, hidden = make_article(), make_article(**values)

    assert list(Article.objects.live(NOON)) == [seen]
    assert listed(NOON) == [seen]
    assert not hidden.is_live(NOON)


def test_a_scheduled_article_appears_at_its_moment_and_not_before():
    article = make_article(published_at=NOON)

    assert not article.is_live(NOON - SECOND)
    assert listed(NOON - SECOND) == []
    assert article.is_live(NOON)
    assert listed(NOON) == [article]


def test_an_article_with_an_end_disappears_at_that_moment():
    article = make_article(expires_at=NOON + 2 * SECOND)

    assert article.is_live(NOON + SECOND)
    assert not article.is_live(NOON + 2 * SECOND)
    assert listed(NOON + 2 * SECOND) == []


def test_title_and_body_alone_make_a_draft():
    article = Article.objects.create(title="标题", body="<p>正文</p>")

    assert article.status == Status.DRAFT
    assert article.slug == "biao-ti"
    assert not article.is_live()


def test_publishing_without_a_time_means_now():
    article = Article.objects.create(title="标题", body="", status=Status.PUBLISHED)

    assert article.is_live()


@pytest.mark.parametrize(
    "values",
    [
        {"status": "unknown"},
        {"kind": "unknown"},
        {"slug": ""},
        {"published_at": None},
        {"expires_at": NOON},
    ],
)
def test_the_database_refuses_what_must_not_be(values):
    article = make_article(published_at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(**values)
