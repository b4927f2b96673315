"""Find the block of keys before a body, name its dialect, and load it. Every scalar stays the text that was written."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from articles.documents.dialects import is_link_comment, load_json, load_link_comments, load_toml
from articles.documents.document import DocumentError, DocumentWarning
from articles.documents.encoding import without_controls

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
_MAX_LINE_WARNINGS = 10

_FENCE = re.compile(r"-{3,}[ \t]*")
_KEY = re.compile(r"([A-Za-z_][\w.-]{0,99})[ \t]*:(?:[ \t]+|$)?(.*)")
# Keys that nearly every article file has: what begins with them is front matter.
_KNOWN = frozenset({"title", "date", "layout", "author", "authors", "categories", "category", "tags", "description"})
# A list in one line whose entries hold no comma, bracket or quote inside: what needs more is for YAML.
_FLOW_LIST = re.compile(r"\[[^\[\]{}]*\]")
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(.*))?")


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
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DocumentError(source, "the file is empty")
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


def _between(lines: list[str], start: int, fence: str, *, source: str) -> FrontMatter:
    """Read the keys from line number `start` (from 0) up to the line `fence`."""
    end = next((n for n in range(start, len(lines)) if lines[n].rstrip() == fence), None)
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
    values, places, warnings = _load_yaml(block, start + 1, source=source)
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
        match = _KEY.fullmatch(line)
        known = known or (match is not None and match[1].lower() in _KNOWN)
        if line.strip() and not (match or line[:1] in " \t-#"):
            return ""
    return ""


def _looks_like_keys(lines: list[str], first: int) -> bool:
    """Whether a file begins with two or more lines of keys, a known one first: front matter that lost its fences."""
    written = [line for line in lines[first : first + 8] if line.strip()][:2]
    keys = [match[1].lower() for line in written if (match := _KEY.fullmatch(line))]
    return len(keys) == 2 and keys[0] in _KNOWN


Loaded = tuple[dict[str, Any], dict[str, int], list[DocumentWarning]]


def load_yaml(text: str, *, source: str) -> dict[str, Any]:
    """Return the keys of a whole YAML text, a configuration; every scalar stays text. Raises DocumentError."""
    return _load_yaml(text, 1, source=source)[0]


def _load_yaml(block: str, line: int, *, source: str) -> Loaded:
    try:
        return _build(block, line, source=source)
    except yaml.YAMLError as error:
        problem = _describe(error, line)
    if "\t" in block:
        try:
            values, places, warnings = _build(_without_tabs(block), line, source=source)
        except yaml.YAMLError:
            pass
        else:
            return (
                values,
                places,
                [DocumentWarning("tabs were read as spaces", problem.line, reason="front_matter"), *warnings],
            )
    return _read_by_lines(block, line, problem, source=source)


def _describe(error: yaml.YAMLError, line: int) -> DocumentWarning:
    mark = getattr(error, "problem_mark", None)
    return DocumentWarning(
        getattr(error, "problem", None) or "this is no YAML", line + mark.line if mark is not None else line
    )


def _without_tabs(block: str) -> str:
    return re.sub(r"^[\t ]+", lambda match: match[0].replace("\t", "  "), block, flags=re.MULTILINE)


def _build(block: str, first_line: int, *, source: str) -> Loaded:
    builder = _Builder(first_line, source)
    for event in yaml.parse(block, Loader=yaml.CBaseLoader):
        builder.take(event)
    return builder.result()


class _Builder:
    """Builds plain lists, mappings and texts from YAML's events.

    Events rather than a loader: nothing is converted, an alias or a tag is refused before anything is made of it, the
    depth is bounded, and each key keeps its line.
    """

    def __init__(self, first_line: int, source: str) -> None:
        self._first_line, self._source = first_line, source
        self._root: list[Any] = []
        self._holders: list[Any] = [self._root]
        self._keys: list[str | None] = [None]
        self._anchors: dict[str, Any] = {}
        self._lines: dict[str, int] = {}
        self._warnings: list[DocumentWarning] = []

    def take(self, event: Any) -> None:
        line = self._first_line + event.start_mark.line
        self._refuse_references(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._holders.pop()
            self._keys.pop()

    def result(self) -> Loaded:
        if self._anchors:
            # Nothing refers to them, so they are text: an unquoted & in front of a word.
            mark = next(iter(self._anchors.values()))
            raise yaml.MarkedYAMLError(problem="& stands unquoted", problem_mark=mark)
        if len(self._root) > 1:
            raise yaml.MarkedYAMLError(problem="a line ... or --- divides the keys")
        if self._root in ([], [None]):
            return {}, {}, []
        if not isinstance(self._root[0], dict):
            raise self._error("the front matter holds no keys", "write key: value", self._first_line)
        return self._root[0], self._lines, self._warnings

    def _error(self, cause: str, advice: str, line: int) -> DocumentError:
        return DocumentError(self._source, cause, advice=advice, line=line)

    def _refuse_references(self, event: Any, line: int) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None) or ""
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            if anchor in self._anchors:
                raise self._error("YAML aliases are not read", "write the value out", line)
            raise yaml.MarkedYAMLError(problem="* stands unquoted", problem_mark=mark)
        if anchor:
            self._anchors[anchor] = mark
        if tag.startswith("tag:yaml.org,2002:python"):
            raise self._error(f"the YAML tag {tag[:80]!r} is refused", "remove the tag", line)
        if tag.startswith("!") and tag != "!":  # a lone ! marks a text as text
            raise yaml.MarkedYAMLError(problem="! stands unquoted", problem_mark=mark)

    def _expects_key(self) -> bool:
        return isinstance(self._holders[-1], dict) and self._keys[-1] is None

    def _scalar(self, event: Any) -> str | None:
        is_plain = event.implicit[0] and not event.style
        is_null = is_plain and event.value in {"", "~", "null", "Null", "NULL"} and not self._expects_key()
        # An escape such as "\0" is one more way to write what no database and no page can hold.
        return None if is_null else without_controls(event.value)

    def _open(self, value: Any, line: int) -> None:
        if len(self._holders) > MAX_DEPTH:
            raise self._error(f"the front matter is nested more than {MAX_DEPTH} deep", "flatten it", line)
        if self._expects_key():
            raise self._error("a key must be a word", "quote it", line)
        self._add(value, line)
        self._holders.append(value)
        self._keys.append(None)

    def _add(self, value: Any, line: int) -> None:
        holder = self._holders[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = value
            if len(self._holders) == 2:
                if value in holder:
                    self._warnings.append(
                        DocumentWarning("the key stands twice; the last one counts", line, value, "front_matter")
                    )
                self._lines[value] = line
        else:
            holder[self._keys[-1]] = value
            self._keys[-1] = None


def _read_by_lines(block: str, first_line: int, problem: DocumentWarning, *, source: str) -> Loaded:
    """Read what can be read where YAML gives up: `key: value`, `key:value` and simple lists, a line at a time."""
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    unread: list[DocumentWarning] = []
    key, blank_above, prose = "", False, 0
    for number, line in enumerate(block.split("\n"), first_line):
        match = _KEY.fullmatch(line)
        item = _ITEM.fullmatch(line)
        if match:
            key = match[1]
            places[key] = number
            values[key] = _value(match[2])
        elif item and key and (values[key] is None or isinstance(values[key], list)):
            values[key] = [*(values[key] or []), _scalar(item[1] or "")]
        elif line.strip() and not line.lstrip().startswith("#"):
            unread.append(DocumentWarning("the line could not be read", number, key, "front_matter"))
            prose += blank_above and not line[0].isspace()
        blank_above = not line.strip()
    if prose > 1:
        # Paragraphs: the `---` that was found is a rule in the text, and the text must not be lost.
        raise DocumentError(source, "the front matter has no end", advice="close it by a line ---", line=first_line - 1)
    if not values:
        raise DocumentError(
            source,
            f"the front matter cannot be read ({problem.text})",
            advice="write key: value, with quotes around values that hold a colon",
            line=problem.line,
        )
    at_fault = next((name for name, number in places.items() if number == problem.line), "")
    warning = DocumentWarning(
        f"{problem.text}; the keys were read line by line", problem.line, at_fault, "front_matter"
    )
    more = len(unread) - _MAX_LINE_WARNINGS
    rest = [DocumentWarning(f"{more} more lines could not be read", reason="front_matter")] if more > 0 else []
    return values, places, [warning, *unread[:_MAX_LINE_WARNINGS], *rest]


def _value(text: str) -> Any:
    """Return a value that stands in the line of its key: `[a, b]` is a list, anything else a text."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]") and _FLOW_LIST.fullmatch(text):
        return [_scalar(entry) for entry in text[1:-1].split(",") if entry.strip()]
    return _scalar(text)


def _scalar(text: str) -> str | None:
    text = text.strip()
    quote = text[:1]
    if quote in {"'", '"'}:
        end = text.rfind(quote)
        return text[1:end] if end > 0 else text[1:]
    return text or None
