"""From the raw keys of a file to an ArticleDocument: one table of aliases, one converter for each kind of value.

The table is documented for operators in docs/importing.md; tests/documents/test_keys.py holds the two together.
"""

import html
import re
from datetime import datetime, tzinfo
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlsplit

from articles.documents.dates import day_of, parse_moment
from articles.documents.document import DocumentError, DocumentWarning
from articles.documents.encoding import without_controls

# Field: the keys that name it, the first one present wins. Compared without case.
ALIASES: dict[str, tuple[str, ...]] = {
    "own_id": ("id", "guid", "uuid"),
    "title": ("title", "headline", "subject", "标题"),
    "subtitle": ("subtitle", "subhead", "副题", "副标题"),
    "kicker": ("kicker", "eyebrow"),
    "slug": ("slug", "urlname"),
    "summary": ("summary", "excerpt", "description", "deck", "abstract", "lead", "摘要"),
    "kind": ("kind",),
    "status": ("status",),
    "draft": ("draft",),
    "published": ("published",),
    "hidden": ("hidden", "hide", "private"),
    "password": ("password",),
    "date": (
        "published_at",
        "publishdate",
        "publish_date",
        "date",
        "pubdate",
        "published_date",
        "created",
        "created_at",
    )
    + ("createtime", "create_time", "日期"),
    "updated": ("updated", "updated_at", "lastmod", "last_modified_at", "modified", "modified_at", "updatetime")
    + ("update_date", "date_modified"),
    "expires": ("expires", "expires_at", "expirydate", "expiry_date", "expire"),
    "language": ("language", "lang", "locale"),
    "source": ("source", "source_name", "publisher", "来源"),
    "source_url": (
        "source_url",
        "originallink",
        "original_url",
        "origin_url",
        "source_link",
        "link",
        "via",
        "原文链接",
    ),
    "canonical_url": ("canonical_url", "canonical", "canonicalurl"),
    "cover": ("cover", "hero_image", "headimg", "banner", "image", "cover_image", "featured_image", "thumbnail")
    + ("cover_img", "coverimage", "featuredimage", "feature_image", "featureimage", "featured-image", "header-img")
    + ("header_img", "top_img", "index_img", "banner_img", "banner_image", "og_image", "share_cover", "img", "images")
    + ("photos", "header", "封面"),
    "cover_alt": ("cover_alt", "image_alt", "featured_image_alt", "alt"),
    "cover_caption": ("cover_caption", "image_caption", "featured_image_caption", "image_figcaption"),
    "cover_credit": ("cover_credit", "image_credit"),
    "authors": ("authors", "author", "byline", "writer", "作者"),
    "coauthors": ("coauthors", "coauthor", "co_authors", "coeditor"),
    "translators": ("translators", "translator", "译者"),
    "editors": ("editors", "editor", "编辑", "责编"),
    "photographers": ("photographers", "photographer", "摄影"),
    "tags": ("tags", "tag", "keywords", "topics", "labels", "标签"),
    "categories": ("categories", "category", "sections", "section", "栏目", "分类"),
    "series": ("series", "专题"),
    "page_type": ("layout", "type"),
    "old_paths": ("permalink", "url", "path", "aliases", "alias", "redirect_from", "redirect", "redirects"),
    "abbrlink": ("abbrlink",),
    "redirect_to": ("redirect_to", "redirectto"),
}
# Fields whose keys say more than the field holds: they are kept with the file as well.
_KEPT = frozenset({"series", "page_type", "old_paths", "abbrlink", "hidden", "password"})
# What the warnings about a field are about, for filters; others are about the front matter.
_REASONS = {
    "title": "title",
    **dict.fromkeys(("date", "updated", "expires"), "date"),
    "categories": "sections",
    **dict.fromkeys(("authors", "coauthors", "translators", "editors", "photographers", "source"), "byline"),
    **dict.fromkeys(("cover", "cover_alt", "cover_caption", "cover_credit"), "images"),
    **dict.fromkeys(("source_url", "canonical_url", "old_paths", "slug"), "address"),
}
KINDS = frozenset({"news", "brief", "opinion", "feature", "gallery", "video"})
# Pictures that a generator puts where there is none: never a news picture.
FILLER_HOSTS = frozenset(
    {"picsum.photos", "source.unsplash.com", "placehold.co", "via.placeholder.com", "placekitten.com", "placehold.it"}
    | {"dummyimage.com", "placeimg.com", "loremflickr.com", "lorempixel.com"}
)

# Markup as it stands in titles; other angle brackets are text: `Vec<T>`, `a < b`.
_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|ol|p|pre|q|rp|rt|ruby"
    r"|s|script|small|span|strike|strong|style|sub|sup|svg|tt|u|ul|wbr)(?=[\s/>])[^<>]{0,500}>|<!--[^<>]{0,500}-->",
    re.IGNORECASE,
)
_HAN = re.compile("[\u4e00-\u9fff]")
_BLANK = re.compile(r"\s+")
_COMMAS = re.compile("[,，、;；]")
MAX_SECTION = 100  # characters
MAX_LEVELS = 32  # of sections: what is deeper than the tree may be is cut, what is absurd is refused
_NAMES = frozenset(
    {"title", "series", "authors", "coauthors", "translators", "editors", "photographers", "tags", "categories"}
)
# Names that may hold a colon; a mapping among people is meant as one.
_WITH_COLONS = frozenset({"tags", "categories"})
_NAMED = ("name", "nick", "title")
# Zola keeps names in a table of their own, [taxonomies]; as a key without a field it stays with the file as well.
TAXONOMIES = "taxonomies"
_IN_TAXONOMIES = _NAMES - {"title"}
MAX_ENTRIES = 100  # tags, authors or sections of one file

Entry = TypeVar("Entry")


class Keys:
    """The keys of one file: each is taken once, by its field's name; what nobody took is left in `rest`."""

    def __init__(
        self, values: dict[str, Any], lines: dict[str, int], *, source: str, ignored: frozenset[str] = frozenset()
    ) -> None:
        """`ignored` are names that mean something else in this file's dialect; they have no field."""
        self._values = values
        self._lines = lines
        self._by_name = {name.strip().lower(): name for name in values if name not in ignored}
        inner = values.get(TAXONOMIES)
        self._taxonomies = {name.lower(): value for name, value in inner.items()} if isinstance(inner, dict) else {}
        self._taken: set[str] = set()
        self.source = source
        self.warnings: list[DocumentWarning] = []

    @property
    def rest(self) -> dict[str, Any]:
        """The keys that have no field, as written."""
        return {name: value for name, value in self._values.items() if name not in self._taken}

    def take(self, field: str) -> Any:
        """Return the value of the first alias that has one; all aliases of the field count as read.

        Names that do not stand at the top are looked up among the taxonomies of Zola.
        """
        found = None
        self._key = self._field = field
        for alias in ALIASES[field]:
            name = self._by_name.get(alias)
            if name is None:
                continue
            if field not in _KEPT:
                self._taken.add(name)
            if found is None and self._values[name] not in (None, "", [], {}):
                found, self._key = self._values[name], name
        if found is None and self._taxonomies and field in _IN_TAXONOMIES:
            found = next((value for alias in ALIASES[field] if (value := self._taxonomies.get(alias))), None)
            self._key = TAXONOMIES if found else field
        return found

    def take_all(self, field: str) -> list[Any]:
        """Return the values of all aliases of a field that have one."""
        names = [self._by_name[alias] for alias in ALIASES[field] if alias in self._by_name]
        self.take(field)
        return [self._values[name] for name in names if self._values[name] not in (None, "", [], {})]

    def warn(self, text: str) -> None:
        """Warn about the key taken last."""
        reason = _REASONS.get(self._field, "front_matter")
        self.warnings.append(DocumentWarning(text, self._lines.get(self._key), self._key, reason))

    def text(self, field: str, *, max_length: int | None = None) -> str:
        """Return one line of plain text: entities decoded once, markup gone, blanks folded."""
        value = self.take(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.warn(f"a text was expected, not a {_name_of(value)}; left out")
            return ""
        return self._shortened(as_plain(value), max_length)

    def texts(self, field: str, *, max_length: int | None = None) -> tuple[str, ...]:
        """Return the texts of a text, a list, or a list of mappings with a name; each once, in order."""
        return self._texts(self.take(field), max_length)

    def words(self, field: str, *, max_length: int | None = None, at_blanks: bool = False) -> tuple[str, ...]:
        """Return the texts of a list, or of a list written in one line.

        A line is cut at commas, else at blanks where `at_blanks` says so or Chinese words stand in it: `缓存 优化`.
        """
        value = self.take(field)
        if isinstance(value, str):
            line = as_plain(value)
            if line.startswith("[") and "]" not in line:  # a list that nobody closed
                line = line[1:].strip()
            if _COMMAS.search(line):
                value = _COMMAS.split(line)
            elif at_blanks or _HAN.search(line):
                value = line.split()
        texts = (_without_loose_quotes(text).removeprefix("#").strip() for text in self._texts(value, max_length))
        return tuple(dict.fromkeys(text for text in texts if text))

    def _texts(self, value: Any, max_length: int | None) -> tuple[str, ...]:
        entries = value if isinstance(value, list) else [value]
        found: list[str] = []
        for named in chain.from_iterable(map(_names_in, entries)):
            plain = self._shortened(as_plain(self._name_in(named)), max_length)
            if plain:
                found.append(plain)
        return self._fewer(tuple(dict.fromkeys(found)))

    def _name_in(self, entry: Any) -> str:
        """Return the text that an entry is, or the name in a mapping; else "", and a warning unless it is empty."""
        if isinstance(entry, dict) and self._field in _WITH_COLONS and (text := _colon_text(entry)):
            self.warn(f"{text[:60]!r} was read as one name; put quotes around it")
            return text
        name = _name_of_mapping(entry) if isinstance(entry, dict) else entry
        if isinstance(name, str):
            return name
        if entry:
            self.warn(f"a text was expected, not a {_name_of(entry)}; left out")
        return ""

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
        if moment is None and isinstance(value, str) and (day := day_of(value, zone=zone)):
            moment, read = day
            self.warn(f"of {value[:60]!r} only {read} could be read; write 2026-02-28 09:30")
        elif moment is None:
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
        if isinstance(value, str) or (isinstance(value, dict) and _name_of_mapping(value)):
            value = [value]
        if not isinstance(value, list):
            self.warn(f"a list was expected, not a {_name_of(value)}; left out")
            return ()
        if value and all(isinstance(entry, list) for entry in value):
            branches = [self._flat(entry) for entry in value]
        elif as_path:
            branches = [self._flat(value)]
        else:
            branches = [[name] for name in self._flat(value)]
        deepest = max(map(len, branches), default=0)
        if deepest > MAX_LEVELS:
            raise self._refused(f"{deepest} levels of sections in each other", "write fewer, or --categories set")
        return self._fewer(tuple(dict.fromkeys(tuple(branch) for branch in branches if branch)))

    def _fewer(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        if len(entries) > MAX_ENTRIES:
            self.warn(f"{len(entries)} entries are too many; the first {MAX_ENTRIES} were taken")
        return entries[:MAX_ENTRIES]

    def _flat(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return [name for entry in value for name in self._flat(entry)]
        name = self._shortened(as_plain(self._name_in(value)), MAX_SECTION)
        return [name] if name else []

    def _shortened(self, text: str, max_length: int | None) -> str:
        if max_length is not None and len(text) > max_length:
            if len(text) >= 10 * max_length and self._field in _NAMES:
                raise self._refused(f"{len(text)} characters are no name", "shorten it")
            self.warn(f"{len(text)} characters are too many; cut to {max_length}")
            return text[:max_length]
        return text

    def _refused(self, cause: str, advice: str) -> DocumentError:
        return DocumentError(self.source, cause, advice=advice, line=self._lines.get(self._key), key=self._key)


def _without_loose_quotes(text: str) -> str:
    """Return a word without a quote that was never opened or closed."""
    for quote in "'\"":
        if text.count(quote) == 1:
            text = text.strip(quote)
    return text


def _colon_text(entry: dict[str, Any]) -> str:
    """Return the text that YAML takes for a mapping, as it was written: `- b: c`; empty where it is a mapping."""
    if len(entry) != 1:
        return ""
    ((key, value),) = entry.items()
    return f"{key}: {value}" if isinstance(value, str) and key not in _NAMED else ""


def _names_in(entry: Any) -> list[Any]:
    """Return the entries that an entry stands for: a mapping may name several, `nick: [甲, 乙]`."""
    names = _name_of_mapping(entry) if isinstance(entry, dict) else None
    return names if isinstance(names, list) else [entry]


def _name_of_mapping(entry: dict[str, Any]) -> Any:
    """Return what a mapping is called; "" where that is empty, None where it has no key for it."""
    names = [entry[key] or "" for key in _NAMED if key in entry]
    return next(filter(None, names), "") if names else None


def _name_of(value: Any) -> str:
    return "list" if isinstance(value, list) else "mapping"


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


def is_filler(address: str) -> bool:
    """Whether a picture is a generator's placeholder."""
    try:
        return (urlsplit(address).hostname or "") in FILLER_HOSTS
    except ValueError:
        return False
