"""The body as readers get it."""

import pytest

from articles.text.body_html import Heading, outline, render_body
from articles.text.body_pictures import Picture

RENDERED = {
    "headings start at h2": ("<h1>a</h1><h2>b</h2>", '<h2 id="s-a">a</h2><h3 id="s-b">b</h3>'),
    "headings skip no level": ("<h3>a</h3><h6>b</h6>", '<h2 id="s-a">a</h2><h3 id="s-b">b</h3>'),
    "a deep heading that comes first is the first level": (
        "<h3>a</h3><h1>b</h1><h3>c</h3><h2>d</h2>",
        '<h2 id="s-a">a</h2><h2 id="s-b">b</h2><h3 id="s-c">c</h3><h3 id="s-d">d</h3>',
    ),
    "headings of one text have anchors of their own": (
        "<h2>前 言！</h2><h2>前 言！</h2>",
        '<h2 id="s-前-言">前 言！</h2><h2 id="s-前-言-2">前 言！</h2>',
    ),
    "a heading without text is none": (
        '<h2></h2><h3><img src="/a.jpg" alt="图"></h3>',
        '<p><img src="/a.jpg" alt="图" loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed"></p>',
    ),
    "six levels end at h6": (
        "".join(f"<h{level}>a{level}</h{level}>" for level in range(1, 7)),
        "".join(f'<h{min(6, level + 1)} id="s-a{level}">a{level}</h{min(6, level + 1)}>' for level in range(1, 7)),
    ),
    "a mark of running text around blocks goes": (
        "<code>a <p>b</p><ol><li>c</li></ol></code><ul><em><li>d</li></em></ul>",
        "a <p>b</p><ol><li>c</li></ol><ul><li>d</li></ul>",
    ),
    "what stands in a list is an item": (
        "<ul>\n<li>a</li>b <em>c</em><ol><li>d</li></ol></ul>",
        "<ul>\n<li>a</li><li>b <em>c</em><ol><li>d</li></ol></li></ul>",
    ),
    "rows without cells are left out": (
        "<table><tbody><tr></tr><tr><td>a</td></tr></tbody></table>",
        '<div class="scroll scroll-table" tabindex="0"><table><tbody><tr><td>a</td></tr></tbody></table></div>',
    ),
    "a row that cells above it fill stays": (
        '<table><tbody><tr><td rowspan="2">a</td></tr><tr></tr></tbody></table>',
        '<div class="scroll scroll-table" tabindex="0"><table><tbody><tr><td rowspan="2">a</td></tr><tr></tr></tbody>'
        "</table></div>",
    ),
    "what no words sum up is not folded": (
        "<details>a</details><details><p>b</p></details><details><summary>c</summary>d</details>",
        "<p>a</p><p>b</p><details><summary>c</summary>d</details>",
    ),
    "an address has one fragment": ('<a href="/a#/#b:c">d</a>', '<a href="/a#/%23b:c">d</a>'),
    "paragraphs that show nothing are left out": (
        "<p></p><p>a</p><p> <br>&nbsp;</p><p><strong> </strong></p>",
        "<p>a</p>",
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
        '<p><img src="/a.jpg" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed"></p>',
    ),
    "a picture without alternative text has its caption": (
        '<figure><img src="/a.jpg"><img src="/b.jpg" alt="b"><figcaption>图 说</figcaption></figure>',
        "<figure>"
        '<img src="/a.jpg" alt="图 说" loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed">'
        '<img src="/b.jpg" alt="b" loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed">'
        "<figcaption>图 说</figcaption></figure>",
    ),
    "an embed names its host and its player": (
        '<figure class="embed"><a href="https://youtu.be/a">片</a></figure>',
        '<figure class="embed" data-player="https://www.youtube-nocookie.com/embed/a?autoplay=1">'
        '<a href="https://youtu.be/a" rel="noopener noreferrer">片</a>'
        '<span class="embed-host">YouTube</span></figure>',
    ),
    "an embed without a title names its host once": (
        '<figure class="embed"><a href="https://youtu.be/a">YouTube</a></figure>',
        '<figure class="embed" data-player="https://www.youtube-nocookie.com/embed/a?autoplay=1">'
        '<a href="https://youtu.be/a" rel="noopener noreferrer">YouTube</a></figure>',
    ),
    "an embed of an unknown host is its link": (
        '<figure class="embed"><a href="https://youtube.com.evil.example/a">片</a></figure>',
        '<figure class="embed"><a href="https://youtube.com.evil.example/a" rel="noopener noreferrer">片</a></figure>',
    ),
    "a link without a name goes": ('<p>a<a href="/b"> </a></p>', "<p>a</p>"),
    "a link around a silent picture is called by its address": (
        '<p><a href="https://a.example/b?c"><img src="/a.jpg"></a></p>',
        '<p><a href="https://a.example/b?c" rel="noopener noreferrer" aria-label="a.example"><img src="/a.jpg" alt="" '
        'loading="lazy" decoding="async" referrerpolicy="no-referrer" class="boxed"></a></p>',
    ),
    "a picture does not repeat its link": (
        '<p><a href="/b"><img src="/a.jpg" alt="港口"> 港口</a></p>',
        '<p><a href="/b"><img src="/a.jpg" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer" '
        'class="boxed"> 港口</a></p>',
    ),
    "a heading cell that names nothing is a cell": (
        '<table><tbody><tr><th scope="col"></th><th>a</th></tr></tbody></table>',
        '<div class="scroll scroll-table" tabindex="0"><table><tbody><tr><td></td><th>a</th></tr></tbody></table>'
        "</div>",
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
IMG = '<img src="{}" alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer"{}>'
WEBP = '<source type="image/webp" srcset="/a.webp 480w, /b.webp 960w" sizes="(min-width: 760px) 684px, 100vw">'
AWAY = "https://a.example/a.jpg"
BOXED = IMG.format(AWAY, ' class="boxed"')
IN_LINE = IMG.format(AWAY, ' class="in-line"')
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
        f'<p><img src="{AWAY}" width="30" height="20" alt="" loading="lazy" decoding="async"'
        ' referrerpolicy="no-referrer"></p>',
    ),
    "a picture of unknown size stands in a box": (
        f'<p>　<img src="{AWAY}">文字</p><p>文<br><img src="{AWAY}"></p>',
        f"<p>　{BOXED}文字</p><p>文<br>{BOXED}</p>",
    ),
    "a picture in a line of text stays in it": (
        f'<p>文<strong><img src="{AWAY}"></strong></p>',
        f"<p>文<strong>{IN_LINE}</strong></p>",
    ),
}


LINK = f'<a class="whole" href="{AWAY}" rel="noopener noreferrer"'


def test_a_picture_in_a_box_leads_to_the_whole_one_and_the_link_has_a_name():
    def rendered(stored):
        return render_body(stored, pictures=OWN, whole="看大图")

    assert rendered(f'<p><img src="{AWAY}"></p>') == f'<p>{LINK} aria-label="看大图">{BOXED}</a></p>'
    assert rendered(f'<p><img src="{AWAY}" alt="图"></p>').startswith(f"<p>{LINK}><img")
    link = f'<a href="{AWAY}" rel="noopener noreferrer" aria-label="a.example">'
    assert rendered(f'<p><a href="{AWAY}"><img src="{AWAY}"></a></p>') == f"<p>{link}{BOXED}</a></p>"
    assert "<a" not in rendered('<p><img src="/media/images/aa/x.jpg"></p>')


@pytest.mark.parametrize(("stored", "rendered"), PICTURES.values(), ids=PICTURES.keys())
def test_pictures_never_break_the_layout(stored, rendered):
    assert render_body(stored, pictures=OWN) == rendered


def test_a_feed_gets_addresses_that_lead_somewhere_from_everywhere():
    stored = '<p><a href="/a">a</a><a href="#n">b</a><a href="mailto:a@b.example">c</a><img src="c.jpg" alt="c"></p>'
    image = '<img src="https://n.example/x/c.jpg" alt="c" loading="lazy" decoding="async" referrerpolicy="no-referrer">'
    assert render_body(stored, base="https://n.example/x/y") == (
        '<p><a href="https://n.example/a">a</a><a href="https://n.example/x/y#n">b</a>'
        f'<a href="mailto:a@b.example">c</a>{image}</p>'
    )


@pytest.mark.parametrize(("stored", "rendered"), RENDERED.values(), ids=RENDERED.keys())
def test_a_stored_body_is_rendered_for_readers(stored, rendered):
    assert render_body(stored) == rendered


PASSAGES = {
    "English in Chinese": (
        "zh-hans",
        "<p>他说：wait and see</p><blockquote><p>We will wait for the fog to go.</p></blockquote><p>Python 3.12</p>",
        '<p>他说：wait and see</p><blockquote><p lang="en">We will wait for the fog to go.</p></blockquote>'
        "<p>Python 3.12</p>",
    ),
    "Chinese in English": (
        "en",
        "<p>The word 慢，慢 means slow.</p><p>慢慢来，不着急。</p>",
        '<p>The word <span lang="zh">慢，慢</span> means slow.</p><p lang="zh">慢慢来，不着急。</p>',
    ),
    "Japanese in Chinese": ("zh-hans", "<p>ありがとう</p>", '<p lang="ja">ありがとう</p>'),
    "French is not taken for English": ("zh-hans", "<p>La mer est calme à midi</p>", "<p>La mer est calme à midi</p>"),
    "German is not taken for English": ("zh-hans", "<p>Das ist nicht wahr</p>", "<p>Das ist nicht wahr</p>"),
    "a name is no passage": ("zh-hans", "<p>Visual Studio</p>", "<p>Visual Studio</p>"),
    "what an editor marked stays": ("zh-hans", '<p lang="de">of the</p>', '<p lang="de">of the</p>'),
    "a language of programmers is none": (
        "zh-hans",
        '<p lang="yaml">a</p><p><code lang="js">b</code></p>',
        "<p>a</p><p><code>b</code></p>",
    ),
    "code is no passage": ("en", "<p><code>打印</code> it</p>", "<p><code>打印</code> it</p>"),
}


@pytest.mark.parametrize(("language", "stored", "rendered"), PASSAGES.values(), ids=PASSAGES.keys())
def test_passages_in_another_language_are_marked(language, stored, rendered):
    assert render_body(stored, language=language) == rendered


def test_the_outline_names_the_anchors_of_the_rendered_body():
    html = "<h1>一</h1><p>文</p><h3>二 <em>三</em></h3>"
    assert outline(html) == [Heading(2, "s-一", "一"), Heading(3, "s-二-三", "二 三")]
    assert all(f'id="{heading.anchor}"' in render_body(html) for heading in outline(html))


def test_marks_within_marks_around_many_blocks_do_not_grow():
    marks = ("em", "strong", "code", "s", "u", "small", "sub", "sup", "mark", "cite", "q", "abbr", "dfn", "kbd")
    stored = "".join(f"<{mark}>" for mark in marks) + "a<p>b</p>" * 1000 + "".join(f"</{mark}>" for mark in marks[::-1])
    assert render_body(stored) == "a<p>b</p>" * 1000


def test_a_body_deeper_than_the_policy_is_shown_as_text():
    assert render_body("<blockquote>" * 5000 + "文 &lt;b&gt;") == "<p>文 &lt;b&gt;</p>"


def test_dots_stand_under_hanzi_and_latin_words_slant() -> None:
    body = "<p><em>慢一点</em>，<em>Mixins</em></p>"
    assert render_body(body, language="zh-hans") == '<p><em>慢一点</em>，<em class="latin">Mixins</em></p>'
    assert "latin" not in render_body("<p><em>slow</em></p>", language="en")
