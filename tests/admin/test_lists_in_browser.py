"""The list of articles in a real browser: filing in the row by keyboard, acts on many, a session that ended."""

import pytest

from articles.models import Article, BulkJob, BulkState
from tests.factories import make_articles, make_category, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(page, live_server, settings):
    """Somebody signed in; the test ends with nothing heard from the browser."""
    settings.ALLOWED_HOSTS = ["*"]
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    make_editor(username="boss")
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "long-enough-password")
    page.click("[type=submit]")
    yield page
    assert heard == []


def test_section_and_tags_are_changed_in_the_row_by_keyboard(desk, live_server):
    make_category("交通", make_category("城市"))
    (article,) = make_articles(1)
    desk.goto(f"{live_server.url}/admin/articles/article/")
    desk.focus("a.refile")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".filing-row .select2-selection")
    desk.keyboard.press("Enter")  # the section has the focus
    desk.wait_for_selector(".select2-container--open .select2-search__field:focus")
    desk.wait_for_selector(".select2-results__option:text-is('城市')")
    with desk.expect_response(lambda response: "term=jt" in response.url):
        desk.keyboard.type("jt")
    desk.wait_for_selector(".select2-results__option:text-is('城市')", state="detached")
    desk.wait_for_selector(".select2-results__option--highlighted:has-text('城市 › 交通')")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".filing-row .select2-selection__rendered:has-text('城市 › 交通')")
    desk.locator(".filing-row .select2-search__field").last.focus()
    desk.keyboard.type("大雾，")
    # A database in memory refuses who reads while another writes, so what the field still asks comes first.
    desk.wait_for_timeout(300)
    desk.wait_for_load_state("networkidle")
    desk.focus(".filing-row button.default")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".filing-row", state="detached")
    assert desk.inner_text(".field-section .section-name") == "城市 › 交通"
    article.refresh_from_db()
    assert (article.category.name, list(article.tags.names())) == ("交通", ["大雾"])
    desk.keyboard.press("Enter")  # the focus is back at the link
    desk.wait_for_selector(".filing-row .select2-selection")
    desk.keyboard.press("Escape")
    desk.wait_for_selector(".filing-row", state="detached")


def test_an_act_on_all_that_is_found_works_itself_off_and_is_taken_back(desk, live_server):
    make_articles(60)
    desk.goto(f"{live_server.url}/admin/articles/article/?status=live")
    desk.check("[name=select_across]")
    desk.select_option("[name=action]", "archive")
    desk.click("button[name=index]")
    desk.click(".bulk input.default")
    desk.wait_for_selector("[formaction*=undo]", timeout=60_000)
    assert not Article.objects.live().exists()
    desk.click("[formaction*=undo]")
    desk.wait_for_selector(".bulk:not(:has(progress)) .bulk-counts", timeout=60_000)
    assert (Article.objects.live().count(), BulkJob.objects.get().state) == (60, BulkState.UNDONE)


def test_what_was_ticked_outlives_the_session(desk, live_server):
    make_articles(3)
    desk.goto(f"{live_server.url}/admin/articles/article/")
    desk.check("tbody tr:first-child .action-select")
    desk.select_option("[name=action]", "archive")
    cookies = desk.context.cookies()
    desk.context.clear_cookies(name="sessionid")
    desk.click("button[name=index]")
    desk.wait_for_selector(".session-word")
    assert desk.is_checked("tbody tr:first-child .action-select")
    assert Article.objects.live().count() == 3
    desk.context.add_cookies(cookies)
    desk.click("button[name=index]")
    desk.wait_for_selector(".messagelist")
    assert Article.objects.live().count() == 2
