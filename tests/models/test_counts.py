"""The numbers of the lists agree with the lists, whatever happened to the articles."""

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from articles.models import Article, ListCount, Listing, ListKind, Status, Tag, rebuild_lists, settle_lists
from articles.models.counts import count_days, count_lists, count_months, liveliest
from tests.factories import NOON, make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def assert_agrees() -> None:
    """Each sum is the number of rows, and each number read is that of the live articles."""
    now = timezone.now()
    for kind, key in {*Listing.objects.values_list("kind", "key")} | {*ListCount.objects.values_list("kind", "key")}:
        if kind not in {ListKind.MONTH, ListKind.DAY}:
            live = len(Listing.objects.of(kind, key).live(now))
            assert count_lists(kind, [key], at=now) == {key: live}, (kind, key)
    live_days = [timezone.localtime(article.published_at).date() for article in Article.objects.live(now)]
    days = count_days(date(2000, 1, 1), date(2100, 1, 1), at=now)
    assert sum(days.values()) == sum(count_months(at=now).values()) == len(live_days)
    assert set(days) == {day.year * 10000 + day.month * 100 + day.day for day in live_days}


def test_numbers_follow_every_change_of_an_article():
    city = make_category("城市")
    traffic = make_category("交通", parent=city)
    article = make_article(categories=[traffic], tags=["地铁"], authors=[make_author()])
    make_article(categories=[city], published_at=NOON - 40 * DAY, language="en")
    assert count_lists(ListKind.CATEGORY, [city.pk, traffic.pk]) == {city.pk: 2, traffic.pk: 1}
    assert count_months() == {202610: 1, 202611: 1}
    assert_agrees()

    article.published_at = NOON - 2 * DAY
    article.save()
    assert count_days(date(2026, 11, 1), date(2026, 11, 30)) == {20261118: 1}
    assert_agrees()
    article.tags.clear()
    assert_agrees()
    traffic.parent = None
    traffic.save()
    assert count_lists(ListKind.CATEGORY, [city.pk, traffic.pk]) == {city.pk: 1, traffic.pk: 1}
    Article.objects.update(status=Status.ARCHIVED)
    assert count_months() == {}
    assert_agrees()


@pytest.mark.parametrize("how", ["one", "many", "tag"])
def test_numbers_follow_a_deletion(how):
    articles = [make_article(tags=["地铁"]) for _ in range(3)]
    tag = Tag.objects.get()
    if how == "one":
        articles[0].delete()
    elif how == "many":
        Article.objects.exclude(pk=articles[0].pk).delete()
    else:
        tag.delete()
    left = {"one": 2, "many": 1, "tag": 0}[how]
    assert count_lists(ListKind.TAG, [tag.pk]) == {tag.pk: left}
    assert_agrees()


def test_scheduled_and_ended_articles_count_by_the_clock():
    now = timezone.now()
    city = make_category("城市")
    make_article(categories=[city], published_at=now + DAY, expires_at=now + 3 * DAY)
    keys = [city.pk]
    assert [count_lists(ListKind.CATEGORY, keys, at=now + n * DAY)[city.pk] for n in (0, 2, 4)] == [0, 1, 0]
    assert [sum(count_days(date(2020, 1, 1), date(2100, 1, 1), at=now + n * DAY).values()) for n in (0, 2, 4)] == [
        0,
        1,
        0,
    ]


def test_settling_takes_ended_articles_off_and_changes_no_number():
    later = timezone.now() + 2 * DAY
    city = make_category("城市")
    make_articles(3, category=city)
    make_article(categories=[city])
    make_article(categories=[city], expires_at=later - DAY)
    before = count_lists(ListKind.CATEGORY, [city.pk], at=later)

    settle_lists(later)

    assert before == count_lists(ListKind.CATEGORY, [city.pk]) == {city.pk: 4}
    assert not Listing.objects.filter(expires_at__isnull=False).exists()
    assert ListCount.objects.filter(kind=ListKind.CATEGORY, key=city.pk).count() == 1


def test_lists_built_anew_are_the_same_lists():
    make_articles(3, category=make_category("城市"))
    make_article(tags=["地铁"], authors=[make_author()], language="en")

    def lists():
        return sorted(Listing.objects.values_list("kind", "key", "published_at", "article"))

    def numbers():
        return {
            (row["kind"], row["key"]): row["n"]
            for row in ListCount.objects.values("kind", "key").annotate(n=Sum("part"))
        }

    before = lists(), numbers()
    Listing.objects.filter(kind=ListKind.TAG).delete()
    ListCount.objects.create(kind=ListKind.HOME, key=0, part=7)
    assert rebuild_lists() == 4
    assert (lists(), numbers()) == before


def test_the_liveliest_lists_come_first_and_empty_ones_not_at_all():
    few, many, none = make_category("少"), make_category("多"), make_category("空")
    make_articles(1, category=few)
    make_articles(3, category=many)
    keys = [few.pk, many.pk, none.pk]
    assert liveliest(ListKind.CATEGORY, keys, 8) == [many.pk, few.pk]
    assert liveliest(ListKind.CATEGORY, keys, 1) == [many.pk]
