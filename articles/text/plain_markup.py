"""The quick way for the markup that most articles have: one pass over the tags, no tree.

`rewrite_plain` gives what `tidy`, `rebuild` and `write_html` give together, or None where the markup asks for more than
dropping boxes, renaming and picking attributes. What is safe is decided by the same functions, and by the engine after.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Final

from articles.text import policy
from articles.text.html_tree import TooDeep, parse_start, start_tag
from articles.text.rebuild import alignment_of, picked_attributes
from articles.text.scraped import BLANK, EMPTY, TITLE_BOXES, TITLE_TAGS, Scrape, folded

_TAG = re.compile(r'(</?[a-z][a-z0-9]*+(?:\s++[^\s=<>"/]++(?:="[^"]*+")?+)*+\s*+/?>)')
_ANY_TAG = re.compile(r"<[^<>]*+>")
_WHITE: Final = " \t\r\n\f"
_LONGEST_KEPT: Final = 400  # start tags that are remembered; longer ones hardly come twice

_BOX, _TEXT, _PART, _INLINE, _SIGN, _RULE = range(6)
_FLOW: Final = frozenset({"", "li", "td", "th", "blockquote"})
# Blocks, each with the blocks that may hold it for this way to be enough.
_PARENTS: Final = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"), _FLOW),
    **dict.fromkeys(("ul", "ol", "table", "figure", "blockquote", "hr"), _FLOW),
    "li": frozenset({"ul", "ol"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), frozenset({"table"})),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    **dict.fromkeys(("td", "th"), frozenset({"tr"})),
    "figcaption": frozenset({"figure"}),
}
_HOLDS_TEXT: Final = policy.TEXT_BLOCKS | {"li", "td", "th", "figcaption"}
_TRIMMED: Final = (policy.TEXT_BLOCKS | {"figcaption"}) - {"p", "pre"}
_NEEDS_CHILDREN: Final = frozenset({"ul", "ol", "table", "figure", "figcaption", "pre", "blockquote"})
_INLINE_ELEMENTS: Final = (
    frozenset(policy.ELEMENTS) - policy.BLOCKS - policy.VOID - {"details", "summary", "dl", "dt", "dd"}
)


@dataclass(frozen=True, slots=True)
class _Start:
    """A start tag as it was read: what kind of element, its name in the policy, and the tag to write, "" for none."""

    kind: int
    name: str
    tag: str
    text: str


@dataclass(slots=True)
class _Open:
    """An element that is open: what closes it, where its content begins, and what was seen before it."""

    start: _Start
    end: str
    begin: int
    block: str
    seen: int
    odd: int


def rewrite_plain(html: str, scrape: Scrape | None) -> str | None:
    """Return `html`, as an engine wrote it, in the words of the policy, or None where that takes a tree.

    With `scrape` leftovers of scraping go as `tidy` removes them, and are counted there. Raises `TooDeep`.
    """
    pieces = _TAG.split(html)
    if html.count("<") != len(pieces) // 2:
        return None
    writer = _Writer(scrape)
    return "".join(writer.out).strip() if writer.run(pieces) else None


class _Writer:
    def __init__(self, scrape: Scrape | None) -> None:
        self.out: list[str] = []
        self._scrape = scrape
        self._open: list[_Open] = []
        self._block = ""
        self._formatting: list[str] = []
        self._seen = 0  # what a reader sees so far: texts, pictures, rules
        self._odd = 0  # inline elements that are no mere emphasis

    def run(self, pieces: list[str]) -> bool:
        """Write all pieces: texts, and tags between them; False where they ask for a tree."""
        is_tag = False
        for piece in pieces:
            if not is_tag:
                if piece and not self._text(piece):
                    return False
            elif piece[1] == "/":
                if not self._close(piece[2:-1].rstrip()):
                    return False
            elif not self._start(piece):
                return False
            is_tag = not is_tag
        return not self._open

    def _text(self, text: str) -> bool:
        blank = not text.strip(_WHITE)
        if self._block in _HOLDS_TEXT:
            if blank and self._block in _TRIMMED and len(self.out) == self._open[-1].begin:
                return False
            if self._scrape and len(text) < 40 and ("复制" in text or "cop" in text.lower()):
                return False
            if not blank and (text.strip(BLANK) if "&nbsp;" not in text else text.replace("&nbsp;", "").strip(BLANK)):
                self._seen += 1
        elif not blank or self._block == "figure":
            return blank and self._append(text)
        elif self._block == "blockquote" and len(self.out) == self._open[-1].begin:
            return True  # a blank at the beginning of a quotation goes
        return self._append(text)

    def _append(self, text: str) -> bool:
        self.out.append(text)
        return True

    def _start(self, piece: str) -> bool:
        start = _start_of(piece) if len(piece) <= _LONGEST_KEPT else _read_start(piece)
        if start is None:
            return False
        kind = start.kind
        if kind == _INLINE:
            return self._start_inline(start, piece)
        if kind == _SIGN:
            return self._sign(start, piece)
        if kind == _BOX:
            if self._block:
                return False
            if start.tag not in EMPTY:
                self._odd += 1
            self._push(start, "", "")
            return True
        if self._block not in _PARENTS[start.name]:
            return False
        if kind == _RULE:
            self._seen += 1
            return self._append(start.text)
        self.out.append(start.text)
        self._push(start, f"</{start.name}>", start.name)
        return True

    def _push(self, start: _Start, end: str, block: str) -> None:
        self._open.append(_Open(start, end, len(self.out), self._block, self._seen, self._odd))
        self._block = block
        if len(self._open) > policy.MAX_DEPTH:
            raise TooDeep

    def _start_inline(self, start: _Start, piece: str) -> bool:
        if self._block not in _HOLDS_TEXT:
            return False
        text = start.text
        if start.name == "a" and self._scrape and self._scrape.needs_a_look(piece):
            element = parse_start(piece)
            self._scrape.tidy_link(element)
            attributes = picked_attributes(element, "a")
            text = start_tag("a", attributes) if "href" in attributes else ""
        if text:
            if text in self._formatting:
                return False
            self._formatting.append(text)
            self.out.append(text)
        if start.tag not in EMPTY:
            self._odd += 1
        self._push(start, f"</{start.name}>" if text else "", self._block)
        return True

    def _sign(self, start: _Start, piece: str) -> bool:
        """An element without content: a line break, a picture."""
        if self._block not in _HOLDS_TEXT and not (self._block == "figure" and start.name == "img"):
            return False
        if self._block in _TRIMMED and start.name == "br" and len(self.out) == self._open[-1].begin:
            return False
        text = start.text
        if start.name == "img":
            if self._scrape and self._scrape.needs_a_look(piece):
                element = parse_start(piece)
                if not self._scrape.tidy_picture(element):
                    return False
                text = start_tag("img", picked_attributes(element, "img"))
            if ' src="' not in text or ' src=""' in text:
                return False
        if start.name != "br":
            self._seen += 1
        return self._append(text)

    def _close(self, tag: str) -> bool:
        if not self._open or self._open[-1].start.tag != tag:
            return False
        closed = self._open.pop()
        self._block = closed.block
        kind = closed.start.kind
        is_empty = closed.seen == self._seen
        if kind == _INLINE:
            if is_empty:
                return False
            if closed.end:
                self._formatting.pop()
                self.out.append(closed.end)
            return True
        if kind == _BOX:
            content = self.out[closed.begin :]
            if is_empty and self._scrape and tag in EMPTY and closed.odd == self._odd and not "".join(content).strip():
                del self.out[closed.begin :]
            return True
        if kind == _TEXT and is_empty:
            return self._drop_empty(closed, tag)
        return self._end_block(closed)

    def _drop_empty(self, closed: _Open, tag: str) -> bool:
        if not self._scrape or closed.odd != self._odd or tag == "pre":
            return False
        if tag == "p":
            self._scrape.count("empty paragraph")
        del self.out[closed.begin - 1 :]
        return True

    def _end_block(self, closed: _Open) -> bool:
        name, out = closed.start.name, self.out
        if name in _NEEDS_CHILDREN and len(out) == closed.begin:
            return False
        if name in _TRIMMED and (not out[-1].strip(_WHITE) or out[-1].startswith("<br")):
            return False
        if name == "blockquote":
            while len(out) > closed.begin and not out[-1].strip(_WHITE):
                out.pop()
            if len(out) == closed.begin:
                return False
        if self._scrape and name in TITLE_TAGS and closed.seen == 0 and self._repeats_title(closed):
            self._scrape.count("repeated title")
            del out[closed.begin - 1 :]
            # As if it had never been there; only the first heading is looked at.
            self._seen += 1
            return True
        out.append(closed.end)
        return True

    def _repeats_title(self, heading: _Open) -> bool:
        if self._scrape is None or not self._scrape.folded_title or heading.block:
            return False
        if any(element.start.tag not in TITLE_BOXES for element in self._open):
            return False
        text = unescape(_ANY_TAG.sub("", "".join(self.out[heading.begin :])))
        return folded(text) == self._scrape.folded_title


def _read_start(piece: str) -> _Start | None:
    element = parse_start(piece)
    tag = element.tag
    name = policy.RENAMED.get(tag, tag)
    if tag in policy.BOXES:
        return None if alignment_of(element) in {"center", "right"} else _Start(_BOX, name, tag, "")
    if tag in policy.INLINE_BOXES:
        return _Start(_INLINE, name, tag, "")
    if name not in policy.ELEMENTS:
        return None
    if name in _PARENTS:
        align = alignment_of(element)
        if name in {"li", "blockquote"} and align in {"center", "right"}:
            return None
        text = start_tag(name, picked_attributes(element, name, align=align))
        kind = _RULE if name == "hr" else _TEXT if name in policy.TEXT_BLOCKS else _PART
        return _Start(kind, name, tag, text)
    if name not in _INLINE_ELEMENTS and name not in policy.VOID:
        return None
    attributes = picked_attributes(element, name, align=alignment_of(element))
    if (name == "span" and not attributes) or (name == "a" and "href" not in attributes):
        return _Start(_INLINE, name, tag, "")
    return _Start(_SIGN if name in policy.VOID else _INLINE, name, tag, start_tag(name, attributes))


_start_of = lru_cache(maxsize=4096)(_read_start)
