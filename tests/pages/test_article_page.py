"""An article's own page."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from articles.models import Author, Authorship, Role, SiteProfile
from tests.factories import NOON, make_article, make_author, make_category

pytestmark = pytest.mark.django_db


def test_a_page_shows_what_a_reader_expects(client: Client) -> None:
    section = make_category("交通", parent=make_category("城市"))
    article = make_article(
        title="地铁三号线贯通",
        subtitle="早高峰缩短十九分钟",
        summary="今晨五时首班。",
        body="<p>首班车。</p>",
        source_name="望洲日报",
        categories=[section],
        authors=[make_author("林听澜")],
        tags=["地铁"],
    )
    Authorship.objects.create(article=article, author=make_author("沈未"), role=Role.EDITOR, position=9)
    html = client.get(article.get_absolute_url()).content.decode()
    for text in (
        "地铁三号线贯通",
        "早高峰缩短十九分钟",
        "今晨五时首班。",
        "<p>首班车。</p>",
        "来源：望洲日报",
        "林听澜",
        "（责编　沈未）",
        "2026年11月20日 12:00",
        '<a href="/sections/cheng-shi/jiao-tong/">交通</a>',
        '<a href="/tags/di-tie/">地铁</a>',
    ):
        assert text in html
    assert "更新于" not in html
    assert "None" not in html


def test_a_wrong_or_missing_slug_leads_to_the_right_address(client: Client) -> None:
    article = make_article(title="新闻")
    for path in (f"/articles/{article.pk}/", f"/articles/{article.pk}/old-name/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, article.get_absolute_url())


@pytest.mark.parametrize("path", ["/articles/999999/x/", "/articles/99999999999999999999999/x/", "/articles/0/"])
def test_no_article_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_withdrawn_article_answers_410_without_its_text(client: Client) -> None:
    article = make_article(title="撤回的标题", body="<p>撤回的正文</p>", withdrawn_at=NOON)
    response = client.get(article.get_absolute_url())
    assert response.status_code == 410
    assert "撤回的标题" not in response.content.decode()


def test_updated_is_shown_only_when_an_editor_changed_what_readers_read(client: Client) -> None:
    article = make_article(updated_at=NOON + timedelta(days=1))
    html = client.get(article.get_absolute_url()).content.decode()
    assert re.search(r"更新于 <time [^>]+>2026年11月21日 12:00</time>", html)


def test_a_summary_that_the_text_begins_with_is_not_read_twice(client: Client) -> None:
    said = "今晨五时，首班车从石埠站开出，全程四十九分钟"
    own = make_article(summary=said, body="<p>记者从车站了解到这些。</p>")
    copied = make_article(summary=f"{said}…", body=f"<h2>首班</h2><p>{said}，比过去快。</p>")
    assert 'class="summary"' in client.get(own.get_absolute_url()).content.decode()
    html = client.get(copied.get_absolute_url()).content.decode()
    assert 'class="summary"' not in html
    assert f'<meta name="description" content="{said}…">' in html


def test_an_english_page_says_which_words_are_chinese(client: Client) -> None:
    city = make_category("城市")
    html = client.get(make_article(language="en", categories=[city]).get_absolute_url()).content.decode()
    assert re.search(r'<nav class="sections".*?<a [^>]*lang="zh"[^>]*>城市</a>', html, re.DOTALL)
    html = client.get(make_article(categories=[city]).get_absolute_url()).content.decode()
    assert not re.search(r"<a [^>]*lang=[^>]*>城市</a>", html)


def test_an_english_article_speaks_english_whatever_the_cookie_says(client: Client) -> None:
    article = make_article(title="Harbour", language="en", authors=[make_author("Emma Hale")], summary="Fog.")
    client.cookies["lang"] = "zh-hans"
    response = client.get(article.get_absolute_url())
    html = response.content.decode()
    assert '<html lang="en">' in html
    assert 'By <a href="/authors/emma-hale/" rel="author">Emma Hale</a>' in html
    assert "20 Nov 2026, 12:00" in html
    assert "Cookie" not in response.get("Vary", "")


def test_headings_of_the_body_start_below_the_title(client: Client) -> None:
    article = make_article(body="<h1>甲</h1><h3>乙</h3>")
    html = client.get(article.get_absolute_url()).content.decode()
    assert '<h2 id="s-甲">甲</h2><h3 id="s-乙">乙</h3>' in html
    assert html.count("<h1") == 1


def test_structured_data_cannot_leave_its_element_and_reads_back_equal(client: Client) -> None:
    title = "</script><!--<script>alert(1)</script>\u2028&amp;"
    article = make_article(title=title, categories=[make_category("城市")])
    html = client.get(article.get_absolute_url()).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    news, crumbs = json.loads(data)["@graph"]
    assert news["headline"] == title
    assert [step["name"] for step in crumbs["itemListElement"]] == [SiteProfile.load().name, "城市"]
    assert "<script>alert" not in html


def test_canonical_is_the_own_address_unless_an_editor_says_otherwise(client: Client) -> None:
    own = make_article(source_url="https://elsewhere.example/a")
    html = client.get(own.get_absolute_url()).content.decode()
    assert f'<link rel="canonical" href="http://testserver{own.get_absolute_url()}">' in html
    other = make_article(canonical_url="https://elsewhere.example/b")
    html = client.get(other.get_absolute_url()).content.decode()
    assert '<link rel="canonical" href="https://elsewhere.example/b">' in html


def test_translations_name_each_other(client: Client) -> None:
    chinese = make_article(title="望洲港复航")
    english = make_article(title="The Port Reopens", language="en", translation_of=chinese)
    assert 'hreflang="en"' in client.get(chinese.get_absolute_url()).content.decode()
    assert 'hreflang="zh-Hans"' in client.get(english.get_absolute_url()).content.decode()


def test_a_remote_lead_picture_tells_nobody_who_reads(client: Client) -> None:
    article = make_article(hero_image_url="https://pictures.example/a.jpg")
    html = client.get(article.get_absolute_url()).content.decode()
    assert '<img src="https://pictures.example/a.jpg" alt="" referrerpolicy="no-referrer"' in html


def test_an_author_without_articles_has_a_page(client: Client) -> None:
    Author.objects.create(name="何知夏")
    assert "这里还没有稿件" in client.get("/authors/he-zhi-xia/").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_read_only(client: Client, method: str) -> None:
    article = make_article()
    send: Any = getattr(client, method)
    assert send(article.get_absolute_url()).status_code == 405


def test_a_long_piece_has_a_table_of_contents_that_leads_to_its_headings(client: Client) -> None:
    long = "".join(f"<h2>第{number}节</h2><p>{'长' * 600}</p>" for number in "一二三")
    html = client.get(make_article(body=long).get_absolute_url()).content.decode()
    anchors = re.findall(r'<li class="level-2"><a href="#([^"]+)">', html)
    assert anchors == ["s-第一节", "s-第二节", "s-第三节"]
    assert all(f'<h2 id="{anchor}">' in html for anchor in anchors)
    short = client.get(make_article(body=long.replace("长" * 600, "短")).get_absolute_url()).content.decode()
    assert 'class="contents"' not in short


def test_an_article_leads_to_its_neighbours_in_the_section(client: Client) -> None:
    city, other = make_category("城市"), make_category("财经")
    times = [NOON + timedelta(minutes=minute) for minute in range(4)]
    first, _elsewhere, middle, last = (
        make_article(published_at=time, categories=[section])
        for time, section in zip(times, [city, other, city, city], strict=True)
    )
    html = client.get(middle.get_absolute_url()).content.decode()
    turn = html[html.index('class="turn') :]
    assert re.findall(r'href="(/articles/[^"]+)"', turn)[:2] == [first.get_absolute_url(), last.get_absolute_url()]
    assert middle.get_absolute_url() not in turn


def test_readers_can_report_a_mistake_where_the_paper_takes_letters(client: Client) -> None:
    article = make_article(title="标题 & 其他?")
    assert "纠错" not in client.get(article.get_absolute_url()).content.decode()
    profile = SiteProfile.load()
    profile.corrections_email = "errors@paper.example"
    profile.save()
    html = client.get(article.get_absolute_url()).content.decode()
    (address,) = re.findall(r'<a href="(mailto:errors@paper.example[^"]+)">纠错</a>', html)
    parts = parse_qs(urlsplit(unescape(address)).query)
    assert parts["subject"] == ["纠错：标题 & 其他?"]
    assert article.get_absolute_url() in parts["body"][0]


@pytest.mark.parametrize(
    ("kind", "label"), [("brief", "快讯"), ("opinion", "评论"), ("gallery", "图集"), ("video", "视频"), ("news", None)]
)
def test_kinds_that_readers_tell_apart_are_named(client: Client, kind: str, label: str | None) -> None:
    html = client.get(make_article(kind=kind).get_absolute_url()).content.decode()
    assert f"kind-{kind}" in html
    assert re.findall(r'<span class="kind">([^<]+)</span>', html) == ([label] if label else [])
    assert ("阅读约" in html) is (kind != "brief")


def test_an_opinion_says_who_holds_it(client: Client) -> None:
    author = make_author("沈未", bio="本报评论员。")
    assert (
        "本报评论员。" in client.get(make_article(kind="opinion", authors=[author]).get_absolute_url()).content.decode()
    )
    assert "本报评论员。" not in client.get(make_article(authors=[author]).get_absolute_url()).content.decode()


def test_the_time_names_its_zone(client: Client) -> None:
    html = client.get(make_article().get_absolute_url()).content.decode()
    assert '<time datetime="2026-11-20T12:00:00+08:00">2026年11月20日 12:00</time> <span class="zone">北京时间' in html


def test_a_quoted_foreign_headline_is_marked_as_such(client: Client) -> None:
    article = make_article(title="The Port Is Open to All")
    assert '<h1 lang="en">' in client.get(article.get_absolute_url()).content.decode()


def test_machines_read_times_to_the_second(client: Client) -> None:
    article = make_article(published_at=NOON + timedelta(microseconds=7))
    assert 'datetime="2026-11-20T12:00:00+08:00"' in client.get(article.get_absolute_url()).content.decode()
