"""What an operator's map makes of sections, tags and authors on the way in: renamed, moved, merged, dropped."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from articles.documents.dialects import load_toml
from articles.documents.document import ArticleDocument, Credit, DocumentError

MAX_BYTES = 1024 * 1024
MAX_NAME = 100
MAX_DEPTH = 8
SEPARATOR = ">"
_TABLES = ("sections", "levels", "tags", "authors")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map. Sections come first, by the names that the files give; then levels go from what came of it."""

    sections: dict[Path, tuple[Path, ...]] = field(default_factory=dict)
    dropped_names: frozenset[str] = frozenset()
    dropped_depths: frozenset[int] = frozenset()
    max_depth: int | None = None
    tags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    authors: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def apply(self, document: ArticleDocument) -> ArticleDocument:
        """Return the document under this map."""
        categories = [new for path in document.categories for new in self._section(path)]
        state = document.exported
        return replace(
            document,
            # Names are what a map speaks of.
            exported=replace(state, author_slugs=(), section_paths=()) if state else None,
            categories=tuple(dict.fromkeys(path for path in map(self._levels, categories) if path)),
            tags=tuple(dict.fromkeys(new for tag in document.tags for new in self._names(self.tags, tag))),
            byline=tuple(
                dict.fromkeys(
                    Credit(name, credit.role)
                    for credit in document.byline
                    for name in self._names(self.authors, credit.name)
                )
            ),
        )

    def section_of(self, path: Path) -> Path:
        """Return the first section that the section `path` becomes; empty for one that is dropped."""
        return next((new for new in map(self._levels, self._section(path)) if new), ())

    def tag_of(self, name: str) -> str:
        """Return the first tag that the tag `name` becomes; empty for one that is dropped."""
        return next(iter(self._names(self.tags, name)), "")

    def _section(self, path: Path) -> Iterable[Path]:
        """The longest beginning that the map knows decides; what stands below it goes along, unless it is dropped."""
        for end in range(len(path), 0, -1):
            targets = self.sections.get(tuple(map(_folded, path[:end])))
            if targets is not None:
                return [(*target, *path[end:]) for target in targets]
        return [path]

    def _levels(self, path: Path) -> Path:
        kept = [
            name
            for depth, name in enumerate(path, 1)
            if depth not in self.dropped_depths and _folded(name) not in self.dropped_names
        ]
        return tuple(kept[: self.max_depth])

    @staticmethod
    def _names(table: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
        return table.get(_folded(name), (name,))


def read_mapping(data: bytes, *, source: str) -> Mapping:
    """Return the map that the bytes of a TOML file hold. Raises DocumentError, naming line and key."""
    if len(data) > MAX_BYTES:
        raise DocumentError(source, f"the map is larger than {MAX_BYTES} bytes", advice="shorten it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(source, "the map is not UTF-8", advice="save it as UTF-8", line=line) from error
    text = text.replace("\r\n", "\n")
    values, lines = load_toml(text, 1, source=source)
    return _Reader(text, values, lines, source).mapping()


class _Reader:
    def __init__(self, text: str, values: dict[str, Any], lines: dict[str, int], source: str) -> None:
        self._text, self._values, self._lines, self._source = text.split("\n"), values, lines, source

    def mapping(self) -> Mapping:
        for name, table in self._values.items():
            if name not in _TABLES or not isinstance(table, dict):
                raise self._error(name, f"there is no table [{name}]", f"write {', '.join(_TABLES)}")
        levels = self._values.get("levels", {})
        for name in levels:
            if name not in {"drop", "keep"}:
                raise self._error(name, "levels can be dropped and kept", "write drop = […] or keep = 2")
        drop = levels.get("drop", [])
        if not isinstance(drop, list) or not all(isinstance(entry, str) and entry.strip() for entry in drop):
            raise self._error("drop", "a list of names or depths was expected", 'write ["首页", 1]')
        depths = {entry for entry in drop if entry.isascii() and entry.isdigit() and int(entry) <= MAX_DEPTH}
        return Mapping(
            sections={key: self._paths(name, value) for name, key, value in self._sections()},
            dropped_names=frozenset(_folded(entry) for entry in drop if entry not in depths),
            dropped_depths=frozenset(int(entry) for entry in depths),
            max_depth=self._depth(levels.get("keep")),
            tags=self._table("tags"),
            authors=self._table("authors"),
        )

    def _sections(self) -> Iterable[tuple[str, Path, Any]]:
        seen: dict[Path, str] = {}
        for name, value in self._values.get("sections", {}).items():
            key = tuple(map(_folded, self._path(name, name)))
            if key in seen:
                raise self._error(name, f"it is the same section as {seen[key]!r}", "write it once")
            seen[key] = name
            yield name, key, value

    def _paths(self, name: str, value: Any) -> tuple[Path, ...]:
        return tuple(self._path(name, entry) for entry in self._texts(name, value))

    def _path(self, name: str, text: str) -> Path:
        parts = tuple(_plain(part) for part in text.split(SEPARATOR))
        if not all(parts) or len(parts) > MAX_DEPTH or any(len(part) > MAX_NAME for part in parts):
            advice = f"write names of at most {MAX_NAME} characters with {SEPARATOR} between, {MAX_DEPTH} at most"
            raise self._error(name, f"{text[:60]!r} is no path of sections", advice)
        return parts

    def _table(self, table: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self._values.get(table, {}).items():
            names = tuple(_plain(entry) for entry in self._texts(name, value))
            if not _plain(name) or any(len(entry) > MAX_NAME for entry in names):
                raise self._error(name, f"a name has 1 to {MAX_NAME} characters", "shorten it")
            if _folded(name) in found:
                raise self._error(name, "it stands twice; case does not matter", "write it once")
            found[_folded(name)] = names
        return found

    def _texts(self, name: str, value: Any) -> list[str]:
        """Return the texts of a value; an empty text and an empty list drop what the key names."""
        entries = value if isinstance(value, list) else [value]
        if not all(isinstance(entry, str) for entry in entries):
            raise self._error(name, "a text or a list of texts was expected", 'write "…", or "" to drop it')
        return [entry for entry in entries if entry.strip()]

    def _depth(self, value: Any) -> int | None:
        if value is None:
            return None
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and 1 <= int(value) <= MAX_DEPTH):
            raise self._error("keep", f"a number from 1 to {MAX_DEPTH} was expected", "write keep = 2")
        return int(value)

    def _error(self, name: str, cause: str, advice: str) -> DocumentError:
        line = self._lines.get(name) or self._line_of(name)
        return DocumentError(self._source, cause, advice=advice, line=line, key=name[:80])

    def _line_of(self, name: str) -> int | None:
        form = rf"""[ \t\[]*["']?{re.escape(name)}["']?[ \t]*[=\].]"""
        return next((number for number, line in enumerate(self._text, 1) if re.match(form, line)), None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _folded(text: str) -> str:
    return _plain(text).casefold()
