"""Markdown to HTML: CommonMark with tables, strikethrough and footnotes. The result is as hostile as its source."""

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_NOTE = re.compile(r"\[\^([^\]\s]{1,60})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_MOST_NOTES = 500
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")


@cache
def _renderer() -> MarkdownIt:
    # HTML is let through: articles hold figures and embeds. Whoever stores the result sanitizes it.
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    renderer.block.ruler.before("reference", "footnote", _note, {"alt": ["paragraph", "reference"]})
    renderer.inline.ruler.before("link", "footnote", _reference)
    renderer.inline.ruler.at("emphasis", _emphasis)
    return renderer


def render_markdown(text: str) -> str:
    """Return `text` as HTML; fenced code names its language as class `language-…`, footnotes stand at the end.

    Emphasis beside Chinese punctuation counts (`**背景：**排期`, `这是**“重要”**的`): CommonMark asks for spaces there,
    which Chinese does not have.
    """
    env: dict[str, Any] = {"notes": {}, "used": []}
    html = _renderer().render(text, env)
    if not env["used"]:
        return html
    notes = "".join(f"<li>{_renderer().renderInline(env['notes'][name], env)}</li>\n" for name in list(env["used"]))
    return f"{html}<hr>\n<ol>\n{notes}</ol>\n"


def _note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take `[^name]: text`, with the indented lines below it, out of the text."""
    begin = state.bMarks[start] + state.tShift[start]
    found = _NOTE.match(state.src, begin, state.eMarks[start])
    if found is None or len(state.env.get("notes", ())) >= _MOST_NOTES or state.is_code_block(start):
        return False
    if silent:
        return True
    lines = [state.src[found.end() : state.eMarks[start]]]
    line = start + 1
    while line < end and not state.isEmpty(line) and state.sCount[line] >= 2:
        lines.append(state.getLines(line, line + 1, state.sCount[line], False))
        line += 1
    state.env.setdefault("notes", {}).setdefault(found[1], "\n".join(lines).strip())
    state.line = line
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Take a run of `*` or `_` as CommonMark does, but that a letter of Chinese, Japanese or Korean stands for a space
    between the run and punctuation inside."""
    start, marker = state.pos, state.src[state.pos]
    if silent or marker not in "*_":
        return False
    found = state.scanDelims(start, marker == "*")
    end = start + found.length
    before, after = state.src[start - 1 : start], state.src[end : end + 1]
    opens, closes = found.can_open, found.can_close
    if marker == "*":
        opens = opens or bool(_CJK.match(before) and after.strip())
        closes = closes or bool(_CJK.match(after) and before.strip())
    for _number in range(found.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(ord(marker), found.length, len(state.tokens) - 1, end=-1, open=opens, close=closes)
        )
    state.pos = end
    return True


def _reference(state: StateInline, silent: bool) -> bool:
    """Turn `[^name]` into the number of its note; where there is no such note it stays text."""
    found = _REFERENCE.match(state.src, state.pos)
    notes, used = state.env.get("notes", {}), state.env.get("used", [])
    if found is None or found[1] not in notes:
        return False
    if not silent:
        if found[1] not in used:
            used.append(found[1])
        state.push("html_inline", "", 0).content = f"<sup>[{used.index(found[1]) + 1}]</sup>"
    state.pos = found.end()
    return True
