"""A day of the newsroom, played in real browsers by three people and a reader, with no worker running."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article
from tests.admin.conftest import picture_bytes
from tests.factories import PASSWORD, make_author, make_category, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
START = "/admin/"


@pytest.fixture
def people(browser, live_server, settings):
    """Return a function that gives each person a signed-in browser, which notes every complaint it makes."""
    settings.ALLOWED_HOSTS = ["*"]
    contexts, complaints = [], []

    def sign_in(user):
        contexts.append(browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", base_url=live_server.url))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/admin/login/")
        page.fill("#id_username", user.username)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_selector(".start-new")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


def open_from_start(page, title):
    page.goto(START)
    page.click(f".trays a:has-text('{title}')")
    settle(page)


def settle(page):
    """Wait until the form has started; what is typed before counts as its start."""
    page.wait_for_selector(".ProseMirror")
    page.wait_for_timeout(600)


def press(page, selector):
    """Press a button of the save bar, and wait for the page that says what came of it."""
    with page.expect_navigation():
        page.click(selector)
    page.wait_for_selector(".messagelist, .conflict, .errornote")


def add_to_text(page, text):
    page.click(".ProseMirror")
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def write_and_submit(page):
    page.click(".start-new")
    settle(page)
    page.fill("#id_title", "港口恢复通航")
    add_to_text(page, "主航道今晨恢复。")
    page.click(".field-main_section .select2-selection")
    page.keyboard.type("cheng")
    page.click(".select2-results__option:has-text('城市')")
    page.set_input_files("#id_hero_file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes()})
    page.fill("#id_hero_alt_text", "晨雾里的港口")
    press(page, "[value=submit]")


def collide(first, second):
    """Both open the article; the second takes over and saves, then the first does: nothing is lost."""
    for page in (first, second):
        open_from_start(page, "港口恢复通航")
    second.click("#desk-room button")
    second.wait_for_selector("[name=_continue]:not([disabled])")
    second.fill("#id_subtitle", "主编的副题")
    press(second, "[name=_continue]")
    first.wait_for_timeout(100)
    first.fill("#id_subtitle", "编辑的副题")
    first.fill("#id_summary", "编辑的摘要")
    for _time in range(2):
        # The soft lock would keep the button shut: this is the save of somebody whose page does not know of it yet.
        first.evaluate("document.querySelector('[name=_continue]').disabled = false")
        press(first, "[name=_continue]")
        if first.query_selector(".collision"):
            assert "主编的副题" in first.inner_text(".conflict")
            first.check("[name=choose-subtitle][value=theirs]")


def test_the_day(people, live_server, page):
    section = make_category("城市")
    writer = make_user("contributor", first_name="林听澜")
    make_author("林听澜", user=writer)
    writers = people(writer)
    write_and_submit(writers)
    article = Article.objects.get()
    reader = page.request
    address = f"{live_server.url}{article.get_absolute_url()}"
    assert (article.status, article.hero_image.alt_text, article.category) == ("in_review", "晨雾里的港口", section)

    # The editor sends it back, and gets it again.
    editors = people(make_user("editor", sections=[section], first_name="周编辑"))
    open_from_start(editors, "港口恢复通航")
    editors.fill("#id_comment", "请补充时间。")
    press(editors, "[value=send_back]")
    open_from_start(writers, "港口恢复通航")
    assert "请补充时间。" in writers.inner_text(".last-word")
    add_to_text(writers, "时间是上午九时。")
    press(writers, "[value=submit]")

    # It is scheduled, and appears at its time.
    open_from_start(editors, "港口恢复通航")
    assert "上午九时" in editors.inner_text(".ProseMirror")
    moment = timezone.localtime() + timedelta(seconds=8)
    editors.fill("#id_published_at_0", f"{moment:%Y-%m-%d}")
    editors.fill("#id_published_at_1", f"{moment:%H:%M:%S}")
    press(editors, "[value=publish]")
    early = reader.get(address).status
    assert early == 404 or timezone.localtime() >= moment
    assert Article.objects.get().status == "published"
    time.sleep(max(0.0, (moment - timezone.now()).total_seconds()) + 1)
    page.goto(address)
    assert page.inner_text("h1") == "港口恢复通航"
    assert "林听澜" in page.inner_text(".byline")
    assert page.get_attribute(".hero img", "alt") == "晨雾里的港口"
    month = f"/sitemap-{moment:%Y-%m}.xml"
    lists = ("/", section.get_absolute_url(), "/feed/", "/feed.json", month, "/news-sitemap.xml", "/search/?q=通航")
    for path in lists:
        assert f"/articles/{article.pk}/" in reader.get(f"{live_server.url}{path}").text(), path

    # A correction.
    chiefs = people(make_user("chief", first_name="陈主编"))
    open_from_start(chiefs, "港口恢复通航")
    chiefs.click("a[href$='/correction/']")
    chiefs.fill("#id_text", "时间应为上午八时。")
    press(chiefs, "[type=submit].default")
    page.reload()
    assert "时间应为上午八时。" in page.inner_text(".corrections")

    # Two people save at once.
    collide(editors, chiefs)
    article.refresh_from_db()
    assert (article.subtitle, article.summary) == ("主编的副题", "编辑的摘要")

    # It is taken down, everywhere and at once.
    open_from_start(chiefs, "港口恢复通航")
    chiefs.fill("#id_comment", "当事人要求。")
    press(chiefs, "[value=withdraw]")
    assert reader.get(address).status == 410
    for path in (*lists, "/corrections/", "/corrections/feed/"):
        assert "港口恢复通航" not in reader.get(f"{live_server.url}{path}").text(), path
