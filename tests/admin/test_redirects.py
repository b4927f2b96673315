"""Editors make, find and check redirects."""

import pytest
from django.contrib.auth.models import Group

from articles.models import Redirect, RedirectOrigin, RemoteImage, User
from tests.factories import make_article, make_category

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/redirect/add/"
LIST = "/admin/articles/redirect/"


def test_a_pasted_address_leads_to_an_article(desk, client):
    article = make_article()
    desk.post(ADD, {"old_path": "https://old.example/2021/%E6%99%9A%E7%A8%BB.html", "article": article.pk})
    redirect = Redirect.objects.get()
    assert (redirect.old_path, redirect.origin) == ("/2021/晚稻", RedirectOrigin.EDITOR)
    assert client.get("/2021/晚稻/").headers["Location"] == article.get_absolute_url()


def test_an_address_of_an_article_is_remembered_as_the_article(desk, settings):
    article = make_article()
    desk.post(ADD, {"old_path": "/old/", "new_path": f"{settings.SITE_URL}{article.get_absolute_url()}"})
    redirect = Redirect.objects.get()
    assert (redirect.article, redirect.new_path) == (article, "")


def test_a_target_that_redirects_itself_is_resolved_when_it_is_saved(desk):
    section = make_category("城市", slug="city")
    Redirect.objects.create(old_path="/second/", new_path=section.get_absolute_url())
    desk.post(ADD, {"old_path": "/first/", "new_path": "/second/"})
    assert Redirect.objects.get(old_path="/first").new_path == "/sections/city/"


@pytest.mark.parametrize(
    "values",
    [
        {"old_path": "/old/", "new_path": "//evil.example/"},
        {"old_path": "/old/", "new_path": "https://evil.example/"},
        {"old_path": "/old/", "new_path": "/old.html"},
        {"old_path": "/old/", "new_path": "/nothing-there/"},
        {"old_path": "/", "new_path": "/sections/city/"},
        {"old_path": "javascript:alert(1)", "new_path": "/sections/city/"},
        {"old_path": "/taken/", "new_path": "/sections/city/"},
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(desk, values):
    make_category("城市", slug="city")
    Redirect.objects.create(old_path="/taken/")
    response = desk.post(ADD, values)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert Redirect.objects.count() == 1


def test_an_address_is_checked_in_the_admin(desk):
    article = make_article()
    Redirect.objects.create(old_path="/old/", article=article)
    Redirect.objects.create(old_path="/gone/")
    page = desk.post(f"{LIST}check/", {"addresses": "/old.html\n/gone/\n/<b>nothing</b>/"}).content.decode()
    assert article.get_absolute_url() in page
    assert "410" in page
    assert "/&lt;b&gt;nothing&lt;/b&gt;/" in page


def test_the_list_is_searched_and_never_counted(desk, django_assert_max_num_queries):
    article = make_article(title="晚稻开镰")
    Redirect.objects.create(old_path="/2021/harvest/", article=article)
    Redirect.objects.create(old_path="/2021/other/")
    desk.get(LIST)
    with django_assert_max_num_queries(6):
        page = desk.get(f"{LIST}?q=harvest").content.decode()
    assert "晚稻开镰" in page
    assert "/2021/other" not in page


def test_only_editors_check_addresses(client):
    assert client.get(f"{LIST}check/").status_code == 302


def test_the_chief_editor_looks_after_redirects_and_a_contributor_does_not(client):
    for role, status in (("chief", 200), ("contributor", 403)):
        user = User.objects.create_user(username=role, password="long-enough-password", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert client.get(LIST).status_code == status
        assert client.get(f"{LIST}check/").status_code == status
        assert client.get("/admin/articles/remoteimage/").status_code == status


def test_pictures_that_could_not_be_taken_are_listed_and_can_only_be_forgotten(desk, django_assert_max_num_queries):
    for number in range(3):
        RemoteImage.objects.create(address=f"https://img.example/{number}.png", failure="the host answers 404")
    desk.get("/admin/articles/remoteimage/")
    with django_assert_max_num_queries(6):
        page = desk.get("/admin/articles/remoteimage/?outcome=failed").content.decode()
    assert page.count("主机返回 404") == 3
    assert desk.get("/admin/articles/remoteimage/add/").status_code == 403
