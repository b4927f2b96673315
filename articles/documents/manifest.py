"""The list beside the files of an export: what no article file can say.

One JSON object a line: the export itself, sections, tags, authors, redirects, pictures, and the article files with
their digests. Where a file is in its original bytes, its line adds what those do not hold (number, old addresses).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from articles.documents.document import DocumentError

NAME = "newsportal-export.jsonl"
VERSION = "1"
_MAX_LINE = 4_000_000


def as_line(kind: str, **values: Any) -> str:
    """Return a line of the list; empty values are left out."""
    kept = {key: value for key, value in values.items() if value not in (None, "", [], ())}
    return json.dumps({"kind": kind, **kept}, ensure_ascii=False, sort_keys=False)


def read_manifest(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of the list in `folder` after the first; nothing where there is no list.

    Raises DocumentError, naming the line, for one that this program did not write.
    """
    path = folder / NAME
    if not path.is_file() or path.is_symlink():
        return
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_MAX_LINE), ""), 1):
            entry = _entry(line, number, str(path))
            if number == 1 and (entry["kind"] != "export" or entry.get("version") != VERSION):
                raise _error(str(path), number, "the list is of another version")
            if number > 1:
                yield entry


def _entry(line: str, number: int, source: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
        raise _error(source, number, "the line cannot be read")
    return entry


def _error(source: str, line: int, cause: str) -> DocumentError:
    return DocumentError(source, cause, advice="export again, or remove the list", line=line)
