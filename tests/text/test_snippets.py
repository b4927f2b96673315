"""Hits are marked in the text as it was written, in a piece that shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.snippets import Parts, highlight, snippet
from articles.text.tokens import Term, parse_query


def terms(query: str) -> tuple[Term, ...]:
    return parse_query(query).terms


def marked(parts: Parts) -> list[str]:
    return [piece for piece, is_hit in parts if is_hit]


@pytest.mark.parametrize(
    ("text", "query", "hits"),
    [
        ("臺灣的ＡＩ產業", "台湾 ai产业", ["臺灣", "ＡＩ產業"]),
        ("臺灣的ＡＩ產業", "台湾 ai", ["臺灣", "ＡＩ"]),
        ("iPhone 13 与 iphone\u300013", '"iphone 13"', ["iPhone 13", "iphone\u300013"]),
        ("数字城市，数字", "数字 数字城市", ["数字城市", "数字"]),
        ("domain AI", "ai", ["AI"]),
        ("㍿です", "株式", ["㍿"]),
        ("没有", "数据", []),
    ],
)
def test_words_are_marked_as_they_were_written(text: str, query: str, hits: list[str]) -> None:
    parts = highlight(text, terms(query))
    assert "".join(piece for piece, _is_hit in parts) == text
    assert marked(parts) == hits


@given(st.text(max_size=60), st.text(max_size=12))
def test_marking_loses_and_adds_no_letter(text: str, query: str) -> None:
    assert "".join(piece for piece, _is_hit in highlight(text, terms(query))) == text


def test_a_snippet_shows_the_paragraph_with_most_words() -> None:
    text = "华为发布新品。\n" + "天气晴朗。" * 40 + "华为云在青岛开工" + "，现场热闹" * 40
    parts = snippet(text, terms("华为云 青岛"), length=60)
    assert marked(parts) == ["华为云", "青岛"]
    assert len("".join(piece for piece, _is_hit in parts)) <= 64
    assert parts[0] == ("…", False)
    assert parts[-1] == ("…", False)


def test_words_over_the_end_of_a_paragraph_and_in_a_very_long_one_are_found() -> None:
    assert marked(snippet("用的是iPhone\n13 手机", terms('"iphone 13"'))) == ["iPhone 13"]
    assert marked(snippet("长" * 30_000 + "量子纠错" + "尾" * 9000, terms("量子纠错"))) == ["量子纠错"]


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert snippet("第一句。\n第二句。", terms("标签")) == [("第一句。 第二句。", False)]
    assert snippet("", terms("标签")) == []
