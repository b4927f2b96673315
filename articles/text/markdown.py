"""Markdown to HTML: CommonMark with tables, strikethrough and footnotes. The result is as hostile as its source."""

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_NOTE = re.compile(r"\[\^([^\]\s]{1,60})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_MOST_NOTES = 500


@cache
def _renderer() -> MarkdownIt:
    # HTML is let through: articles hold figures and embeds. Whoever stores the result sanitizes it.
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    renderer.block.ruler.before("reference", "footnote", _note, {"alt": ["paragraph", "reference"]})
    renderer.inline.ruler.before("link", "footnote", _reference)
    return renderer


def render_markdown(text: str) -> str:
    """Return `text` as HTML; fenced code names its language as class `language-…`, footnotes stand at the end.

    CommonMark does not see the emphasis in `这是**“重要”**的`, since Chinese has no spaces around it; that stays so.
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
