"""Which language a passage is in, by its letters: enough for a `lang` that fonts and screen readers go by."""

import re
from collections.abc import Iterator

_KANA = re.compile(r"[\u3041-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-z]+")
_OTHER_LETTER = re.compile(r"[\u00c0-\u024f\u0370-\u1fff]")
# A run of Chinese in a Latin line, with its punctuation.
_HAN_RUN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff](?:[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff0f]*+)"
)
# Words that lines of other languages in Latin letters hardly do without; those that English has too are left out.
_NOT_ENGLISH = re.compile(
    r"(?:der|das|und|ist|nicht|mit|von|ein|eine|auf|le|les|et|est|des|une|pour|avec|dans|du|el|los|las|del|y|que|por"
    r"|con|il|di|che|dos|em|para|og|och|het|een|van|ve|bir|yang|dan|untuk|tidak|la|un|em|uma|do|da|na|je)",
    re.IGNORECASE,
)
_MIN_WORDS = 3
_LONGEST = 2000  # characters that decide


def language_of(text: str, around: str) -> str:
    """Return the language of a passage that stands in a text in the language `around`; `around` where it is the same
    one, or cannot be told."""
    text = text[:_LONGEST]
    base = around.lower().split("-")[0]
    if _KANA.search(text):
        return around if base == "ja" else "ja"
    if _HANGUL.search(text):
        return around if base == "ko" else "ko"
    words = _WORD.findall(text)
    han = len(_HAN.findall(text))
    if base in {"zh", "ja", "ko"}:
        if han or len(words) < _MIN_WORDS or _OTHER_LETTER.search(text):
            return around
        foreign = sum(_NOT_ENGLISH.fullmatch(word) is not None for word in words)
        # A word of another language may stand in an English line; every tenth does not.
        return "en" if foreign * 10 < len(words) else around
    return "zh" if han > 2 * len(words) else around


def chinese_runs(text: str) -> Iterator[tuple[bool, str]]:
    """Return the pieces of a line in order, each with whether it is Chinese."""
    end = 0
    for run in _HAN_RUN.finditer(text):
        if run.start() > end:
            yield False, text[end : run.start()]
        yield True, run[0]
        end = run.end()
    if end < len(text):
        yield False, text[end:]
