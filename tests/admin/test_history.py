"""The history of an article in the newsroom, and changes that wait."""

import pytest
from django.test import Client

from articles.actions.restoring import pending_change
from articles.models import Article, Revision
from articles.renditions import store_image
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.factories import make_article, make_author, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_history_shows_who_changed_what_word_by_word(desk):
    desk.cookies["lang"] = "en"
    article = make_article(title="港口今晨恢复", body="<p>第一段。</p><p>第二段。</p>")
    desk.post(
        change_address(article), article_form(article, title="港口昨晨恢复", body="<p>第一段。</p><p>第三段。</p>")
    )
    history = desk.get(f"{LIST}{article.pk}/history/").content.decode()
    assert "editor" in history
    assert "title, body" in history
    newest = Revision.objects.first()
    page = desk.get(f"{LIST}{article.pk}/history/{newest.pk}/").content.decode()
    assert "港口<del>今</del><ins>昨</ins>晨恢复" in page
    assert "第<del>二</del><ins>三</ins>段。" in page


def test_an_earlier_version_is_brought_back_from_its_page(desk):
    article = make_article(title="旧题")
    desk.post(change_address(article), article_form(article, title="新题"))
    oldest = Revision.objects.last()
    address = f"{LIST}{article.pk}/history/{oldest.pk}/"
    assert "restore/" in desk.get(f"{address}?to=now").content.decode()
    assert desk.get(f"{address}restore/").status_code == 405
    desk.post(f"{address}restore/")
    assert Article.objects.get().title == "旧题"


def test_a_long_history_comes_in_pages(desk):
    article = make_article()
    for number in range(45):
        desk.post(change_address(article), article_form(article, title=f"第{number}稿"))
    first = desk.get(f"{LIST}{article.pk}/history/")
    assert 'rel="next"' in first.content.decode()
    rest = desk.get(f"{LIST}{article.pk}/history/?before={first.context['older']}")
    assert len(rest.context["versions"]) == 6


@pytest.mark.parametrize("address", ["history/", "history/{own}/", "pending/"])
def test_a_stranger_finds_no_history(desk, address):
    writer, stranger = make_user("contributor"), make_user("contributor")
    article = make_article(live=False, owner=writer)
    desk.post(change_address(article), article_form(article, title="改"))
    revision = Revision.objects.first()
    page = f"{LIST}{article.pk}/{address.format(own=revision.pk)}"
    assert browser_of(stranger).get(page).status_code == 404


def test_a_version_of_another_article_is_not_found(desk):
    article, other = make_article(), make_article()
    desk.post(change_address(other), article_form(other, title="改"))
    foreign = Revision.objects.first()
    assert desk.get(f"{LIST}{article.pk}/history/{foreign.pk}/").status_code == 404
    assert desk.post(f"{LIST}{article.pk}/history/{foreign.pk}/restore/").status_code == 404


def test_a_change_is_prepared_written_on_and_published_by_field(desk, client):
    article = make_article(title="旧题", summary="旧摘要")
    form = article_form(article, title="新题", summary="新摘要", tag_names=["新标签"], _prepare="1")
    answer = desk.post(change_address(article), form)
    assert answer.url == f"{LIST}{article.pk}/pending/"
    assert Article.objects.get().title == "旧题"
    assert "旧题" in client.get(article.get_absolute_url()).content.decode()
    again = desk.get(f"{change_address(article)}?prepared=1").content.decode()
    assert "新题" in again
    assert "新标签" in again
    change = pending_change(article)
    more = article_form(
        article, title="更新的题", summary="新摘要", tag_names=["新标签"], prepared=change.pk, _prepare="1"
    )
    desk.post(change_address(article), more)
    change = pending_change(article)
    assert "更新的题" in desk.get(answer.url).content.decode().replace("<ins>", "").replace("</ins>", "")
    desk.post(f"{answer.url}publish/", {"change": change.pk, "field": ["title", "tags"]})
    article.refresh_from_db()
    assert (article.title, article.summary) == ("更新的题", "旧摘要")
    assert list(article.tags.names()) == ["新标签"]


def test_writing_on_keeps_the_byline_that_was_prepared(desk):
    article, author = make_article(), make_author("甲")
    rows = {"authorships-TOTAL_FORMS": "1", "authorships-0-author": author.pk, "authorships-0-role": "author"}
    desk.post(change_address(article), article_form(article, _prepare="1", **rows))
    change = pending_change(article)
    assert [entry["name"] for entry in change.data["byline"]] == ["甲"]
    desk.post(change_address(article), article_form(article, title="改", prepared=change.pk, _prepare="1"))
    assert [entry["name"] for entry in pending_change(article).data["byline"]] == ["甲"]


def test_a_prepared_change_carries_the_texts_of_the_picture(desk, client):
    image = store_image(picture_bytes())
    article = make_article(hero_image=image)
    desk.post(
        change_address(article), article_form(article, hero_image=image.pk, hero_caption="预备的说明", _prepare="1")
    )
    image.refresh_from_db()
    assert image.caption == ""
    again = desk.get(f"{change_address(article)}?prepared=1").content.decode()
    assert "预备的说明" in again
    assert "预备的说明" in desk.get(f"{LIST}{article.pk}/pending/").content.decode()
    assert "预备的说明" not in client.get(article.get_absolute_url()).content.decode()
    change = pending_change(article)
    desk.post(f"{LIST}{article.pk}/pending/publish/", {"change": change.pk, "field": ["hero_texts"]})
    assert "预备的说明" in client.get(article.get_absolute_url()).content.decode()


def test_a_second_preparation_does_not_overwrite_the_first_unseen(desk):
    article = make_article()
    desk.post(change_address(article), article_form(article, title="甲的题", _prepare="1"))
    answer = desk.post(change_address(article), article_form(article, title="乙的题", _prepare="1"))
    assert answer.status_code == 200
    assert pending_change(article).data["title"] == "甲的题"


def test_a_contributor_s_save_of_a_published_piece_is_prepared(desk):
    writer = make_user("contributor")
    article = make_article(owner=writer, title="旧题")
    browser_of(writer).post(change_address(article), article_form(article, title="新题"))
    assert Article.objects.get().title == "旧题"
    change = pending_change(article)
    assert change.created_by == writer
    page = desk.get(change_address(article)).content.decode()
    assert f"{LIST}{article.pk}/pending/" in page
    browser_of(writer).post(f"{LIST}{article.pk}/pending/discard/", {"change": change.pk})
    assert pending_change(article) is None
