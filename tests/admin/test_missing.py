"""Editors see which addresses readers miss, and give them a page by one click."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import MissingPage, Redirect
from tests.factories import make_article, make_author, make_category, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/missingpage/"
DAY = date(2026, 11, 20)


def test_the_most_wanted_stand_first_with_the_page_they_may_mean(desk: Client) -> None:
    article = make_article(title="晚稻开镰", slug="wan-dao-kai-lian")
    make_article(title="草稿", slug="draft-of-something", live=False)
    make_category("城市", slug="city")
    make_author("林听澜", slug="lin-ting-lan")
    MissingPage.objects.add_hits(
        {
            "/2021/05/wan-dao-kai-lian": 3,
            "/news/晚稻开镰": 9,
            "/post/draft-of-something": 2,
            "/channel/city.aspx": 4,
            "/people/lin_ting_lan": 5,
            "/2021-05-01-wan-dao-kai-lian": 6,
            "/nobody-knows": 1,
        },
        on=DAY,
    )
    response = desk.get(LIST)
    rows = [(row.path, row.guess and row.guess.path) for row in response.context["cl"].result_list]
    assert rows == [
        ("/news/晚稻开镰", article.get_absolute_url()),
        ("/2021-05-01-wan-dao-kai-lian", article.get_absolute_url()),
        ("/people/lin_ting_lan", "/authors/lin-ting-lan/"),
        ("/channel/city.aspx", "/sections/city/"),
        ("/2021/05/wan-dao-kai-lian", article.get_absolute_url()),
        ("/post/draft-of-something", None),
        ("/nobody-knows", None),
    ]
    assert "/admin/articles/redirect/add/?old_path=%2Fnobody-knows" in response.content.decode()


def test_an_address_without_a_slug_of_ours_is_searched_for_by_its_words(desk: Client) -> None:
    article = make_article(title="望洲晚稻全面开镰，收成好过去年")
    make_article(title="晚稻草稿开镰收成", live=False)
    MissingPage.objects.add_hits({"/旧闻/2021_晚稻全面开镰.html": 2, "/旧闻/晚稻": 1, "/abc": 3}, on=DAY)
    rows = {row.path: row.guess and row.guess.article for row in desk.get(LIST).context["cl"].result_list}
    assert rows == {"/旧闻/2021_晚稻全面开镰.html": article, "/旧闻/晚稻": None, "/abc": None}


def test_one_click_makes_the_redirect_and_the_address_leaves_the_list(desk: Client, client: Client) -> None:
    article = make_article(slug="wan-dao-kai-lian")
    MissingPage.objects.add_hits({"/old/wan-dao-kai-lian": 3}, on=DAY)
    page = MissingPage.objects.get()
    assert f'formaction="{LIST}{page.pk}/redirect/"' in desk.get(LIST).content.decode()
    desk.post(f"{LIST}{page.pk}/redirect/", {"csrf": "of the list's form"})
    assert Redirect.objects.get().article == article
    assert client.get("/old/wan-dao-kai-lian.html").headers["Location"] == article.get_absolute_url()
    assert not desk.get(LIST).context["cl"].result_list


def test_several_are_redirected_at_once_and_those_without_a_page_stay(desk: Client) -> None:
    make_article(slug="one-article")
    make_category("城市", slug="city")
    MissingPage.objects.add_hits({"/old/one-article": 1, "/old/city": 1, "/old/nothing": 1}, on=DAY)
    ids = list(MissingPage.objects.values_list("pk", flat=True))
    desk.post(LIST, {"action": "redirect_selected", "_selected_action": ids})
    assert set(Redirect.objects.values_list("old_path", flat=True)) == {"/old/one-article", "/old/city"}
    assert [row.path for row in desk.get(LIST).context["cl"].result_list] == ["/old/nothing"]


def test_an_ignored_address_stays_away(desk: Client) -> None:
    MissingPage.objects.add_hits({"/noise": 1, "/news": 1}, on=DAY)
    noise = MissingPage.objects.get(path="/noise")
    desk.post(LIST, {"action": "ignore_selected", "_selected_action": [noise.pk]})
    MissingPage.objects.add_hits({"/noise": 5}, on=DAY)
    assert [row.path for row in desk.get(LIST).context["cl"].result_list] == ["/news"]
    assert [row.path for row in desk.get(f"{LIST}?state=ignored").context["cl"].result_list] == ["/noise"]


@pytest.mark.parametrize(("role", "status"), [("contributor", 403), ("editor", 403), ("chief", 302)])
def test_chiefs_redirect_and_others_do_not(role: str, status: int) -> None:
    make_article(slug="one-article")
    MissingPage.objects.add_hits({"/old/one-article": 1}, on=DAY)
    client = Client()
    client.force_login(make_user(role))
    page = MissingPage.objects.get()
    assert client.get(LIST).status_code == (200 if role == "chief" else 403)
    assert client.post(f"{LIST}{page.pk}/redirect/").status_code == status
    assert Redirect.objects.exists() is (status == 302)


def test_a_link_changes_nothing(desk: Client) -> None:
    make_article(slug="one-article")
    MissingPage.objects.add_hits({"/old/one-article": 1}, on=DAY)
    assert desk.get(f"{LIST}{MissingPage.objects.get().pk}/redirect/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("chief"))
    assert strict.post(f"{LIST}{MissingPage.objects.get().pk}/redirect/").status_code == 403
    assert not Redirect.objects.exists()


def test_a_hostile_address_is_text_in_the_list(desk: Client) -> None:
    MissingPage.objects.add_hits({"/\"'><script>alert(1)</script>": 1}, on=DAY)
    assert "<script>alert(1)" not in desk.get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)" in desk.get(LIST).content.decode()


def test_the_list_asks_as_often_for_fifty_addresses_as_for_one(desk: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get(LIST)
        return len(captured)

    MissingPage.objects.add_hits({"/a-slug": 1}, on=DAY)
    queries()  # what is cached is cached
    few = queries()
    MissingPage.objects.add_hits({f"/a-slug-{number}": 1 for number in range(49)}, on=DAY)
    assert queries() == few
