"""Angle brackets that are no markup: addresses in them become links, words that no browser knows become text."""

import re
from html import escape
from typing import Final

from articles.text import policy

_NAME = re.compile(r"<([a-zA-Z][^\s/<>]*+)")
_ADDRESS = re.compile(r"<(https?://[^\s<>\"']{1,2000}+)>")
_KNOWN: Final = (
    set(policy.ELEMENTS)
    | set(policy.RENAMED)
    | policy.BOXES
    | policy.INLINE_BOXES
    | policy.PLAYERS
    | policy.UNSPOKEN
    | {"html", "head", "body", "base", "link", "meta", "source", "track", "param", "input", "img", "area", "map", "col"}
    | {"colgroup", "optgroup", "progress", "meter", "dialog", "slot", "picture", "marquee", "applet", "basefont"}
    | {"rb", "rtc", "bgsound", "keygen", "listing", "search", "spacer", "image", "isindex", "frame", "multicol"}
    | {"menuitem", "nextid", "path", "g", "circle", "rect", "line", "polyline", "polygon", "defs", "use", "text"}
    | {"tspan", "ellipse", "symbol", "mi", "mo", "mn", "mrow", "msup", "msub", "mfrac", "msqrt", "mtext", "semantics"}
    | {"annotation", "mtable", "mtr", "mtd", "desc", "figure"}
)


def spell_out_loose_tags(html: str) -> str:
    """Return `html` with `<https://…>` as a link, and with words in angle brackets that nothing closes as text.

    A browser hides `Vec<T>` and `<your name>`; the writer meant them to be read. Elements of frameworks and of other
    vocabularies (`el-button`, `o:p`) stay what they are.
    """
    if "<http" in html:
        html = _ADDRESS.sub(lambda match: f'<a href="{escape(match[1])}">{escape(match[1])}</a>', html)
    unknown = {name for name in set(_NAME.findall(html)) if name.lower() not in _KNOWN}
    unknown = {name for name in unknown if "-" not in name and ":" not in name and f"</{name}" not in html}
    if not unknown:
        return html
    return _NAME.sub(lambda match: f"&lt;{match[1]}" if match[1] in unknown else match[0], html)
