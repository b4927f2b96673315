"""Writers, editors and sources that stand in the text (文 | 曾响铃). Recognised with evidence, never cut."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

_EDGE = 3  # a credit that is certain stands alone among the first or the last three paragraphs
_MAX_SOURCE = 20
_BAR = r"\s*[|｜丨∣/／:：]\s*"
_WRITER = re.compile(
    rf"(?:文字?|作者|撰文|撰稿|采写|记者|本报记者|本网记者|特约记者|Author|Text|Words|By){_BAR}(.+)", re.I
)
_EDITOR = re.compile(rf"(?:编辑|责编|责任编辑|主编|校对|Editor){_BAR}(.+)", re.I)
_TRANSLATOR = re.compile(rf"(?:翻译|译者|编译|Translator){_BAR}(.+)", re.I)
_SOURCE = re.compile(rf"(?:来源|文章来源|稿件来源|信息来源|本文来源|转载自|转自|来自|出处|Source){_BAR}(.+)", re.I)
_REPORTED = re.compile(
    r"(?:本报|本网|本刊)?(?:见习|特约|实习)?记者[\s\u3000]*(.+?)[\s\u3000]*(?:报道|摄影报道|综合报道)?"
)
_PARTS = re.compile(
    r"[\s\u3000]{2,}|\u3000|(?<=\S)\s+(?=(?:文|来源|作者|编辑|责编|翻译)\s*[|｜丨∣:：])|[，,；;]\s*(?=(?:作者|编辑|来源|责编|翻译)[:：])"
)
_NAMES = re.compile(r" ?[、,，/／&＆;；] ?| (?:and|和|与) |(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_HAN_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff·•]{2,}")
_LATIN_WORD = re.compile(r"[A-Z][A-Za-z.'’\-]{0,20}")
_LINE_ENDS = re.compile(
    r"</?(?:p|h[1-6]|li|ul|ol|dl|dt|dd|pre|blockquote|t[drh]|figcaption|figure)(?: [^<>]*+)?>|<[bh]r>"
)
_TAGS = re.compile(r"<[^<>]*+>")
_BRACKETS = str.maketrans("", "", '（）()【】[]「」*_“”"')
_STOPS = re.compile(r"[。！？!?，,；;：:…]")
_NO_NAMES = frozenset(
    {"佚名", "网络", "未知", "匿名", "整理", "综合", "原创", "转载", "本站", "小编", "编辑部", "本文", "互联网"}
)


@dataclass(frozen=True, slots=True)
class Credits:
    """Whom a text names. `suggestions` are lines that look like a credit without being certain."""

    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    source: str = ""
    suggestions: tuple[str, ...] = field(default=())


def edge_lines(html: str) -> list[str]:
    """Return the first and the last three lines of clean HTML, as plain text: where credits stand."""
    lines = [line for line in _LINE_ENDS.split(html) if line and not line.isspace()]
    if len(lines) > 2 * _EDGE:
        lines = lines[: 2 * _EDGE] + lines[-2 * _EDGE :]
    texts = [text for text in (unescape(_TAGS.sub("", line)).strip() for line in lines) if text]
    return texts if len(texts) <= 2 * _EDGE else texts[:_EDGE] + texts[-_EDGE:]


def find_credits(paragraphs: Sequence[str]) -> Credits:
    """Return the credits in the paragraphs of a text (plain, one string a block, in order).

    Certain is a line that holds nothing but a credit, among the first or last three paragraphs, whose names are names:
    two to four Hanzi or at most three Latin words; a source of at most 20 characters without the marks of a sentence.
    """
    found: dict[str, list[str]] = {"authors": [], "editors": [], "translators": [], "source": []}
    suggestions: list[str] = []
    edge = {*range(min(_EDGE, len(paragraphs))), *range(max(0, len(paragraphs) - _EDGE), len(paragraphs))}
    for index in sorted(edge):
        line = paragraphs[index].translate(_BRACKETS).strip()
        if not line or len(line) > 120:
            continue
        parts = [part.strip() for part in _PARTS.split(line) if part and part.strip()]
        read = [_read(part) for part in parts]
        if all(entry and entry[1] for entry in read):
            for kind, names in (entry for entry in read if entry):
                found[kind] += [name for name in names if name not in found[kind]]
        elif any(read):
            suggestions.append(paragraphs[index].strip()[:120])
    return Credits(
        tuple(found["authors"]),
        tuple(found["editors"]),
        tuple(found["translators"]),
        found["source"][0] if len(found["source"]) == 1 else "",
        tuple(suggestions),
    )


def _read(part: str) -> tuple[str, list[str]] | None:
    """Return the kind of a credit and its names (none where they are no names); None for what is no credit."""
    for kind, pattern in (("editors", _EDITOR), ("translators", _TRANSLATOR), ("authors", _WRITER)):
        match = pattern.fullmatch(part)
        if match:
            return kind, _people(match[1])
    match = _SOURCE.fullmatch(part)
    if match:
        source = match[1].strip(" 　“”\"'")
        good = 1 < len(source) <= _MAX_SOURCE and not _STOPS.search(source) and source not in _NO_NAMES
        return "source", [source] if good else []
    match = _REPORTED.fullmatch(part)
    if match and len(part) <= 30:
        return "authors", _people(match[1])
    return None


def _people(text: str) -> list[str]:
    names = [name.strip(" 　") for name in _NAMES.split(" ".join(text.split())) if name.strip(" 　")]
    return names if names and all(is_person(name) for name in names) else []


def is_person(name: str) -> bool:
    """Whether `name` has the form of a person's: two to four Hanzi (more around a ·), or one to three Latin words."""
    if name in _NO_NAMES:
        return False
    if _HAN_NAME.fullmatch(name):
        return all(1 <= len(part) <= 4 for part in re.split("[·•]", name)) and (len(name) <= 4 or "·" in name)
    words = name.split()
    return 1 <= len(words) <= 3 and all(_LATIN_WORD.fullmatch(word) for word in words)
