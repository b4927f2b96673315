"""Markdown as Chinese writers type it."""

import pytest

from articles.text.markdown import render_markdown


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
