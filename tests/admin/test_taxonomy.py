"""Sections, tags, authors, pictures, the paper's profile and the sign-in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles.models import Author, Category, Image, SiteProfile, Tag
from articles.renditions import wanted_specs
from tests.admin.conftest import picture_bytes
from tests.factories import make_article, make_author, make_category, make_editor

pytestmark = pytest.mark.django_db
SECTION = "/admin/articles/category/"


def form_errors(response):
    return response.context["adminform"].form.errors


def test_a_section_is_added_below_its_parent(desk):
    city = make_category("城市")
    desk.post(f"{SECTION}add/", {"name": "交通", "parent": city.pk, "position": 0})
    assert Category.objects.get(name="交通").path == "cheng-shi/jiao-tong"


def test_a_cycle_is_an_error_of_the_form(desk):
    city = make_category("城市")
    traffic = make_category("交通", city)
    response = desk.post(
        f"{SECTION}{city.pk}/change/", {"name": "城市", "slug": "cheng-shi", "parent": traffic.pk, "position": 0}
    )
    assert form_errors(response)["parent"]
    assert Category.objects.get(pk=city.pk).parent is None


def test_a_taken_slug_and_the_reserved_one_are_errors_of_the_form(desk):
    make_category("城市")
    for slug in ("cheng-shi", "feed"):
        assert form_errors(desk.post(f"{SECTION}add/", {"name": "新", "slug": slug, "position": 0}))["slug"]


def test_a_moved_section_takes_its_articles_along(desk):
    city, money = make_category("城市"), make_category("财经")
    article = make_article(categories=[city])
    form = {"name": "城市", "slug": "cheng-shi", "parent": money.pk, "position": 0}
    assert desk.post(f"{SECTION}{city.pk}/change/", form).status_code == 302
    assert article.title in desk.get(money.get_absolute_url()).content.decode()


def test_a_section_in_use_is_not_deleted(desk):
    city = make_category("城市")
    article = make_article(categories=[city])
    assert article.title in desk.get(f"{SECTION}{city.pk}/delete/").content.decode()
    desk.post(f"{SECTION}{city.pk}/delete/", {"post": "yes"})
    assert Category.objects.exists()


def test_an_author_in_use_is_not_deleted(desk):
    author = make_author()
    make_article(authors=[author])
    desk.post(f"/admin/articles/author/{author.pk}/delete/", {"post": "yes"})
    assert Author.objects.exists()


def test_a_deleted_tag_leaves_the_articles(desk):
    article = make_article(tags=["大雾"])
    tag = Tag.objects.get()
    assert article.title in desk.get(f"/admin/articles/tag/{tag.pk}/delete/").content.decode()
    desk.post(f"/admin/articles/tag/{tag.pk}/delete/", {"post": "yes"})
    assert list(article.tags.names()) == []


def test_a_tag_that_differs_by_case_alone_is_an_error_of_the_form(desk):
    Tag.objects.create(name="NBA")
    assert form_errors(desk.post("/admin/articles/tag/add/", {"name": "nba"}))["name"]


def test_a_tag_gets_its_slug_from_its_name(desk):
    desk.post("/admin/articles/tag/add/", {"name": "大雾"})
    assert Tag.objects.get().slug == "da-wu"


def add_picture(desk, data, **texts):
    upload = SimpleUploadedFile("a.jpg", data, "image/jpeg")
    return desk.post("/admin/articles/image/add/", {"upload": upload, **texts})


def test_a_picture_is_added_with_its_texts(desk):
    assert add_picture(desk, picture_bytes(), alt_text="红旗", credit="林听澜").status_code == 302
    image = Image.objects.get()
    assert (image.alt_text, image.credit, image.width) == ("红旗", "林听澜", 1200)
    assert set(image.renditions.values_list("spec", flat=True)) == wanted_specs(image)


def test_the_same_picture_is_not_added_twice(desk):
    add_picture(desk, picture_bytes())
    assert form_errors(add_picture(desk, picture_bytes()))["upload"]
    assert Image.objects.count() == 1


def test_what_is_no_picture_is_not_added(desk):
    assert form_errors(add_picture(desk, b"<svg xmlns='http://www.w3.org/2000/svg'/>"))["upload"]
    assert not Image.objects.exists()


def test_a_moved_focal_point_makes_the_renditions_anew(desk):
    add_picture(desk, picture_bytes())
    image = Image.objects.get()
    before = set(image.renditions.values_list("pk", flat=True))
    address = f"/admin/articles/image/{image.pk}/change/"
    assert desk.post(address, {"focal_x": "0.2", "focal_y": "0.5"}).status_code == 302
    assert image.renditions.count() == len(before) > 0
    assert not before & set(image.renditions.values_list("pk", flat=True))


@pytest.mark.parametrize("value", ["2", "-1", "nan", "x"])
def test_a_focal_point_outside_is_an_error_of_the_form(desk, value):
    add_picture(desk, picture_bytes())
    response = desk.post(
        f"/admin/articles/image/{Image.objects.get().pk}/change/", {"focal_x": value, "focal_y": "0.5"}
    )
    assert form_errors(response)["focal_x"]


def test_the_profile_is_one_form(desk):
    assert desk.get("/admin/articles/siteprofile/").url.endswith("/1/change/")
    assert desk.get("/admin/articles/siteprofile/add/").status_code == 403
    desk.post("/admin/articles/siteprofile/1/change/", {"name": "望洲日报"})
    assert SiteProfile.load().name == "望洲日报"
    assert "望洲日报" in Client().get("/admin/login/").content.decode()


@pytest.mark.parametrize("model", ["user", "image", "author", "tag", "category"])
def test_every_list_opens_empty_and_full(desk, model):
    make_article(authors=[make_author()], tags=["a"], categories=[make_category()])
    add_picture(desk, picture_bytes())
    assert desk.get(f"/admin/articles/{model}/").status_code == 200
    assert desk.get(f"/admin/articles/{model}/?q=nothing").status_code == 200
    assert desk.get(f"/admin/articles/{model}/add/").status_code == 200


def test_taggits_own_tags_are_not_shown(desk):
    assert "taggit" not in desk.get("/admin/").content.decode()


def test_signing_in_is_locked_after_ten_wrong_passwords_and_says_so():
    make_editor(username="boss")
    client, statuses = Client(), []
    for _attempt in range(11):
        response = client.post("/admin/login/", {"username": "boss", "password": "wrong"})
        statuses.append(response.status_code)
    assert statuses[:9] == [200] * 9
    assert statuses[-1] == 429
    assert 'class="locked"' in response.content.decode()
    right = {"username": "boss", "password": "long-enough-password"}
    assert client.post("/admin/login/", right).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").post("/admin/login/", right).status_code == 302
