"""A search hit as readers see it: the text as it was written, cut around the words that were found, these marked."""

from collections.abc import Sequence

from articles.text.tokens import Term, excerpt_places, fold, fold_with_places

Parts = list[tuple[str, bool]]  # pieces of text in order; whether a piece is a word that was looked for
_BEFORE = 24
_LONGEST_LINE = 4000


def highlight(text: str, terms: Sequence[Term]) -> Parts:
    """Return a text in pieces, the words that were looked for marked."""
    folded, places = fold_with_places(text)
    marks = [(places[start][0], places[end - 1][1]) for start, end in excerpt_places(terms, folded)]
    parts: Parts = []
    last = 0
    for start, end in marks:
        if start < last:
            continue  # two halves of one character
        if start > last:
            parts.append((text[last:start], False))
        parts.append((text[start:end], True))
        last = end
    if last < len(text):
        parts.append((text[last:], False))
    return parts


def snippet(text: str, terms: Sequence[Term], *, length: int = 110) -> Parts:
    """Return about `length` characters of a plain text around the words that were looked for, these marked.

    The paragraph with most of the words is taken, the first of several; without any, the beginning of the text.
    """
    lines = text.split("\n")
    best, most = "", 0
    for line in lines:
        folded = fold(line)
        number = sum(1 for term in terms if term.find(folded) >= 0)
        if number > most:
            best, most = line, number
            if number == len(terms):
                break
    if not most:
        # Perhaps the words stand at the end of one paragraph and the beginning of the next.
        best = " ".join(lines)
        if len(best) > _LONGEST_LINE or not any(term.find(fold(best)) >= 0 for term in terms):
            return _cut(best[: length * 2], 0, length, [])
    return _around(best, terms, length)


def _around(line: str, terms: Sequence[Term], length: int) -> Parts:
    offset = 0
    if len(line) > _LONGEST_LINE:
        offset = _approach(line, terms)
        line = line[offset : offset + _LONGEST_LINE]
    parts = highlight(line, terms)
    first = len(parts[0][0]) if parts and not parts[0][1] else 0
    start = max(0, min(first - _BEFORE, len(line) - length))
    cut = _cut(line, start, length, parts)
    return [("…", False), *cut] if offset and not start else cut


def _approach(line: str, terms: Sequence[Term]) -> int:
    """Return a place shortly before the first word in a very long line: found in steps that overlap."""
    step = _LONGEST_LINE // 2
    for start in range(0, len(line), step):
        folded = fold(line[start : start + _LONGEST_LINE])
        if any(term.find(folded) >= 0 for term in terms):
            return start
    return 0


def _cut(text: str, start: int, length: int, parts: Parts) -> Parts:
    """Return the pieces between `start` and `start + length`, never ending inside a marked word."""
    end = start + length
    if start and text[start - 1].isascii() and text[start - 1].isalnum():
        space = text.find(" ", start, start + _BEFORE // 2)
        start = space + 1 if space >= 0 else start
    chosen: Parts = [("…", False)] if start else []
    place = 0
    for piece, is_hit in parts or [(text, False)]:
        low, high = max(place, start), min(place + len(piece), end)
        if low < high:
            chosen.append((piece if is_hit else piece[low - place : high - place], is_hit))
        place += len(piece)
    if end < place:
        chosen.append(("…", False))
    return chosen
