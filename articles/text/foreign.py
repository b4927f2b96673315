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
# Words that only English uses so often: a line of Latin letters without any of them may be of any language.
_ENGLISH = re.compile(
    r"(?:the|of|and|to|in|is|are|was|were|be|been|with|for|from|that|this|it|its|an|by|not|but|have|has|had|will|would"
    r"|can|could|should|what|when|where|which|who|how|why|you|your|we|our|they|their|he|she|his|her|about|into|than"
    r"|more|new|all|if|there|do|does|i|my)",
    re.IGNORECASE,
)
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
        if han or base == "en" or len(words) < 3 or _OTHER_LETTER.search(text):
            return around
        english = sum(_ENGLISH.fullmatch(word) is not None for word in words)
        return "en" if english and english * 12 >= len(words) else around
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
