"""Earlier versions come back as new ones; prepared changes stay unseen until they are published."""

import pytest
from django.core.exceptions import PermissionDenied

from articles.actions.editing import editing
from articles.actions.restoring import (
    Outdated,
    discard_change,
    pending_change,
    preparing,
    publish_change,
    revert,
)
from articles.actions.revising import MAX_KEPT
from articles.models import Article, AuditEntry, Authorship, Revision, Status, Verb, place
from tests.factories import make_article, make_author, make_category, make_editor, make_user

pytestmark = pytest.mark.django_db


def save(article, by, **values):
    with editing(article, by=by):
        for name, value in values.items():
            setattr(article, name, value)
        article.save()
    return article


def prepare(article, by, **values):
    article = Article.objects.get(pk=article.pk)
    with preparing(article, by=by):
        for name, value in values.items():
            setattr(article, name, value)
        article.save()
    return pending_change(article)


def test_an_earlier_text_comes_back_with_sections_authors_and_tags_as_a_new_version():
    boss, city, money = make_editor(), make_category("城市"), make_category("财经")
    first, second = make_author("甲"), make_author("乙")
    article = make_article(title="旧题", categories=[city], authors=[first, second], tags=["港口"])
    with editing(article, by=boss):
        article.title, article.slug, article.status = "新题", "new", Status.ARCHIVED
        article.save()
        place(article, [money])
        Authorship.objects.filter(article=article).delete()
        article.tags.set(["大雾"])
    oldest = Revision.objects.order_by("pk").first()
    revert(article, oldest, by=boss)
    assert (article.title, article.category) == ("旧题", city)
    assert list(article.authors) == [first, second]
    assert list(article.tags.names()) == ["港口"]
    assert (article.slug, article.status) == ("new", Status.ARCHIVED)  # where it stands is no matter of versions
    assert Revision.objects.count() == 3
    assert AuditEntry.objects.first().verb == Verb.REVERT


def test_what_a_version_named_and_is_gone_is_left_out():
    boss, author, section = make_editor(), make_author(), make_category()
    article = make_article(title="旧题", authors=[author], categories=[section])
    with editing(article, by=boss):
        article.title = "新题"
        article.save()
        place(article, [])
        Authorship.objects.all().delete()
    author.delete()
    section.delete()
    revert(article, Revision.objects.order_by("pk").first(), by=boss)
    assert (article.title, article.category, list(article.authors)) == ("旧题", None, [])


def test_nobody_reverts_what_they_may_not_edit_or_with_a_version_of_another_article():
    boss, writer = make_editor(), make_user("contributor")
    article, other = make_article(), make_article()
    save(article, boss, title="改"), save(other, boss, title="改")
    with pytest.raises(PermissionDenied):
        revert(article, Revision.objects.filter(article=article).last(), by=writer)
    with pytest.raises(PermissionDenied):
        revert(article, Revision.objects.filter(article=other).last(), by=boss)


def test_a_save_that_changes_nothing_leaves_no_version():
    article, boss = make_article(), make_editor()
    save(article, boss, title="改")
    number = Revision.objects.count()
    save(article, boss)
    assert (Revision.objects.count(), AuditEntry.objects.count()) == (number, 1)


def test_a_history_stays_bounded_and_keeps_its_beginning(monkeypatch):
    monkeypatch.setattr("articles.actions.revising.MAX_KEPT", 5)
    article, boss = make_article(title="最初"), make_editor()
    for number in range(12):
        save(article, boss, title=f"第{number}稿")
    titles = [revision.data["title"] for revision in Revision.objects.order_by("pk")]
    assert titles == ["最初", *(f"第{number}稿" for number in range(7, 12))]
    assert MAX_KEPT >= 100


def test_long_bodies_keep_fewer_versions_but_never_less_than_the_newest(monkeypatch):
    monkeypatch.setattr("articles.actions.revising.MAX_BYTES", 1)
    monkeypatch.setattr("articles.actions.revising.MIN_KEPT", 3)
    article, boss = make_article(title="最初"), make_editor()
    for number in range(6):
        save(article, boss, title=f"第{number}稿")
    titles = [revision.data["title"] for revision in Revision.objects.order_by("pk")]
    assert titles == ["最初", "第3稿", "第4稿", "第5稿"]


def test_readers_see_nothing_of_a_prepared_change_until_it_is_published(client):
    editor, article = make_editor(), make_article(title="旧题")
    change = prepare(article, editor, title="新题", body="<p>新的正文。</p>")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "旧题" in page
    assert "新题" not in page
    assert Article.objects.get().row_version == article.row_version
    publish_change(change, by=editor)
    article.refresh_from_db()
    assert (article.title, article.body) == ("新题", "<p>新的正文。</p>")
    assert article.updated_at is not None
    assert pending_change(article) is None
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == [Verb.PREPARE, Verb.APPLY]


def test_a_prepared_change_writes_only_its_own_fields():
    editor, article = make_editor(), make_article(title="旧题", summary="旧摘要")
    change = prepare(article, editor, title="新题")
    save(Article.objects.get(), editor, summary="新摘要")
    publish_change(change, by=editor)
    article.refresh_from_db()
    assert (article.title, article.summary) == ("新题", "新摘要")


def test_a_prepared_change_of_what_others_changed_asks_who_is_right():
    editor, article = make_editor(), make_article(title="旧题")
    change = prepare(article, editor, title="预备的题", summary="预备的摘要")
    save(Article.objects.get(), editor, title="别人的题")
    with pytest.raises(Outdated) as caught:
        publish_change(change, by=editor)
    assert caught.value.fields == ["title"]
    publish_change(change, by=editor, fields=["summary"])
    article.refresh_from_db()
    assert (article.title, article.summary) == ("别人的题", "预备的摘要")


def test_a_later_preparation_takes_the_place_of_the_one_before():
    editor, article = make_editor(), make_article()
    prepare(article, editor, title="一")
    change = prepare(article, editor, title="二")
    assert Revision.objects.filter(state="pending").get() == change
    assert change.data["title"] == "二"


def test_a_contributor_prepares_a_change_to_the_own_published_piece_and_publishes_none():
    writer, stranger = make_user("contributor"), make_user("contributor")
    article = make_article(owner=writer)
    change = prepare(article, writer, title="改")
    for somebody in (writer, stranger):
        with pytest.raises(PermissionDenied):
            publish_change(change, by=somebody)
    with pytest.raises(PermissionDenied):
        discard_change(change, by=stranger)
    discard_change(change, by=writer)
    assert pending_change(article) is None


def test_four_eyes_look_at_prepared_changes_too(settings):
    settings.REVIEW_REQUIRED = True
    first, second, article = make_user("chief"), make_user("chief"), make_article()
    change = prepare(article, first, title="改")
    with pytest.raises(PermissionDenied):
        publish_change(change, by=first)
    assert publish_change(change, by=second).title == "改"
