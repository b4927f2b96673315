"""The keys that YAML between fences holds, also where some of it is no YAML. Every scalar stays the text it was."""

import re
from typing import Any

import yaml

from articles.documents.document import DocumentError, DocumentWarning
from articles.documents.encoding import without_controls

MAX_DEPTH = 16
_MAX_LINE_WARNINGS = 10

# A colon of full width is a slip of the input method.
KEY = re.compile(r"([A-Za-z_][\w.-]{0,99}|[\u4e00-\u9fff]{2,6})[ \t]*[:\uff1a](?:[ \t]+|$)?(.*)")
# A list in one line whose entries hold no comma, bracket or quote inside: what needs more is for YAML.
_FLOW_LIST = re.compile(r"\[[^\[\]{}]*\]")
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(.*))?")

Loaded = tuple[dict[str, Any], dict[str, int], list[DocumentWarning]]


def load_yaml(text: str, *, source: str) -> dict[str, Any]:
    """Return the keys of a whole YAML text, a configuration; every scalar stays text. Raises DocumentError."""
    return load_keys(text, 1, source=source)[0]


def load_keys(block: str, line: int, *, source: str) -> Loaded:
    """Return the keys of a block that begins in `line`, their lines, and warnings. Raises DocumentError."""
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
    return _recover(block, line, problem, source=source)


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
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], line, event.start_mark)
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
        if isinstance(self._root[0], str):
            raise yaml.MarkedYAMLError(problem="there are no keys in it")
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

    def _open(self, value: Any, line: int, mark: Any) -> None:
        if len(self._holders) > MAX_DEPTH:
            raise self._error(f"the front matter is nested more than {MAX_DEPTH} deep", "flatten it", line)
        if self._expects_key():
            raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=mark)
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
                    self._warnings.append(_stands_twice(value, line))
                self._lines[value] = line
        else:
            holder[self._keys[-1]] = value
            self._keys[-1] = None


def _stands_twice(key: str, line: int) -> DocumentWarning:
    return DocumentWarning("the key stands twice; the last one counts", line, key, "front_matter")


def _recover(block: str, first_line: int, problem: DocumentWarning, *, source: str) -> Loaded:
    """Read what can be read where YAML gives up: each key alone with the lines that belong to it, as YAML if it is
    some, else as text. So a mistake in one key costs the others nothing."""
    lines = block.split("\n")
    starts = [number for number, line in enumerate(lines) if KEY.fullmatch(line)]
    found = _Recovered()
    found.leave_out(lines[: starts[0] if starts else len(lines)], first_line)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        found.take(lines[start:end], first_line + start, source=source)
    if found.prose > 1:
        # Paragraphs: the `---` that was found is a rule in the text, and the text must not be lost.
        raise DocumentError(source, "the front matter has no end", advice="close it by a line ---", line=first_line - 1)
    if not found.values:
        raise DocumentError(
            source,
            f"the front matter cannot be read ({problem.text})",
            advice="write key: value, with quotes around values that hold a colon",
            line=problem.line,
        )
    if not found.warnings:
        text = f"{problem.text}; the keys were read one by one"
        found.warnings.append(DocumentWarning(text, problem.line, reason="front_matter"))
    more = len(found.warnings) - _MAX_LINE_WARNINGS
    rest = [DocumentWarning(f"{more} more lines could not be read", reason="front_matter")] if more > 0 else []
    return found.values, found.places, [*found.warnings[:_MAX_LINE_WARNINGS], *rest]


class _Recovered:
    """The keys that could be read so far; `prose` counts the lines that look like paragraphs."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.places: dict[str, int] = {}
        self.warnings: list[DocumentWarning] = []
        self.prose = 0

    def take(self, lines: list[str], line: int, *, source: str) -> None:
        """Read a key, which stands in the first of its lines."""
        text = "\n".join(lines)
        try:
            values, places, warnings = _build(_without_tabs(text), line, source=source)
        except yaml.YAMLError as error:
            values, places, warnings = self._as_text(lines, line, _describe(error, line))
        for key in values.keys() & self.values.keys():
            warnings = [*warnings, _stands_twice(key, places[key])]
        self.values |= values
        self.places |= places
        self.warnings += warnings

    def leave_out(self, lines: list[str], line: int, key: str = "") -> None:
        """Warn about lines that say nothing; what follows a blank line unindented is counted as prose."""
        above = "-"
        for number, written in enumerate(lines, line):
            if written.strip() and not written.lstrip().startswith("#"):
                self.warnings.append(DocumentWarning("the line could not be read", number, key, "front_matter"))
                self.prose += not above.strip() and not written[0].isspace()
            above = written

    def _as_text(self, lines: list[str], line: int, problem: DocumentWarning) -> Loaded:
        key, written_value = KEY.findall(lines[0])[0]
        value = _value(written_value)
        unread = []
        for written in lines[1:]:
            item = _ITEM.fullmatch(written)
            is_entry = item is not None and (value is None or isinstance(value, list))
            if item and is_entry:
                value = [*(value or []), _scalar(item[1] or "")]
            unread.append("" if is_entry else written)
        text = f"{problem.text}; read as text"
        self.warnings.append(DocumentWarning(text, problem.line, key, "front_matter"))
        self.leave_out(unread, line + 1, key)
        return {key: value}, {key: line}, []


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
