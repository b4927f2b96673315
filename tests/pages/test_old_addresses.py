"""Old addresses lead to what readers may see today, in one hop."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from articles.actions.redirecting import add_old_addresses, check_addresses
from articles.models import Redirect, RedirectOrigin, Status, Tag
from tests.factories import NOON, make_article, make_author, make_category

pytestmark = pytest.mark.django_db


def status_and_place(client: Client, address: str) -> tuple[int, str]:
    response = client.get(address)
    return response.status_code, response.headers.get("Location", "")


@pytest.mark.parametrize(
    "address",
    [
        "/2021/05/15/晚稻/",
        "/2021/05/15/晚稻",
        "/2021/05/15/晚稻.html",
        "/2021/05/15/晚稻/index.html",
        "/2021/05/15/%E6%99%9A%E7%A8%BB/",
        "/2021/05/15/%e6%99%9a%e7%a8%bb/?utm_source=feed",
    ],
)
def test_every_spelling_of_an_old_address_leads_to_the_article(client, address):
    article = make_article()
    add_old_addresses({article.pk: ["/2021/05/15/晚稻/"]})
    assert status_and_place(client, address) == (301, article.get_absolute_url())
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.get("/2021/05/15/早稻/").status_code == 404


def test_an_old_address_follows_the_article_to_its_present_slug(client):
    article = make_article(slug="old-slug")
    add_old_addresses({article.pk: ["/harvest/"]})
    article.slug = "new-slug"
    article.save()
    assert status_and_place(client, "/harvest/") == (301, f"/articles/{article.pk}/new-slug/")


def test_an_address_with_a_number_in_its_query_leads_to_the_article(client):
    article = make_article()
    add_old_addresses({article.pk: ["/?p=123", "/show.php?id=7"]})
    for address in ("/?p=123", "/?p=123&utm_source=x", "/?from=singlemessage&p=123", "/show.php?id=7&page=2"):
        assert status_and_place(client, address) == (301, article.get_absolute_url())
    assert client.get("/?p=124").status_code == 200
    assert client.get("/show.php?id=8").status_code == 404


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"live": False}, 404),
        ({"published_at": NOON + timedelta(days=36500)}, 404),
        ({"status": Status.ARCHIVED}, 404),
        ({"expires_at": NOON + timedelta(seconds=1)}, 404),
        ({"trashed_at": NOON}, 404),
        ({"withdrawn_at": NOON}, 410),
        ({"withdrawn_at": NOON, "trashed_at": NOON}, 404),
    ],
)
def test_an_old_address_tells_nothing_of_what_is_not_live(client, state, status):
    article = make_article(title="机密标题", slug="ji-mi", **state)
    add_old_addresses({article.pk: ["/old/", "/?p=5"]})
    for address in ("/old/", "/old.html", "/?p=5"):
        response = client.get(address)
        assert response.status_code == status
        assert "Location" not in response.headers
        assert "机密标题" not in response.content.decode()
        assert "ji-mi" not in response.content.decode()


def test_a_redirect_without_a_target_answers_gone(client):
    Redirect.objects.create(old_path="/withdrawn-long-ago/")
    assert client.get("/withdrawn-long-ago.html").status_code == 410


def test_a_deleted_article_is_gone_and_not_forgotten(client):
    article = make_article()
    add_old_addresses({article.pk: ["/old/"]})
    article.delete()
    assert client.get("/old/").status_code == 410


def test_a_page_of_today_answers_before_a_redirect(client):
    section = make_category("新闻", slug="news")
    other = make_article()
    told = add_old_addresses({other.pk: ["/sections/news/", "/"]})
    assert client.get("/sections/news/").status_code == 200
    assert [text.split(";")[0] for text in told[other.pk]] == [
        "the old address '/sections/news/' lies where this site has pages of its own",
        "the old address '/' is the front page's",
    ]
    section.delete()
    assert status_and_place(client, "/sections/news/") == (301, other.get_absolute_url())


def test_of_two_articles_that_claim_an_address_the_older_keeps_it(client):
    first, second = make_article(), make_article()
    assert add_old_addresses({first.pk: ["/same/"]}) == {}
    told = add_old_addresses({second.pk: ["/same.html", "/other/"]})
    assert f"article {first.pk}" in told[second.pk][0]
    assert status_and_place(client, "/same/") == (301, first.get_absolute_url())
    assert status_and_place(client, "/other/") == (301, second.get_absolute_url())
    # The same again is no collision, also within one batch.
    assert add_old_addresses({first.pk: ["/same/"], second.pk: ["/other/"]}) == {}


def test_old_addresses_of_a_batch_cost_two_queries(django_assert_num_queries):
    articles = [make_article() for _number in range(5)]
    with django_assert_num_queries(4):  # two and a savepoint
        add_old_addresses({article.pk: [f"/a/{article.pk}/", f"/b/{article.pk}/"] for article in articles})
    assert Redirect.objects.filter(origin=RedirectOrigin.IMPORT).count() == 10


def test_a_moved_section_redirects_with_all_below_it_and_their_feeds(client):
    region, city = make_category("地区", slug="region"), make_category("城市", slug="city")
    metro = make_category("地铁", slug="metro", parent=city)
    make_category("一号线", slug="line-1", parent=metro)
    city.parent = region
    city.save()
    moves = {
        "/sections/city/": "/sections/region/city/",
        "/sections/city/metro/": "/sections/region/city/metro/",
        "/sections/city/metro/line-1/": "/sections/region/city/metro/line-1/",
        "/sections/city/metro/feed/": "/sections/region/city/metro/feed/",
    }
    for old, new in moves.items():
        assert status_and_place(client, old) == (301, new)
        assert client.get(new).status_code == 200


def test_moving_again_and_back_makes_neither_chain_nor_loop(client):
    city = make_category("城市", slug="a")
    for slug in ("b", "c", "a"):
        city.slug = slug
        city.save()
    assert client.get("/sections/a/").status_code == 200
    for old in ("/sections/b/", "/sections/c/"):
        assert status_and_place(client, old) == (301, "/sections/a/")
    assert not Redirect.objects.filter(old_path="/sections/a").exists()


def test_a_renamed_tag_and_author_redirect_with_their_feeds(client):
    tag, author = Tag.objects.create(name="粮食", slug="grain"), make_author(slug="lin")
    tag.slug, author.slug = "food", "lin-tinglan"
    tag.save()
    author.save()
    assert status_and_place(client, "/tags/grain/") == (301, "/tags/food/")
    assert status_and_place(client, "/tags/grain/feed/") == (301, "/tags/food/feed/")
    assert status_and_place(client, "/authors/lin/") == (301, "/authors/lin-tinglan/")
    assert client.get("/tags/food/feed/").status_code == 200


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/tags/粮食/", "/tags/liang-shi/"),
        ("/tag/%E7%B2%AE%E9%A3%9F/page/2/", "/tags/liang-shi/"),
        ("/tags/Machine-Learning/index.xml", "/tags/machine-learning/feed/"),
        ("/categories/新闻/城市/", "/sections/xin-wen/cheng-shi/"),
        ("/category/城市/", "/sections/xin-wen/cheng-shi/"),
        ("/categories/城市/feed/", "/sections/xin-wen/cheng-shi/feed/"),
        ("/author/林听澜/", "/authors/lin-ting-lan/"),
        ("/atom.xml", "/feed/"),
        ("/index.xml", "/feed/"),
        ("/feed.xml", "/feed/"),
        ("/page/3/", "/"),
        ("/index.php", "/"),
    ],
)
def test_the_lists_and_feeds_of_other_systems_lead_to_ours(client, address, place):
    Tag.objects.create(name="粮食")
    Tag.objects.create(name="machine learning")
    make_category("城市", parent=make_category("新闻"))
    make_author("林听澜")
    assert status_and_place(client, address) == (301, place)
    assert client.get(place).status_code == 200


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/archives/2021/", "/archive/2021/"),
        ("/archives/2021/05/", "/archive/2021/05/"),
        ("/archives/2021/5/page/2/", "/archive/2021/05/"),
        ("/2021/05/", "/archive/2021/05/"),
        ("/2021/05/31/", "/archive/2021/05/31/"),
        ("/2021/", "/archive/2021/"),
    ],
)
def test_the_archives_of_other_systems_lead_to_ours_where_there_is_something(client, address, place):
    make_article(published_at=datetime(2021, 5, 31, 20, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert status_and_place(client, address) == (301, place)
    assert client.get(place).status_code == 200
    for empty in ("/2020/", "/archives/2021/06/", "/2021/13/", "/2021/05/30/", "/archives/0000/"):
        assert client.get(empty).status_code == 404, empty


@pytest.mark.parametrize(
    "address",
    ["/tags/没有/", "/tags/none/", "/categories/没有/", "/author/x/", "/page/x/", "/sections/none/", "/tags/none/feed/",
     "/%00", "/tags/%00/", "/x?%00=1", "/?p=%00", "/" + "a" * 5000, "/%ff%fe/", "/tags/" + "x/" * 200],
)  # fmt: skip
def test_hostile_and_unknown_addresses_stay_not_found(client, address):
    assert client.get(address).status_code in {404, 200 if address.startswith("/?") else 404}


@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example", "https://evil.example/", "evil"])
def test_a_redirect_to_another_site_cannot_be_stored(target):
    with pytest.raises(ValidationError):
        Redirect.objects.create(old_path="/old/", new_path=target)


def test_a_redirect_to_a_redirect_is_answered_in_one_hop(client):
    article = make_article()
    add_old_addresses({article.pk: ["/second/"]})
    Redirect.objects.create(old_path="/first/", new_path="/second/")
    Redirect.objects.create(old_path="/round/", new_path="/about/")
    Redirect.objects.create(old_path="/about/", new_path="/round/")
    assert status_and_place(client, "/first/") == (301, article.get_absolute_url())
    assert client.get("/round/").status_code == 404


def test_a_redirect_may_be_kept_for_an_hour_and_belongs_to_everybody(client):
    article = make_article()
    add_old_addresses({article.pk: ["/old/"]})
    response = client.get("/old/", headers={"Cookie": "language=en"})
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in response.headers.get("Vary", "")


def test_a_list_of_addresses_is_counted_by_its_answers():
    article, draft = make_article(), make_article(live=False)
    add_old_addresses({article.pk: ["/a/"], draft.pk: ["/b/"]})
    Redirect.objects.create(old_path="/gone/")
    lines = ["https://old.example/a/index.html", "/b/", "# a note", "", "/gone", article.get_absolute_url(), "/nothing"]
    assert check_addresses(lines) == {301: 1, 404: 2, 410: 1, 200: 1}


def test_a_missing_page_costs_one_query_more(client, django_assert_max_num_queries):
    client.get("/nothing/")
    with django_assert_max_num_queries(6):
        assert client.get("/2021/05/nothing/").status_code == 404
