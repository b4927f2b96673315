"""The search page: hits alone in its main part, words marked, any input answered, nothing that is not live."""

import html
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Authorship
from articles.text.searchable import unpack
from articles.views.search import SEARCHES
from tests.factories import NOON, make_article, make_articles, make_author, make_category

pytestmark = pytest.mark.django_db


def get(client: Client, **parameters: str) -> str:
    response = client.get(f"/search/?{urlencode(parameters)}")
    assert response.status_code == 200
    return response.content.decode()


def main_of(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def hits_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/articles/(\d+)/', main_of(page))]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("数字城市", "建设数字城市的经验"),
        ("港", "青岛港的集装箱"),
        ("银行", "中国人民银行发布公告"),
        ("5G基站", "新建５Ｇ基站三百座"),
        ("iphone 13", "新的 iPhone 13 上市"),
        ("ai", "生成式ＡＩ的应用"),
        ("plural", "two plurals in English"),
        ("c++", "他用 C++ 写程序"),
        ("3.5", "同比增长3.5%"),
        ("台湾著名", "臺灣著名的作家"),
        ("臺灣", "台湾的作家"),
        ('"城市 数字"', "城市，数字化"),
        ("城市 -乡村", "城市的道路"),
        ("covid-19", "关于COVID-19的研究"),
    ],
)
def test_a_word_finds_the_text_that_holds_it_and_no_other(client: Client, words: str, text: str) -> None:
    wanted = make_article(title="甲", body=f"<p>今天{text}。</p>")
    make_article(title="乙", body="<p>乡村的道路，城与市，数和字；mail mural c+ 35 iPhone 12</p>")
    page = get(client, q=words)
    assert hits_of(page) == [wanted.pk]
    assert "<mark>" in main_of(page)


def test_hits_are_marked_in_the_text_as_it_was_written(client: Client) -> None:
    make_article(title="华为云<b>大会</b>", body="<p>前文。</p><p>臺灣的ＡＩ產業與“華為雲”合作，<b>智能</b>体验。</p>")
    main = main_of(get(client, q="华为云 ai"))
    assert "<mark>华为云</mark>&lt;b&gt;大会" in main
    assert "臺灣的<mark>ＡＩ</mark>產業與“<mark>華為雲</mark>”合作" in main


def test_a_title_comes_before_a_summary_and_that_before_a_body(client: Client) -> None:
    body = make_article(title="一", summary="三", body="<p>量子计算</p>")
    summary = make_article(title="二", summary="量子计算", body="<p>正文</p>")
    title = make_article(title="量子计算", published_at=NOON - timedelta(days=400))
    assert hits_of(get(client, q="量子计算")) == [title.pk, summary.pk, body.pk]
    assert hits_of(get(client, q="量子计算", sort="time")) == [summary.pk, body.pk, title.pk]


def test_main_links_hits_only_and_the_next_page_is_a_link_beside_it(client: Client) -> None:
    articles = make_articles(45, title="潮汐发电")
    seen: list[int] = []
    address = f"/search/?q={quote('潮汐')}"
    while address:
        page = client.get(address).content.decode()
        main = main_of(page)
        assert len(re.findall(r"<a\b", main)) == len(hits_of(page))
        seen += hits_of(page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        assert following is None or following[0] not in main
        address = "/search/" + html.unescape(following[1]) if following else ""
    assert seen == [article.pk for article in articles]


def test_beyond_the_ranked_ones_every_article_is_reached_once(client: Client) -> None:
    articles = make_articles(900, body="<p>海水淡化</p>")
    Article.objects.filter(pk=articles[-1].pk).update(title="海水淡化")
    page = get(client, q="海水淡化")
    assert "300" in page
    assert hits_of(page)[0] == articles[-1].pk
    seen = hits_of(page)
    while following := re.search(r'<a rel="next" href="([^"]+)"', page):
        page = client.get("/search/" + html.unescape(following[1])).content.decode()
        seen += hits_of(page)
    assert len(seen) == len(set(seen)) == 900


def test_filters_narrow_and_tell_their_numbers(client: Client) -> None:
    city = make_category("城市")
    traffic = make_category("交通", parent=city)
    author = make_author("林听澜", slug="lin")
    recent = timezone.now() - timedelta(days=2)
    wanted = make_article(title="地铁", categories=[traffic], tags=["轨道"], authors=[author], published_at=recent)
    make_article(title="地铁", categories=[city], published_at=recent - timedelta(days=400))
    make_article(title="地铁", published_at=recent - timedelta(days=400))
    page = get(client, q="地铁")
    for option in ("城市 (2)", "　交通 (1)", "轨道 (1)", "林听澜 (1)"):
        assert f">{option}</option>" in page
    assert len(hits_of(get(client, q="地铁", section="cheng-shi"))) == 2
    for name, value in (("section", traffic.path), ("tag", "gui-dao"), ("author", "lin"), ("span", "7")):
        page = get(client, q="地铁", **{name: value})
        assert hits_of(page) == [wanted.pk]
        assert f'<option value="{value}" selected>' in page


HOSTILE = {
    "nothing": "",
    "blanks": " 　\t",
    "signs": "，。！？%_*'\"\\()[]{}<>|&~^$#@!;:-- + -",
    "too long": "长" * 10_000,
    "500 words": "词 " * 500,
    "open quote": '"数据',
    "nul": "数\0据",
    "surrogate": "\ud800数据",
    "fts operators": 'NEAR(数据 平台) OR title:数据* AND NOT "x" ^数据',
    "tsquery": "数据 & !平台 | 'x':*A <-> \\",
    "sql": "'; DROP TABLE articles_article; --",
    "only minus": "-数据",
    "combining": "e" + "\u0301" * 300,
    "stop words": "的 了 and the",
    "escapes": "\ue000\ue001数据 \ue002c1",
}


@pytest.mark.parametrize("words", list(HOSTILE.values()), ids=list(HOSTILE))
def test_any_query_is_answered_with_a_page(client: Client, words: str) -> None:
    make_article(title="数据平台")
    response = client.get("/search/", {"q": words.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert "noindex" in response.content.decode()
    assert client.get("/search/suggestions/", {"q": words.encode("utf-8", "surrogatepass")}).status_code == 200
    assert Article.objects.count() == 1


@pytest.mark.parametrize("words", ["OR 缺席", "* 数据", "NOT 数据", "数据 AND 平台", "%", "title:缺席", "\ue002c1"])
def test_operators_are_text_and_bring_no_other_querys_result(client: Client, words: str) -> None:
    make_article(title="数据平台", categories=[make_category()])
    found = hits_of(get(client, q=words))
    assert len(found) == (words == "* 数据")


@pytest.mark.parametrize(
    "cursor", ["x", "1-r-1-1'", "99999999999-r-1-1", "4000000000-r-0-9223372036854775808", "1-r-1"]
)
def test_a_cursor_that_no_search_made_is_not_found(client: Client, cursor: str) -> None:
    make_article(title="数据")
    assert client.get("/search/", {"q": "数据", "after": cursor}).status_code in {200, 404}
    assert client.get("/search/", {"q": "数据", "after": "x"}).status_code == 404


def test_the_bounds_of_the_filters_are_no_errors(client: Client) -> None:
    make_article(title="数据")
    for name in ("section", "tag", "author", "span", "sort"):
        for value in ("'", "\0", "9" * 400, "-1"):
            assert client.get("/search/", {"q": "数据", name: value}).status_code == 200


def test_did_you_mean_names_what_the_pinyin_says_if_it_has_live_articles(client: Client) -> None:
    make_article(title="港口", tags=["青岛"])
    make_article(title="草稿", tags=["清道夫"], live=False)
    page = get(client, q="qingdao")
    assert 'href="/tags/qing-dao/"' in page.split("<main", 1)[0]
    assert "清道夫" not in get(client, q="qingdaofu")


def test_suggestions_are_names_of_live_articles(client: Client) -> None:
    make_article(title="港口", tags=["青岛"], authors=[make_author("青禾")], categories=[make_category("青年")])
    make_article(title="草稿", tags=["青稞"], live=False)
    names = json.loads(client.get("/search/suggestions/", {"q": "青"}).content)["names"]
    assert sorted(names) == ["青岛", "青年", "青禾"]
    assert json.loads(client.get("/search/suggestions/", {"q": "qd"}).content)["names"] == ["青岛"]


def test_a_flood_of_searches_waits_and_other_readers_do_not(client: Client) -> None:
    for _ in range(SEARCHES.most):
        client.get("/search/suggestions/", {"q": "x"}, REMOTE_ADDR="192.0.2.7")
    response = client.get("/search/", {"q": "x"}, REMOTE_ADDR="192.0.2.7")
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert client.get("/search/", {"q": "x"}, REMOTE_ADDR="192.0.2.8").status_code == 200


def count_work(client: Client, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> tuple[int, int]:
    """Return the number of statements that a search takes beside the page around it, and of stored texts."""
    texts: list[bytes] = []
    monkeypatch.setattr("articles.search.searching.unpack", lambda packed: texts.append(packed) or unpack(packed))
    statements = []
    for asked in ({}, parameters):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            get(client, **asked)
        # Each walk on PostgreSQL puts the planner's settings back, inside the transaction of a test.
        statements.append(sum("SELECT" in query["sql"] for query in captured.captured_queries))
    return statements[1] - statements[0], len(texts)


def make_busy_site(number: int) -> None:
    city = make_category("城市", parent=make_category("本地"))
    articles = make_articles(number, category=city, title="数据 新闻", body="<p>数据在据台平数平台和技术</p>")
    author = make_author("数据 平台")
    Authorship.objects.bulk_create(Authorship(article=article, author=author) for article in articles[::10])
    for article in articles[::40]:
        article.tags.add("数据")


def test_a_page_takes_few_statements_however_many_articles_it_finds(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_busy_site(450)
    for parameters in (
        {"q": "数据"},  # a tag is called so too
        {"q": "数据 平台"},
        {"q": "数据", "section": "ben-di", "tag": "shu-ju", "author": "shu-ju-ping-tai", "span": "366"},
        {"q": "数据", "sort": "time"},
    ):
        statements, texts = count_work(client, monkeypatch, **parameters)
        assert statements <= 12, parameters
        assert texts <= 500, parameters


def test_hostile_queries_take_bounded_work(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.search.searching._LOOKS", (40, 80))
    monkeypatch.setattr("articles.search.searching._IN_TITLE", 10)
    make_busy_site(250)
    # Its pairs stand in every text, but nowhere in a row.
    assert count_work(client, monkeypatch, q="台平台")[1] == 40 + 80 + 40
    worst = ("据台平台", "数 据 平 台 在 和 技 术", "数据 -台平台", '"数据在据台 平数平台"')
    for words in (*HOSTILE.values(), *worst):
        text = words.encode("utf-8", "replace").decode()
        statements, texts = count_work(client, monkeypatch, q=text)
        assert statements <= 14, words
        assert texts <= 200, words


def test_related_articles_share_a_subject_and_are_no_copies(client: Client) -> None:
    text = "今年前十个月，这里装卸的货物比去年同期多了一成，其中煤炭和粮食最多，管理者说明年还要再建两个泊位。"
    article = make_article(title="青岛港集装箱吞吐量创新高", tags=["港口"], body=f"<p>{text}</p>")
    near = make_article(title="青岛港集装箱码头扩建", tags=["港口"])
    make_article(title="青岛港集装箱吞吐量创新高")
    make_article(title="转载的港口报道", tags=["港口"], body=f"<p>本报讯　{text}</p>")
    make_article(title="Qingdao port", tags=["港口"], translation_of=article)
    make_article(title="青岛港集装箱草稿", tags=["港口"], live=False)
    make_article(title="不相干的题目")
    page = client.get(article.get_absolute_url()).content.decode()
    related = page.split('id="related"', 1)[1].split("</aside>", 1)[0]
    assert [int(number) for number in re.findall(r"/articles/(\d+)/", related)] == [near.pk]
    Article.objects.filter(pk=near.pk).update(withdrawn_at=timezone.now())
    assert 'id="related"' not in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("words", ["", "数据", "没有这样的词"])
def test_every_state_of_the_page_has_one_heading(client: Client, words: str) -> None:
    make_article(title="数据")
    page = get(client, q=words)
    assert page.count("<h1") == 1


def test_search_works_in_a_browser_with_suggestions(live_server: Any, page: Any) -> None:
    make_article(title="青岛港", tags=["青岛"])
    page.goto(f"{live_server.url}/search/")
    page.locator("main").wait_for()
    page.locator(".search-form input[type=search]").press_sequentially("qingd")
    page.locator("#search-names option[value=青岛]").wait_for(state="attached")
    page.locator(".search-form input[type=search]").fill("青岛港")
    page.locator(".search-words button").click()
    page.wait_for_url("**/search/?q=*")
    assert page.locator("main mark").first.inner_text() == "青岛港"
