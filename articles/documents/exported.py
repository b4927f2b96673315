"""The files that an export writes: front matter that says everything exactly, and the clean body as HTML.

Each key stands in a line of its own with its value as JSON, so that YAML readers of other systems understand it too.
Nothing is guessed here: no address, date or byline is taken from a path or a text.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, TypeVar

from articles.documents.document import ArticleDocument, Credit, DocumentError, ExportedState, HeroImage
from articles.documents.encoding import without_controls
from articles.documents.front_matter import split_front_matter
from articles.documents.keys import KINDS, as_address
from articles.text.addresses import decoded_key

MARK = "newsportal"
VERSION = "1"
STATUSES = ("draft", "in_review", "published", "archived")
ROLES = ("author", "translator", "photographer", "editor", "illustrator")
EXTRA = "extra"  # holds unknown keys that are named like one of ours
# Every key that the format itself uses; unknown keys of the original file stand beside them.
OWN_KEYS = frozenset(
    {MARK, EXTRA, "number", "id", "permalink", "title", "subtitle", "kicker", "slug", "description", "kind", "status",
     "date", "updated", "expires", "created", "trashed", "withdrawn", "withdrawal_reason", "language", "translation_of",
     "translations", "source", "source_url", "canonical_url", "noindex", "internal_note", "cover", "cover_alt",
     "cover_caption", "cover_credit", "authors", "author_slugs", "categories", "section_paths", "tags", "old_addresses"}
)  # fmt: skip
MAX_NOTE = 200_000
_BEGINNING = re.compile(rb"---\r?\n" + MARK.encode() + rb":[ \t]")
_LINE = re.compile(r'("(?:[^"\\]|\\.){0,5000}"|[^\s:"][^:\n]{0,200}): (.*)')
_MAX_NUMBER = 2**62


def is_exported(data: bytes) -> bool:
    """Whether a file's bytes are of this format."""
    return _BEGINNING.match(data) is not None


def read_exported(data: bytes, *, source: str) -> ArticleDocument:
    """Return the article that an export wrote. Raises DocumentError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(source, "an exported file must be UTF-8", advice="export it again") from error
    values, body = _split(text.replace("\r\n", "\n"), source=source)
    if str(values.get(MARK)) != VERSION:
        raise DocumentError(
            source, "it was exported in another format", advice="import it with the version that wrote it", key=MARK
        )
    read = _Values(values, source)
    title = read.text("title", 500)
    byline, author_slugs = _told_apart(read.byline(), read.texts("author_slugs", 120))
    categories, section_paths = _told_apart(read.paths("categories"), read.texts("section_paths", 900))
    if not title.strip():
        raise DocumentError(source, "the title is missing", advice="write title: …", key="title")
    status = read.one_of("status", STATUSES) or "draft"
    extra = {name: value for name, value in values.items() if name not in OWN_KEYS}
    inner = values.get(EXTRA)
    return ArticleDocument(
        title=title,
        body_html=body,
        own_id=read.text("id", 200),
        subtitle=read.text("subtitle", 500),
        kicker=read.text("kicker", 100),
        slug=read.text("slug", 120),
        summary=read.text("description", MAX_NOTE),
        kind=read.one_of("kind", KINDS),
        is_draft=status == "draft",
        published_at=read.moment("date"),
        updated_at=read.moment("updated"),
        expires_at=read.moment("expires"),
        language=read.text("language", 35),
        source_name=read.text("source", 200),
        source_url=as_address(read.text("source_url", 2000)),
        canonical_url=as_address(read.text("canonical_url", 2000)),
        hero=read.hero(),
        byline=byline,
        tags=tuple(dict.fromkeys(read.texts("tags", 100))),
        categories=categories,
        old_paths=tuple(path for path in dict.fromkeys(read.texts("old_addresses", 3000)) if decoded_key(path)),
        exported=ExportedState(
            status=status,
            number=read.number("number"),
            created_at=read.moment("created"),
            trashed_at=read.moment("trashed"),
            withdrawn_at=read.moment("withdrawn"),
            withdrawal_reason=read.text("withdrawal_reason", MAX_NOTE),
            noindex=read.text("noindex", 10) == "true",
            internal_note=read.text("internal_note", MAX_NOTE),
            translation_of=read.text("translation_of", 4000),
            translations=tuple(dict.fromkeys(read.texts("translations", 4000))),
            author_slugs=author_slugs,
            section_paths=section_paths,
        ),
        extra={**extra, **inner} if isinstance(inner, dict) else extra,
    )


Named = TypeVar("Named")


def _told_apart(names: tuple[Named, ...], marks: tuple[str, ...]) -> tuple[tuple[Named, ...], tuple[str, ...]]:
    """Return names and what tells them apart, one for each; names alone, each once, where the two do not fit."""
    return (names, marks) if len(names) == len(marks) else (tuple(dict.fromkeys(names)), ())


def _split(text: str, *, source: str) -> tuple[dict[str, Any], str]:
    """Return keys and body. Lines that an editor wrote by hand in plain YAML are read as such."""
    lines = text.split("\n")
    end = next((number for number in range(1, len(lines)) if lines[number] == "---"), None)
    if end is None:
        raise DocumentError(source, "the front matter has no end", advice="close it by a line ---", line=1)
    values: dict[str, Any] = {}
    for line in lines[1:end]:
        match = _LINE.fullmatch(line)
        try:
            key = json.loads(match[1]) if match and match[1].startswith('"') else match[1] if match else ""
            values[key] = _plain(json.loads(match[2])) if match else None
        except (ValueError, RecursionError):
            match = None
        if match is None:
            front = split_front_matter(text, source=source)
            return front.values, _body(front.body)
    return values, _body("\n".join(lines[end + 1 :]))


def _body(text: str) -> str:
    return without_controls(text.removesuffix("\n"))


def _plain(value: Any) -> Any:
    """Return the value with texts as texts: numbers and flags are what YAML would have left as text."""
    if isinstance(value, dict):
        return {without_controls(str(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_controls(str(value))


class _Values:
    """Takes typed values; what has another type or is too long is refused by name, never repaired."""

    def __init__(self, values: dict[str, Any], source: str) -> None:
        self._values, self._source = values, source

    def _refuse(self, key: str, cause: str) -> DocumentError:
        return DocumentError(self._source, cause, advice="export the article again, or correct the line", key=key)

    def text(self, key: str, limit: int) -> str:
        value = self._values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refuse(key, "a text was expected")
        if len(value) > limit:
            raise self._refuse(key, f"{len(value)} characters are more than {limit}")
        return value

    def texts(self, key: str, limit: int) -> tuple[str, ...]:
        value = self._values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) and len(entry) <= limit for entry in value):
            raise self._refuse(key, f"a list of texts of at most {limit} characters was expected")
        return tuple(value)

    def one_of(self, key: str, known: Any) -> str:
        value = self.text(key, 40)
        if value and value not in known:
            raise self._refuse(key, f"{value!r} is none of {', '.join(sorted(known))}")
        return value

    def moment(self, key: str) -> datetime | None:
        value = self.text(key, 60)
        try:
            moment = datetime.fromisoformat(value) if value else None
            moment = moment and moment.astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if value and (moment is None or not 1600 <= moment.year <= 9000):
            raise self._refuse(key, f"{value!r} is no date; write 2026-02-28T09:30:00+08:00")
        return moment

    def number(self, key: str) -> int | None:
        value = self.text(key, 20)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and 0 < int(value) < _MAX_NUMBER):
            raise self._refuse(key, f"{value!r} is no number of an article")
        return int(value)

    def hero(self) -> HeroImage | None:
        address = self.text("cover", 4000)
        if not address:
            return None
        if "://" in address and not as_address(address):
            raise self._refuse("cover", f"{address[:60]!r} is no address of a picture")
        return HeroImage(
            address, self.text("cover_alt", 300), self.text("cover_caption", 500), self.text("cover_credit", 200)
        )

    def byline(self) -> tuple[Credit, ...]:
        value = self._values.get("authors")
        found = []
        for entry in value if isinstance(value, list) else [value] if value else []:
            entry = {"name": entry} if isinstance(entry, str) else entry
            name = entry.get("name") if isinstance(entry, dict) else None
            role = entry.get("role", ROLES[0]) if isinstance(entry, dict) else None
            if not isinstance(name, str) or not name or len(name) > 100 or role not in ROLES:
                raise self._refuse("authors", "a list of names, or of name and role, was expected")
            found.append(Credit(name, role))
        return tuple(found)

    def paths(self, key: str) -> tuple[tuple[str, ...], ...]:
        value = self._values.get(key)
        if value is None:
            return ()
        paths = [[entry] if isinstance(entry, str) else entry for entry in value] if isinstance(value, list) else [None]
        for path in paths:
            names = path if isinstance(path, list) else []
            if not names or not all(isinstance(name, str) and 0 < len(name) <= 100 for name in names):
                raise self._refuse(key, "a list of paths, each a list of names, was expected")
        return tuple(tuple(path) for path in paths if path)
