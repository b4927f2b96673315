"""The quick way gives what the tree gives, or steps aside."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.text.hidden import may_hide
from articles.text.html_tree import parse_clean, write_html
from articles.text.limits import Counted, _count_plain, _Scan, count_tags
from articles.text.markdown import render_markdown
from articles.text.plain_markup import rewrite_plain
from articles.text.rebuild import rebuild
from articles.text.sanitize import _plain, _read, _wanted
from articles.text.scraped import Scrape
from tests.text.attacks import attack_list

TITLE = "题目"
_PLAYER = "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD"
_ATTRIBUTES = st.sampled_from(
    ["", "", "", ' class="align-center"', ' style="text-align: center"', ' style="color:red"', ' lang="en"', ' id="x"']
)
_texts = st.sampled_from(["字", "x &amp; y", " ", "\n", "\xa0", "　", "题目", "复制代码", "&lt;p&gt;"])
_signs = st.sampled_from(
    ["<br>", '<img src="https://a/b.jpg" width="9">', "<img>", '<img src="x.gif" data-src="//a/b.png">', "<hr>"]
)


def _wrapped(names: list[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("<{0}{1}>{2}</{0}>".format, st.sampled_from(names), _ATTRIBUTES, inner)


def _many(strategy: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(strategy, max_size=most).map("".join)


_inline = st.recursive(
    st.one_of(_texts, _texts, _signs),
    lambda inner: st.one_of(
        _wrapped(["strong", "b", "em", "span", "font", "u", "code", "sub", "ruby"], _many(inner)),
        st.builds('<a href="{0}">{1}</a>'.format, st.sampled_from(["/x", "https://a/", "javascript:x"]), _many(inner)),
    ),
    max_leaves=6,
)
_lines = _wrapped(["p", "h1", "h2", "h5", "pre"], _many(_inline))
_items = _wrapped(["li", "td", "figcaption"], _many(st.one_of(_inline, _lines)))
_blocks = st.one_of(
    _lines,
    _lines,
    st.sampled_from(["\n", " ", "<hr>"]),
    st.sampled_from(["<br>", "<input>", '<input type="checkbox" checked>', "字 ", " 字", "　"]),
    _inline,
    st.builds('<iframe src="{0}"></iframe>'.format, st.sampled_from(["", "/v.mp4", "https://a/b", _PLAYER])),
    _wrapped(["ul", "ol", "blockquote", "figure"], _many(st.one_of(_items, _lines, _texts))),
    st.builds("<table><tr>{0}</tr></table>".format, _many(_items)),
)
_names = st.sampled_from(["p", "P", "div", "a", "img", "table", "tr", "td", "li", "pre", "form", "button", "body", "b"])
_odd_attributes = st.sampled_from(
    ['href="/a&copy=b"', 'href="/a?b&amp;c"', 'HREF="/x"', "href='/x'", 'href="/x" href="/y"', 'src="/i.png"', "hidden"]
    + [
        'src="javascript:x"',
        'title="&lt;b>&quot;"',
        'title="a>b"',
        "title=a",
        "alt",
        '\nid="x"',
        'class="align-center"',
    ]
)
_odd_tags = st.one_of(
    st.builds("<{0} {1}>".format, _names, _odd_attributes),
    st.builds("<{0}>".format, _names),
    st.builds("</{0}>".format, _names),
    st.sampled_from(
        ["<!-- a -->", "<!-->", "<!-- <b> -->", "<!--a--!>", "<script>a < b</script>", "<style>p{}</style>"]
    ),
    st.sampled_from(
        ["<script><!--<script></script>", "<meta name=a>", '<link rel="x">', "<br/>", "<p/>", "<title>a</title>"]
    ),
)
_odd_texts = st.sampled_from(
    ["&nbsp;", "\xa0", "&#8217;", "&#1;", "&#12;", "&copy", "&amp", "&", "a > b", "&quot;", "<", "\n"]
)
_pages = st.recursive(_many(_blocks, 6), lambda inner: _wrapped(["div", "section", "article"], inner), max_leaves=3)


def by_tree(read: str, scrape: Scrape | None) -> str:
    nodes = parse_clean(read)
    if scrape:
        nodes = scrape.tidy(nodes)
    return write_html(rebuild(nodes)).strip()


def check(html: str, *, is_scrape: bool) -> bool:
    """Compare what the quick way makes of a page, as it comes and as an engine wrote it, with what the tree makes."""
    read = _read(html, 10**8, with_data=is_scrape)
    taken = False
    for source in (html, read):
        quick = Scrape(title=TITLE) if is_scrape else None
        plain = _plain(source, ("nh3",), quick) if source is html else None
        rewritten = plain[0] if plain else None if source is html else rewrite_plain(source, quick)
        if rewritten is None or (quick and may_hide(read)):
            continue
        taken = True
        if plain:
            check_counts(html, plain[1])
        tree = Scrape(title=TITLE) if is_scrape else None
        assert rewritten == by_tree(read, tree)
        assert by_tree(rewritten, None) == rewritten
        assert quick is None or tree is None or quick.counts == tree.counts
    return taken


def check_counts(html: str, tags: list[str]) -> None:
    """Compare what the tags of a page count for, taken alone, with what a scan of the page counts."""
    scanned = Counted()
    _Scan(html, scanned).run()
    counted = count_tags(Counter(tags))
    assert (counted.elements, counted.attributes, counted.schemes) == (
        scanned.elements,
        scanned.attributes,
        scanned.schemes,
    )


@settings(max_examples=600, deadline=None)
@given(_pages, st.booleans())
@example("字 <p></p>字", True)
@example("<br> <p></p> \n", True)
@example("<br><h1>题目</h1>", True)
@example('<p title="<!-- a -->">b</p>', False)
@example('a<script charset="\\x22>x</script>b <a href="/y">c</a>', False)
@example("<script>let a = '</SCRIPT><p>b</p>'</script>", False)
def test_the_quick_way_gives_what_the_tree_gives(html: str, is_scrape: bool) -> None:
    check(html, is_scrape=is_scrape)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(_odd_tags, _texts, _odd_texts, _lines), max_size=6).map("".join), st.booleans())
def test_markup_that_parsers_read_in_their_own_ways_takes_the_slow_way(html: str, is_scrape: bool) -> None:
    check(html, is_scrape=is_scrape)


@pytest.mark.parametrize("is_scrape", [False, True])
def test_an_attack_comes_out_of_the_quick_way_as_out_of_the_slow_one(
    is_scrape: bool, security_files: Path | None
) -> None:
    for attack in attack_list(security_files):
        for html in (attack, f'<p>a</p><a href="{attack}">x</a>', f"<div>{attack}</div>"):
            check(_wanted(html.replace("\r\n", "\n").replace("\r", "\n")), is_scrape=is_scrape)


@pytest.mark.parametrize(
    "html",
    [
        '<div><p style="text-indent: 2em">a<strong>b</strong></p>\n<h2>c</h2><ul><li>d</li></ul></div>',
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
        '<blockquote>\n<p>a</p>\n</blockquote><pre><code class="language-js">x</code></pre>',
        '<figure><img src="https://a/b.jpg"><figcaption>c</figcaption></figure>',
        '<div>\n<img src="https://a/b.jpg">\n<p>a</p>\n<a href="https://a/">b</a> c<br>\n</div>',
        f'<p>a</p><input><iframe src="{_PLAYER}"></iframe>',
    ],
)
def test_what_most_articles_hold_takes_the_quick_way(html: str) -> None:
    assert rewrite_plain(_read(html, 10**6, with_data=True), Scrape()) is not None


def _real_bodies(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*.md"))[::7]:
        text = file.read_bytes().decode("utf-8", "replace")
        yield render_markdown(text.split("\n---", 1)[-1])


def test_most_real_bodies_take_the_quick_way_to_the_same_result(real_files: Path) -> None:
    bodies = list(_real_bodies(real_files))
    quick = [body for body in bodies if check(_wanted(body).replace("\r\n", "\n"), is_scrape=True)]
    assert len(quick) > len(bodies) / 2 > 20


@settings(max_examples=400, deadline=None)
@given(st.one_of(_pages, st.text("<>/ab=\"' !-p", max_size=60)))
@example("<a=>")
@example('<b"c">')
@example("<p>a</p><!-- more --><p>b</p>" * 130)
@example("<script>let a</script><p>b</p><iframe src='https://a/b'></iframe>")
@example("<script>'<b>'</script><p>b</p>")
@example("<SCRIPT>'<b>'</SCRIPT><script></script>")
@example("<script>'<!-- -->'</script><!--><b>--><!---><i>-->")
def test_counting_plain_markup_counts_what_the_scan_counts(html: str) -> None:
    plain = _count_plain(html)
    if plain is not None:
        counted = Counted()
        _Scan(html, counted).run()
        assert (plain.elements, plain.attributes, plain.schemes) == (
            counted.elements,
            counted.attributes,
            counted.schemes,
        )


def test_an_engine_reads_what_it_wrote_without_a_change() -> None:
    assert nh3.clean("<p>a &amp; b</p>") == "<p>a &amp; b</p>"
