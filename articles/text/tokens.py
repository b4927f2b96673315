"""Text as the search sees it: folded, cut into tokens; and a reader's query, cut the same way.

Both databases store the same sets of tokens, so both find the same articles. A document is a *set*: order and distance
are checked on the folded text itself (`Term.find`), and no database needs to know what a Chinese word is.

Three steps, each the same for articles and queries:

1. `fold`: NFKC, case, Traditional to Simplified character by character, everything that is no letter, number or sign
   of a word becomes one space. 「５G基站」 and "5g基站" are then the same text.
2. `tokens_of`: CJK text gives its characters, its overlapping pairs, and the threes around the most frequent
   characters; other words give their beginnings (a reader's "plural" finds "plurals"). So each query is a question of
   membership and needs no prefix walk. Threes keep texts apart that have all pairs of a query, but nowhere in a row:
   mostly those where the pairs meet in a frequent character. They share `_BUCKETS` tokens, there are too many of them.
3. `encode`: a token is spelled in letters that every database takes as one word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from articles.text.long_texts import LongTexts

# A new number makes every stored document stale: `rebuild_search` writes them anew.
VERSION = 2
MAX_QUERY_LENGTH = 200
MAX_TERMS = 16
# The beginnings of a word that are tokens. A query between two of them is checked on the text.
BEGINNINGS = (1, 2, 3, 4, 5, 6, 8, 11)

# Whether a three is a token is a matter of its middle alone, so a query knows which of its own to ask for.
_MIDDLES = "的一是在不了有和人这中大为上个以要时用们对与年国会发行业等可能"
# A prime below the number of characters in CJK Extension B, whose letters spell the buckets of threes.
_BUCKETS = 42_703
_FIRST_BUCKET = 0x20000
# From here on all characters are looked at at once.
_LONG = 400

TITLE, FACET, INITIALS, PINYIN = "\ue001", "\ue002", "\ue003", "\ue004"
_ESCAPE = "\ue000"

# First and last of each range.
_CJK_RANGES = (
    (0x3005, 0x3005),
    (0x3007, 0x3007),
    (0x3041, 0x3096),
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),
    (0x30FC, 0x30FF),
    (0x3105, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)
_CJK = "".join(f"{chr(first)}-{chr(last)}" for first, last in _CJK_RANGES)
_HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x323B0))
_CJK_RUN = re.compile(rf"[{_CJK}]+")
_PIECE = re.compile(rf"[{_CJK}]+|[^{_CJK}\s]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_WORD = re.compile(rf"[^{_CJK}\s]+")
# Looking ahead, so that matches overlap.
_PAIR = re.compile(rf"(?=([{_CJK}]{{2}}))")
_THREE = re.compile(rf"(?=([{_CJK}][{_MIDDLES}][{_CJK}]))")
# Signs count where they end a word: C++, C#, F#.
_LOOSE_SIGNS = re.compile(rf"(?:(?<=[{_CJK}\s])|^)[+#]+", re.MULTILINE)
# What every tokenizer takes as a letter. Anything else is written as an escape and five hexadecimal digits.
_SAFE = r"a-z0-9\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4db5\u4e00-\u9fcc\uac00-\ud7a3"
_UNSAFE = re.compile(f"[^{_SAFE}]")
_UNSAFE_IN_TEXT = re.compile(f"[^{_SAFE}\\s]")

_CHUNK = re.compile(r'(?:(?<!\S)(-)(?=["“”\S]))?(?:["“”]([^"“”]*)["“”]|([^\s"“”]+))')
# 3.5, covid-19, node.js: one thing to a reader. Between Chinese words a sign separates.
_JOINT = re.compile(r"(?<=[0-9A-Za-z\u00c0-\u024f])[-._/:@&'’]+(?=[0-9A-Za-z\u00c0-\u024f])")


class _Folding(dict[int, str]):
    """A table for `str.translate` that works each character out when it first meets it."""

    def __missing__(self, code: int) -> str:
        # Some letters have a case only in their plain form: 𝞐 is Α, and α.
        plain = unicodedata.normalize("NFKC", chr(code)).casefold()
        folded = "".join(map(_fold_character, unicodedata.normalize("NFKC", plain)))
        self[code] = folded
        return folded


_folding = _Folding()


@cache
def _simplified() -> dict[str, str]:
    # Character by character, so that text and query agree wherever a phrase is cut. Needed by the first search only.
    import opencc

    table: dict[str, str] = {}
    convert = opencc.OpenCC("t2s").convert
    for start, end in _HAN_RANGES:
        # Some at a time: what a hundred thousand strings leave behind stays with the process.
        for first in range(start, end, 1000):
            characters = [chr(code) for code in range(first, min(first + 1000, end))]
            simple = convert("\n".join(characters)).split("\n")
            table |= {old: new for old, new in zip(characters, simple, strict=True) if old != new and len(new) == 1}
    table["著"] = "着"  # the library decides it by the word: 看著, but 著名
    # To the end of each chain, so that folding what is folded changes nothing.
    return {old: table.get(new, new) for old, new in table.items()}


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LNM":
        if category == "Mn" and "VARIATION SELECTOR" in unicodedata.name(character, ""):
            return ""
        return _simplified().get(character, character)
    if category == "Cf":
        return ""  # joiners and soft hyphens stand inside words and are not seen
    return character if character in "+#" else " "


def fold(text: str) -> str:
    """Return the text as it is searched: folded words, one space for whatever stands between them."""
    folded = _long_texts().fold(text) if len(text) >= _LONG else None
    if folded is None:
        folded = _fold_each(text)
    # Character by character is much faster, and the same unless characters join or change places under NFKC.
    if not folded.isascii() and not unicodedata.is_normalized("NFKC", folded):
        folded = _fold_each(unicodedata.normalize("NFKC", text))
    if "+" in folded or "#" in folded:
        folded = " ".join(_LOOSE_SIGNS.sub(" ", folded).split())
    return folded


def _fold_each(text: str) -> str:
    return " ".join(text.translate(_folding).split())


def fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return `fold(text)`, and for each of its characters where it stands in `text`, as (start, end)."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _clings(text[end]):
            end += 1
        for letter in unicodedata.normalize("NFKC", text[start:end]).translate(_folding):
            blank = letter.isspace()
            if blank and (not letters or letters[-1] == " "):
                continue
            if letter in "+#" and (not letters or letters[-1] == " " or _IS_CJK.match(letters[-1])):
                # A loose sign is no part of a word.
                blank = True
                if not letters or letters[-1] == " ":
                    continue
            letters.append(" " if blank else letter)
            places.append((start, end))
        start = end
    if letters and letters[-1] == " ":
        letters.pop()
        places.pop()
    return "".join(letters), places


def _clings(character: str) -> bool:
    # Marks, half-width voicing and the vowels of hangul join the character before them under NFKC.
    return (
        unicodedata.combining(character) != 0
        or character in "\uff9e\uff9f"
        or "\u1161" <= character <= "\u11ff"
        or unicodedata.category(character) == "Mn"
    )


def encode(token: str) -> str:
    """Spell a token in letters that every database takes as one word."""
    return _UNSAFE.sub(lambda match: f"{_ESCAPE}{ord(match[0]):05x}", token)


def tokens_of(folded: str) -> list[str]:
    """Return the encoded tokens of a folded text, each once, by kind."""
    return joined_tokens(folded).split()


def joined_tokens(folded: str) -> str:
    """Return the encoded tokens of a folded text, each once, by kind, with blanks between them."""
    words = dict.fromkeys(_WORD.findall(folded))
    beginnings = dict.fromkeys(word[:length] for word in words for length in BEGINNINGS if length <= len(word))
    # One look at the text: hardly any has a letter that must be spelled out.
    is_safe = not _UNSAFE_IN_TEXT.search(folded)
    if is_safe and len(folded) >= _LONG:
        return " ".join((_long_texts().cut(folded), *beginnings))
    tokens = (*_characters_and_pairs(folded), *beginnings)
    return " ".join((*(tokens if is_safe else map(encode, tokens)), *_buckets_of(folded)))


def _characters_and_pairs(folded: str) -> dict[str, None]:
    return dict.fromkeys((*_PAIR.findall(folded), *"".join(_CJK_RUN.findall(folded))))


def _buckets_of(folded: str) -> list[str]:
    """Return for each three around a frequent character the letter that stands for it, and for some others."""
    threes = dict.fromkeys(_THREE.findall(folded))
    return list(dict.fromkeys(chr(_bucket_of(*map(ord, three))) for three in threes))


def _bucket_of(a: Any, b: Any, c: Any) -> Any:
    # Of numbers, and of arrays of them.
    return _FIRST_BUCKET + (a * 1_299_709 + b * 104_729 + c * 7_919) % _BUCKETS


@cache
def _long_texts() -> "LongTexts":
    from articles.text.long_texts import LongTexts

    return LongTexts(_folding, _CJK_RANGES, _MIDDLES, _bucket_of)


def title_tokens(folded: str) -> list[str]:
    """Return the tokens that say of each word that it stands in the title."""
    return [TITLE + token for token in tokens_of(folded)]


def facet_token(kind: str, key: int) -> str:
    """Return the token of what an article belongs to: `c` and a section's id, `t` a tag's, `a` an author's."""
    return f"{FACET}{kind}{key}"


def grams(text: str, mark: str, size: int = 3) -> list[str]:
    """Return the overlapping parts of a romanised text, marked, each once: for a search by pinyin or by initials."""
    if len(text) <= size:
        return [mark + text] if text else []
    return list(dict.fromkeys(mark + text[start : start + size] for start in range(len(text) - size + 1)))


@dataclass(frozen=True, slots=True)
class Term:
    """What a reader looks for: folded text without a space at its ends. `whole`: quoted, the last word is complete."""

    needle: str
    whole: bool = False
    tokens: tuple[str, ...] = field(init=False)
    # Whether having the tokens says everything, so that the text need not be looked at.
    exact: bool = field(init=False)
    _starts_word: bool = field(init=False, repr=False)
    _ends_word: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pieces = _PIECE.findall(self.needle)
        wanted: dict[str, None] = {}
        exact = len(pieces) == 1
        for piece in pieces:
            if _IS_CJK.match(piece):
                pairs = map(add, piece, piece[1:]) if len(piece) > 1 else iter(piece)
                wanted.update(dict.fromkeys(pairs))
                exact = exact and len(piece) <= 2
            else:
                length = max(known for known in BEGINNINGS if known <= len(piece))
                wanted[piece[:length]] = None
                exact = exact and length == len(piece) and not self.whole
        object.__setattr__(self, "tokens", (*map(encode, wanted), *_buckets_of(self.needle)))
        object.__setattr__(self, "exact", exact)
        object.__setattr__(self, "_starts_word", not _IS_CJK.match(self.needle[0]))
        object.__setattr__(self, "_ends_word", self.whole and not _IS_CJK.match(self.needle[-1]))

    def find(self, folded: str, start: int = 0) -> int:
        """Return where the term stands in a folded text at `start` or later, -1 if nowhere."""
        place = folded.find(self.needle, start)
        while place >= 0:
            end = place + len(self.needle)
            if not (self._starts_word and place and _is_letter(folded[place - 1])) and not (
                self._ends_word and end < len(folded) and _is_letter(folded[end])
            ):
                return place
            place = folded.find(self.needle, place + 1)
        return -1

    def count(self, folded: str, most: int) -> int:
        """Return how often the term stands in a folded text, at most `most`."""
        number, place = 0, self.find(folded)
        while place >= 0 and number < most:
            number += 1
            place = self.find(folded, place + len(self.needle))
        return number


def _is_letter(character: str) -> bool:
    return not character.isspace() and not _IS_CJK.match(character)


@dataclass(frozen=True, slots=True)
class Query:
    """A query, understood: every term must be found, no excluded one may be."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    is_too_long: bool = False

    def __bool__(self) -> bool:
        return bool(self.terms) and not self.is_too_long


def parse_query(text: str) -> Query:
    """Understand what a reader typed. There is no wrong query: what is no word, quote or minus separates words."""
    text = "".join(" " if character == "\0" or "\ud800" <= character <= "\udfff" else character for character in text)
    text = text.strip()
    if len(text) > MAX_QUERY_LENGTH:
        return Query(is_too_long=True)
    wanted: dict[Term, None] = {}
    excluded: dict[Term, None] = {}
    for minus, quoted, chunk in _CHUNK.findall(unicodedata.normalize("NFKC", text)):
        target = excluded if minus else wanted
        target.update(dict.fromkeys(_phrase(quoted) if quoted else _words(chunk)))
    if len(wanted) + len(excluded) > MAX_TERMS or sum(len(term.tokens) for term in wanted) > MAX_QUERY_LENGTH:
        return Query(is_too_long=True)
    return Query(tuple(wanted), tuple(excluded))


def _phrase(quoted: str) -> Iterator[Term]:
    needle = fold(quoted)
    if needle:
        yield Term(needle, whole=True)


def _words(chunk: str) -> Iterator[Term]:
    words: list[str] = []
    for number, part in enumerate(_JOINT.split(chunk)):
        found = fold(part).split()
        if number and words and found:
            words[-1] += f" {found.pop(0)}"
        words += found
    yield from map(Term, words)


def excerpt_places(terms: Iterable[Term], folded: str, most: int = 50) -> list[tuple[int, int]]:
    """Return where terms stand in a folded text, as (start, end), in order and without overlaps; the longest first."""
    found: list[tuple[int, int]] = []
    for term in sorted(terms, key=lambda term: -len(term.needle)):
        place = term.find(folded)
        while place >= 0 and len(found) < most:
            end = place + len(term.needle)
            if all(end <= other_start or place >= other_end for other_start, other_end in found):
                found.append((place, end))
            place = term.find(folded, end)
    return sorted(found)
