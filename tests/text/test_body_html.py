"""The body as readers get it."""

import pytest

from articles.text.body_html import render_body
from articles.text.body_pictures import Picture

RENDERED = {
    "headings start at h2": ("<h1>a</h1><h2>b</h2>", "<h2>a</h2><h3>b</h3>"),
    "headings skip no level": ("<h3>a</h3><h6>b</h6>", "<h2>a</h2><h3>b</h3>"),
    "six levels end at h6": (
        "".join(f"<h{level}>a</h{level}>" for level in range(1, 7)),
        "<h2>a</h2><h3>a</h3><h4>a</h4><h5>a</h5><h6>a</h6><h6>a</h6>",
    ),
    "code scrolls in a box that the keyboard reaches": (
        "<pre><code>a</code></pre>",
        '<div class="scroll scroll-pre" tabindex="0"><pre><code>a</code></pre></div>',
    ),
    "a table with a caption is a named region": (
        "<table><caption>数 据</caption><tbody><tr><td>1</td></tr></tbody></table>",
        '<div class="scroll scroll-table" tabindex="0" role="region" aria-label="数 据">'
        "<table><caption>数 据</caption><tbody><tr><td>1</td></tr></tbody></table></div>",
    ),
    "a table in a table has no second box": (
        "<table><tbody><tr><td><table><tbody><tr><td>1</td></tr></tbody></table></td></tr></tbody></table>",
        '<div class="scroll scroll-table" tabindex="0"><table><tbody><tr><td><table><tbody><tr><td>1</td></tr></tbody>'
        "</table></td></tr></tbody></table></div>",
    ),
    "links to other sites tell nothing": (
        '<p><a href="https://a.example/">a</a></p>',
        '<p><a href="https://a.example/" rel="noopener noreferrer">a</a></p>',
    ),
    "links of our own and letters have no rel": (
        '<p><a href="/a">a</a><a href="mailto:a@b.example">b</a></p>',
        '<p><a href="/a">a</a><a href="mailto:a@b.example">b</a></p>',
    ),
    "pictures load late, send no referrer and have an alt text": (
        '<p><img src="/a.jpg"></p>',
        '<p><img alt="" src="/a.jpg" loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed"></p>',
    ),
    "an embed names its host": (
        '<figure class="embed"><a href="https://youtu.be/a">片</a></figure>',
        '<figure class="embed"><a href="https://youtu.be/a" rel="noopener noreferrer">片</a>'
        '<span class="embed-host">YouTube</span></figure>',
    ),
    "an embed without a title names its host once": (
        '<figure class="embed"><a href="https://youtu.be/a">YouTube</a></figure>',
        '<figure class="embed"><a href="https://youtu.be/a" rel="noopener noreferrer">YouTube</a></figure>',
    ),
    "an embed of an unknown host is its link": (
        '<figure class="embed"><a href="https://youtube.com.evil.example/a">片</a></figure>',
        '<figure class="embed"><a href="https://youtube.com.evil.example/a" rel="noopener noreferrer">片</a></figure>',
    ),
    "unknown elements are left out": ('<p>a</p><script src="/x">b</script><center>c</center>', "<p>a</p>bc"),
    "unknown attributes and values are left out": (
        '<p onclick="x" class="big" id="a"><a href="javascript:alert(1)">a</a></p>',
        "<p><a>a</a></p>",
    ),
    "what no engine wrote is text": (
        "<p>a<IMG SRC=x onerror=alert(1)></p>",
        "<p>a&lt;IMG SRC=x onerror=alert(1)&gt;</p>",
    ),
}


OWN = {"/media/images/aa/x.jpg": Picture("/media/renditions/aa/y.jpg", 1600, 900, "/a.webp 480w, /b.webp 960w")}
IMG = '<img alt="" src="{}" loading="lazy" decoding="async" referrerpolicy="no-referrer"{}>'
WEBP = '<source type="image/webp" srcset="/a.webp 480w, /b.webp 960w" sizes="(min-width: 760px) 684px, 100vw">'
AWAY = "https://a.example/a.jpg"
BOXED = IMG.format(AWAY, ' class="boxed"')
PICTURES = {
    "our own pictures come in sizes": (
        '<p><img src="/media/images/aa/x.jpg"></p>',
        "<p><picture>"
        + WEBP
        + IMG.format("/media/renditions/aa/y.jpg", ' width="1600" height="900"')
        + "</picture></p>",
    ),
    "a picture of known size keeps it": (
        f'<p><img src="{AWAY}" width="30" height="20"></p>',
        f'<p><img alt="" src="{AWAY}" width="30" height="20" loading="lazy" decoding="async"'
        ' referrerpolicy="no-referrer"></p>',
    ),
    "a picture of unknown size stands in a box": (
        f'<p>　<img src="{AWAY}">文字</p><p>文<br><img src="{AWAY}"></p>',
        f"<p>　{BOXED}文字</p><p>文<br>{BOXED}</p>",
    ),
    "a picture in a line of text stays in it": (
        f'<p>文<strong><img src="{AWAY}"></strong></p>',
        f"<p>文<strong>{IMG.format(AWAY, '')}</strong></p>",
    ),
}


@pytest.mark.parametrize(("stored", "rendered"), PICTURES.values(), ids=PICTURES.keys())
def test_pictures_never_break_the_layout(stored, rendered):
    assert render_body(stored, pictures=OWN) == rendered


def test_a_feed_gets_addresses_that_lead_somewhere_from_everywhere():
    stored = '<p><a href="/a">a</a><a href="#n">b</a><a href="mailto:a@b.example">c</a><img src="c.jpg" alt="c"></p>'
    image = '<img alt="c" src="https://n.example/x/c.jpg" loading="lazy" decoding="async" referrerpolicy="no-referrer">'
    assert render_body(stored, base="https://n.example/x/y") == (
        '<p><a href="https://n.example/a">a</a><a href="https://n.example/x/y#n">b</a>'
        f'<a href="mailto:a@b.example">c</a>{image}</p>'
    )


@pytest.mark.parametrize(("stored", "rendered"), RENDERED.values(), ids=RENDERED.keys())
def test_a_stored_body_is_rendered_for_readers(stored, rendered):
    assert render_body(stored) == rendered


def test_a_body_deeper_than_the_policy_is_shown_as_text():
    assert render_body("<blockquote>" * 5000 + "文 &lt;b&gt;") == "<p>文 &lt;b&gt;</p>"
