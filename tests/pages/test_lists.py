"""Home, sections, tags, authors: which articles, in which order, by cursor."""

import re

import pytest
from django.test import Client

from articles.models import Kind, Status
from tests.factories import NOON, SECOND, make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db


def titles(html: str) -> list[str]:
    main = html[html.index("<main") :]
    return re.findall(r'class="headline"[^>]*><a href="/articles/\d+/[^"]*">([^<]*)</a>', main)


def test_a_section_shows_all_below_it_newest_first(client: Client) -> None:
    city = make_category("城市")
    traffic = make_category("交通", parent=city)
    make_article(title="旧", published_at=NOON - SECOND, categories=[city])
    make_article(title="新", published_at=NOON, categories=[traffic])
    assert titles(client.get("/sections/cheng-shi/").content.decode()) == ["新", "旧"]
    assert titles(client.get("/sections/cheng-shi/jiao-tong/").content.decode()) == ["新"]


def test_pages_follow_each_other_by_cursor_without_gap_or_repetition(client: Client) -> None:
    make_articles(45, category=make_category("城市"))
    address, seen, pages = "/sections/cheng-shi/", [], 0
    while address:
        html = client.get(address).content.decode()
        seen += re.findall(r'<h2 class="headline"[^>]*><a href="/articles/(\d+)/', html)
        found = re.search(r'<a rel="next" href="([^"]+)"', html)
        address = f"/sections/cheng-shi/{found[1]}" if found else ""
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (3, 45, 45)
    assert [int(number) for number in seen] == sorted(int(number) for number in seen)


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "--1", "9" * 40, "1-1;drop", "\x00"])
def test_a_broken_cursor_is_404(client: Client, cursor: str) -> None:
    make_category("城市")
    assert client.get("/sections/cheng-shi/", {"after": cursor}).status_code == 404


def test_later_pages_are_not_indexed(client: Client) -> None:
    make_articles(25, category=make_category("城市"))
    first = client.get("/sections/cheng-shi/").content.decode()
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found
    assert "noindex, follow" not in first
    assert "noindex, follow" in client.get(f"/sections/cheng-shi/{found[1]}").content.decode()


def test_tags_and_authors_have_pages(client: Client) -> None:
    make_article(title="有标签", tags=["地铁"], authors=[make_author("林听澜")])
    make_article(title="没有标签")
    assert titles(client.get("/tags/di-tie/").content.decode()) == ["有标签"]
    assert titles(client.get("/authors/lin-ting-lan/").content.decode()) == ["有标签"]


def test_an_empty_section_names_its_siblings(client: Client) -> None:
    make_category("城市")
    make_category("文化")
    html = client.get("/sections/cheng-shi/").content.decode()
    assert "本栏目还没有稿件" in html
    assert '<a href="/sections/wen-hua/">文化</a>' in html


@pytest.mark.parametrize("path", ["/sections/nope/", "/tags/nope/", "/authors/nope/", "/sections/a//b/", "/%00/"])
def test_what_is_not_there_is_404_with_ways_on(client: Client, path: str) -> None:
    make_article(title="最新稿件")
    response = client.get(path)
    assert response.status_code == 404
    assert "页面不存在" in response.content.decode()
    assert "最新稿件" in response.content.decode()


def test_the_front_page_shows_no_story_twice(client: Client) -> None:
    for name in ("城市", "文化", "财经"):
        make_articles(12, category=make_category(name))
    make_article(title="快讯一则", kind=Kind.BRIEF)
    html = client.get("/").content.decode()
    numbers = re.findall(r'(?:class="headline"[^>]*>|<li>(?:<time[^>]*>[^<]*</time> )?)<a href="/articles/(\d+)/', html)
    assert len(numbers) >= 25
    assert len(numbers) == len(set(numbers))


def test_an_empty_site_has_a_front_page(client: Client) -> None:
    assert "还没有稿件" in client.get("/").content.decode()


def test_the_menu_is_the_editors_choice_else_the_liveliest_sections(client: Client) -> None:
    make_articles(3, category=make_category("财经"))
    make_articles(1, category=make_category("文化"))
    names = re.findall(r'<li><a href="/sections/[^"]+/">([^<]+)</a></li>', client.get("/").content.decode())
    assert names == ["财经", "文化"]


def test_a_chosen_menu_goes_by_position(client: Client) -> None:
    make_category("财经", in_menu=True, position=2)
    make_category("文化", in_menu=True, position=1)
    make_category("体育")
    names = re.findall(r'<li><a href="/sections/[^"]+/">([^<]+)</a></li>', client.get("/").content.decode())
    assert names == ["文化", "财经"]


def test_drafts_stand_in_no_list(client: Client) -> None:
    make_article(title="草稿", status=Status.DRAFT, live=False, categories=[make_category("城市")])
    assert titles(client.get("/sections/cheng-shi/").content.decode()) == []


def test_a_section_names_those_below_it_with_their_numbers(client: Client) -> None:
    city = make_category("城市")
    traffic = make_category("交通", parent=city)
    make_category("空", parent=city)
    make_articles(3, category=traffic)
    html = client.get("/sections/cheng-shi/").content.decode()
    assert re.findall(r'href="(/sections/cheng-shi/[^"/]+/)">([^<]+) <span class="number">(\d+)</span>', html) == [
        ("/sections/cheng-shi/jiao-tong/", "交通", "3")
    ]
    assert "3 篇稿件" in html


def test_a_section_whose_articles_are_in_one_language_speaks_it(client: Client) -> None:
    make_article(language="en", categories=[make_category("Travel")])
    assert '<html lang="en">' in client.get("/sections/travel/").content.decode()


def test_the_menu_holds_eight_sections_at_most(client: Client) -> None:
    for number in range(10):
        make_articles(number + 1, category=make_category(f"栏目{number}"))
    names = re.findall(r'<li><a href="/sections/[^"]+/">([^<]+)</a></li>', client.get("/").content.decode())
    assert names == [f"栏目{number}" for number in range(9, 1, -1)]


@pytest.mark.parametrize(
    "path", ["/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/", "/archive/", "/search/"]
)
def test_every_list_has_a_description_for_search_engines(client: Client, path: str) -> None:
    make_article(categories=[make_category("城市")], tags=["地铁"], authors=[make_author("林", slug="lin")])
    html = client.get(path).content.decode()
    assert re.search(r'<meta name="description" content="[^"]+">', html)
    assert "noindex" not in html
