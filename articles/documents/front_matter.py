"""Find the block of keys before a body, name its dialect, and load it. Every scalar stays the text that was written."""

import re
from dataclasses import dataclass, field
from typing import Any

from articles.documents.dialects import is_link_comment, load_json, load_link_comments, load_toml
from articles.documents.document import DocumentError, DocumentWarning
from articles.documents.yaml_keys import KEY, load_keys

MAX_BYTES = 64 * 1024

_BLANK = " \t\r\n\f\v\ufeff"
_FENCE = re.compile(r"-{3,}[ \t]*")
# Keys that nearly every article file has: what begins with them is front matter.
_KNOWN = frozenset({"title", "date", "layout", "author", "authors", "categories", "category", "tags", "description"})


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The keys of a file, the line (from 1) where each stands, and the body behind them.

    `dialect` is yaml, toml, json, links (comments of the kind `[#]: key: (value)`) or none.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    dialect: str = "yaml"
    warnings: list[DocumentWarning] = field(default_factory=list)


def split_front_matter(text: str, *, source: str) -> FrontMatter:
    """Split a file into its keys and its body; blank lines may stand before them.

    Read are YAML between `---` lines (longer ones too, and without the first, as Hexo writes it), TOML between `+++`,
    JSON between `;;;` or as a leading object, and link comments (`[#]: key: (value)`). A file without any of them is
    all body. Raises DocumentError where keys begin that cannot be read or have no end: they never become a body.
    """
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip(_BLANK)), None)
    if first is None:
        raise DocumentError(source, "the file is empty")
    lines[first] = lines[first].lstrip("\ufeff")
    first = _below_comments(lines, first)
    _unindent(lines, first)
    opening = lines[first].rstrip()
    if _FENCE.fullmatch(opening):
        return _between(lines, first + 1, opening, source=source)
    if opening.startswith("+++"):
        return _between(lines, first + 1, "+++", source=source)
    if opening.startswith(";;;"):
        return _between(lines, first + 1, ";;;", source=source)
    if opening.startswith("{"):
        return _leading_object(lines, first, source=source)
    if is_link_comment(opening):
        values, places, following = load_link_comments(lines, first)
        return FrontMatter(values, places, "\n".join(lines[following:]), "links")
    fence = _closing_fence(lines, first)
    if fence:
        return _between(lines, first, fence, source=source)
    if _looks_like_keys(lines, first):
        raise DocumentError(
            source, "the front matter has no end", advice="put a line --- in front of it and behind it", line=first + 1
        )
    return FrontMatter({}, {}, text, "none")


def _begins_keys(lines: list[str], number: int) -> bool:
    """Whether a fence of YAML stands in line `number` (from 0), and the first key below it."""
    if number >= len(lines) or not _FENCE.fullmatch(lines[number].strip()):
        return False
    below = next((line.strip() for line in lines[number + 1 : number + 9] if line.strip()), "")
    return KEY.fullmatch(below) is not None


def _below_comments(lines: list[str], first: int) -> int:
    """Return where the front matter begins below comments of HTML, `first` where none stands there."""
    number = first
    while number < len(lines) and lines[number].lstrip().startswith("<!--"):
        end = next((n for n in range(number, len(lines)) if lines[n].rstrip().endswith("-->")), len(lines))
        number = next((n for n in range(end + 1, len(lines)) if lines[n].strip()), len(lines))
    return number if number > first and _begins_keys(lines, number) else first


def _unindent(lines: list[str], first: int) -> None:
    """Take the indentation of a fence from the lines down to its end, in place."""
    fence = lines[first].strip()
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    if indent and _begins_keys(lines, first):
        for number in range(first, len(lines)):
            lines[number] = lines[number].removeprefix(indent)
            if number > first and lines[number].rstrip() == fence:
                break


def _between(lines: list[str], start: int, fence: str, *, source: str) -> FrontMatter:
    """Read the keys from line number `start` (from 0) up to the line `fence`."""
    # YAML ends by dots as well, and Jekyll takes them.
    ends = {fence, "..."} if _FENCE.fullmatch(fence) else {fence}
    end = next((n for n in range(start, len(lines)) if lines[n].rstrip() in ends), None)
    if end is None:
        raise DocumentError(
            source, "the front matter has no end", advice=f"close it by a line {fence}", line=max(start, 1)
        )
    block = "\n".join(lines[start:end])
    _check_size(block, start, source=source)
    body = "\n".join(lines[end + 1 :])
    if fence == "+++":
        values, places = load_toml(block, start + 1, source=source)
        return FrontMatter(values, places, body, "toml")
    if fence == ";;;":
        values, places, _end = load_json(block, start + 1, source=source)
        return FrontMatter(values, places, body, "json")
    values, places, warnings = load_keys(block, start + 1, source=source)
    return FrontMatter(values, places, body, warnings=warnings)


def _check_size(block: str, start: int, *, source: str) -> None:
    if len(block.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DocumentError(
            source, f"the front matter is larger than {MAX_BYTES} bytes", advice="shorten it", line=max(start, 1)
        )


def _leading_object(lines: list[str], first: int, *, source: str) -> FrontMatter:
    text = "\n".join(lines[first:])
    values, places, end = load_json(text, first + 1, source=source)
    _check_size(text[:end], first, source=source)
    rest = text[end:].lstrip(" \t")
    # Hexo ends the object by a fence of its own.
    return FrontMatter(values, places, re.sub(r"^\n?;;;[ \t]*(?:\n|$)", "", rest), "json")


def _closing_fence(lines: list[str], first: int) -> str:
    """Return the fence that ends keys without a fence in front, "" where the file does not begin with keys.

    A heading underlined with `---` is no key, and a known key must stand among the lines.
    """
    is_json = lines[first].lstrip().startswith('"')
    known = False
    for line in lines[first:]:
        if is_json and line.rstrip() == ";;;":
            return ";;;"
        if not is_json and _FENCE.fullmatch(line.rstrip()):
            return line.rstrip() if known else ""
        if is_json:
            continue
        match = KEY.fullmatch(line)
        known = known or (match is not None and match[1].lower() in _KNOWN)
        if line.strip() and not (match or line[:1] in " \t-#"):
            return ""
    return ""


def _looks_like_keys(lines: list[str], first: int) -> bool:
    """Whether a file begins with two or more lines of keys, a known one first: front matter that lost its fences."""
    written = [line for line in lines[first : first + 8] if line.strip()][:2]
    keys = [match[1].lower() for line in written if (match := KEY.fullmatch(line))]
    return len(keys) == 2 and keys[0] in _KNOWN
