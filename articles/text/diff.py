"""Differences in reading form: what was taken out and put in, Chinese by character, other text by word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from articles.text.html_tree import Element, Node, parse_clean
from articles.text.policy import BLOCKS, BOXES

Kind = Literal["same", "out", "in"]

_TOKEN = re.compile(
    r"[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[A-Za-z0-9\u00c0-\u024f]+|\s+|."
)
# Comparing takes the product of both lengths at worst. Beyond these what lies between the equal ends of a line, and
# beyond the second one whole lines of a text, are simply out and in.
MAX_TOKENS = 1000
MAX_TOKENS_OF_TEXT = 20_000
# Unchanged lines that are shown around a change.
CONTEXT = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text with its pieces; `skipped` unchanged lines were left out before it."""

    pieces: tuple[Piece, ...]
    skipped: int = 0

    @property
    def has_change(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)


def diff_words(before: str, after: str) -> list[Piece]:
    """Return `after` as pieces, with what stood in `before` instead."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _equal_start(old, new)
    end = _equal_start(old[: start - 1 if start else None : -1], new[: start - 1 if start else None : -1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", head)]
    if max(len(old), len(new)) > MAX_TOKENS:
        pieces += [Piece("out", "".join(old)), Piece("in", "".join(new))]
    else:
        for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
            same = what == "equal"
            pieces += [Piece("same", "".join(old[a:b]))] if same else [Piece("out", "".join(old[a:b]))]
            pieces += [] if same else [Piece("in", "".join(new[c:d]))]
    return _joined(_without_crumbs([*pieces, Piece("same", tail)]))


def _equal_start(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many elements both begin with."""
    return next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def diff_lines(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """Return the lines around each change, those that changed by their words."""
    lines: list[Line] = []
    budget = MAX_TOKENS_OF_TEXT
    for what, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if what == "equal":
            lines += [Line((Piece("same", line),)) for line in before[a:b]]
            continue
        for number in range(max(b - a, d - c)):
            old = before[a + number] if a + number < b else ""
            new = after[c + number] if c + number < d else ""
            budget -= len(old) + len(new)
            whole = [Piece("out", old)] * bool(old) + [Piece("in", new)] * bool(new)
            lines.append(Line(tuple(diff_words(old, new) if budget > 0 else whole)))
    return _near_changes(lines)


def reading_lines(html: str) -> list[str]:
    """Return sanitized HTML as lines of text, with a mark for headings and items, and the addresses that it holds."""
    parts: list[str] = []
    _collect(parse_clean(html), parts)
    return [line for line in (" ".join(line.split()) for line in "".join(parts).split("\n")) if line]


_MARKS = {"h2": "## ", "h3": "### ", "h4": "#### ", "li": "• ", "blockquote": "> ", "hr": "———"}


def _collect(nodes: Iterable[Node], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            parts.append(node.replace("\n", " "))
            continue
        is_line = node.tag in BLOCKS or node.tag in BOXES or node.tag in {"br", "li", "tr", "hr"}
        parts.append("\n" if is_line else "")
        parts.append(_MARKS.get(node.tag, ""))
        _collect(node.children, parts)
        parts.append(_address(node))
        parts.append("\n" if is_line else "")


def _address(node: Element) -> str:
    if node.tag == "img":
        return f"[{node.attributes.get('alt', '')} {node.attributes.get('src', '')}]"
    return f" <{node.attributes['href']}>" if node.tag == "a" and node.attributes.get("href") else ""


def _without_crumbs(pieces: list[Piece]) -> list[Piece]:
    """Take single characters that happen to be equal between two changes for changed: nobody can read crumbs."""
    kept: list[Piece] = []
    for number, piece in enumerate(pieces):
        is_crumb = piece.kind == "same" and len(piece.text) == 1 and 0 < number < len(pieces) - 1
        kept += [Piece("out", piece.text), Piece("in", piece.text)] if is_crumb else [piece]
    return kept


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbours: between two runs that stayed, first all that went, then all that came."""
    joined: list[Piece] = []
    out = new = ""
    for piece in [*pieces, Piece("same", "")]:
        if piece.kind == "out":
            out += piece.text
        elif piece.kind == "in":
            new += piece.text
        else:
            joined += [Piece("out", out)] * bool(out) + [Piece("in", new)] * bool(new)
            joined += [piece] * bool(piece.text)
            out = new = ""
    return joined


def _near_changes(lines: list[Line]) -> list[Line]:
    near = {
        number + step for number, line in enumerate(lines) if line.has_change for step in range(-CONTEXT, CONTEXT + 1)
    }
    shown: list[Line] = []
    skipped = 0
    for number, line in enumerate(lines):
        if number in near:
            shown.append(Line(line.pieces, skipped))
            skipped = 0
        else:
            skipped += 1
    return shown
