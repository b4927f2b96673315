"""Front matter that is not YAML between fences: TOML, JSON, link comments. Every scalar becomes the text it was."""

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from articles.documents.document import DocumentError
from articles.documents.encoding import without_controls

MAX_DEPTH = 16
_LINK_COMMENT = re.compile(r"\[#\]:[ \t]*+([A-Za-z][\w-]{0,40})[ \t]*+(?::[ \t]*+)?[(\"']?([^\n]*)")
_AUTHOR_ADDRESS = re.compile(r"\shttps?://")


def load_toml(block: str, first_line: int, *, source: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the keys of a TOML block and their lines; tables stay mappings. Raises DocumentError."""
    try:
        values = tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = first_line + int(found[1]) - 1 if found else first_line
        cause = str(error).split(" (at ")[0][:120] or "it is nested too deep"
        raise DocumentError(
            source, f"the TOML front matter cannot be read ({cause})", advice="quote texts", line=line
        ) from None
    return _plain(values, source, first_line), _lines_of(block, first_line, values, r"[ \t]*\"?{key}\"?[ \t]*=")


def load_json(text: str, first_line: int, *, source: str) -> tuple[dict[str, Any], dict[str, int], int]:
    """Return the keys of a JSON object at the beginning of `text`, their lines, and where the object ends.

    Hexo leaves the braces out; then all of `text` is the object. Raises DocumentError.
    """
    bare = not text.lstrip().startswith("{")
    whole = "{" + text.strip().rstrip(",") + "}" if bare else text
    start = len(whole) - len(whole.lstrip())
    # Numbers stay as they were written: 007 is no number in JSON, 1.10 must not become 1.1.
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    try:
        values, end = decoder.raw_decode(whole, start)
    except (ValueError, RecursionError) as error:
        line = first_line + getattr(error, "lineno", 1) - 1
        cause = getattr(error, "msg", "it is nested too deep")
        raise DocumentError(
            source, f"the JSON front matter cannot be read ({cause})", advice="check quotes and commas", line=line
        ) from None
    if not isinstance(values, dict):
        raise DocumentError(source, "the front matter holds no keys", advice="write an object", line=first_line)
    lines = _lines_of(text, first_line, values, r"[ \t{{,]*\"{key}\"[ \t]*:")
    return _plain(values, source, first_line), lines, len(text) if bare else end


def load_link_comments(lines: list[str], first: int) -> tuple[dict[str, Any], dict[str, int], int]:
    """Return the keys of `[#]: key: (value)` lines from line number `first` (from 0), their lines, and what follows."""
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    number = first
    while number < len(lines) and (match := _LINK_COMMENT.fullmatch(lines[number].strip())):
        key, value = match[1], match[2].strip()
        if value[-1:] in {")", '"', "'"}:
            value = value[:-1]
        if key == "author":
            value = _AUTHOR_ADDRESS.split(value)[0].rstrip()
        if value:
            values[key], places[key] = value, number + 1
        number += 1
    return values, places, number


def is_link_comment(line: str) -> bool:
    """Whether a line is a key of the kind `[#]: key: (value)`."""
    return _LINK_COMMENT.fullmatch(line.strip()) is not None


def _plain(value: Any, source: str, line: int, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise DocumentError(
            source, f"the front matter is nested more than {MAX_DEPTH} deep", advice="flatten it", line=line
        )
    if isinstance(value, dict):
        return {without_controls(key): _plain(entry, source, line, depth + 1) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry, source, line, depth + 1) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return None if value is None else without_controls(str(value))


def _lines_of(block: str, first_line: int, values: dict[str, Any], form: str) -> dict[str, int]:
    """Return the line of each key at the top, for messages; a key that is written in another way has none."""
    lines = block.split("\n")
    found: dict[str, int] = {}
    for number, line in enumerate(lines, first_line):
        for key in values:
            if key not in found and re.match(form.format(key=re.escape(key)), line):
                found[key] = number
    return found
