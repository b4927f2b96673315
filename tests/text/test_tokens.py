"""Text and query are cut alike; every character of a fold knows where it came from."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text.tokens import MAX_QUERY_LENGTH, Term, encode, fold, fold_with_places, parse_query, tokens_of

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("中国人民银行臺灣著5Ｇｇ Aa１+#C-\u3000\u0301ガｶﾞ가\u200bﬁ㍿𠮷\ufe0f"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("５Ｇ基站", "5g基站"),
        ("臺灣的國際資訊", "台湾的国际资讯"),
        ("著名", "着名"),
        ("iPhone 13，C++、C#", "iphone 13 c++ c#"),
        ("a + b", "a b"),
        ("「银行」——利率：3.5%", "银行 利率 3 5"),
        ("soft\u00adhyphen", "softhyphen"),
        ("𝞐", "α"),
        ("ガ", unicodedata.normalize("NFC", "ガ")),
        ("", ""),
    ],
)
def test_text_is_folded_to_what_readers_type(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_a_text_is_folded_like_its_composed_form(text: str) -> None:
    assert fold(text) == fold(unicodedata.normalize("NFKC", text))


@given(TEXT)
def test_a_text_has_each_token_once(text: str) -> None:
    tokens = tokens_of(fold(text))
    assert len(tokens) == len(set(tokens))


@given(TEXT)
def test_places_lead_back_into_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert len(folded) == len(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(TEXT, TEXT)
def test_a_term_that_stands_in_a_text_has_its_tokens_there(text: str, other: str) -> None:
    for term in (*parse_query(other).terms, *parse_query(text[:20]).terms):
        folded = fold(text)
        if term.find(folded) >= 0:
            assert set(term.tokens) <= set(tokens_of(folded))
        elif term.exact:
            assert not set(term.tokens) <= set(tokens_of(folded))


@given(TEXT)
def test_a_token_is_one_word_for_every_database(text: str) -> None:
    for token in tokens_of(fold(text)):
        assert token
        assert not any(char.isspace() or char in "\"'\\:&|!()*" for char in token)
    assert encode("a") == "a"


@pytest.mark.parametrize(
    ("text", "terms", "excluded"),
    [
        ("华为云 青岛", ["华为云", "青岛"], []),
        ("“数字 城市” -乡村", ["数字 城市"], ["乡村"]),
        ('城市 -"数字 经济"', ["城市"], ["数字 经济"]),
        ("covid-19", ["covid 19"], []),
        ("青岛-大连", ["青岛", "大连"], []),
        ("--", [], []),
        ('"', [], []),
        ("－乡村 城市", ["城市"], ["乡村"]),
    ],
)
def test_a_query_is_understood(text: str, terms: list[str], excluded: list[str]) -> None:
    query = parse_query(text)
    assert [term.needle for term in query.terms] == terms
    assert [term.needle for term in query.excluded] == excluded


@given(st.text(max_size=400))
def test_there_is_no_wrong_query(text: str) -> None:
    query = parse_query(text)
    assert query.is_too_long or len(text.strip()) <= MAX_QUERY_LENGTH or not query


def test_a_quoted_word_ends_where_it_ends() -> None:
    assert Term("plural").find("two plurals") >= 0
    assert Term("plural", whole=True).find("two plurals") < 0
    assert Term("ai").find("mail 用ai") >= 0
    assert Term("ai").find("mail") < 0
