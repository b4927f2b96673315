"""Pictures on readers' pages: sizes to choose from, nothing made while a reader waits, nothing that moves the text."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html
from PIL import Image as Pillow

from articles.models import Image, Rendition
from articles.renditions import store_image
from tests.factories import make_article, make_author, make_category

pytestmark = pytest.mark.django_db


def picture_bytes(colour: str = "#a3171d", size: tuple[int, int] = (1200, 800), kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def images(client: Client, path: str) -> list[Any]:
    return html.document_fromstring(client.get(path).content).xpath("//main//img")


def test_lists_and_articles_offer_webp_in_several_widths_and_a_file_for_every_browser(client: Client) -> None:
    image = store_image(picture_bytes())
    city, author = make_category("城市"), make_author("林", slug="lin")
    article = make_article(
        hero_image=store_image(picture_bytes("#123456")),
        body=f'<p><img src="{image.file.url}"></p>',
        categories=[city],
        authors=[author],
    )
    for path in ("/", city.get_absolute_url(), author.get_absolute_url(), article.get_absolute_url()):
        found = images(client, path)
        assert found, path
        for each in found:
            (source,) = each.xpath("ancestor::picture//source")
            assert source.get("type") == "image/webp", path
            widths = [int(part.split()[-1].removesuffix("w")) for part in source.get("srcset").split(", ")]
            assert widths == sorted(widths)
            assert len(widths) > 1
            assert source.get("sizes")
            assert each.get("src").endswith(".jpg")
            assert int(each.get("width")) / int(each.get("height")) == pytest.approx(1.5, abs=0.01)


def test_a_portrait_is_square_around_its_focal_point(client: Client) -> None:
    picture = Pillow.new("RGB", (600, 1200), "#123456")
    picture.paste("#a3171d", (0, 0, 600, 300))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    image = store_image(buffer.getvalue())
    assert not image.renditions.filter(spec__startswith="square").exists()
    Image.objects.filter(pk=image.pk).update(focal_y=0.0)
    author = make_author("林", slug="lin", portrait=Image.objects.get(pk=image.pk), bio="记者。")
    opinion = make_article(kind="opinion", authors=[author])
    for path in (author.get_absolute_url(), opinion.get_absolute_url()):
        (found,) = images(client, path)
        assert (found.get("width"), found.get("height")) == ("240", "240")
        assert found.xpath("ancestor::picture//source[@type='image/webp']")
    with Pillow.open(image.renditions.get(spec="square-240").file.path) as square:
        assert square.getpixel((120, 60)) == (0xA3, 0x17, 0x1D)


def test_a_readers_request_makes_no_file(client: Client, media_root: Path) -> None:
    image = store_image(picture_bytes())
    Rendition.objects.all().delete()
    article = make_article(hero_image=image, body=f'<p><img src="{image.file.url}"></p>')
    before = sorted(media_root.rglob("*"))
    for path in ("/", article.get_absolute_url(), "/feed/"):
        client.get(path)
    assert sorted(media_root.rglob("*")) == before
    assert not Rendition.objects.exists()
    # What is there is shown, with its size.
    for each in images(client, article.get_absolute_url()):
        assert (each.get("src"), each.get("width"), each.get("height")) == (image.file.url, "1200", "800")


def test_thirty_pictures_in_a_body_cost_two_queries(client: Client, django_assert_num_queries: Any) -> None:
    from articles.pictures import body_pictures

    pictures = [store_image(picture_bytes(f"#{number:06x}", (30, 20), "PNG")) for number in range(30)]
    body = "".join(f'<p><img src="{image.file.url}"></p>' for image in pictures)
    with django_assert_num_queries(2):
        assert len(body_pictures(body)) == 30
    with django_assert_num_queries(0):
        assert body_pictures('<p><img src="https://pictures.example/images/aa/b.jpg"></p>') == {}


def test_a_file_that_the_library_does_not_know_stays_as_it_is(client: Client) -> None:
    address = f"/media/images/aa/{'0' * 32}.jpg"
    article = make_article(body=f'<p><img src="{address}" alt="x"></p>')
    (found,) = images(client, article.get_absolute_url())
    assert (found.get("src"), found.get("class")) == (address, "boxed")
    assert not Image.objects.exists()


@pytest.mark.browser
def wait_until(page: Any, condition: str) -> None:
    """Playwright's own waiting evaluates text inside the page, which the site's policy forbids."""
    for _try in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never became true: {condition}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", ["long", "broken"])
def test_a_late_or_broken_picture_of_another_host_moves_no_line(browser: Any, live_server: Any, answer: str) -> None:
    article = make_article(
        body='<p>一</p><p><img src="https://pictures.example/a.png" alt="长图"></p><p>二</p>',
        hero_image_url="https://pictures.example/b.png",
    )
    context = browser.new_context(viewport={"width": 1000, "height": 3000})
    page = context.new_page()
    waiting: list[Any] = []
    page.route("https://pictures.example/**", lambda route: waiting.append(route))
    page.goto(live_server.url + article.get_absolute_url(), wait_until="domcontentloaded")
    wait_until(page, "document.querySelectorAll('.body p').length === 3")
    where = "document.querySelector('.body p:last-child').getBoundingClientRect().top"
    while len(waiting) < 2:
        page.wait_for_timeout(50)
    before = page.evaluate(where)
    for route in waiting:
        if answer == "broken":
            route.abort()
        else:
            route.fulfill(body=picture_bytes(size=(300, 3000), kind="PNG"), content_type="image/png")
    wait_until(page, "[...document.images].every(image => image.complete)")
    assert page.evaluate(where) == before
    if answer == "broken":
        assert page.evaluate("[...document.querySelectorAll('.hero img, .body img')].map(image => image.alt)") == [
            "图片无法显示",
            "长图",
        ]
    assert page.evaluate("document.querySelector('.body img').getBoundingClientRect().height") > 200
    context.close()
