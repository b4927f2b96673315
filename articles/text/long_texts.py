"""Folding and cutting of long texts, all characters at once. The only module that imports numpy.

It says the same as `articles.text.tokens` does for short ones, by the same tables, in a third of the time and less.
numpy takes its time and its memory, so it is loaded by whoever meets a long text: an import's workers, not its writer.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

# Its threads, one for each core with room of its own, are for matrices, and workers have little room.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.int64]

# Characters as numbers of 32 bits, in the order of this machine's bytes.
_UTF_32: Final = f"utf-32-{sys.byteorder[0]}e"
_ALL: Final = sys.maxunicode + 1
_BLANK: Final = ord(" ")
# What the table of foldings says of a character that it was not asked for yet, that vanishes, that becomes several.
_UNKNOWN, _NOTHING, _SEVERAL = 0, _ALL, _ALL + 1


class LongTexts:
    """Folds and cuts by the tables it is given.

    `folding` gives the folded form of a character by its number, `cjk` are the ranges (first and last number) of those
    that are cut into pairs, `middles` those around which threes are cut, and `bucket_of` gives the number of the letter
    that stands for a three, by the numbers of its characters.
    """

    def __init__(
        self,
        folding: Mapping[int, str],
        cjk: Iterable[tuple[int, int]],
        middles: str,
        bucket_of: Callable[[Any, Any, Any], Any],
    ) -> None:
        self._folding, self._bucket_of = folding, bucket_of
        # Pages of the table that no text asks for take no memory.
        self._folded = np.zeros(_ALL, np.uint32)
        self._is_cjk = np.zeros(_ALL, np.bool_)
        for first, last in cjk:
            self._is_cjk[first : last + 1] = True
        self._is_middle = np.zeros(_ALL, np.bool_)
        self._is_middle[list(map(ord, middles))] = True

    def fold(self, text: str) -> str | None:
        """Return the characters of a text folded, with one blank between words; None if one of them becomes several."""
        codes = _codes_of(text)
        folded = self._folded[codes]
        if not folded.all():
            self._learn(codes[folded == _UNKNOWN])
            folded = self._folded[codes]
        most = folded.max(initial=0)
        if most == _SEVERAL:
            return None
        if most == _NOTHING:
            folded = folded[folded != _NOTHING]
        is_blank = folded == _BLANK
        is_wanted = ~is_blank
        is_wanted[1:] |= ~is_blank[:-1]
        return folded[is_wanted].tobytes().decode(_UTF_32).strip(" ")

    def cut(self, folded: str) -> str:
        """Return the characters, pairs and buckets of a folded text, each once, with a blank between them."""
        codes = _codes_of(folded).astype(np.int64)
        is_cjk = self._is_cjk[codes]
        is_pair = is_cjk[:-1] & is_cjk[1:]
        pairs = _each_once((codes[:-1] << 32 | codes[1:])[is_pair])
        middles = np.flatnonzero(self._is_middle[codes[1:-1]] & is_pair[:-1] & is_pair[1:])
        buckets = self._bucket_of(codes[middles], codes[middles + 1], codes[middles + 2])
        letters = np.concatenate((_each_once(codes[is_cjk]), _each_once(buckets)))
        places = 3 * len(pairs)
        joined = np.full(places + 2 * len(letters), _BLANK, np.uint32)
        joined[:places:3], joined[1:places:3], joined[places::2] = pairs >> 32, pairs & 0xFFFFFFFF, letters
        return joined[:-1].tobytes().decode(_UTF_32)

    def _learn(self, codes: NDArray[np.uint32]) -> None:
        for code in set(codes.tolist()):
            folded = self._folding[code]
            self._folded[code] = ord(folded) if len(folded) == 1 else _SEVERAL if folded else _NOTHING


def _codes_of(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode(_UTF_32, "surrogatepass"), np.uint32)


def _each_once(numbers: _Numbers) -> _Numbers:
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]
