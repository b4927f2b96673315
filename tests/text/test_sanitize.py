"""The promises of `sanitize`: the story stays, the attack goes, nothing changes twice, nothing hangs."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.text import policy
from articles.text.html_tree import Element, Node, parse_clean
from articles.text.limits import LimitPassed, count_markup
from articles.text.markdown import render_markdown
from articles.text.sanitize import CleanHTML, HTMLRefused, Removal, sanitize
from tests.conftest import PROJECT
from tests.text.attacks import ATTACKS, attack_list

BOTH = ("nh3", "bleach", "nh3")
ENGINES = [("nh3",), BOTH]

KEPT = {
    "a paragraph with its marks": "<p>新<strong>闻</strong><em>a</em><u>b</u><s>c</s><sub>d</sub><sup>e</sup></p>",
    "a link": '<p><a href="https://example.com/?a=1&amp;b=2" title="去">去</a></p>',
    "headings": "<h1>一</h1><h2>二</h2><h6>六</h6>",
    "lists in lists": '<ol start="3" type="a"><li value="5">a<ul><li>b</li></ul></li></ol>',
    "a list of terms": "<dl><dt>a</dt><dd>b</dd><dd>c</dd></dl>",
    "a quotation of paragraphs": '<blockquote cite="https://example.com/"><p>a</p><p>b</p></blockquote>',
    "a table": '<table><caption>c</caption><thead><tr><th scope="col">h</th></tr></thead><tbody><tr>'
    '<td colspan="2" rowspan="3">d</td></tr></tbody></table>',
    "a table in a table": "<table><tbody><tr><td>a<table><tbody><tr><td>b</td></tr></tbody></table></td></tr></tbody>"
    "</table>",
    "a picture with its caption": '<figure><img src="/a.jpg" alt="图" width="3" height="4">'
    "<figcaption>说明</figcaption></figure>",
    "a caption of paragraphs": '<figure><img src="/a.jpg"><figcaption><p>a</p><p>b</p></figcaption></figure>',
    "code with its language": '<pre><code class="language-python">if a &lt; b:\n\n    pass</code></pre>',
    "a reading": "<p><ruby>重<rp>(</rp><rt>chóng</rt><rp>)</rp></ruby></p>",
    "details": '<details open=""><summary>s</summary><p>t</p></details>',
    "a language and a direction": '<p lang="zh-Hans" dir="rtl"><span lang="en">x</span></p>',
    "an embed": '<figure class="embed"><a href="https://www.bilibili.com/video/BV1">片</a></figure>',
    "indents of Chinese typesetting": "<p>　　正文</p>",
    "the abbreviation, the time, the change": '<p><abbr title="T">x</abbr><time datetime="2026-11-20">d</time>'
    '<del cite="/a">a</del><ins datetime="2026-01-01">b</ins></p>',
    "centre and right": '<p class="align-center">a</p><p class="align-right">b</p>',
}

CHANGED = {
    "script goes with its text": ("<p>ok</p><script>alert(1)</script>", "<p>ok</p>"),
    "style goes with its text": ("<style>p{}</style><p>ok</p>", "<p>ok</p>"),
    "boxes to tick are marks, other fields go": (
        '<ul><li><input type="checkbox" disabled checked> a</li><li><label><INPUT TYPE=checkbox> b</label></li></ul>'
        '<p><input value="x" onfocus="alert(1)" autofocus>c<input type="hidden"></p>',
        "<ul><li>☑ a</li><li>☐ b</li></ul><p>c</p>",
    ),
    "handlers go": ('<p onclick="alert(1)">ok</p>', "<p>ok</p>"),
    "id, name, data and style go": ('<p id="a" name="b" data-c="d" style="color:red">ok</p>', "<p>ok</p>"),
    "other classes go": ('<p class="MsoNormal align-center big">ok</p>', '<p class="align-center">ok</p>'),
    "a script address goes, its text stays": ('<p><a href="java\tscript:alert(1)">ok</a></p>', "<p>ok</p>"),
    "a picture written into the page goes": ('<p>ok<img src="data:image/png;base64,AA=="></p>', "<p>ok</p>"),
    "srcset goes": ('<img src="/a.jpg" srcset="/b.jpg 2x">', '<p><img src="/a.jpg"></p>'),
    "pictures come by https": (
        '<p><img src="http://a.example/a.jpg"></p>',
        '<p><img src="https://a.example/a.jpg"></p>',
    ),
    "links keep http": ('<p><a href="http://a.example/">x</a></p>', '<p><a href="http://a.example/">x</a></p>'),
    "an address without a scheme gets one": (
        '<p><a href="//a.example/">x</a></p>',
        '<p><a href="https://a.example/">x</a></p>',
    ),
    "older names are renamed": (
        "<p><b>a</b><i>b</i><tt>c</tt></p>",
        "<p><strong>a</strong><em>b</em><code>c</code></p>",
    ),
    "a box of text is a paragraph": ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
    "loose text is a paragraph": ("a<p>b</p>c", "<p>a</p><p>b</p><p>c</p>"),
    "font goes, its text stays": ('<p><font color="red">a</font></p>', "<p>a</p>"),
    "a centred box centres its paragraphs": (
        '<center><p>a</p><p align="left">b</p></center>',
        '<p class="align-center">a</p><p>b</p>',
    ),
    "text-align: left ends an inherited centre": (
        '<div style="text-align:center">a<div style="text-align: left"><p>b</p></div><p>c</p></div>',
        '<p class="align-center">a</p><p>b</p><p class="align-center">c</p>',
    ),
    "alignment passes through inline marks": (
        '<div align="right"><font><p>a</p></font></div>',
        '<p class="align-right">a</p>',
    ),
    "a centred quotation has centred text": (
        '<blockquote align="center">a</blockquote>',
        '<blockquote><p class="align-center">a</p></blockquote>',
    ),
    "text-align of old browsers counts": (
        '<p style="text-align:-webkit-center">a</p>',
        '<p class="align-center">a</p>',
    ),
    "an item with boxes has paragraphs": (
        "<ul><li><div>a</div><div>b</div></li></ul>",
        "<ul><li><p>a</p><p>b</p></li></ul>",
    ),
    "a heading with a paragraph stays a heading": ("<h2><p>a</p></h2>", "<h2>a</h2>"),
    "a heading with boxes has lines": ("<h2><div>a</div><div>b</div></h2>", "<h2>a<br>b</h2>"),
    "a heading around a list falls apart in order": (
        "<h2><b>a<ul><li>b</li></ul>c</b></h2>",
        "<h2><strong>a</strong></h2><ul><li>b</li></ul><h2><strong>c</strong></h2>",
    ),
    "boxes in a mark in a heading keep their order": (
        "<h2><b>a<div>b</div>c</b></h2>",
        "<h2><strong>a<br>b<br>c</strong></h2>",
    ),
    "code in boxes has lines": ("<pre><div>a</div>\n<div>b</div><div>c</div></pre>", "<pre>a\nb\nc</pre>"),
    "a caption keeps its one paragraph as text": (
        '<figure><img src="/a.jpg"><figcaption><p>a</p></figcaption></figure>',
        '<figure><img src="/a.jpg"><figcaption>a</figcaption></figure>',
    ),
    "the caption of a table stays in it": (
        "<table><caption><p>c</p></caption><tr><td>x</td></tr></table>",
        "<table><caption>c</caption><tbody><tr><td>x</td></tr></tbody></table>",
    ),
    "a term keeps its paragraph as text": ("<dl><dt><p>a</p></dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
    "a summary with a heading stays a summary": (
        "<details><summary><h2>a</h2></summary>b</details>",
        "<details><summary>a</summary><p>b</p></details>",
    ),
    "a picture leaves its paragraph for its figure": (
        '<p>a<figure><img src="/a.jpg"></figure>b</p>',
        '<p>a</p><figure><img src="/a.jpg"></figure><p>b</p>',
    ),
    "an item without a list is a paragraph": ("<li>a</li><dd>b</dd>", "<p>a</p><p>b</p>"),
    "the same mark in itself is one mark": ("<p><b>a<b>b<i>c</i></b></b></p>", "<p><strong>ab<em>c</em></strong></p>"),
    "the language of code is found": (
        '<pre><code class="hljs lang-C++">a</code></pre>',
        '<pre><code class="language-c++">a</code></pre>',
    ),
    "pixels are numbers": (
        '<p><img src="/a.jpg" width="300px" height="50%"></p>',
        '<p><img src="/a.jpg" width="300"></p>',
    ),
    "loose signs are text": ("<p>1 < 2 & 3 > 2</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
    "comments go": ("<p>a<!-- b -->c</p>", "<p>ac</p>"),
    "line ends are one sign": ("<pre>a\r\nb\rc</pre>", "<pre>a\nb\nc</pre>"),
    "control characters go, written as entities too": ("<p>a\x00b&#1;c\ud800d&#xFFFF;e</p>", "<p>abcde</p>"),
    "a form feed is a blank": ("<p>a\x0cb&#12;c</p>", "<p>a b c</p>"),
    "unknown elements go, their text stays": ("<p>a<x-y>b</x-y><o:p>c</o:p></p>", "<p>abc</p>"),
    "what is empty goes": ("<p></p><h2> </h2><p><b></b></p>", ""),
    "what is unclosed is closed": ("<p>a<b>b", "<p>a<strong>b</strong></p>"),
}


@pytest.mark.parametrize("engines", ENGINES, ids="-".join)
@pytest.mark.parametrize("html", KEPT.values(), ids=KEPT.keys())
def test_markup_with_a_meaning_is_kept_to_the_letter(html, engines):
    assert sanitize(html, engines=engines).html == html


@pytest.mark.parametrize("engines", ENGINES, ids="-".join)
@pytest.mark.parametrize(("dirty", "clean"), CHANGED.values(), ids=CHANGED.keys())
def test_sanitizing_keeps_the_story_and_drops_the_attack(dirty, clean, engines):
    assert sanitize(dirty, engines=engines).html == clean == sanitize(clean, engines=engines).html


PLAYERS = {
    "a known host": (
        '<iframe src="//player.bilibili.com/player.html?bvid=BV1xx" title="片"></iframe>',
        '<figure class="embed"><a href="https://www.bilibili.com/video/BV1xx">片</a></figure>',
    ),
    "a known host inside a paragraph": (
        '<p>a<iframe src="https://www.youtube.com/embed/abc"></iframe>b</p>',
        '<p>a</p><figure class="embed"><a href="https://www.youtube.com/watch?v=abc">YouTube</a></figure><p>b</p>',
    ),
    "an unknown host": (
        '<iframe src="https://maps.example/x"></iframe>',
        '<p><a href="https://maps.example/x">maps.example</a></p>',
    ),
    "a script address": ('<iframe src="javascript:alert(1)">x</iframe>', ""),
    "a video file": (
        '<video controls><source src="https://a.example/a.mp4">old</video>',
        '<p><a href="https://a.example/a.mp4">a.example</a></p>',
    ),
    "a video without an address": ("<p>a <video>old</video></p>", "<p>a old</p>"),
    "an object with its embed": (
        '<object><param name="movie" value="https://v.youku.com/a"><embed src="https://v.youku.com/a"></object>',
        '<figure class="embed"><a href="https://v.youku.com/a">优酷</a></figure>',
    ),
    "a title with markup": (
        '<iframe src="https://youtu.be/a" title="<img src=x onerror=alert(1)>"></iframe>',
        '<figure class="embed"><a href="https://youtu.be/a">&lt;img src=x onerror=alert(1)&gt;</a></figure>',
    ),
}


@pytest.mark.parametrize("engines", ENGINES, ids="-".join)
@pytest.mark.parametrize(("dirty", "clean"), PLAYERS.values(), ids=PLAYERS.keys())
def test_a_player_becomes_a_figure_of_a_known_host_or_a_link(dirty, clean, engines):
    assert sanitize(dirty, engines=engines).html == clean == sanitize(clean, engines=engines).html


def test_the_list_of_removals_counts_what_went():
    dirty = '<p onclick="a()" id=b>a\x00</p><script></script><script></script><a href="javascript:1">x</a><p id=c>'
    assert sanitize(dirty).removed == (
        Removal("element", "script", 2),
        Removal("attribute", "id", 2),
        Removal("attribute", "onclick", 1),
        Removal("address", "javascript", 1),
        Removal("character", "control", 1),
    )


def test_clean_html_has_no_removals():
    assert sanitize("<p>新闻<strong>x</strong></p>").removed == ()


def test_the_list_of_removals_stays_short_whatever_stands_in_the_source():
    removed = sanitize("".join(f"<x{'y' * 2000}{number}><z{number}>" for number in range(100))).removed
    assert len(removed) == 41
    assert all(len(removal.name) <= 40 for removal in removed)
    assert sum(removal.count for removal in removed) == 200


def test_the_result_is_of_the_type_that_the_field_trusts():
    assert type(sanitize("<p>a</p>").html) is CleanHTML


@pytest.mark.parametrize("engines", [(), ("bleach",), ("nh3", "bleach"), ("lxml", "nh3")])
def test_bleach_never_stands_alone_and_unknown_engines_are_errors(engines):
    with pytest.raises(ValueError, match="SANITIZERS must be"):
        sanitize("<p>a</p>", engines=engines)


# Limits

SLOPPY = {
    "300 unclosed paragraphs": ("<p>文" * 300, 300),
    "300 unclosed items": ("<ul>" + "<li>文" * 300, 300),
    "300 unclosed terms": ("<dl>" + "<dt>文<dd>字" * 300, 600),
    "300 unclosed rows": ("<table>" + "<tr><td>文<td>字" * 300, 600),
    "300 paragraphs with unclosed fonts": ("<p><font color=red size=2>文" * 300, 300),
    "300 paragraphs with unclosed bold": ("<p><b>文" * 300, 300),
    "300 paragraphs in divs with unclosed bold": ("<div><b>文</div>" * 300, 300),
    "300 unclosed links": ("<a href=/x>文" * 300, 300),
    "300 headings with unclosed marks": ("<h2><i>文</h2>" * 300, 300),
    "300 cells with unclosed fonts": ("<table><tr>" + "<td><font face=a>文" * 300, 300),
    "300 line breaks between unclosed options": ("文<br>" * 300, 300),
    "a large script": ("<script>" + "if (a<b && b<a) document.write('<b><p>');" * 2000 + "</script><p>文</p>", 1),
    "a large comment": ("<!--" + "<div><b>" * 5000 + "--><p>文</p>", 1),
    "a picture of 500 kB written into the page": (f'<img src="data:image/png;base64,{"A" * 500_000}"><p>文</p>', 1),
    "an icon and many kinds of marks": (
        "<svg><path d='M0'/></svg>" + "".join(f"<p><b style='top:{n}px'>文</b></p>" for n in range(200)),
        200,
    ),
}


@pytest.mark.parametrize(("html", "characters"), SLOPPY.values(), ids=SLOPPY.keys())
def test_sloppy_but_real_html_is_taken(html, characters):
    clean = sanitize(html).html
    assert clean.count("文") + clean.count("字") == characters
    assert sanitize(clean).html == clean


MiB = policy.MAX_BYTES
_DEEP = "<div>" * 19_990
REFUSED = {
    "more than 1 MiB": ("文" * (MiB // 3 + 1), "bytes"),
    "1 MiB of <": ("<" * MiB, "loose"),
    "1 MiB of &": ("&" * MiB, "loose"),
    "1 MiB of entities": ("&amp;" * (MiB // 5), "no-break space"),
    "1 MiB of unfinished entities": ("&a" * (MiB // 2), "no-break space"),
    "1 MiB of no-break spaces": ("\xa0" * (MiB // 2), "no-break space"),
    "1 MiB of >": (">" * MiB, "no-break space"),
    "20,000 unclosed divs": ("<div>" * 20_000, "deeper"),
    "20,000 unclosed spans": ("<span>" * 20_000, "deeper"),
    "20,000 unclosed fonts": ("<font>" * 20_000, "formatting"),
    "20,001 paragraphs": ("<p></p>" * 20_001, "elements"),
    "line breaks from end tags": ("</br>" * 20_001, "elements"),
    "1 MiB of <a": ("<a " * (MiB // 3), "attributes"),
    "65 attributes": ("<p " + " ".join(f"a{number}" for number in range(65)) + ">", "attributes"),
    "an attribute of more than 4 KiB": (f'<p title="{"x" * 4097}">', "longer"),
    "33 formatting elements open": ("<b><i><u><s>" * 8 + "<b>x", "formatting"),
    "257 elements deep": ("<blockquote>" * 257, "deeper"),
    "86 tables in each other": ("<table><tr><td>" * 86 + "x", "deeper"),
    "85 tables in each other, four levels each": ("<table><tr><td>" * 85 + "x", "deeper"),
    "depth behind an empty comment": (f"<!-->{_DEEP}", "deeper"),
    "depth behind a comment ended by a bang": (f"<!-- --!>{_DEEP}", "deeper"),
    "depth behind an end tag with a comment in its attribute": (f'</p x="<!--">{_DEEP}', "deeper"),
    "depth behind a false comment": (f"<!x <!-- >{_DEEP}", "deeper"),
    "depth behind a false end tag": (f"</ <!-- >{_DEEP}", "deeper"),
    "depth behind an instruction": (f"<? <!-- >{_DEEP}", "deeper"),
    "depth behind a strange attribute": (f'<a ="<!--">{_DEEP}', "deeper"),
    "depth behind a wide blank in a tag": (f'<a　href="data:>{_DEEP}', "deeper"),
    "depth behind a false end of raw text": (f"<xmp></xmpx><!-- </xmp>{_DEEP}", "deeper"),
    "depth behind noscript": (f"<noscript><!-- </noscript>{_DEEP}", "deeper"),
    "depth behind a style in a drawing": (f"<svg><style></svg>{_DEEP}", "deeper"),
    "depth behind a section in a drawing": (f"<svg><![CDATA[<!--]]></svg>{_DEEP}", "deeper"),
    "depth behind a script in a script": (f"<script><!--<script></script> <!-- </script>{_DEEP}", "deeper"),
    "marks that a parser repeats in each other": (
        "".join(f"<div><b class=c{number}></div>" for number in range(800)) + "<p>x" * 5000,
        "kinds",
    ),
    "marks behind a frame in a choice": (
        "<select><iframe></select>" + "".join(f"<div><b class=c{number}></div>" for number in range(800)),
        "kinds",
    ),
}


@pytest.mark.parametrize(("html", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_html_beyond_a_limit_is_refused_with_its_reason(html, reason):
    with pytest.raises(HTMLRefused, match=reason) as refusal:
        sanitize(html)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 200


def test_a_deep_body_at_the_limit_is_taken_by_every_part():
    html = sanitize("<blockquote>" * 255 + "<p>文").html
    assert html.count("<blockquote>") == 255


def test_a_deep_body_does_not_reach_the_limit_of_python_inside_a_deep_call():
    def deeper(levels):
        return sanitize("<center>" * 250 + "文").html if levels == 0 else deeper(levels - 1)

    assert deeper(200) == '<p class="align-center">文</p>'


# What is taken or refused, whichever, in time and memory: a process of its own that gets 10 seconds of a processor.
FLOODS = {
    "quotes": "'\"' * n",
    "comments": "'<!--' * (n // 4)",
    "ends of comments": "'<!---->' * (n // 7)",
    "end tags": "'</p>' * (n // 40)",
    "unknown end tags": "'</x>' * (n // 4)",
    "end tags with quotes": "'</a x=\"' * (n // 8)",
    "tags in quotes": "'<a x=\"' * (n // 6)",
    "instructions": "'<?' * (n // 2)",
    "unfinished scripts": "'<script' * (n // 7)",
    "scripts": "'<script>' * 19000",
    "sections": "'<![CDATA[' * (n // 9)",
    "one long name": "'<' + 'a' * (n - 2) + '>'",
    "blanks in a tag": "'<a x' + ' ' * (n - 5)",
    "slashes in a tag": "'<a' + '/' * (n - 5) + '>'",
    "unclosed items": "'<ul>' + '<li>x' * 19000",
    "unclosed paragraphs": "'<p>x' * 19999",
    "unclosed cells": "'<table>' + '<tr><td>x<td>y' * 6000",
    "line breaks": "'<br>' * 19999",
    "spans repeated in paragraphs": "'<span lang=en>' * 200 + '<p>x</p>' * 15000",
    "lists in spans in a paragraph": "'<p>' + '<span lang=en>' * 200 + '<ul><li>x</ul>' * 4000",
    "marks repeated in paragraphs": "''.join(f'<div><b class=c{i}></div>' * 3 for i in range(14)) + '<p>x' * 19000",
    "frames": "'<iframe src=https://e.example/x></iframe>' * 9000",
    "frames in marks": "'<p><b><iframe src=https://e.example/x></iframe>x</b></p>' * 4000",
    "entities": "'&amp;xxx' * 99000",
    "readings": "'<ruby><rt>' * 9000",
    "adoption": "('<b><p>' + '</b>') * 6000",
    "hidden marks": "'<svg>' + '<b ' * 19000",
    "hidden marks in quotes": "'<svg>' + '<b x=\"' * 19000",
    "depth hidden in a choice": "'<select><iframe></select>' + '<div>' * 19000",
}
_PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (768 * 2**20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
from articles.text.body_html import render_body
from articles.text.plain import plain_text
from articles.text.sanitize import HTMLRefused, sanitize
n = 2**20
try:
    html = sanitize({flood}, engines={engines}).html
    render_body(html), plain_text(html)
except HTMLRefused:
    pass
"""


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_no_flood_takes_ten_seconds_or_much_memory(flood):
    program = _PROGRAM.format(flood=flood, engines=("nh3",))
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_the_process_of_the_floods_does_fail_where_sanitizing_fails():
    program = _PROGRAM.format(flood="None.nothing", engines=("nh3",))
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, timeout=120, capture_output=True, text=True)
    assert done.returncode == 1


# Properties

_TAGS = sorted(
    set(policy.ELEMENTS) | set(policy.RENAMED) | policy.BOXES | policy.INLINE_BOXES | policy.PLAYERS | policy.UNSPOKEN
    | {"source", "param", "col", "colgroup", "marquee", "applet", "html", "body", "x-y"}
)  # fmt: skip
_ATTRIBUTES = (
    *("", "", "", "/", " class=align-center", " class=c1", ' style="text-align:center"', " align=left", " lang=en"),
    *(" dir=rtl", ' href="/x"', " href=javascript:x", " src=https://youtu.be/a", " src=/a.jpg", " onerror=x", " id=a"),
    *(' class="language-py"', ' title="a&quot;<b>"', " data-x='\">'", ' src="data:x"', " width=9 height=x", " open"),
)
_TEXTS = (
    *("字", "x", " ", "\n", "\r\n", "　", "\xa0", "&", "<", ">", '"', "'", "&#1;", "&nbsp;", "&lt;script&gt;", "\x0c"),
    *("<!--", "-->", "<!-->", "--!>", "<![CDATA[", "]]>", "</", "<!", "\x00", "\ud800"),
)
_tokens = st.one_of(
    st.builds("<{}{}{}>".format, st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES), st.sampled_from(_ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(_TAGS)),
    st.sampled_from(_TEXTS),
)
_soup = st.lists(_tokens, max_size=40).map("".join)


def _elements(nodes: list[Node]) -> list[Element]:
    found = []
    for node in nodes:
        if isinstance(node, Element):
            found += [node, *_elements(node.children)]
    return found


@settings(max_examples=400, deadline=None)
@given(_soup)
def test_whatever_comes_in_the_result_is_in_the_policy_and_at_rest(html):
    clean = sanitize(html).html
    assert sanitize(clean).html == clean
    assert sanitize(html, engines=BOTH).html == clean
    assert len(clean.encode()) <= policy.MAX_GROWTH * len(html.encode("utf-8", "replace")) + policy.MAX_GROWTH_BYTES
    for element in _elements(parse_clean(clean)):
        assert element.tag in policy.ELEMENTS
        for name, value in element.attributes.items():
            assert policy.allowed_value(element.tag, name, value)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_plain_text_is_kept_whatever_its_signs(text):
    clean = sanitize(text.replace("&", "&amp;").replace("<", "&lt;")).html
    assert "".join("".join(_texts(parse_clean(clean))).split()) == "".join(text.translate(_CONTROL).split())


def _texts(nodes: list[Node]) -> list[str]:
    found = []
    for node in nodes:
        found += [node] if isinstance(node, str) else _texts(node.children)
    return found


@settings(max_examples=200, deadline=None)
@given(_soup)
def test_counting_never_takes_more_than_a_limit_error(html):
    with suppress(LimitPassed):
        count_markup(html)


# Real files and attack lists


def _bodies(folder: Path) -> list[tuple[str, str]]:
    bodies = []
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() not in {".md", ".markdown", ".html", ".htm"} or not file.is_file():
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        if text.startswith("---"):
            text = text.split("\n---", 1)[-1]
        bodies.append((file.name, text if file.suffix.lower().startswith(".htm") else render_markdown(text)))
    return bodies


_CONTROL = dict.fromkeys([*range(9), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])


def _letters(html: str) -> str:
    text = nh3.clean(html, tags=set(), clean_content_tags=set(policy.UNSPOKEN))
    return "".join(text.translate(_CONTROL).replace("&nbsp;", "").split())


def test_every_real_body_keeps_its_text_and_is_at_rest_in_both_settings(real_files):
    bodies = _bodies(real_files)
    assert len(bodies) > 100
    wrong = []
    for name, html in bodies:
        clean = sanitize(html).html
        if sanitize(clean).html != clean:
            wrong.append(f"{name}: not at rest")
        if sanitize(html, engines=BOTH).html != clean:
            wrong.append(f"{name}: the engines differ")
        has_player = any(f"<{player}" in html for player in policy.PLAYERS)
        if not has_player and _letters(html) != _letters(clean):
            wrong.append(f"{name}: the text differs")
    assert wrong == []


def _assert_harmless(attack: str) -> None:
    for html in (attack, f'<a href="{attack}">x</a>', f"<img src='{attack}'>", f"<iframe src={attack}></iframe>"):
        clean = sanitize(html).html
        assert sanitize(clean).html == clean
        assert sanitize(html, engines=BOTH).html == clean
        for element in _elements(parse_clean(clean)):
            assert element.tag in policy.ELEMENTS
            assert all(policy.allowed_value(element.tag, name, value) for name, value in element.attributes.items())


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_stays_that_the_policy_does_not_know(attack):
    _assert_harmless(attack)


def test_the_attack_lists_leave_nothing_that_the_policy_does_not_know(security_files):
    attacks = attack_list(security_files)
    assert len(attacks) > 3000
    for attack in attacks:
        _assert_harmless(attack)
