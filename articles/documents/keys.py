"""From the raw keys of a file to an ArticleDocument: one table of aliases, one converter for each kind of value.

The table is documented for operators in docs/importing.md; tests/documents/test_keys.py holds the two together.
"""

import html
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from articles.documents.document import DocumentWarning
from articles.documents.encoding import without_controls

# Field: the keys that name it, the first one present wins. Compared without case.
ALIASES: dict[str, tuple[str, ...]] = {
    "own_id": ("id", "guid", "uuid"),
    "title": ("title", "headline", "subject"),
    "subtitle": ("subtitle", "subhead", "副题"),
    "kicker": ("kicker", "eyebrow"),
    "slug": ("slug",),
    "summary": ("summary", "excerpt", "description", "deck", "abstract"),
    "kind": ("kind",),
    "status": ("status",),
    "draft": ("draft",),
    "published": ("published",),
    "date": ("date", "published_at", "publishdate", "pubdate", "created"),
    "updated": ("updated", "updated_at", "lastmod", "modified", "last_modified_at"),
    "expires": ("expires", "expires_at", "expirydate", "expire"),
    "language": ("language", "lang", "locale"),
    "source": ("source", "source_name", "publisher", "来源"),
    "source_url": ("source_url", "originallink", "original_url", "origin_url", "link"),
    "canonical_url": ("canonical_url", "canonical"),
    "cover": ("cover", "hero_image", "headimg", "banner", "image", "cover_image", "featured_image", "thumbnail"),
    "cover_alt": ("cover_alt", "image_alt"),
    "cover_caption": ("cover_caption", "image_caption"),
    "cover_credit": ("cover_credit", "image_credit"),
    "authors": ("authors", "author", "byline"),
    "tags": ("tags", "tag", "keywords"),
    "categories": ("categories", "category", "sections", "section"),
}
KINDS = frozenset({"news", "brief", "opinion", "feature", "gallery", "video"})
# Pictures that a generator puts where there is none: never a news picture.
FILLER_HOSTS = frozenset(
    {"picsum.photos", "source.unsplash.com", "placehold.co", "via.placeholder.com", "placekitten.com"}
)

# Markup as it stands in titles; other angle brackets are text: `Vec<T>`, `a < b`.
_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|ol|p|pre|q|rp|rt|ruby"
    r"|s|script|small|span|strike|strong|style|sub|sup|svg|tt|u|ul|wbr)(?=[\s/>])[^<>]{0,500}>|<!--[^<>]{0,500}-->",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?)?"
)
_DATE_IN_NAME = re.compile(r"(?:^|/)(\d{4})-?(\d{2})-?(\d{2})(?=[-_ ./])")
_DATE_IN_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})/")
_BLANK = re.compile(r"\s+")
_COMMAS = re.compile("[,，、;；]")
MAX_ENTRIES = 100  # tags, authors or sections of one file

Entry = TypeVar("Entry")


class Keys:
    """The keys of one file: each is taken once, by its field's name; what nobody took is left in `rest`."""

    def __init__(self, values: dict[str, Any], lines: dict[str, int], *, source: str) -> None:
        self._values = values
        self._lines = lines
        self._by_name = {name.strip().lower(): name for name in values}
        self._taken: set[str] = set()
        self.source = source
        self.warnings: list[DocumentWarning] = []

    @property
    def rest(self) -> dict[str, Any]:
        """The keys that have no field, as written."""
        return {name: value for name, value in self._values.items() if name not in self._taken}

    def take(self, field: str) -> Any:
        """Return the value of the first alias that has one; all aliases of the field count as read."""
        found = None
        self._key = field
        for alias in ALIASES[field]:
            name = self._by_name.get(alias)
            if name is None:
                continue
            self._taken.add(name)
            if found is None and self._values[name] not in (None, "", [], {}):
                found, self._key = self._values[name], name
        return found

    def warn(self, text: str) -> None:
        """Warn about the key taken last."""
        self.warnings.append(DocumentWarning(text, self._lines.get(self._key), self._key))

    def text(self, field: str, *, max_length: int | None = None) -> str:
        """Return one line of plain text: entities decoded once, markup gone, blanks folded."""
        value = self.take(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.warn(f"a text was expected, not a {_name_of(value)}; left out")
            return ""
        return self._shortened(as_plain(value), max_length)

    def texts(self, field: str, *, max_length: int | None = None, at_commas: bool = False) -> tuple[str, ...]:
        """Return the texts of a text, a list, or a list of mappings with a name; each once, in order.

        With `at_commas` a text is a list written in one line.
        """
        value = self.take(field)
        if at_commas and isinstance(value, str):
            value = _COMMAS.split(value)
        entries = value if isinstance(value, list) else [value]
        found: list[str] = []
        for entry in entries:
            if isinstance(entry, dict):
                entry = next((entry[key] for key in ("name", "nick", "title") if isinstance(entry.get(key), str)), None)
            if entry is None:
                continue
            if not isinstance(entry, str):
                self.warn(f"a text was expected, not a {_name_of(entry)}; left out")
                continue
            plain = self._shortened(as_plain(entry), max_length)
            if plain:
                found.append(plain)
        return self._fewer(tuple(dict.fromkeys(found)))

    def flag(self, field: str) -> bool | None:
        """Return what `yes`, `no`, `true`, `false` say; None where there is nothing or something else."""
        value = self.take(field)
        if isinstance(value, str):
            word = value.strip().lower()
            if word in {"true", "yes", "on", "1"}:
                return True
            if word in {"false", "no", "off", "0"}:
                return False
        if value is not None:
            self.warn(f"yes or no was expected, not {str(value)[:40]!r}; left out")
        return None

    def moment(self, field: str, *, zone: tzinfo) -> datetime | None:
        """Return an aware moment; a day alone is its first moment in `zone`. What is no date is a warning."""
        value = self.take(field)
        if value is None:
            return None
        moment = parse_moment(value, zone=zone) if isinstance(value, str) else None
        if moment is None:
            self.warn(f"{str(value)[:60]!r} is no date; write 2026-02-28 09:30")
        return moment

    def address(self, field: str) -> str:
        """Return an http or https address, else nothing and a warning."""
        value = self.take(field)
        if value is None:
            return ""
        address = as_address(value) if isinstance(value, str) else ""
        if not address:
            self.warn(f"{str(value)[:60]!r} is no http address; left out")
        return address

    def paths(self, field: str, *, as_path: bool) -> tuple[tuple[str, ...], ...]:
        """Return the sections of the file, each as a path from the root.

        A list is one path with `as_path` (Hexo), else a set of sections (Jekyll, Hugo). A list of lists is a set of
        paths; a nested last entry (`- a / - b / -  - c`) continues the path.
        """
        value = self.take(field)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            self.warn(f"a list was expected, not a {_name_of(value)}; left out")
            return ()
        if value and all(isinstance(entry, list) for entry in value):
            branches = [_flat(entry) for entry in value]
        elif as_path:
            branches = [_flat(value)]
        else:
            branches = [[name] for name in _flat(value)]
        return self._fewer(tuple(dict.fromkeys(tuple(branch) for branch in branches if branch)))

    def _fewer(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        if len(entries) > MAX_ENTRIES:
            self.warn(f"{len(entries)} entries are too many; the first {MAX_ENTRIES} were taken")
        return entries[:MAX_ENTRIES]

    def _shortened(self, text: str, max_length: int | None) -> str:
        if max_length is not None and len(text) > max_length:
            self.warn(f"{len(text)} characters are too many; cut to {max_length}")
            return text[:max_length]
        return text


def _name_of(value: Any) -> str:
    return "list" if isinstance(value, list) else "mapping"


def _flat(value: Any) -> list[str]:
    if isinstance(value, str):
        name = as_plain(value)[:100]
        return [name] if name else []
    if isinstance(value, list):
        return [name for entry in value for name in _flat(entry)]
    return []


def as_plain(text: str) -> str:
    """Return plain text in one line: tags removed, then entities decoded once, blanks folded."""
    if "<" in text:
        text = _TAGS.sub("", text)
    return _BLANK.sub(" ", without_controls(html.unescape(text))).strip()


def as_address(text: str) -> str:
    """Return `text` if it is a usable http or https address of at most 2,000 characters, else an empty text."""
    text = text.strip()
    if len(text) > 2000 or any(char.isspace() for char in text):
        return ""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return text if usable else ""


def parse_moment(text: str, *, zone: tzinfo) -> datetime | None:
    """Return the moment that `text` names, in UTC, or None.

    Read: RFC 1123 (`Sat, 15 May 2021 02:43:00 GMT`), ISO 8601 with or without zone, one-digit hours, up to nine
    decimals, a day alone, 2021年5月15日. A time without a zone is in `zone`.
    """
    text = text.strip()[:100]
    match = _NUMERIC_DATE.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
            moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
            if match[7]:
                moment = moment.replace(tzinfo=UTC)
            elif match[8]:
                offset = timedelta(hours=int(match[9]), minutes=int(match[10] or 0))
                moment = moment.replace(tzinfo=timezone(offset if match[8] == "+" else -offset))
        else:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                moment = parsedate_to_datetime(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    # Years that no newspaper has only come from mistakes, and time zones overflow at the ends of the calendar.
    return moment if 1600 <= moment.year <= 9000 else None


def moment_from_path(key: str, *, zone: tzinfo) -> datetime | None:
    """Return the day that a file name (`2015-11-20-title.md`, `20180131 title.md`) or its folders name."""
    for match in (_DATE_IN_NAME.search(key), _DATE_IN_FOLDERS.search(key)):
        if match:
            try:
                day = date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
            if 1600 <= day.year <= 9000:
                return datetime.combine(day, time(), zone).astimezone(UTC)
    return None


def is_filler(address: str) -> bool:
    """Whether a picture is a generator's placeholder."""
    try:
        return (urlsplit(address).hostname or "") in FILLER_HOSTS
    except ValueError:
        return False
