"""ASCII slugs; Chinese is romanised word by word, so 重庆 is chong-qing and 银行 is yin-hang."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from articles.text.pinyin import syllables

_WORDS = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"([\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")


def make_slug(text: str, *, max_length: int = 80, fallback: str = "") -> str:
    """Return an ASCII slug of `text` of at most `max_length` characters, never empty.

    Full-width forms are folded, accents dropped, each Hanzi becomes a syllable chosen by the words around it. A long
    slug is cut at a word boundary. Where nothing is left (a title of emoji) the result is `fallback`, else `n-` and
    eight hexadecimal digits that depend on the text alone.
    """
    words = _words_of(text[:2000])
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > max_length:
            break
        slug = longer
    if not slug and words:
        slug = words[0][:max_length]
    if not slug:
        digest = hashlib.sha256(unicodedata.normalize("NFKC", text[:2000]).encode("utf-8", "surrogatepass")).hexdigest()
        slug = fallback or f"n-{digest[:8]}"
    return slug


@lru_cache(maxsize=16)  # an import makes several slugs of a title
def _words_of(text: str) -> tuple[str, ...]:
    parts: list[str] = []
    for run in _HAN.split(unicodedata.normalize("NFKC", text)):
        parts += syllables(run) if _HAN.fullmatch(run) else [run]
    plain = unicodedata.normalize("NFKD", " ".join(parts).lower().replace("ü", "v"))
    # Accents and apostrophes vanish inside a word; everything else separates words.
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char not in "'’")
    return tuple(_WORDS.findall(plain))


def unique_slug(base: str, is_taken: Callable[[str], bool]) -> str:
    """Return `base`, or the first of base-2, base-3 … that is not taken."""
    slug, number = base, 2
    while is_taken(slug):
        slug, number = f"{base}-{number}", number + 1
    return slug
