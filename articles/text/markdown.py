"""Markdown to HTML: CommonMark with tables and strikethrough. The result is as hostile as its source."""

from functools import cache

from markdown_it import MarkdownIt


@cache
def _renderer() -> MarkdownIt:
    # HTML is let through: articles hold figures and embeds. Whoever stores the result sanitizes it.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def render_markdown(text: str) -> str:
    """Return `text` as HTML; fenced code names its language as class `language-…`.

    CommonMark does not see the emphasis in `这是**“重要”**的`, since Chinese has no spaces around it; that stays so.
    """
    return _renderer().render(text)
