"""Markdown as Chinese writers type it."""

import time

import pytest

from articles.text.markdown import NestedTooDeep, render_markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**背景：**排期不能冲突。", "<strong>背景：</strong>排期不能冲突。"),
        ("通过**状态（State）**来管理", "通过<strong>状态（State）</strong>来管理"),
        ("称之为**“低代码”**，", "称之为<strong>“低代码”</strong>，"),
        ("这是**“重要”**的，*《书》*里说", "这是<strong>“重要”</strong>的，<em>《书》</em>里说"),
        ("他说：**“走。”**然后走了。**又回来。**", "他说：<strong>“走。”</strong>然后走了。<strong>又回来。</strong>"),
        # Elsewhere CommonMark's rule holds.
        ("a * b * c, a**(b)**c", "a * b * c, a**(b)**c"),
        ("字 * 字 * 字 ** 字", "字 * 字 * 字 ** 字"),
        ("snake_case_字_", "snake_case_字_"),
    ],
)
def test_emphasis_beside_chinese_punctuation_counts(text: str, html: str) -> None:
    assert render_markdown(text) == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- [x] 校对\n- [ ] **排版**", "<ul>\n<li>☑ 校对</li>\n<li>☐ <strong>排版</strong></li>\n</ul>\n"),
        ("- [x](https://a.example/)", '<ul>\n<li><a href="https://a.example/">x</a></li>\n</ul>\n'),
        ("`- [ ] 代码`", "<p><code>- [ ] 代码</code></p>\n"),
    ],
)
def test_a_task_list_shows_check_marks(text: str, html: str) -> None:
    assert render_markdown(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("设 $a_1*b*c_2$ 为 $x$", "<p>设 <code>$a_1*b*c_2$</code> 为 <code>$x$</code></p>\n"),
        (r"设 $\text{长}_1$", r"<p>设 <code>$\text{长}_1$</code></p>" + "\n"),
        ("$$\na_1 &< b*c*d\n$$", '<pre><code class="language-latex">$$\na_1 &amp;&lt; b*c*d\n$$</code></pre>\n'),
        (r"\(x^2*y*z\)", r"<p><code>\(x^2*y*z\)</code></p>" + "\n"),
    ],
)
def test_a_formula_stays_as_it_was_written(text: str, html: str) -> None:
    assert render_markdown(text) == html


@pytest.mark.parametrize(
    "text",
    ["$5 和 $10", "US$5_000，US$6_000", "$HOME/a_b:$PATH_x", "赚 $$ 很多 $$ 钱", "5$ 与 6$", "$5=人民币35，$6=42"],
)
def test_a_price_is_no_formula(text: str) -> None:
    assert render_markdown(text) == f"<p>{text}</p>\n"


def test_a_list_in_lists_keeps_its_text_and_one_too_deep_is_refused() -> None:
    def nested(levels: int) -> str:
        return "".join(f"{'  ' * level}- 第{level}层\n" for level in range(levels))

    assert "第14层" in render_markdown(nested(15))
    for text in (nested(60), ">" * 100_000 + " 字", "- " * 50_000 + "字"):
        with pytest.raises(NestedTooDeep):
            render_markdown(text)


def test_a_picture_with_blanks_in_its_address_is_a_picture() -> None:
    assert render_markdown("![图](images/a b.png)") == '<p><img src="images/a%20b.png" alt="图"></p>\n'
    assert render_markdown("`![图](a b.png)`") == "<p><code>![图](a b.png)</code></p>\n"
    assert render_markdown('![图](a.png "题 目.png")') == '<p><img src="a.png" alt="图" title="题 目.png" /></p>\n'


@pytest.mark.parametrize(
    ("text", "linked", "rest"),
    [
        ("见https://example.com/a。更多", "https://example.com/a", "。更多"),
        ("见https://example.com/a查看", "https://example.com/a", "查看"),
        ("见http://example.com/a?b=1#c, 又", "http://example.com/a?b=1#c", ", 又"),
        ("（https://example.com/a）", "https://example.com/a", "）"),
        ("(https://example.com/a).", "https://example.com/a", ")."),
        ("(https://example.com/a),(b)", "https://example.com/a", "),(b)"),
        ("见https://example.com/a(2021年)", "https://example.com/a", "(2021年)"),
        ("[https://example.com/a]", "https://example.com/a", "]"),
        ("https://example.com/a_(b)?c[]=d 又", "https://example.com/a_(b)?c[]=d", " 又"),
        ("https://example.com/__init__.py*?!:;'~_ 又", "https://example.com/__init__.py", "*?!:;'~_ 又"),
        (r"https://example.com/a\_b\_", "https://example.com/a_b", "_"),
        ("https://example.com:8000/a%20b", "https://example.com:8000/a%20b", ""),
        ("https://example.com:800000/a", "https://example.com", ":800000/a"),
        ("HTTPS://example.com", "HTTPS://example.com", ""),
        ("https://example.com@evil.example/a", "https://example.com", "@evil.example/a"),
        ("https://example.com/a&nbsp;b", "https://example.com/a", "\u00a0b"),
    ],
)
def test_a_bare_address_is_a_link_and_ends_where_chinese_ends_it(text: str, linked: str, rest: str) -> None:
    before = text[: text.lower().index("http")]
    assert render_markdown(text) == f'<p>{before}<a href="{linked}">{linked}</a>{rest}</p>\n'


def test_an_address_in_emphasis_or_with_several_parameters_is_whole() -> None:
    assert render_markdown("**https://a.example/x**，") == (
        '<p><strong><a href="https://a.example/x">https://a.example/x</a></strong>，</p>\n'
    )
    for text in ("https://a.example/?b=1&c=2", "https://a.example/?b=1&amp;c=2"):
        shown = "https://a.example/?b=1&amp;c=2"
        assert render_markdown(text) == f'<p><a href="{shown}">{shown}</a></p>\n'
    assert render_markdown("字[^1]\n\n[^1]: https://a.example/").count('href="https://a.example/"') == 1


@pytest.mark.parametrize(
    "text",
    [
        "`https://a.example/`",
        "    https://a.example/",
        "```\nhttps://a.example/\n```",
        "字 <code>https://a.example/</code>",
        '字 <a href="/b">见 https://a.example/ 处</a>',
        "[见 https://a.example/ 处](/b)",
        "[*https://a.example/*](/b)",
        "![https://a.example/](/b.png)",
        '<p title="https://a.example/">字</p>',
        '字 <b title="https://a.example/">字</b>',
        "https://localhost/ http:// https://字.example/ xhttps://a.example/ ftp://a.example/",
        "https://a.example/" + "a" * 2000,
    ],
)
def test_an_address_in_a_link_a_picture_or_code_makes_no_link(text: str) -> None:
    assert 'href="http' not in render_markdown(text)


def test_a_written_link_stays_and_the_address_behind_it_is_one_of_its_own() -> None:
    html = render_markdown("<https://a.example/b> [字](https://a.example/c) <code>x</code> https://a.example/d")
    assert [part.split('"')[0] for part in html.split('href="')[1:]] == [f"https://a.example/{name}" for name in "bcd"]


@pytest.mark.parametrize(
    "unit",
    [
        "http://a.b/(",
        "http://a.b/[(",
        "http://a.b/-",
        "-xhttp://a.b/",
        "http://a.b/&amp;",
        "http://a_._.",
        "http://a.b/'",
        "h://",
    ],
)
def test_addresses_without_end_are_read_in_time_and_not_all_linked(unit: str) -> None:
    started = time.process_time()
    html = render_markdown(unit * 10_000)
    assert html.count("<a ") <= 2000
    assert time.process_time() - started < 2
