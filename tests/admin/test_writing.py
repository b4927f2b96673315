"""While somebody writes: typed text survives, and two people know of each other."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.actions.presence import EXPIRES_AFTER, be_present, leave, take_over
from articles.models import Article, AuditEntry, Presence, Revision, Verb
from tests.admin.conftest import article_form, change_address
from tests.factories import make_article, make_category, make_editor, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_typed_text_is_kept_once_and_comes_back_with_all_its_fields(desk):
    article, section = make_article(title="旧题"), make_category()
    form = article_form(article, title="打到一半的题", main_section=section.pk, tag_names=["新标签"])
    for number in range(5):
        answer = desk.post(f"{LIST}{article.pk}/autosave/", form | {"body": f"<p>第{number}句。</p>"})
        assert answer.json()["time"]
    assert Revision.objects.count() == 1
    assert Article.objects.get().title == "旧题"
    assert "?unsaved=1" in desk.get(change_address(article)).content.decode()
    page = desk.get(f"{change_address(article)}?unsaved=1").content.decode()
    for text in ("打到一半的题", "第4句。", "新标签", section.name):
        assert text in page
    assert Article.objects.get().title == "旧题"
    assert 'name="authorships-TOTAL_FORMS" value="0"' in page
    desk.post(change_address(article), form)
    assert not Revision.objects.filter(origin="autosave").exists()


def test_typed_text_of_a_new_article_is_kept_before_there_is_one(desk):
    desk.post(f"{LIST}0/autosave/", article_form(title="新稿打到一半"))
    assert not Article.objects.exists()
    assert "?unsaved=1" in desk.get(f"{LIST}add/").content.decode()
    assert "新稿打到一半" in desk.get(f"{LIST}add/?unsaved=1").content.decode()
    desk.post(f"{LIST}add/", article_form(title="新稿"))
    assert "?unsaved=1" not in desk.get(f"{LIST}add/").content.decode()


def test_typed_text_is_the_typist_s_alone(desk):
    article = make_article()
    desk.post(f"{LIST}{article.pk}/autosave/", article_form(article, title="秘密"))
    other = browser_of(make_editor())
    assert "秘密" not in other.get(f"{change_address(article)}?unsaved=1").content.decode()
    other.post(f"{LIST}{article.pk}/autosave_discard/")
    assert "秘密" in desk.get(f"{change_address(article)}?unsaved=1").content.decode()
    desk.post(f"{LIST}{article.pk}/autosave_discard/")
    assert not Revision.objects.exists()


def test_typed_text_is_no_version_and_marks_no_article_as_edited(desk):
    article = make_article()
    desk.post(f"{LIST}{article.pk}/autosave/", article_form(article, title="打字"))
    assert desk.get(f"{LIST}{article.pk}/history/").context["versions"] == []
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("page", ["autosave", "presence", "takeover", "autosave_discard"])
def test_strangers_keep_nothing_and_are_told_nothing(page):
    article = make_article(live=False, owner=make_user("contributor"))
    stranger = browser_of(make_user("contributor"))
    assert stranger.post(f"{LIST}{article.pk}/{page}/", {"title": "x"}).status_code == 404
    assert Client().post(f"{LIST}{article.pk}/{page}/").status_code == 302
    assert not Revision.objects.exists()
    assert not Presence.objects.exists()


def test_the_first_holds_the_article_until_it_is_taken_over():
    article, first, second = make_article(), make_editor(first_name="甲"), make_editor(first_name="乙")
    assert be_present(article, by=first).is_mine
    room = be_present(article, by=second)
    assert not room.is_mine
    assert [(other.name, other.is_writing) for other in room.others] == [("甲", True)]
    assert take_over(article, by=second).is_mine
    room = be_present(article, by=first)
    assert not room.is_mine
    assert room.others[0].name == "乙"
    assert AuditEntry.objects.get().verb == Verb.TAKE_OVER


def test_a_lock_runs_out_with_its_browser_and_goes_with_the_page():
    article, first, second = make_article(), make_editor(), make_editor()
    now = timezone.now()
    be_present(article, by=first, at=now)
    assert not be_present(article, by=second, at=now + EXPIRES_AFTER - timedelta(seconds=1)).is_mine
    room = be_present(article, by=second, at=now + EXPIRES_AFTER + timedelta(seconds=1))
    assert room.is_mine
    assert room.others == ()
    leave(article, by=second)
    assert be_present(article, by=first, at=now + EXPIRES_AFTER + timedelta(seconds=2)).is_mine


def test_whoever_submits_a_piece_does_not_hold_it_against_its_editor():
    writer, editor = make_user("contributor"), make_user("chief")
    article = make_article(live=False, owner=writer)
    writers = browser_of(writer)
    writers.post(f"{LIST}{article.pk}/presence/")
    writers.post(change_address(article), article_form(article, _verb="submit"))
    assert writers.post(f"{LIST}{article.pk}/leave/").status_code == 204
    assert browser_of(editor).post(f"{LIST}{article.pk}/presence/").json()["mine"]
    assert writers.post(f"{LIST}{article.pk}/leave/").status_code == 204
    assert Presence.objects.get().user == editor


def test_the_page_hears_of_others_and_of_a_newer_version(desk):
    article = make_article()
    other = browser_of(make_user("chief", first_name="周明"))
    other.post(f"{LIST}{article.pk}/presence/")
    told = desk.post(f"{LIST}{article.pk}/presence/").json()
    assert (told["mine"], told["others"][0]["name"], told["others"][0]["writes"]) == (False, "周明", True)
    other.post(change_address(article), article_form(article, title="新题"))
    newer = desk.post(f"{LIST}{article.pk}/presence/").json()["version"]
    assert newer > told["version"]


def test_asking_whether_the_session_lives_changes_nothing(desk):
    article = make_article()
    assert desk.get(f"{LIST}{article.pk}/presence/").json()["token"]
    assert not Presence.objects.exists()
