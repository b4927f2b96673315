"""Markdown to HTML: CommonMark with tables, strikethrough, footnotes, task lists, bare addresses as links, and formulas
as they were written.

The result is as hostile as its source.
"""

import re
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_NOTE = re.compile(r"\[\^([^\]\s]{1,60})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_MOST_NOTES = 500
_MAX_NESTING = 40  # a list counts two, one for itself and one for its entries
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")

_TASK = re.compile(r"\[([ xX])\](?=\s)")
# Formulas in TeX: $…$ as Pandoc reads it, $$…$$, \(…\) and \[…\]; `_is_tex` tells them from prices and variables.
_FORMULA = re.compile(
    r"(?<![\w$])\$(?P<one>(?![\s$])[^$\n`]{1,500}(?<![\s\\]))\$(?![\w$])|\$\$(?P<two>[^$`]{1,2000})\$\$(?!\$)"
    r"|\\\((?P<round>(?:[^\\\n]|\\(?![()\[\]])){1,500})\\\)|\\\[(?P<square>(?:[^\\]|\\(?![()\[\]])){1,2000})\\\]"
)
_HAN = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_SIGN = re.compile("[=^_+*<>{}]")
_SURE = re.compile(r"\\[A-Za-z]|\^|_\{")
# A picture whose address holds blanks: CommonMark takes it for text, other renderers for a picture.
_SPACED_PICTURE = re.compile(
    r"!\[([^\[\]\n]{0,300})\]\([ ]*+([^()<>\n\"']{1,300}\.(?:png|jpe?g|gif|webp|avif))[ ]*\)", re.IGNORECASE
)
_MOST_LINES = 200  # of a formula
# What stands in an address: no entity but &, and brackets in pairs.
_IN_ADDRESS = r"[A-Za-z0-9._~:/?#@!$'*+,;=%-]++|&amp;(?=[A-Za-z0-9])|&(?!#?[A-Za-z0-9]{1,31};)|\\[._~#&!*+=-]"
_ADDRESS = re.compile(
    rf"://(?:[A-Za-z0-9_-]++\.)*[A-Za-z0-9-]++\.[A-Za-z0-9-]++(?::\d{{1,5}}(?!\d))?"
    rf"(?:[/?#](?:{_IN_ADDRESS}|\((?:{_IN_ADDRESS})*+\)|\[(?:{_IN_ADDRESS})*+\])*+)?"
)
_SCHEME = re.compile(r"(?<![A-Za-z0-9])https?\Z", re.IGNORECASE)
_LONGEST_ADDRESS = 2000  # characters
_MOST_ADDRESSES = 2000  # of a text: each is an element of its body
_RAW_CODE = re.compile(r"<(/?)(?:code|kbd|pre|samp|tt)\b", re.IGNORECASE)


class NestedTooDeep(ValueError):
    """A text whose quotes and lists stand deeper in each other than is rendered; the argument is the reason."""


@cache
def _renderer() -> MarkdownIt:
    # HTML is let through: articles hold figures and embeds. Whoever stores the result sanitizes it.
    renderer = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    renderer.block.ruler.before("table", "too_deep", _refuse_too_deep)
    renderer.block.ruler.before("reference", "footnote", _note, {"alt": ["paragraph", "reference"]})
    renderer.inline.ruler.before("link", "footnote", _reference)
    renderer.inline.ruler.at("emphasis", _emphasis)
    renderer.block.ruler.before(
        "fence", "formula", _formula_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    renderer.inline.ruler.before("escape", "formula", _formula)
    renderer.inline.ruler.before("image", "spaced_picture", _spaced_picture)
    renderer.inline.ruler.push("address", _address)
    renderer.core.ruler.after("inline", "tasks", _tasks)
    renderer.core.ruler.after("inline", "raw_code", _unlink_in_raw_code)
    return renderer


def render_markdown(text: str) -> str:
    """Return `text` as HTML; fenced code names its language as class `language-…`, footnotes stand at the end.

    Emphasis beside Chinese punctuation counts (`**背景：**排期`, `这是**“重要”**的`): CommonMark asks for spaces there,
    which Chinese does not have. A bare address is a link, as `_address` says. Raises `NestedTooDeep`.
    """
    env: dict[str, Any] = {"notes": {}, "used": [], "addresses": 0}
    html = _renderer().render(text, env)
    if not env["used"]:
        return html
    notes = "".join(f"<li>{_renderer().renderInline(env['notes'][name], env)}</li>\n" for name in list(env["used"]))
    return f"{html}<hr>\n<ol>\n{notes}</ol>\n"


def _refuse_too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Refuse what the parser would leave out without a word: below its limit it skips the text."""
    if not silent and state.level > _MAX_NESTING - 3:
        raise NestedTooDeep("quotes and lists stand deeper in each other than is read")
    return False


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


def _spaced_picture(state: StateInline, silent: bool) -> bool:
    found = _SPACED_PICTURE.match(state.src, state.pos) if state.src[state.pos] == "!" else None
    if found is None or " " not in found[2]:
        return False
    if not silent:
        address = escape(found[2].replace(" ", "%20"))
        state.push("html_inline", "", 0).content = f'<img src="{address}" alt="{escape(found[1])}">'
    state.pos = found.end()
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """Turn `https://…` and `http://…` in running text into a link, as GitHub Flavored Markdown does.

    Of its section “Autolinks (extension)” (https://github.github.com/gfm/#autolinks-extension-) hold: the host has a
    dot, and `?`, `!`, `.`, `,`, `:`, `*`, `_`, `~` at the end, brackets without their other half and entities are no
    part of the address. Chinese sets no blank behind it: here it ends at any character that is not ASCII, too
    (`见https://example.com/a。更多`), and a letter of Chinese may stand in front.
    """
    if silent or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.src[max(0, state.pos - 6) : state.pos])
    found = _ADDRESS.match(state.src, state.pos, state.posMax) if scheme else None
    if scheme is None or found is None:
        return False
    rest = found[0].rstrip(".,;:!?'*_~\\")
    state.pos += len(rest)
    if len(rest) > _LONGEST_ADDRESS or state.env["addresses"] >= _MOST_ADDRESSES:
        state.append_pending(unescapeAll(rest))
        return True
    state.env["addresses"] += 1
    state.pending = state.pending.removesuffix(scheme[0])
    address = unescapeAll(scheme[0] + rest)
    opening = state.push("link_open", "a", 1)
    opening.attrs, opening.markup = {"href": address}, "linkify"
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1).markup = "linkify"
    return True


def _unlink_in_raw_code(state: StateCore) -> None:
    """Take the links of bare addresses out of `<code>` and the like: the rule for them meets no HTML but `<a>`."""
    for token in state.tokens if state.env["addresses"] else ():
        depth, kept = 0, []
        for child in token.children or ():
            tag = _RAW_CODE.match(child.content) if child.type == "html_inline" else None
            if tag:
                depth = max(0, depth - 1) if tag[1] else depth + 1
            if not depth or child.markup != "linkify":
                kept.append(child)
        if token.children:
            token.children = kept


def _tasks(state: StateCore) -> None:
    """Turn `[x]` and `[ ]` at the beginning of a list's entry into check marks: no form stands in an article."""
    for number, token in enumerate(state.tokens[2:], 2):
        if token.type != "inline" or not token.children or state.tokens[number - 2].type != "list_item_open":
            continue
        first = token.children[0]
        found = _TASK.match(first.content) if first.type == "text" else None
        if found and state.tokens[number - 1].type == "paragraph_open":
            first.content = f"{'☐' if found[1] == ' ' else '☑'}{first.content[found.end() :]}"


def _formula(state: StateInline, silent: bool) -> bool:
    """Keep a formula as it was written, as code: emphasis and escapes inside would garble it."""
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] in "$\\" else None
    if found is None:
        return False
    if not _is_tex(found[found.lastgroup or 0].strip(), needs_command=found.lastgroup in {"round", "square"}):
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = " ".join(found[0].split("\n"))
    state.pos = found.end()
    return True


def _is_tex(text: str, *, needs_command: bool) -> bool:
    if _SURE.search(text):
        return True
    return not needs_command and not _HAN.search(text) and (_SIGN.search(text) is not None or len(text) == 1)


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Keep a formula that begins a line by `$$` and ends one by it, as a block of code."""
    first = _line(state, start)
    if not first.startswith("$$") or state.is_code_block(start):
        return False
    if len(first) > 4 and first.endswith("$$"):
        last = start
    else:
        below = range(start + 1, min(end, start + _MOST_LINES))
        last = next((line for line in below if "$$" in _line(state, line)), -1)
        if last < 0 or "$$" in first[2:] or not _line(state, last).endswith("$$"):
            return False
    if not silent:
        text = escape(state.getLines(start, last + 1, state.blkIndent, False).strip("\n"), quote=False)
        state.push("html_block", "", 0).content = f'<pre><code class="language-latex">{text}</code></pre>\n'
        state.line = last + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
