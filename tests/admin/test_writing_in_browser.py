"""Typing, crashing, colliding and being signed out, in a real browser."""

import pytest

from articles.models import Article, Revision
from tests.factories import PASSWORD, make_article, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desks(browser, settings):
    """Browsers of several people; each is a context of its own."""
    settings.ALLOWED_HOSTS = ["*"]
    contexts = []

    def new():
        contexts.append(browser.new_context(locale="zh-CN"))
        return contexts[-1]

    yield new
    for context in contexts:
        context.close()


def enter(page, live_server, user, path):
    page.goto(f"{live_server.url}/admin/login/?next={path}")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_selector("#id_title")
    page.wait_for_timeout(700)


def type_at_the_end(page, text):
    page.click(".ProseMirror")
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_a_browser_that_is_killed_in_mid_sentence_loses_seconds(desks, live_server):
    article, chief = make_article(body="<p>开头。</p>"), make_user("chief")
    path = f"/admin/articles/article/{article.pk}/change/"
    context = desks()
    page = context.new_page()
    enter(page, live_server, chief, path)
    type_at_the_end(page, "断电之前的半句话")
    page.wait_for_selector("#desk-kept:not(:empty)", timeout=10_000)
    context.close()
    assert Revision.objects.get().origin == "autosave"
    page = desks().new_page()
    enter(page, live_server, chief, path)
    page.click("a[href='?unsaved=1']")
    page.wait_for_selector(".ProseMirror")
    assert "断电之前的半句话" in page.inner_text(".ProseMirror")
    page.click("[name=_continue]")
    page.wait_for_selector(".messagelist")
    assert "断电之前的半句话" in Article.objects.get().body


def test_an_impatient_click_saves_once_and_leaves_nothing_unsaved(desks, live_server):
    page = desks().new_page()
    enter(page, live_server, make_user("chief"), "/admin/articles/article/add/")
    page.fill("#id_title", "急稿")
    type_at_the_end(page, "两次点击。")
    with page.expect_navigation():
        page.dblclick("[name=_continue]")
    page.wait_for_selector(".messagelist")
    page.goto(f"{live_server.url}/admin/articles/article/add/")
    page.wait_for_selector("#id_title")
    assert page.query_selector("a[href='?unsaved=1']") is None
    assert Article.objects.count() == 1


def test_two_people_collide_and_nothing_is_lost(desks, live_server):
    article = make_article(title="原题", summary="原摘要")
    path = f"/admin/articles/article/{article.pk}/change/"
    pages = []
    for name in ("甲", "乙"):
        page = desks().new_page()
        enter(page, live_server, make_user("chief", first_name=name), path)
        pages.append(page)
    first, second = pages
    second.wait_for_selector("#desk-room button")
    assert "甲" in second.inner_text("#desk-room")
    assert second.is_disabled("[name=_continue]")
    second.click("#desk-room button")
    second.wait_for_selector("[name=_continue]:not([disabled])")
    second.fill("#id_title", "乙的题")
    second.click("[name=_continue]")
    second.wait_for_selector(".messagelist")
    first.fill("#id_title", "甲的题")
    first.fill("#id_summary", "甲的摘要")
    first.evaluate("document.querySelector('[name=_continue]').disabled = false")
    first.click("[name=_continue]")
    first.wait_for_selector(".collision")
    assert "乙的题" in first.inner_text(".conflict").replace("\n", "")
    assert Article.objects.get().title == "乙的题"
    first.check("[name=choose-title][value=theirs]")
    first.evaluate("document.querySelector('[name=_continue]').disabled = false")
    first.click("[name=_continue]")
    first.wait_for_selector(".messagelist")
    article.refresh_from_db()
    assert (article.title, article.summary) == ("乙的题", "甲的摘要")


def test_a_session_that_ended_keeps_what_was_typed(desks, live_server):
    article, chief = make_article(title="原题"), make_user("chief")
    context = desks()
    page = context.new_page()
    enter(page, live_server, chief, f"/admin/articles/article/{article.pk}/change/")
    page.fill("#id_title", "会话过期前的题")
    context.clear_cookies()
    page.click("[name=_continue]")
    page.wait_for_selector("#desk-kept.alarm")
    assert page.input_value("#id_title") == "会话过期前的题"
    other = context.new_page()
    enter(other, live_server, chief, "/admin/articles/article/add/")
    page.click("[name=_continue]")
    page.wait_for_selector(".messagelist")
    assert Article.objects.get().title == "会话过期前的题"
