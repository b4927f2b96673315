"""The quick way for the markup that most articles have: one pass over the tags, no tree.

`rewrite_plain` gives what `tidy`, `rebuild` and `write_html` give together, or None where the markup asks for more than
dropping boxes, renaming, picking attributes and paragraphs around loose text. What is safe is decided by the same
functions, and by the engine after.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Final

from articles.text import policy
from articles.text.html_tree import TooDeep, parse_canonical_start, parse_start, rewritten_text, write_html
from articles.text.plain_tags import (
    BOX,
    FIELD,
    GONE,
    INLINE,
    PARENTS,
    PART,
    PLAYER,
    RULE,
    SIGN,
    TAG,
    TEXT,
    Start,
    start_of,
    start_of_element,
)
from articles.text.rebuild import player
from articles.text.scraped import BLANK, EMPTY, TITLE_BOXES, TITLE_TAGS, Scrape, folded

_ANY_TAG = re.compile(r"<[^<>]*+>")
_WHITE: Final = " \t\r\n\f"
# The paragraph around loose text, which no tag begins.
_LOOSE: Final = "loose"
_HOLDS_TEXT: Final = policy.TEXT_BLOCKS | {"li", "td", "th", "figcaption", _LOOSE}
_TRIMMED: Final = (policy.TEXT_BLOCKS | {"figcaption"}) - {"p", "pre"}
_NEEDS_CHILDREN: Final = frozenset({"ul", "ol", "table", "figure", "figcaption", "pre", "blockquote"})


@dataclass(slots=True)
class _Open:
    """An element that is open: what closes it, where its content begins, and what was seen before it."""

    start: Start
    end: str
    begin: int
    block: str
    seen: int
    odd: int


def split_plain(html: str) -> list[str] | None:
    """Return texts and the tags between them, in turns, or None where that takes an engine that reads `html`."""
    pieces = TAG.split(html)
    return None if "<" in "".join(pieces[::2]) or len(pieces) > 2 * policy.MAX_ELEMENTS else pieces


def rewrite_plain(html: str, scrape: Scrape | None) -> str | None:
    """Return `html` in the words of the policy, or None where that takes an engine that reads it, or a tree."""
    pieces = split_plain(html)
    return None if pieces is None else rewrite_pieces(pieces, scrape)


def rewrite_pieces(pieces: list[str], scrape: Scrape | None) -> str | None:
    """Return what `split_plain` gave in the words of the policy, or None where that takes an engine or a tree.

    The pieces may be of HTML as an engine wrote it, or as it came: then the result only counts if an engine leaves it
    as it is. With `scrape` leftovers of scraping go as `tidy` removes them, and are counted there. Raises `TooDeep`.
    """
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
        self._loose = -1  # where the content of a paragraph around loose text begins
        self._loose_end = -1  # behind the last one

    def run(self, pieces: list[str]) -> bool:
        """Write all pieces: texts, and tags between them; False where they ask for a tree."""
        is_tag = False
        for piece in pieces:
            if not is_tag:
                if "&" in piece or "\xa0" in piece:
                    piece = rewritten_text(piece)
                if piece and not self._text(piece):
                    return False
            elif piece[1] == "/":
                if not self._close(piece[2:-1].rstrip()):
                    return False
            elif not self._start(piece):
                return False
            is_tag = not is_tag
        if self._block == _LOOSE:
            self._end_loose()
        return not self._open

    def _text(self, text: str) -> bool:
        blank = not text.strip(_WHITE)
        if not (self._block or blank):
            if not _is_visible(text):
                return False
            self._begin_loose()
        if len(self.out) == self._loose:
            return blank or self._running_text(text.lstrip(_WHITE), blank=False)
        if self._block in _HOLDS_TEXT:
            return self._running_text(text, blank=blank)
        if not blank or self._block == "figure":
            return False
        if self._block == "blockquote" and len(self.out) == self._open[-1].begin:
            return True  # a blank at the beginning of a quotation goes
        return self._append(text)

    def _running_text(self, text: str, *, blank: bool) -> bool:
        if blank and self._block in _TRIMMED and len(self.out) == self._open[-1].begin:
            return False
        if self._scrape and len(text) < 40 and ("复制" in text or "cop" in text.lower()):
            return False
        if not blank and _is_visible(text):
            self._seen += 1
        return self._append(text)

    def _append(self, text: str) -> bool:
        self.out.append(text)
        return True

    def _start(self, piece: str) -> bool:
        start = self._read(piece)
        return start is not None and _STARTS[start.kind](self, start, piece)

    def _read(self, piece: str) -> Start | None:
        """Return what a start tag begins; the address of a link or a picture is tidied before."""
        scrape = self._scrape
        if scrape is None or not piece.startswith(("<a", "<img")) or not scrape.needs_a_look(piece):
            return start_of(piece)
        element = parse_canonical_start(piece)
        if element is None or element.tag not in {"a", "img"}:
            return start_of(piece)
        if element.tag == "a":
            scrape.tidy_link(element)
        elif not scrape.tidy_picture(element):
            return None
        return start_of_element(element)

    def _skip(self, start: Start, piece: str) -> bool:
        return True

    def _field(self, start: Start, piece: str) -> bool:
        self._odd += 1
        return not self._may_hold_title()

    def _box(self, start: Start, piece: str) -> bool:
        # Below loose text it may turn out to hold nothing but a blank, and the paragraph goes on.
        if self._block:
            return False
        if start.tag not in EMPTY:
            self._odd += 1
        self._push(start, "", "")
        return True

    def _block_start(self, start: Start, piece: str) -> bool:
        if not self._leave_loose() or self._block not in PARENTS[start.name]:
            return False
        if start.kind == RULE:
            self._seen += 1
            return self._append(start.text)
        self.out.append(start.text)
        self._push(start, f"</{start.name}>", start.name)
        return True

    def _player(self, start: Start, piece: str) -> bool:
        if not self._leave_loose() or self._block:
            return False
        element = parse_start(piece)
        if self._scrape:
            self._scrape.tidy_player(element)
        written = write_html(player(element))
        self._seen += 1
        self._push(Start(PLAYER, start.name, start.tag, written), "", start.name)
        return bool(written)

    def _push(self, start: Start, end: str, block: str) -> None:
        self._open.append(_Open(start, end, len(self.out), self._block, self._seen, self._odd))
        self._block = block
        if len(self._open) > policy.MAX_DEPTH:
            raise TooDeep

    def _begin_loose(self) -> None:
        """Begin a paragraph around loose text; the blanks before it go."""
        begin = self._open[-1].begin if self._open else 0
        while len(self.out) > begin and not self.out[-1].strip(_WHITE):
            self.out.pop()
        self.out.append("<p>")
        self._block, self._loose = _LOOSE, len(self.out)

    def _end_loose(self) -> None:
        out, begin = self.out, self._loose
        self._block, self._loose = "", -1
        while len(out) > begin and (not out[-1].strip(_WHITE) or out[-1].startswith("<br")):
            out.pop()
        if len(out) == begin:
            out.pop()
        else:
            if not out[-1].startswith("<"):
                out[-1] = out[-1].rstrip(_WHITE)
            out.append("</p>")
        self._loose_end = len(out)

    def _leave_loose(self) -> bool:
        """End a paragraph around loose text before a block; False where an element of the text holds the block."""
        if self._block == _LOOSE:
            if self._open and self._open[-1].start.kind == INLINE:
                return False
            self._end_loose()
        return True

    def _may_hold_title(self) -> bool:
        """Whether the first heading may still come, of which what stands before it makes an ordinary one."""
        return self._scrape is not None and not self._seen

    def _inline(self, start: Start, piece: str) -> bool:
        if not self._block:
            self._begin_loose()
        if self._block not in _HOLDS_TEXT:
            return False
        text = start.text
        # A link ends where another one begins, also where neither leads anywhere.
        if start.name == "a" and any(element.start.name == "a" for element in self._open):
            return False
        if text:
            if text in self._formatting:
                return False
            self._formatting.append(text)
            self.out.append(text)
        if start.tag not in EMPTY:
            self._odd += 1
        self._push(start, f"</{start.name}>" if text else "", self._block)
        return True

    def _sign(self, start: Start, piece: str) -> bool:
        """An element without content: a line break, a picture."""
        if start.name == "br":
            return self._line_break(start)
        if not self._block:
            self._begin_loose()
        if self._block not in _HOLDS_TEXT and not (self._block == "figure" and start.name == "img"):
            return False
        text = start.text
        if start.name == "img" and (' src="' not in text or ' src=""' in text):
            return False
        self._seen += 1
        return self._append(text)

    def _line_break(self, start: Start) -> bool:
        if not self._block:
            if self._may_hold_title():
                return False
            self._begin_loose()
        if self._block not in _HOLDS_TEXT or (self._block in _TRIMMED and len(self.out) == self._open[-1].begin):
            return False
        return len(self.out) == self._loose or self._append(start.text)

    def _close(self, tag: str) -> bool:
        if not self._open or self._open[-1].start.tag != tag:
            return False
        closed = self._open.pop()
        kind = closed.start.kind
        if self._block == _LOOSE and kind == BOX:
            self._end_loose()
        self._block = closed.block
        if kind == PLAYER:
            return len(self.out) == closed.begin and self._append(closed.start.text)
        is_empty = closed.seen == self._seen
        if kind == INLINE:
            if is_empty:
                return False
            if closed.end:
                self._formatting.pop()
                self.out.append(closed.end)
            return True
        if kind == BOX:
            content = self.out[closed.begin :]
            if is_empty and self._scrape and tag in EMPTY and closed.odd == self._odd and not "".join(content).strip():
                del self.out[closed.begin :]
            return True
        if kind == TEXT and is_empty:
            return self._drop_empty(closed, tag)
        return self._end_block(closed)

    def _drop_empty(self, closed: _Open, tag: str) -> bool:
        if not self._scrape or closed.odd != self._odd or tag == "pre":
            return False
        if closed.begin - 1 == self._loose_end:
            return False  # without it the loose text goes on
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


def _is_visible(text: str) -> bool:
    return bool((text.replace("&nbsp;", "") if "&nbsp;" in text else text).strip(BLANK))


_STARTS: Final[dict[int, Callable[[_Writer, Start, str], bool]]] = {
    BOX: _Writer._box,
    **dict.fromkeys((TEXT, PART, RULE), _Writer._block_start),
    INLINE: _Writer._inline,
    SIGN: _Writer._sign,
    PLAYER: _Writer._player,
    FIELD: _Writer._field,
    GONE: _Writer._skip,
}
