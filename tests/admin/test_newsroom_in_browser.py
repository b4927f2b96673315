"""The newsroom in a real browser: everything works, and the Content-Security-Policy has nothing to say."""

import pytest

from articles.models import Article, Tag
from articles.renditions import store_image
from tests.admin.conftest import picture_bytes
from tests.factories import make_article, make_category, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page):
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def sign_in(page, live_server):
    make_editor(username="boss")
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "long-enough-password")
    page.click("[type=submit]")


def test_an_article_is_written_from_sign_in_to_save(page, live_server, complaints, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_category("交通", make_category("城市"))
    Tag.objects.create(name="大雾")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/admin/articles/article/add/")
    page.fill("#id_title", "港口恢复通航")
    page.click(".ProseMirror")
    page.keyboard.type("主航道今晨恢复。")
    page.click(".field-main_section .select2-selection")
    page.keyboard.type("jiao")
    page.click(".select2-results__option:has-text('城市 › 交通')")
    page.click(".field-tag_names .select2-selection")
    page.keyboard.type("da-wu")
    page.click(".select2-results__option:has-text('大雾')")
    page.keyboard.type("新标签，")
    for shortcut in page.locator(".field-published_at .datetimeshortcuts").all():
        shortcut.locator("a").first.click()
    page.click("[name=_continue]")
    page.wait_for_selector(".messagelist")
    article = Article.objects.get()
    assert (article.title, article.body) == ("港口恢复通航", "<p>主航道今晨恢复。</p>")
    assert article.category.name == "交通"
    assert set(article.tags.names()) == {"大雾", "新标签"}
    assert complaints == []


def test_a_preview_shows_what_is_typed_on_phone_and_computer_and_leads_nowhere(page, live_server, complaints, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, live_server)
    article = make_article(title="旧题", hero_image=store_image(picture_bytes()), tags=["港口"], live=False)
    page.goto(f"{live_server.url}/admin/articles/article/{article.pk}/change/")
    page.wait_for_selector(".ProseMirror")
    page.fill("#id_title", "没有保存的题")
    with page.context.expect_page() as opened:
        page.click("button[formtarget=_blank]")
    preview = opened.value
    preview.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for kind, widths in ((".preview-phone", range(388, 393)), (".preview-desktop", range(1024, 1100))):
        frame = preview.frame_locator(f"{kind} iframe")
        assert frame.locator("h1").inner_text() == "没有保存的题"
        assert frame.locator(".hero img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        assert frame.locator("html").evaluate("() => innerWidth") in widths
        assert frame.locator("html").evaluate("() => origin") == "null"
    with page.context.expect_page() as followed:
        preview.frame_locator(".preview-phone iframe").locator(".tags a").first.click()
    assert "/tags/" in followed.value.url
    assert preview.frame_locator(".preview-phone iframe").locator("h1").inner_text() == "没有保存的题"
    assert Article.objects.get().title == "旧题"
    assert complaints == []


@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_is_wider_than_the_window(page, live_server, complaints, settings, width):
    settings.ALLOWED_HOSTS = ["*"]
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server)
    article = Article.objects.create(title="题" * 60, body="<p>正文。</p>")
    for name in ("", "article/", f"article/{article.pk}/change/", "category/", "image/add/", "siteprofile/1/change/"):
        page.goto(f"{live_server.url}/admin/articles/{name}")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    assert complaints == []
