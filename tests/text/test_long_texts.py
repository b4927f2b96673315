"""Long texts are folded and cut all at once; what comes of it is what comes of short ones."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.text import tokens
from articles.text.tokens import fold, tokens_of

_LETTERS = st.text(
    "一二的在了人中国看著後裡abcXY12 \n+#ー々㐀𠀀𠮷あカ한é龦ｶﾞ㎡…①ß\u0301\u200b\ufe0f\u1100\u1161\t，。", max_size=30
)
_TEXTS = st.one_of(_LETTERS, st.text(max_size=30))


@given(_TEXTS)
@example("中\u200b国")
@example("㎡")
@example(" c++ # 的 ")
def test_a_long_text_is_folded_and_cut_as_a_short_one(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_LONG", 0)
        folded, cut = fold(text), tokens_of(fold(text))
        patch.setattr(tokens, "_LONG", 10**9)
        assert folded == fold(text)
        assert sorted(cut) == sorted(tokens_of(folded))


def test_what_stands_in_a_long_article_is_cut() -> None:
    text = fold("中國的銀行，" * 100 + "5G 基站。")
    assert {"中国", "国的", "银行", "行", "5g", "基站"} <= set(tokens_of(text))
    assert "站中" not in tokens_of(text)


def test_names_and_queries_do_without_the_arrays() -> None:
    code = "import sys; from articles.text.tokens import *; parse_query('银行' * 90); tokens_of(fold('新聞' * 90))"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'numpy' not in sys.modules"], check=True)
