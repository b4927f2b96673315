"""Every way to write an article announces it, counts its version up and keeps its lists right."""

import pytest

from articles.languages import language_key
from articles.models import (
    Article,
    Authorship,
    Listing,
    ListKind,
    Placement,
    Status,
    articles_changed,
    gather_changes,
    place,
)
from tests.factories import make_article, make_author, make_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The sets of ids that were announced, in order."""
    sent = []

    def receive(ids, **kwargs):
        sent.append(set(ids))

    articles_changed.connect(receive)
    yield sent
    articles_changed.disconnect(receive)


def save(article):
    article.title = "新"
    article.save()


def save_some_fields(article):
    article.title = "新"
    article.save(update_fields=["title"])


def bulk_update(article):
    article.title = "新"
    Article.objects.bulk_update([article], ["title"])


WRITES = {
    "save": save,
    "save(update_fields)": save_some_fields,
    "update": lambda article: Article.objects.filter(pk=article.pk).update(title="新"),
    "bulk_update": bulk_update,
    "update_or_create": lambda article: Article.objects.update_or_create(pk=article.pk, defaults={"title": "新"}),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_write_is_announced_and_counted(write, announced):
    article = make_article()
    version = article.row_version
    announced.clear()

    write(article)

    stored = Article.objects.get(pk=article.pk)
    assert stored.title == "新"
    assert stored.row_version == version + 1
    assert {article.pk} in announced


def test_creating_in_bulk_is_announced_and_fills_in(announced):
    articles = Article.objects.bulk_create(
        [Article(title="重庆银行", body="<p>两字</p>"), Article(title="二", body="")]
    )

    assert announced == [{article.pk for article in articles}]
    first = Article.objects.get(pk=articles[0].pk)
    assert (first.slug, first.word_count) == ("chong-qing-yin-hang", 2)


@pytest.mark.parametrize("by_queryset", [True, False])
def test_deleting_is_announced_and_leaves_no_list_behind(by_queryset, announced):
    article = make_article(categories=[make_category()], authors=[make_author()], tags=["港口"])
    number = article.pk
    announced.clear()

    (Article.objects.filter(pk=number) if by_queryset else article).delete()

    assert announced == [{number}]
    assert not Listing.objects.exists()


def test_a_version_is_not_spoiled_by_a_write_that_failed():
    article = make_article()
    article.status = "unknown"

    with pytest.raises(Exception, match=r"(?i)constraint"):
        article.save()

    assert article.row_version == 1


def test_gathered_changes_are_announced_once_at_the_end(announced):
    article = make_article()
    announced.clear()

    with gather_changes():
        article.tags.set(["港口", "交通", "早高峰"])
        place(article, [make_category()])
        assert announced == []

    assert announced == [{article.pk}]


def test_an_article_stands_in_the_lists_of_its_sections_and_all_above_its_tags_and_authors():
    city = make_category("城市")
    traffic = make_category("交通", city)
    author = make_author()
    article = make_article(categories=[traffic], authors=[author], tags=["港口"])

    rows = set(Listing.objects.filter(article=article).values_list("kind", "key"))

    assert rows == {
        (ListKind.HOME, 0),
        (ListKind.LANGUAGE, language_key("zh")),
        (ListKind.CATEGORY, city.pk),
        (ListKind.CATEGORY, traffic.pk),
        (ListKind.TAG, article.tags.get().pk),
        (ListKind.AUTHOR, author.pk),
    }


def test_lists_follow_sections_tags_byline_and_status():
    city, author = make_category("城市"), make_author()
    article = make_article(categories=[city], authors=[author], tags=["港口"])

    article.tags.clear()
    Authorship.objects.filter(article=article).delete()
    Placement.objects.get(article=article).delete()
    assert set(Listing.objects.values_list("kind", flat=True)) == {ListKind.HOME, ListKind.LANGUAGE}

    Article.objects.filter(pk=article.pk).update(status=Status.ARCHIVED)
    assert not Listing.objects.exists()


def test_moving_a_section_moves_the_lists_of_all_below_it():
    city, life = make_category("城市"), make_category("生活")
    traffic = make_category("交通", city)
    metro = make_category("地铁", traffic)
    article = make_article(categories=[metro])

    traffic.parent = life
    traffic.save()

    metro.refresh_from_db()
    assert metro.path == "sheng-huo/jiao-tong/di-tie"
    keys = set(Listing.objects.filter(kind=ListKind.CATEGORY, article=article).values_list("key", flat=True))
    assert keys == {life.pk, traffic.pk, metro.pk}


def test_lists_are_rewritten_with_the_same_number_of_queries_for_many_articles(django_assert_num_queries):
    section = make_category("交通", make_category("城市"))
    articles = [make_article(categories=[section], tags=["港口"]) for _ in range(8)]
    from articles.models import relist

    with django_assert_num_queries(10):  # 2 for the savepoint
        relist([articles[0].pk])
    with django_assert_num_queries(10):
        relist([article.pk for article in articles])
