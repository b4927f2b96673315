"""Plain text, excerpts, words and minutes."""

import pytest

from articles.text.plain import HANZI_A_MINUTE, count_words, excerpt, plain_text, reading_minutes

TEXTS = {
    "a line for each block": ("<h2>a</h2><p>b<br>c</p><ul><li>d</li></ul>", "a\nb\nc\nd"),
    "entities are signs": ("<p>1 &lt; 2 &amp; 3&nbsp;4</p>", "1 < 2 & 3 4"),
    "readings are left out": ("<p><ruby>重<rp>(</rp><rt>chóng</rt><rp>)</rp></ruby>庆</p>", "重庆"),
    "marks do not cut words": ("<p>新<strong>闻</strong></p>", "新闻"),
    "blanks are one": ("<p> a \n\t b </p>", "a\nb"),
    "plain text stays": ("新闻", "新闻"),
    "script is no text": ("<p>a</p><script>b</script>", "a"),
}


@pytest.mark.parametrize(("html", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_html_becomes_the_text_that_readers_see(html, text):
    assert plain_text(html) == text


def test_a_short_text_is_its_own_excerpt():
    assert excerpt("一句话。\n两句话。") == "一句话。 两句话。"


def test_an_excerpt_ends_with_a_sentence_else_with_a_word():
    assert excerpt("一二三四五六。七八九十", length=8) == "一二三四五六。"
    assert excerpt("one two three four", length=12) == "one two…"
    assert excerpt("一二三四五六七八九十", length=5) == "一二三四…"


@pytest.mark.parametrize("length", [1, 2, 10, 119, 120])
def test_an_excerpt_is_never_longer_than_asked(length):
    assert len(excerpt("新闻 news, " * 50, length=length)) <= length


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("新闻", 2), ("two words", 2), ("Python 发布 3.12", 4), ("it's a co-op", 3), ("、。！", 0)],
)
def test_words_are_counted_as_chinese_editors_count(text, words):
    assert count_words(text) == words


def test_reading_takes_at_least_a_minute():
    assert reading_minutes("") == 1
    assert reading_minutes("字" * HANZI_A_MINUTE * 3) == 3
