"""Pictures are served with a fixed type, and nothing else is."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Pillow

from articles.renditions import store_image
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (1800, 1200), "#a3171d").save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_picture_is_served_for_ever_and_sandboxed(client: Client) -> None:
    image = store_image(picture())
    response = client.get(image.file.url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(response.streaming_content)
    again = client.get(image.file.url, headers={"If-Modified-Since": response["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "images/page.html",
        "images/../secret.jpg",
        "other/a.jpg",
        "images/none.jpg",
        "images/%00.jpg",
        "images",
        "/etc/p",
    ],
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    default_storage.save("images/page.html", ContentFile(b"<script>alert(1)</script>"))
    default_storage.save("other/a.jpg", ContentFile(b"x"))
    assert client.get(f"/media/{path}").status_code == 404


def test_lists_show_the_crop_and_the_article_the_whole_picture(client: Client) -> None:
    image = store_image(picture(), alt_text="红色", caption="图说", credit="摄影：某人")
    article = make_article(hero_image=image)
    assert "fill-900x600" in client.get("/").content.decode()
    html = client.get(article.get_absolute_url()).content.decode()
    assert "fit-1600" in html
    assert 'alt="红色"' in html
    assert "摄影：某人" in html
    assert 'property="og:image" content="http://testserver/media/renditions/' in html


def test_lists_show_no_remote_pictures(client: Client) -> None:
    make_article(hero_image_url="https://pictures.example/a.jpg")
    assert "pictures.example" not in client.get("/").content.decode()


def test_a_lead_picture_that_stands_in_the_body_is_not_shown_twice(client: Client) -> None:
    image = store_image(picture(), alt_text="红色")
    article = make_article(hero_image=image, body=f'<p><img src="{image.file.url}" alt="红色"></p>')
    assert client.get(article.get_absolute_url()).content.decode().count('alt="红色"') == 1


def test_a_credit_is_named_as_such_once(client: Client) -> None:
    for credit, shown in (("林听澜", "图源：林听澜"), ("制图：望洲日报", "制图：望洲日报")):
        image = store_image(picture() + credit.encode(), credit=credit)
        html = client.get(make_article(hero_image=image).get_absolute_url()).content.decode()
        assert f'<span class="credit">{shown}</span>' in html
