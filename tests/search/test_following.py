"""The index follows every write in its transaction, and can be proved, broken and built anew."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article, Authorship, Category, SearchDocument, Status, Tag, place
from articles.search import check, index_articles, rebuild, search, with_prepared
from articles.text.searchable import ArticleTexts, prepare_text
from articles.text.tokens import parse_query
from tests.factories import NOON, SECOND, make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db


def find(text: str, **options: Any) -> list[int]:
    options.setdefault("at", timezone.now())
    return search(parse_query(text), **options).article_ids


def save(article: Article) -> None:
    article.title = "海上风电"
    article.save()


def update_in_bulk(article: Article) -> None:
    article.title = "海上风电"
    Article.objects.bulk_update([article], ["title"])


@pytest.mark.parametrize(
    "write",
    [save, update_in_bulk, lambda article: Article.objects.filter(pk=article.pk).update(title="海上风电")],
    ids=["save", "bulk_update", "update"],
)
def test_a_new_title_is_found_and_the_old_one_is_not(write: Callable[[Article], None]) -> None:
    article = make_article(title="陆上光伏")
    assert find("光伏") == [article.pk]
    write(article)
    assert find("风电") == [article.pk]
    assert find("光伏") == []
    assert list(check()) == []


def test_articles_made_in_bulk_are_found_and_deleted_ones_are_not() -> None:
    first, second = make_articles(2, body="<p>青岛港</p>")
    assert find("青岛港") == [first.pk, second.pk]
    first.delete()
    Article.objects.filter(pk=second.pk).delete()
    assert find("青岛港") == []
    assert list(check()) == []
    assert not SearchDocument.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.DRAFT},
        {"status": Status.ARCHIVED},
        {"trashed_at": NOON},
        {"withdrawn_at": NOON},
        {"expires_at": NOON + SECOND},
        {"published_at": NOON + timedelta(days=9000)},
    ],
)
def test_what_is_not_live_is_in_no_result_and_no_number(values: dict[str, Any]) -> None:
    hidden = make_article(title="港口扩建", tags=["航运"])
    shown = make_article(title="港口新闻")
    assert len(find("港口")) == 2
    Article.objects.filter(pk=hidden.pk).update(**values)
    results = search(parse_query("港口"), at=timezone.now())
    assert (results.article_ids, results.total) == ([shown.pk], 1)
    assert results.belongings == [()]
    assert find("航运") == []


def test_the_clock_alone_brings_an_article_and_takes_it_away() -> None:
    article = make_article(title="定时稿件", published_at=NOON, expires_at=NOON + timedelta(hours=1))
    assert find("定时", at=NOON - SECOND) == []
    assert find("定时", at=NOON) == [article.pk]
    assert find("定时", at=NOON + timedelta(hours=1)) == []


def test_a_change_that_is_rolled_back_never_was() -> None:
    article = make_article(title="原题")
    with transaction.atomic():
        article.title = "改题"
        article.save()
        assert find("改题") == [article.pk]
        transaction.set_rollback(True)
    assert find("改题") == []
    assert find("原题") == [article.pk]


def test_tags_authors_and_sections_are_followed_and_a_rename_rewrites_nothing(
    django_assert_max_num_queries: Any,
) -> None:
    author = make_author("林听澜")
    articles = make_articles(30)
    for article in articles[:3]:
        Authorship.objects.create(article=article, author=author)
        article.tags.add("量子")
    place(articles[0], [make_category("科技")])
    assert set(find("林听澜")) == {article.pk for article in articles[:3]}
    assert set(find("量子 听澜")) == {article.pk for article in articles[:3]}
    author.name = "苏晚"
    with django_assert_max_num_queries(6):
        author.save()
    assert len(find("苏晚")) == 3
    assert find("林听澜") == []
    Tag.objects.get(name="量子").delete()
    assert find("量子") == []
    assert list(check()) == []


def test_check_names_what_is_wrong_and_rebuild_mends_it() -> None:
    articles = make_articles(3, title="卫星发射")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_article SET title = '火箭回收' WHERE id = %s", [articles[0].pk])
        cursor.execute("DELETE FROM articles_searchdocument WHERE article_id = %s", [articles[1].pk])
    Category.objects.bulk_create([Category(name="航天", slug="hang-tian", path="hang-tian")])
    faults = "\n".join(check())
    assert f"article {articles[0].pk} stands in the index with other contents" in faults
    assert f"article {articles[1].pk} is not in the index" in faults
    assert "does not know the name of category" in faults
    with pytest.raises(CommandError, match="faults"):
        call_command("check_search")

    call_command("rebuild_search")

    call_command("check_search")
    assert find("火箭") == [articles[0].pk]


def test_readers_find_everything_while_the_index_is_rebuilt() -> None:
    articles = make_articles(450, title="潮汐发电")
    for _done in rebuild():
        assert search(parse_query("潮汐"), at=timezone.now()).is_more
        articles[0].title = "编辑在改"
        articles[0].save()
    assert find("编辑在改") == [articles[0].pk]
    assert list(check()) == []


def test_indexing_again_changes_nothing() -> None:
    articles = make_articles(3)
    assert index_articles([article.pk for article in articles]) == 0


def test_a_text_prepared_elsewhere_is_taken_where_it_fits_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [ArticleTexts(title="甲", body="<p>冰川</p>"), ArticleTexts(title="乙", body="<p>别的</p>")]
    prepared = [prepare_text(each) for each in texts]
    made = []
    monkeypatch.setattr(
        "articles.search.documents.prepare_text", lambda texts: made.append(texts.title) or prepare_text(texts)
    )
    with with_prepared(prepared):
        make_article(title="甲", body="<p>冰川</p>")
        make_article(title="乙", body="<p>沙漠</p>")
    assert made == ["乙"]
    assert len(find("冰川")) == len(find("沙漠")) == 1
    assert list(check()) == []
