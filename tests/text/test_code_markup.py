"""Code that lost its escapes is code again."""

import pytest

from articles.text.code_markup import spell_out_code
from articles.text.sanitize import sanitize


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<pre><code><script>alert(1)</script></code></pre>", "alert(1)"),
        ('<code><img src="http://www.a.com/delete/87343"></code>', "delete/87343"),
        ('<pre><code><div id="app"><input v-model="x"></div></code></pre>', '<div id="app">'),
        ("<pre><button @click.stop='go'>x</button></pre>", "@click.stop"),
    ],
)
def test_live_markup_in_code_becomes_the_text_that_was_meant(html: str, expected: str) -> None:
    spelled, number = spell_out_code(html)
    assert number > 0
    clean = sanitize(spelled).html
    assert expected.replace("<", "&lt;").replace(">", "&gt;") in clean
    assert "<img" not in clean


@pytest.mark.parametrize(
    "html",
    [
        '<pre><code class="hljs"><span class="hljs-tag">&lt;<span class="hljs-name">div</span>&gt;</span></code></pre>',
        '<pre><div class="line">a</div><div class="line">b</div></pre>',
        "<p><script>alert(1)</script></p>",
        "<code>&lt;p&gt;</code>",
        "<pre>unclosed <script>",
        '<pre><a href="https://docs.example/">doc</a></pre>',
    ],
)
def test_what_highlighters_write_and_what_stands_outside_code_stays(html: str) -> None:
    assert spell_out_code(html) == (html, 0)
