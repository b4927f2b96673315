"""The body for the editor of a WeChat public account."""

import re

import pytest

from articles.text.sanitize import sanitize
from articles.text.wechat import render_for_wechat

BASE = "https://paper.example/"


def render(html: str, **options: str) -> str:
    return render_for_wechat(sanitize(html).html, base=BASE, notes_title="文中链接", **options)


def bare(html: str) -> str:
    return re.sub(r' style="[^"]*"', "", html)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>文</p>", "<p>文</p>"),
        ("裸<strong>文</strong><p>段</p>", "<p>裸<strong>文</strong></p><p>段</p>"),
        ('<p><span lang="ja">日</span></p>', "<p>日</p>"),
        (
            '<figure><img src="/media/a.jpg" alt="桥" width="3" height="2"><figcaption>说明</figcaption></figure>',
            '<section><img src="https://paper.example/media/a.jpg" alt="桥"><p>说明</p></section>',
        ),
        (
            '<p>见<a href="https://a.example/x">甲</a>和<a href="/articles/1/b/">乙</a>，再见<a href="https://a.example/x">丙</a></p>',
            "<p>见甲<sup>[1]</sup>和乙<sup>[2]</sup>，再见丙<sup>[1]</sup></p><p>文中链接</p>"
            "<p>[1] https://a.example/x</p><p>[2] https://paper.example/articles/1/b/</p>",
        ),
        (
            '<p><a href="https://mp.weixin.qq.com/s/1">号</a></p>',
            '<p><a href="https://mp.weixin.qq.com/s/1">号</a></p>',
        ),
        (
            '<figure class="embed"><a href="https://www.bilibili.com/video/BV1">片</a></figure>',
            "<p>▶ 片 (哔哩哔哩)<sup>[1]</sup></p><p>文中链接</p><p>[1] https://www.bilibili.com/video/BV1</p>",
        ),
        ('<pre><code class="language-python">x = 1\n</code></pre>', "<pre><code>x = 1\n</code></pre>"),
    ],
)
def test_a_body_comes_without_classes_and_with_its_links_as_notes(body: str, expected: str):
    assert bare(render(body)) == expected


def test_alignment_and_look_stand_in_the_style():
    html = render('<p class="align-center">文</p><h2>题</h2>')
    assert "class=" not in html
    assert "text-align:center" in html
    assert re.search(r'<h2 style="[^"]*font-weight:bold', html)


def test_stressed_words_get_dots_in_chinese_only():
    assert "text-emphasis" in render("<p><em>文</em></p>")
    assert "text-emphasis" not in render("<p><em>word</em></p>", language="en")


def test_nothing_that_runs_is_copied():
    html = render('<p onclick="x()">文</p><script>alert(1)</script><a href="javascript:alert(1)">链</a>&lt;script&gt;')
    assert "<script" not in html
    assert "javascript" not in html
    assert "onclick" not in html
