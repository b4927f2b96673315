"""Chinese to pinyin, word by word. The only module that imports pypinyin, whose dictionary is loaded sparingly here."""

import json
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import Any


def syllables(text: str) -> list[str]:
    """Return the syllable of each Hanzi, chosen by the words around it, without tones; the rest is left out."""
    return [syllable for word in _pinyin().core.Pinyin().seg(text) for syllable in _of_word(word)]


@lru_cache(maxsize=4096)  # titles consist of the same words, and the library takes five times as long for one
def _of_word(word: str) -> tuple[str, ...]:
    return tuple(_pinyin().lazy_pinyin(word, errors="ignore"))


@cache
def _pinyin() -> Any:
    # Loaded by the first who needs it: most processes never make a slug.
    given = {name: os.environ.get(name) for name in ("PYPINYIN_NO_PHRASES", "PYPINYIN_NO_DICT_COPY")}
    os.environ.update(dict.fromkeys(given, "1"))
    try:
        import pypinyin
    finally:
        for name, value in given.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    pypinyin.load_phrases_dict(_phrases(Path(pypinyin.__file__).with_name("phrases_dict.json")))
    return pypinyin


def _phrases(path: Path) -> dict[str, list[list[str]]]:
    """Read the phrases with one object for each reading of a syllable.

    The library makes one for each syllable of its 47,000 phrases, 27 MiB more in each process of an import.
    """
    text = path.read_text(encoding="utf-8")
    read = json.JSONDecoder().raw_decode
    shared: dict[tuple[str, ...], list[str]] = {}
    phrases: dict[str, list[list[str]]] = {}
    place = text.find('"')
    while place >= 0:
        phrase, place = read(text, place)
        readings, place = read(text, text.index("[", place))
        phrases[phrase] = [shared.setdefault(tuple(each), each) for each in readings]
        place = text.find('"', place)
    return phrases
