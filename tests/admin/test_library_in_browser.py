"""A picture on its way in a real browser: uploaded, described, lead image and figure, saved; the CSP is silent."""

import pytest

from articles.models import Article, Image, ImageUse
from tests.admin.conftest import picture_bytes
from tests.admin.test_newsroom_in_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_illustrated_article_from_upload_to_save(page, live_server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/admin/articles/image/upload/")
    files = [
        {"name": f"{width}.jpg", "mimeType": "image/jpeg", "buffer": picture_bytes(size=(width, 60))}
        for width in (90, 99)
    ]
    page.set_input_files("[type=file]", files=files)
    page.click("#content-main [type=submit]")
    page.wait_for_url("**/describe/?ids=*")
    first, second = Image.objects.order_by("pk")
    page.fill(f"#id_image-{first.pk}-alt_text", "一座桥")
    page.fill(f"#id_image-{second.pk}-alt_text", "一条河")
    page.click("#content-main [type=submit]")
    page.wait_for_selector(".messagelist")

    page.goto(f"{live_server.url}/admin/articles/article/add/")
    page.fill("#id_title", "桥通了")
    page.click(".ProseMirror")
    page.click("[data-name=library]")
    page.click(".body-editor-pictures button:has-text('一座桥')")
    page.fill("dialog [name=caption]", "清晨")
    page.click("dialog [value=ok]")
    page.click(".choose-lead")
    page.click(".body-editor-pictures button:has-text('一条河')")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("Control+S")
    page.wait_for_selector(".messagelist")

    article = Article.objects.get()
    assert article.hero_image == second
    assert article.hero_image.alt_text == "一条河"
    assert article.body.startswith(f'<figure><img src="{first.file.url}" alt="一座桥" width="90" height="60">')
    assert "<figcaption>清晨</figcaption>" in article.body
    uses = ImageUse.objects.order_by("image").values_list("image", "as_lead", "in_body")
    assert list(uses) == [(first.pk, False, True), (second.pk, True, False)]
    assert complaints == []
