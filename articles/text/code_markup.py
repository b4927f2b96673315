"""Code samples that lost their escapes: a feed decoded once too often, and what was code became live markup."""

import re
from html import escape

_OPENING = re.compile(r"<(pre|code)\b[^<>]*+>", re.IGNORECASE)
_CLOSINGS = {"pre": re.compile(r"</pre>", re.IGNORECASE), "code": re.compile(r"</code>", re.IGNORECASE)}
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)([^<>]*+)>")
# What highlighters and editors write around code; anything else in a listing is the code itself.
_LISTING = frozenset({"a", "b", "br", "code", "em", "font", "i", "ins", "mark", "pre", "span", "strong", "u", "wbr"})
_LINES = frozenset({"div", "ol", "li", "table", "tbody", "tr", "td", "p", "figure", "button"})
# No highlighter writes these: where one stands, the listing shows markup.
_EVIDENCE = re.compile(
    r"<(?:!doctype|html|head|body|script|style|link|meta|title|img|input|form|button\s+(?:onclick|type)|template|iframe"
    r"|textarea|select|video|audio|svg|h[1-6]|ul|section|header|footer|nav|main|label|[a-z]+-[a-z-]+)\b"
    r"|<[a-z][^<>]*\s(?:@|:|v-|on)[a-z.]+=",
    re.IGNORECASE,
)
_MAX_TAG = 2000


def spell_out_code(html: str) -> tuple[str, int]:
    """Return `html` with the markup inside its code listings turned into text, and the number of tags turned.

    Inside `pre` and `code` only what highlighters write stays markup (spans, line breaks, emphasis, links). Where a
    listing holds an element that no highlighter writes, plain boxes (`div`, `li`, `p` …) are taken for code too.
    """
    parts: list[str] = []
    position = turned = 0
    while opening := _OPENING.search(html, position):
        name = opening[1].lower()
        start = opening.end()
        closing = _CLOSINGS[name].search(html, start)
        if closing is None:
            break
        end = closing.start()
        inner, number = _spelled_out(html[start:end])
        parts += [html[position:start], inner]
        turned += number
        position = end
    return "".join([*parts, html[position:]]), turned


def _spelled_out(code: str) -> tuple[str, int]:
    if "<" not in code:
        return code, 0
    markup = _LISTING if _EVIDENCE.search(code) else _LISTING | _LINES
    turned = 0
    turned_open: dict[str, int] = {}

    def spell(tag: re.Match[str]) -> str:
        nonlocal turned
        name = tag[2].lower()
        if tag[1] and turned_open.get(name, 0):
            turned_open[name] -= 1
        elif name in markup and len(tag[0]) <= _MAX_TAG and not _looks_written(name, tag[3]):
            return tag[0]
        elif not tag[1]:
            turned_open[name] = turned_open.get(name, 0) + 1
        turned += 1
        return escape(tag[0], quote=False)

    return _TAG.sub(spell, code), turned


def _looks_written(name: str, attributes: str) -> bool:
    """Whether a tag that highlighters write too was written by the author: `<a href="/delete">` in a listing."""
    if name in {"span", "code", "pre", "br", "wbr", "mark", "font"}:
        return False
    return bool(re.search(r"\s(?:href=[\"']?+(?!https?:|#)|on[a-z]+=|@|:|v-)", attributes))
