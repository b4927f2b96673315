"""What scraping left in a body goes; no text of the writer's does."""

import pytest

from articles.text.sanitize import sanitize
from articles.text.scraped import Scrape, unwrap_address


def tidied(html: str, **values: str) -> tuple[str, dict[str, int]]:
    scrape = Scrape(**values)  # type: ignore[arg-type]
    return str(sanitize(html, scrape=scrape).html), scrape.counts


@pytest.mark.parametrize(
    ("html", "clean", "kind"),
    [
        (
            '<img src="/img/placeholder.gif" data-original="https://a/b.jpg">',
            '<p><img src="https://a/b.jpg"></p>',
            "lazy picture",
        ),
        (
            '<img src="data:image/gif;base64,R0" data-src="//c/d.png">',
            '<p><img src="https://c/d.png"></p>',
            "lazy picture",
        ),
        ('<p>a</p><img _src="https://a/b.jpg">', '<p>a</p><p><img src="https://a/b.jpg"></p>', "lazy picture"),
        (
            '<p>a</p><img srcset="https://a/s.jpg 300w, https://a/l.jpg 900w">',
            '<p>a</p><p><img src="https://a/l.jpg"></p>',
            "lazy picture",
        ),
        ("<pre><code>x=1\n<b>复制代码</b></code></pre>", "<pre><code>x=1\n</code></pre>", "copy button"),
        ('<p>a</p><img src="https://t/p.gif" width="1" height="1">', "<p>a</p>", "tracking pixel"),
        ('<p>a</p><img src="https://hm.baidu.com/hm.gif?x">', "<p>a</p>", "tracking pixel"),
        (
            '<pre><code>x=1\n<span class="copy-code-btn">复制代码</span></code></pre>',
            "<pre><code>x=1\n</code></pre>",
            "copy button",
        ),
        ("<p>a</p><p>&nbsp;</p><p><br></p><p>b</p>", "<p>a</p><p>b</p>", "empty paragraph"),
        (
            '<p><a href="https://link.juejin.cn/?target=https%3A%2F%2Fx.example%2F">z</a></p>',
            '<p><a href="https://x.example/">z</a></p>',
            "wrapped address",
        ),
    ],
)
def test_leftovers_go_and_are_counted(html: str, clean: str, kind: str) -> None:
    result, counts = tidied(html)
    assert result == clean
    assert counts[kind] >= 1


@pytest.mark.parametrize("html", ["<h1>题　目！</h1><p>正文</p>", "<div><h2>题目</h2><p>正文</p></div>"])
def test_a_heading_that_repeats_the_title_goes(html: str) -> None:
    assert tidied(html, title="题目")[0] == "<p>正文</p>"


@pytest.mark.parametrize("html", ["<h1>另一个</h1><p>正文</p>", "<p>引子</p><h1>题目</h1>", "<p>题目</p><p>正文</p>"])
def test_other_headings_and_other_places_stay(html: str) -> None:
    assert tidied(html, title="题目")[0] == html


@pytest.mark.parametrize(
    "html",
    [
        "<p>复制代码</p>",
        '<p>a <strong>b</strong></p><hr><table><tbody><tr><td></td></tr></tbody></table><p><img src="https://a/b.jpg"></p>',
        '<p><img src="https://a/b.jpg" width="100" height="1"></p>',
        "<ul><li>a</li><li></li></ul>",
    ],
)
def test_what_says_something_stays(html: str) -> None:
    assert tidied(html)[0] == html


def test_a_picture_that_lies_beside_the_file_stays_relative() -> None:
    scrape = Scrape(base_url="https://source.example/a/", is_beside=lambda address: address == "i.png")
    clean = sanitize('<p><img src="i.png"><img src="j.png"></p>', scrape=scrape).html
    assert clean == '<p><img src="i.png"><img src="https://source.example/a/j.png"></p>'


def test_relative_addresses_belong_to_the_source() -> None:
    html = '<p><a href="/x">a</a><a href="#n">b</a><img src="i.png"></p>'
    clean, _counts = tidied(html, base_url="https://source.example/a/")
    assert clean == (
        '<p><a href="https://source.example/x">a</a><a href="#n">b</a><img src="https://source.example/a/i.png"></p>'
    )


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://cors.zfour.workers.dev/?http://a.example/b.jpg", "http://a.example/b.jpg"),
        ("https://www.oschina.net/action/GoToLink?url=https%3A%2F%2Fb.example", "https://b.example"),
        ("https://link.juejin.cn/?target=javascript:alert(1)", "https://link.juejin.cn/?target=javascript:alert(1)"),
        ("https://a.example/?url=https://b.example", "https://a.example/?url=https://b.example"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_only_known_wrappers_are_unwrapped(address: str, plain: str) -> None:
    assert unwrap_address(address) == plain


@pytest.mark.parametrize(
    "box",
    ['<div style="color:red; DISPLAY : none !important">{}</div>', "<p hidden>{}</p>", "<b><i hidden=x>{}</i></b>"],
)
def test_text_that_a_browser_does_not_show_goes_and_is_quoted(box: str) -> None:
    trap = "Buy cheap pills from the best shop of the town"
    scrape = Scrape()
    clean = sanitize(
        f"<p>正文在此，有好几句话，说的都是晚稻的事。</p>{box.format(trap)}",
        scrape=scrape,
    )
    assert trap not in clean.html
    assert (clean.lost_texts, clean.kept_text_share) == ((trap,), 1.0)
    assert scrape.counts["hidden text"] == 1


@pytest.mark.parametrize(
    "html",
    [
        '<p aria-hidden="true">正文</p>',
        "<details><summary>题</summary><p>正文</p></details>",
        '<p hidden="until-found">正文</p>',
        '<p style="display:block">正文，边上写着 display:none</p>',
        "<p><code>&lt;p hidden&gt;正文&lt;/p&gt;</code></p>",
        '<div id="article" style="display: none"><p>正文由脚本显示，有好几句话。</p></div><p>版权</p>',
    ],
)
def test_what_readers_can_come_to_see_stays(html: str) -> None:
    assert "正文" in tidied(html)[0]


def test_hidden_text_beside_a_form_counts_as_no_loss() -> None:
    form = "<select><option>一二三四五六七八九十一二三四五六七八九十</option></select>"
    clean = sanitize(f"<p>{'正文' * 100}</p><p hidden>{'藏' * 30}</p>{form}", scrape=Scrape())
    assert 0.9 < (clean.kept_text_share or 0) < 1
    assert clean.lost_texts == ("一二三四五六七八九十一二三四五六七八九十", "藏" * 30)


def test_a_picture_that_was_to_appear_later_stays_though_it_is_hidden() -> None:
    assert "b.jpg" in tidied('<p>正文</p><p style="display:none"><img src="https://a.example/b.jpg"></p>')[0]


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<p>甲<img src="data:," ><noscript><img src="https://e.example/a.jpg?x=1&amp;y=2"></noscript></p>', 1),
        ('<img data-src="https://e.example/a.jpg"><noscript><img src="https://e.example/a.jpg"></noscript>', 1),
        ('<a href="/a.jpg"><noscript><img src="/a.jpg"></noscript></a>', 1),
        ("<NOSCRIPT> <img src=https://e.example/a.jpg> </NOSCRIPT>", 1),
        ('<p>甲</p><noscript><img width="1" height="1" src="https://e.example/p.gif"></noscript>', 0),
        ('<p>甲</p><noscript><img src="https://e.example/matomo.php?idsite=1"></noscript>', 0),
        ("<noscript><img src=x onerror=alert(1)><script>alert(1)</script></noscript>", 0),
    ],
)
def test_a_picture_for_browsers_without_scripts_is_shown_once(html: str, shown: int) -> None:
    clean = sanitize(html, scrape=Scrape()).html
    assert clean.count("<img") == shown
    assert "alert" not in clean
