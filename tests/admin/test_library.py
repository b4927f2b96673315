"""The picture library: many at once, nothing twice, nothing hostile, and where each picture is used."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Image, ImageUse, User, gather_changes
from articles.renditions import store_image
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db
LIBRARY = "/admin/articles/image/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def make_image(number: int = 1, **texts):
    return store_image(picture_bytes(size=(60 + number, 60)), **texts)


def upload(*contents: bytes, **texts):
    files = [SimpleUploadedFile(f"{number}.jpg", content) for number, content in enumerate(contents, 1)]
    return {"pictures": files, **texts}


def figure(image: Image) -> str:
    return f'<figure><img src="{image.file.url}" alt="x"></figure>'


def uses():
    return {(use.image_id, use.article_id, use.as_lead, use.in_body) for use in ImageUse.objects.all()}


def test_many_pictures_go_in_at_once_and_what_is_none_says_why(desk):
    twin = make_image()
    contents = (picture_bytes(size=(90, 60)), SVG, picture_bytes(size=(61, 60)), picture_bytes(size=(99, 60)))
    response = desk.post(f"{LIBRARY}upload/", upload(*contents, credit="摄影：林听澜"), follow=True)
    new = Image.objects.exclude(pk=twin.pk)
    assert {(image.width, image.credit) for image in new} == {(90, "摄影：林听澜"), (99, "摄影：林听澜")}
    told = " ".join(str(message) for message in response.context["messages"])
    assert "2.jpg: " in told
    assert f"3.jpg 已在图片库中：第 {twin.pk} 号" in told
    # What follows is the page that asks for the texts of the new ones, and of no other.
    assert {form.instance for form in response.context["forms"]} == set(new)


def test_the_descriptions_of_several_pictures_are_saved_together(desk):
    first, second, third = (make_image(number) for number in (1, 2, 3))
    form = {
        "image": [first.pk, second.pk],
        f"image-{first.pk}-alt_text": "一座桥",
        f"image-{second.pk}-caption": "说明",
        f"image-{third.pk}-alt_text": "没有列出的图片",
    }
    assert desk.post(f"{LIBRARY}describe/?ids={first.pk},{second.pk}", form).status_code == 302
    assert list(Image.objects.order_by("pk").values_list("alt_text", "caption")) == [
        ("一座桥", ""),
        ("", "说明"),
        ("", ""),
    ]


def test_pictures_without_alternative_text_are_a_to_do_that_ends(desk):
    make_image(1, alt_text="有")
    bare = make_image(2)
    response = desk.get(f"{LIBRARY}describe/")
    assert [form.instance for form in response.context["forms"]] == [bare]
    assert [image.pk for image in desk.get(f"{LIBRARY}?missing=alt_text").context["cl"].result_list] == [bare.pk]
    desk.post(f"{LIBRARY}describe/", {"image": bare.pk, f"image-{bare.pk}-alt_text": "一只鹭"})
    assert not desk.get(f"{LIBRARY}describe/").context["forms"]


@pytest.mark.parametrize("ids", ["x", "1,,2", "9" * 30, "-1", "1%00"])
def test_an_address_with_nonsense_for_numbers_opens(desk, ids):
    assert desk.get(f"{LIBRARY}describe/?ids={ids}").status_code == 200


def test_one_file_from_a_script_comes_back_as_data_or_as_a_reason(desk):
    answer = desk.post(f"{LIBRARY}upload/one/", upload(picture_bytes(size=(90, 60)))).json()
    assert (answer["is_new"], answer["picture"]["width"]) == (True, 90)
    assert desk.post(f"{LIBRARY}upload/one/", upload(picture_bytes(size=(90, 60)))).json()["is_new"] is False
    refused = desk.post(f"{LIBRARY}upload/one/", upload(SVG))
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert Image.objects.count() == 1


def test_the_library_offers_pictures_by_their_words(desk):
    crane = make_image(1, alt_text="港口的吊机", credit="林听澜")
    make_image(2, alt_text="面")
    found = desk.get(f"{LIBRARY}choose/?q=吊机").json()["pictures"]
    assert [(each["id"], each["src"], each["credit_line"]) for each in found] == [
        (crane.pk, crane.file.url, "图源：林听澜")
    ]
    assert len(desk.get(f"{LIBRARY}choose/").json()["pictures"]) == 2


@pytest.mark.parametrize(
    ("address", "method"),
    [("upload/", "get"), ("upload/", "post"), ("upload/one/", "post"), ("describe/", "get"), ("choose/", "get")],
)
def test_who_may_not_see_pictures_gets_nothing(address, method):
    make_image()
    client = Client()
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert getattr(client, method)(f"{LIBRARY}{address}", upload(picture_bytes())).status_code == 403
    assert Image.objects.count() == 1


def test_a_form_from_elsewhere_uploads_nothing(editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    for address in ("upload/", "upload/one/", "describe/"):
        assert client.post(f"{LIBRARY}{address}", upload(picture_bytes())).status_code == 403
    assert not Image.objects.exists()


def test_where_a_picture_is_used_follows_every_write(desk):
    lead, inside = make_image(1), make_image(2)
    article = make_article(hero_image=lead, body=figure(inside) + figure(lead))
    assert uses() == {(lead.pk, article.pk, True, True), (inside.pk, article.pk, False, True)}
    desk.post(change_address(article), article_form(article, body=figure(inside), hero_image=""))
    assert uses() == {(inside.pk, article.pk, False, True)}
    Article.objects.filter(pk=article.pk).update(body="<p>无图</p>", hero_image=lead)
    assert uses() == {(lead.pk, article.pk, True, False)}
    article.refresh_from_db()
    article.delete()
    assert uses() == set()


def test_pictures_by_their_whole_address_and_smaller_files_of_them_are_uses_too(settings):
    settings.SITE_URL = "https://paper.example"
    image = make_image()
    small = image.renditions.first()
    whole = make_article(body=f'<p><img src="https://paper.example{image.file.url}" alt=""></p>')
    linked = make_article(body=f'<p><a href="{small.file.url}">大图</a></p>')
    make_article(body=f'<p><img src="https://elsewhere.example{image.file.url}" alt=""></p>')
    assert {article for _image, article, _lead, _body in uses()} == {whole.pk, linked.pk}


def test_noting_uses_asks_the_same_for_few_and_for_many():
    image = make_image()
    few, many = ([make_article(body=figure(image)).pk for _ in range(number)] for number in (20, 40))
    counts = []
    for ids in (few, many):
        with CaptureQueriesContext(connection) as captured, gather_changes():
            Article.objects.filter(pk__in=ids).update(body=figure(image) + "<p>a</p>")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_picture_that_is_used_is_not_deleted_and_says_where(desk):
    lead, portrait, free = make_image(1), make_image(2), make_image(3)
    article = make_article(title="用图的稿件", hero_image=lead)
    make_author("林听澜", portrait=portrait)
    assert "用图的稿件" in desk.get(f"{LIBRARY}{lead.pk}/delete/").content.decode()
    for image in (lead, portrait, free):
        desk.post(f"{LIBRARY}{image.pk}/delete/", {"post": "yes"})
    assert set(Image.objects.all()) == {lead, portrait}
    assert change_address(article) in desk.get(f"{LIBRARY}{lead.pk}/change/").content.decode()
    assert [image.pk for image in desk.get(f"{LIBRARY}?used=no").context["cl"].result_list] == [portrait.pk]


def test_a_picture_names_only_the_articles_that_one_may_see():
    image, writer = make_image(), make_user("contributor")
    make_article(title="别人的草稿", hero_image=image, live=False)
    make_article(title="自己的草稿", hero_image=image, live=False, owner=writer)
    client = Client()
    client.force_login(writer)
    page = client.get(f"{LIBRARY}{image.pk}/change/").content.decode()
    assert "自己的草稿" in page
    assert "别人的草稿" not in page


def test_a_contributor_describes_an_own_picture_and_none_that_others_show():
    image, writer = make_image(alt_text="旧"), make_user("contributor")
    draft = make_article(live=False, owner=writer, hero_image=image)
    client = Client()
    client.force_login(writer)
    form = article_form(draft, hero_image=image.pk, hero_alt_text="新")
    client.post(change_address(draft), form)
    image.refresh_from_db()
    assert image.alt_text == "新"
    make_article(hero_image=image)
    draft.refresh_from_db()
    form = article_form(draft, hero_image=image.pk, hero_alt_text="别人的")
    assert "别处也在使用" in client.post(change_address(draft), form, follow=True).content.decode()
    image.refresh_from_db()
    assert image.alt_text == "新"


def test_the_grid_asks_the_same_for_2_and_20_pictures(desk):
    counts = []
    for number in range(1, 21):
        make_article(hero_image=make_image(number))
        if number in (2, 20):
            desk.get(LIBRARY)
            with CaptureQueriesContext(connection) as captured:
                assert desk.get(LIBRARY).status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]


def test_too_many_files_at_once_are_refused_in_words(desk, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    files = [SimpleUploadedFile(f"{number}.jpg", picture_bytes(size=(8, 8))) for number in range(4)]
    answer = desk.post("/admin/articles/image/upload/", {"pictures": files})
    assert answer.status_code == 400
    assert "一次最多3个文件" in answer.content.decode()
    assert not Image.objects.exists()


def test_a_form_that_is_too_large_is_refused_in_words(desk, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = desk.post("/admin/articles/article/add/", {"title": "题", "body": "x" * 2000})
    assert (answer.status_code, "提交的内容太大" in answer.content.decode()) == (400, True)
