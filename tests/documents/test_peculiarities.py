"""Twenty-five things that real article files do, and what a person expects at each."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from articles.documents.document import ArticleDocument, DocumentError, DocumentSkipped
from articles.documents.parsing import Reading, parse_document
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import find_files
from articles.text.plain import plain_text

READING = Reading(ZoneInfo("Asia/Shanghai"))
FRONT = "---\ntitle: 题目\ndate: 2021-05-15 08:00\n{}---\n{}\n"
FEED = """
---
title: '{title}'
categories: {space}
 - 新媒体
 - 高科技门户
 - 新闻
headimg: 'https://picsum.photos/400/300?random={random}'
author: 高科技门户
comments: false
date: {date}
thumbnail: 'https://picsum.photos/400/300?random={random}'
---

<div>{space}{space}
{body}
</div>
            """


def feed(
    title: str = "题目", random: int = 1, date: str = "Sat, 15 May 2021 02:43:00 GMT", body: str = "<p>正文</p>"
) -> str:
    return FEED.format(title=title, random=random, date=date, body=body, space="")


def read(text: str | bytes, key: str = "a.md") -> ArticleDocument:
    data = text if isinstance(text, bytes) else text.encode()
    return parse_document(data, source=key, key=key, reading=READING)


def prepared(folder: Path, text: str | bytes, name: str = "a.md") -> Prepared:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (file,) = (file for file in find_files(folder, root=folder) if file.path == name)
    return Preparation(READING, ("nh3",))(file)


def body_of(folder: Path, text: str, name: str = "a.md") -> str:
    done = prepared(folder, text, name)
    assert done.document is not None, done.error or done.skipped
    return done.document.body_html


def test_01_blank_lines_before_the_front_matter_do_not_show(tmp_path: Path) -> None:
    done = prepared(tmp_path, "\n\n" + feed())
    assert done.document is not None
    assert (done.document.title, done.document.body_html) == ("题目", "<p>正文</p>")


@pytest.mark.parametrize(
    "text",
    [
        "\n\ufeff-----\ntitle: 题目\ndate: 2021-05-15\n-----\n正文\n",
        "<!-- 稿件\n12 -->\n\n---\ntitle: 题目\ndate: 2021-05-15\n---\n正文\n",
        "  ---\n  title: 题目\n  date: 2021-05-15\n  ---\n正文\n",
        "---\ntitle: 题目\ndate: 2021-05-15\n...\n正文\n",
        "---\ntitle：题目\ndate：2021-05-15\n---\n正文\n",
        "---\ntitle:题目\ndate:2021-05-15\n---\n正文\n",
    ],
    ids=["BOM below a blank line", "a comment above", "indented", "dots at the end", "wide colons", "no spaces"],
)
def test_01_front_matter_is_found_however_it_is_set(text: str) -> None:
    document = read(text)
    assert (document.title, document.body_html) == ("题目", "<p>正文</p>\n")
    assert document.published_at == datetime(2021, 5, 14, 16, tzinfo=UTC)


def test_02_front_matter_may_do_without_its_opening_fence_and_an_underlined_heading_is_none() -> None:
    assert read("title: 题目\ndate: 2021-05-15\n---\n正文\n").title == "题目"
    assert read("小标题\n---\n\n正文\n\n# 题目\n", "20180131 a.md").title == "题目"
    assert "<h2>" in read("小标题\n---\n\n正文\n\n# 题目\n", "20180131 a.md").body_html


def test_03_a_tab_is_read_as_spaces_with_a_warning() -> None:
    document = read("---\ntitle: 题目\ntags:\n\t- 甲\n\t- 乙\n---\n正文\n")
    assert document.tags == ("甲", "乙")
    assert "tabs" in document.warnings[0].text


def test_04_an_unquoted_colon_leaves_the_whole_line_as_title_and_names_the_line() -> None:
    document = read("---\ntitle: 社论: 慢一点, 准一点\ndate: 2021-05-15\n---\n正文\n")
    assert document.title == "社论: 慢一点, 准一点"
    assert (document.warnings[0].line, document.warnings[0].key) == (2, "title")
    assert document.published_at is not None


def test_05_a_quote_inside_quotes_stays_in_the_title() -> None:
    title = 'Defaults to "main" branch'
    assert read(f'---\ntitle: "{title}"\ntags: [a]\n---\nx\n').title == title
    assert read("---\ntitle: '他说\"再等等\"，it's late'\n---\nx\n").title == '他说"再等等"，it\'s late'


def test_06_one_bad_key_does_not_lose_the_others() -> None:
    document = read("---\ntitle: 题目\ncomments:false\ndate: 2021-05-15 08:00\n---\n正文\n")
    assert (document.title, document.published_at) == ("题目", datetime(2021, 5, 15, tzinfo=UTC))


def test_06_a_bad_key_costs_no_list_and_no_mapping_of_the_others_and_each_is_named() -> None:
    document = read(
        "---\ntitle: 甲: 乙\nauthors:\n  - name: 林听澜\n    url: https://x.example\n  - name: 周野\n"
        "summary: >\n  第一行\n  第二行\ncover:\n  image: https://a.example/x.jpg\n"
        'subtitle: "说"好"了"\ncategories: [新闻, [城市]]\n标签: 丙: 丁\n---\n正文\n'
    )
    assert (document.title, document.subtitle, document.summary) == ("甲: 乙", '说"好"了', "第一行 第二行")
    assert (document.authors, document.categories) == (("林听澜", "周野"), (("新闻", "城市"),))
    assert document.hero is not None
    assert [(w.line, w.key) for w in document.warnings if w.line] == [(2, "title"), (12, "subtitle"), (14, "标签")]


def test_07_a_comment_in_code_is_no_title() -> None:
    assert read("```\n# 安装\n```\n\n## 题目\n", "20180131 a.md").title == "题目"
    assert read("题目\n----\n\n正文\n", "20180131 a.md").title == "题目"


def test_07_a_file_without_keys_takes_title_and_day_from_heading_and_name_or_is_skipped_with_a_reason() -> None:
    document = read("喜欢 Vue 的十个方面\n======\n\n正文\n", "201803/20180131 10 things.md")
    assert (document.title, document.published_at) == ("喜欢 Vue 的十个方面", datetime(2018, 1, 30, 16, tzinfo=UTC))
    links = '[#]: subject: "Ten things"\n[#]: via: "https://a.example/x"\n[#]: author: "Ann Lee https://a.example"\n'
    document = read(f"{links}[#]: translator: (geekpi)\n\n十件事\n======\n\n正文\n", "20180131 x.md")
    assert (document.title, document.source_url) == ("十件事", "https://a.example/x")
    assert [(credit.name, credit.role) for credit in document.byline] == [
        ("Ann Lee", "author"),
        ("geekpi", "translator"),
    ]
    with pytest.raises(DocumentSkipped, match="no keys, no heading"):
        read("买牛奶\n", "note.txt")


def test_08_toml_is_read_and_gives_the_date_that_stands_in_its_path() -> None:
    text = '+++\npath = "inside/2021/07/26/1.54.0-prerelease"\ntitle = "T"\n[extra]\nteam = "X"\n+++\nx\n'
    document = read(text)
    assert document.published_at == datetime(2021, 7, 25, 16, tzinfo=UTC)
    assert document.old_paths == ("/inside/2021/07/26/1.54.0-prerelease",)
    assert document.extra["extra"] == {"team": "X"}


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2014-05-01 13:20:39 -0400", datetime(2014, 5, 1, 17, 20, 39, tzinfo=UTC)),
        ("2015-11-10 1:00:23 -0400", datetime(2015, 11, 10, 5, 0, 23, tzinfo=UTC)),
        ("Sat, 15 May 2021 02:43:00 GMT", datetime(2021, 5, 15, 2, 43, tzinfo=UTC)),
        ("2005-01-12 18:44:30.000000000 +00:00", datetime(2005, 1, 12, 18, 44, 30, tzinfo=UTC)),
        ("2021-05-15", datetime(2021, 5, 14, 16, tzinfo=UTC)),
    ],
)
def test_09_every_form_of_date_becomes_one_moment(written: str, moment: datetime) -> None:
    assert read(f"---\ntitle: x\ndate: {written}\n---\nx\n").published_at == moment


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("15 May 2021 10:43", 10),
        ("2021-05-15 03:05 PM", 15),
        ("2021-05-15 12:05 am", 0),
        ("２０２１－５－１５ １０：４３", 10),
    ],
)
def test_09_dates_as_people_type_them_are_dates_too(written: str, hour: int) -> None:
    moment = read(f"---\ntitle: a\ndate: {written}\n---\nx\n").published_at
    assert moment is not None
    assert (
        moment.astimezone(ZoneInfo("Asia/Shanghai")).replace(minute=0).isoformat()
        == f"2021-05-15T{hour:02}:00:00+08:00"
    )


def test_10_without_a_key_the_name_gives_the_day_and_a_key_wins_over_the_name() -> None:
    assert read("---\ntitle: x\n---\nx\n", "2015-11-20-x.md").published_at == datetime(2015, 11, 19, 16, tzinfo=UTC)
    document = read("---\ntitle: x\ndate: 2015-11-22\npermalink: /2015/11/20/x/\n---\nx\n", "2015-11-20-x.md")
    assert document.published_at == datetime(2015, 11, 21, 16, tzinfo=UTC)
    assert document.old_paths == ("/2015/11/20/x/",)


@pytest.mark.parametrize(
    ("front", "sections"),
    [
        ("categories:\n - 新媒体\n - 36kr\n - 资讯\n", (("新媒体", "36kr", "资讯"),)),
        ("categories:\n - 新媒体\n - 36kr\n -  - 资讯\n", (("新媒体", "36kr", "资讯"),)),
        ("layout: post\ncategories: [a, b]\n", (("a",), ("b",))),
        ("categories: 项目总结\n", (("项目总结",),)),
        ("category: news\n", (("news",),)),
        ("categories:\n", ()),
        ("categories:\n - [a, b]\n - [c]\n", (("a", "b"), ("c",))),
    ],
)
def test_11_sections_are_a_path_or_a_set_as_their_generator_means_them(
    front: str, sections: tuple[tuple[str, ...], ...]
) -> None:
    assert read(FRONT.format(front, "x")).categories == sections


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("tags:\n", ()),
        ("tags: HTTP Cache 缓存 优化\n", ("HTTP", "Cache", "缓存", "优化")),
        ("layout: news_post\ntags: security\n", ("security",)),
        ("tags: 经济, 金融\n", ("经济", "金融")),
        ("tags: ['算法', 像素风']\n", ("算法", "像素风")),
    ],
)
def test_12_tags_are_a_list_however_they_are_written(front: str, tags: tuple[str, ...]) -> None:
    assert read(FRONT.format(front, "x")).tags == tags


def test_13_authors_are_people_and_the_portal_is_the_source(tmp_path: Path) -> None:
    assert read(FRONT.format("author:\n  nick: 周砚\n  github_name: zy\n", "x")).authors == ("周砚",)
    assert read(FRONT.format("author:\n", "x")).authors == ()
    done = prepared(tmp_path, feed(body="<p>文 | 曾响铃</p><p>来源 | 科技向令说</p><p>正文</p>"))
    assert done.document is not None
    assert (done.document.authors, done.document.source_name) == (("曾响铃",), "科技向令说")
    assert "文 | 曾响铃" in done.document.body_html
    done = prepared(tmp_path, feed())
    assert done.document is not None
    assert (done.document.authors, done.document.source_name) == ((), "高科技门户")


def test_14_entities_and_tags_in_titles_are_characters_once() -> None:
    assert read("---\ntitle: '&#8220;Deconstructing&#8221; <em>it</em> &amp;amp;'\n---\nx\n").title == (
        "“Deconstructing” it &amp;"
    )


def test_15_live_markup_inside_code_becomes_the_text_that_was_meant(tmp_path: Path) -> None:
    body = body_of(
        tmp_path,
        feed(
            body="<pre><code><script>alert(1)</script>\n"
            "<div :style=&#123;a&#125; @click.stop='x'>a<b</div></code></pre>"
            '<p><code><img src="http://www.a.example/delete/87343"></code></p>'
        ),
    )
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
    assert "&lt;img src=" in body
    assert "<script" not in body
    assert "<img" not in body


def test_16_style_and_script_go_with_their_text(tmp_path: Path) -> None:
    style = "<style>.markdown-body&#123;color:red&#125;</style><script async src='x'>load()</script>"
    assert plain_text(body_of(tmp_path, feed(body=f"{style}<p>正文</p>"))) == "正文"


def test_17_a_known_player_stays_and_another_leaves_a_link(tmp_path: Path) -> None:
    body = body_of(
        tmp_path,
        feed(
            body='<p>a</p><iframe src="//player.bilibili.com/player.html?bvid=BV1x"></iframe>'
            '<object><embed src="http://flash.example/x.swf"></object>'
        ),
    )
    assert '<figure class="embed"><a href="https://www.bilibili.com/video/BV1x">' in body
    assert '<a href="http://flash.example/x.swf">' in body


def test_17_a_film_of_the_old_site_is_a_link_and_no_hole(tmp_path: Path) -> None:
    film = '<p>正文</p><video src="/v/1.mp4"></video><audio><source src="2.mp3"></audio>'
    assert body_of(tmp_path, f"---\ntitle: a\nsource_url: https://a.example/b/c.html\n---\n{film}", "a.html") == (
        '<p>正文</p><p><a href="https://a.example/v/1.mp4">a.example</a></p>'
        '<p><a href="https://a.example/b/2.mp3">a.example</a></p>'
    )
    assert body_of(tmp_path, f"---\ntitle: a\n---\n{film}", "b.html") == (
        '<p>正文</p><p><a href="/v/1.mp4">1.mp4</a></p><p><a href="2.mp3">2.mp3</a></p>'
    )


def test_18_picture_addresses_are_settled_and_fillers_are_none(tmp_path: Path) -> None:
    (tmp_path / "static" / "img").mkdir(parents=True)
    (tmp_path / "static" / "img" / "r.png").write_bytes(b"x")
    done = prepared(
        tmp_path,
        feed(
            body="<p>"
            '<img src="//c.example/x.png">'
            '<img src="https://cors.zfour.workers.dev/?http://d.example/y.jpg">'
            '<img src="loading.gif" data-original="https://e.example/z.jpg">'
            '<img src="/img/r.png"><img src="my photo.png"><img src="data:image/gif;base64,R0">'
            "</p>"
        ),
    )
    assert done.document is not None
    assert done.document.hero is None
    for address in ("https://c.example/x.png", "https://d.example/y.jpg", "https://e.example/z.jpg"):
        assert f'src="{address}"' in done.document.body_html
    assert done.images == ("/img/r.png", "my photo.png")
    assert "data:" not in done.document.body_html


def test_19_template_tags_are_markup_or_gone_and_never_raw(tmp_path: Path) -> None:
    done = prepared(
        tmp_path,
        FRONT.format(
            "",
            '{{< legacy-img src="a.png" alt="A" >}}\n\n[x]({{< ref "b.md" >}}) {% youtube abc123 %}\n\n'
            "{% highlight ruby %}\nputs 1\n{% endhighlight %}\n\n{% raw %}{{ kept }}{% endraw %}\n\n"
            "text\n{: .class}\n\n{% mystery %}inner{% endmystery %}",
        ),
    )
    assert done.document is not None
    body = done.document.body_html
    assert "{%" not in body
    assert "{{&lt;" not in body
    assert "{:" not in body
    for part in ('alt="A"', 'href="b"', "watch?v=abc123", 'class="language-ruby"', "{{ kept }}", "inner"):
        assert part in body
    assert [warning.reason for warning in done.document.warnings] == ["template_tag"] * 2


def test_20_what_stands_above_more_is_the_summary() -> None:
    assert read(FRONT.format("", "引子。\n\n<!-- more -->\n\n正文")).summary == "引子。"
    assert read(FRONT.format("", "引子。<!--more-->正文")).summary == "引子。"


def test_21_two_articles_of_one_title_are_two_by_their_paths(tmp_path: Path) -> None:
    one, two = (prepared(tmp_path, FRONT.format("", text), f"{text}.md") for text in ("a", "b"))
    assert one.file.key != two.file.key
    assert one.essence != two.essence


def test_22_a_redelivery_that_differs_in_noise_alone_has_the_same_essence(tmp_path: Path) -> None:
    clock = "2021-08-11 09:07:51"
    first = prepared(tmp_path, feed(random=1, date=clock, body='<div data-v-1eaafa2a><p data-v-1="">正文</p></div>'))
    again = prepared(
        tmp_path, feed(random=9, date="2021-09-12 10:08:52", body='<div data-v-99><p data-v-2="">正文</p></div>')
    )
    edited = prepared(tmp_path, feed(random=1, date=clock, body="<p>正文改了</p>"))
    other_day = prepared(tmp_path, feed(date="Sun, 16 May 2021 02:43:00 GMT"))
    assert first.digest != again.digest
    assert first.essence == again.essence
    assert edited.essence != first.essence
    assert other_day.essence != prepared(tmp_path, feed()).essence


def test_22_the_same_name_in_two_spellings_is_one_key(tmp_path: Path) -> None:
    for name in ("caf\u00e9.md", "cafe\u0301.md"):
        (tmp_path / name).write_text(FRONT.format("", "x"), encoding="utf-8")
    assert {file.key for file in find_files(tmp_path, root=tmp_path)} == {"caf\u00e9.md"}


@pytest.mark.parametrize(
    ("text", "key", "skipped"),
    [
        ("---\ntitle: x\npublished: false\n---\nx\n", "a.md", ""),
        ("---\ntitle: x\ndraft: true\n---\nx\n", "a.md", ""),
        ("---\ntitle: x\n---\nx\n", "_drafts/a.md", ""),
        ("---\ntitle: x\npassword: secret\n---\nx\n", "a.md", ""),
        ("---\ntitle: x\n---\nx\n", "blog/_index.md", "a section page, not an article"),
        ("\n", "a.md", "the file is empty"),
        ("---\ntitle: x\nredirectto: https://a.example/\n---\n", "a.md", "it only leads to https://a.example/"),
        ("---\ntitle: x\nlayout: page\n---\nx\n", "a.md", "a standalone page of the site, not an article"),
    ],
)
def test_23_what_is_not_for_publication_is_a_draft_or_skipped_as_what_it_is(text: str, key: str, skipped: str) -> None:
    if skipped:
        with pytest.raises(DocumentSkipped) as refusal:
            read(text, key)
        assert str(refusal.value) == skipped
    else:
        assert read(text, key).is_draft


def test_23_an_end_in_the_past_and_old_addresses_are_kept() -> None:
    document = read(FRONT.format("expirydate: 2021-06-01\naliases: [/a/]\nredirect_from:\n  - /b.html\n", "x"))
    assert document.expires_at == datetime(2021, 5, 31, 16, tzinfo=UTC)
    assert document.old_paths == ("/a/", "/b.html")


CHINESE = FRONT.format("", "望洲港今天上午九时恢复通航，这是因为大雾已经散去，港口的人们又开始了一天的工作。" * 3)


@pytest.mark.parametrize(
    ("data", "warned"),
    [
        (b"\xef\xbb\xbf" + CHINESE.encode(), ""),
        (CHINESE.replace("\n", "\r\n").encode(), ""),
        (CHINESE.encode("gb18030"), "GB18030"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (CHINESE.encode("utf-16-le"), "UTF-16"),
        (CHINESE.replace("\n", "\r\n").encode("utf-16-be"), "UTF-16"),
        (CHINESE.translate(str.maketrans("题这为众时复开个", "題這為眾時復開個")).encode("big5", "ignore"), "Big5"),
        (
            FRONT.format("", "これは日本語の記事です。きょうの天気はとてもよいです。").encode("shift_jis", "ignore"),
            "Shift_JIS",
        ),
    ],
)
def test_24_bytes_are_read_rightly_with_a_warning(data: bytes, warned: str) -> None:
    document = read(data)
    assert "\ufffd" not in document.title + document.body_html
    assert warned in "".join(warning.text for warning in document.warnings)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "body", ["Fog lifted at nine.", "Туман рассеялся в девять.", "안개가 아홉 시에 걷혔다.", "一開最一開最"]
)
def test_24_utf16_without_a_mark_is_read_in_its_order(order: str, body: str) -> None:
    document = read(FRONT.format("", body).encode(order))
    assert (document.title, document.body_html) == ("题目", f"<p>{body}</p>\n")
    assert [warning.reason for warning in document.warnings] == ["encoding"]


@pytest.mark.parametrize("order", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("end", "cut", "line"), [("", 1, 5), ("\ud83d", 0, 6), ("\ud83d字", 0, 6)])
def test_24_utf16_that_is_cut_or_broken_is_refused_as_that(order: str, end: str, cut: int, line: int) -> None:
    data = (CHINESE + end).encode(order, "surrogatepass")
    with pytest.raises(DocumentError, match="begin as UTF-16 and go on otherwise") as refusal:
        read(data[: len(data) - cut])
    assert refusal.value.line == line


def test_24_zeros_alone_make_no_utf16() -> None:
    with pytest.raises(DocumentError, match="a binary file"):
        read(bytes(4096))
    strings = b"\x90\x01\0\0" * 50 + "Root Entry".encode("utf-16-le") * 20
    for data in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01" * 100, strings):
        with pytest.raises(DocumentError, match="no other encoding fits"):
            read(data)


@pytest.mark.parametrize("begin", [CHINESE, CHINESE + "Fog lifted at nine. " * 20, FRONT.format("", "Fog. " * 40)])
@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_24_utf16_behind_utf8_and_zeros_in_it_do_not_make_utf16_of_it(begin: str, order: str) -> None:
    """As a shell of Windows appends it, for one."""
    appended = begin.encode() + ("The port is open.\n" * 40).encode(order)
    for data in (appended, b" " + appended, begin.replace("。", "\0。").replace(". ", ".\0 ").encode()):
        document = read(data)
        assert document.title == "题目"
        assert "control characters were removed" in document.warnings[0].text


def test_24_bytes_that_fit_no_encoding_are_refused_by_name() -> None:
    with pytest.raises(DocumentError, match="not UTF-8, and no other encoding fits"):
        read(CHINESE.encode()[:60] + b"\xff\xfe\x80" + CHINESE.encode()[60:])


def test_24_utf8_that_was_encoded_twice_is_decoded_once_more() -> None:
    twice = "".join(
        bytes([byte]).decode("cp1252") if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)
        for byte in CHINESE.encode()
    )
    document = read(twice.encode())
    assert document.title == "题目"
    assert document.warnings[0].reason == "encoding"


def test_25_names_and_angle_brackets_of_all_kinds_are_kept(tmp_path: Path) -> None:
    body = body_of(
        tmp_path,
        FRONT.format(
            "", "见 <https://a.example/?b=1&c=2>，接口 <iface> 与 <your name>；<ruby>粳<rt>jīng</rt></ruby>米"
        ),
        "20230406.0 ⭐️⭐️ 色：a.md",
    )
    assert '<a href="https://a.example/?b=1&amp;c=2">' in body
    assert "&lt;iface&gt; 与 &lt;your name&gt;" in body
    assert "<ruby>粳<rt>jīng</rt></ruby>" in body
