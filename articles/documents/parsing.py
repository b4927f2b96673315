"""One article file: text in, ArticleDocument out."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from articles.documents.document import (
    ArticleDocument,
    Credit,
    DocumentError,
    DocumentSkipped,
    DocumentWarning,
    HeroImage,
)
from articles.documents.encoding import decode
from articles.documents.exported import is_exported, read_exported
from articles.documents.front_matter import split_front_matter
from articles.documents.keys import KINDS, Keys, as_address, as_plain, is_filler, moment_from_path
from articles.documents.template_tags import render_template_tags
from articles.text.markdown import render_markdown
from articles.text.plain import count_words, excerpt, plain_text
from articles.text.policy import MAX_BYTES

MAX_TITLE = 500
MAX_NAME = 100
MAX_SOURCE = 200
MAX_SUMMARY = 1000
_NOTE_WORDS = 50

_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
# What stands beside the articles of a repository, without front matter.
_PAPERS = frozenset(
    {"readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "authors", "notice", "todo"}
)
_UNDERLINED = re.compile(r"^(?!\s)([^\n]{1,500})\n={3,}[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)|<h[1-6](?:\s[^<>]{0,500})?>", re.MULTILINE | re.IGNORECASE)
_HEADING_END = re.compile("</h", re.IGNORECASE)
_BLOCK_START = re.compile(
    r"<(?:!--|/?(?:address|article|blockquote|center|dd|details|div|dl|figure|font|footer|h[1-6]|header|hr|img|main|ol|p"
    r"|pre|section|span|strong|style|table|ul|video|iframe)\b)",
    re.IGNORECASE,
)
_MARKDOWN_LINE = re.compile(r"^(?:#{1,6} |[-*+] |\d{1,3}\. |```|> |\|)|\]\(|\*\*", re.MULTILINE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")
_LANGUAGES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
# Keys that only Jekyll and its relatives write; there a list of categories is a set and not a path.
_SET_EVIDENCE = frozenset({"layout", "wordpress_id", "topics", "redirect_from", "weight", "aliases"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the files of a run. `zone`: of times without one. `categories`: "path", "set", or by evidence."""

    zone: tzinfo
    categories: str | None = None


def parse_document(
    data: bytes, *, source: str, key: str, modified_at: datetime | None = None, reading: Reading
) -> ArticleDocument:
    """Return the article that the bytes of a file hold.

    `source` names the file in errors, `key` is its path below the root (folders and name are evidence for draft and
    date), `modified_at` the file's own time, the last resort for a date. Raises DocumentError for what cannot be read
    and DocumentSkipped for what is no article.
    """
    if is_exported(data):
        return read_exported(data, source=source)
    text, warnings = decode(data, source=source)
    path = PurePosixPath(key)
    if path.stem.lower() == "_index":
        raise DocumentSkipped("a section page, not an article")
    if not text.strip():
        raise DocumentSkipped("the file is empty")
    front = split_front_matter(text, source=source)
    keys = Keys(front.values, front.lines, source=source)
    warnings += front.warnings

    _refuse_papers(path, front.values, source=source)
    body, tag_warnings = render_template_tags(front.body)
    warnings += tag_warnings
    size = len(body.encode())
    if size > MAX_BYTES:
        advice = "divide the article"
        raise DocumentError(source, f"{size} bytes, at most {MAX_BYTES} are read", key="body", advice=advice)
    if not body.strip():
        warnings.append(DocumentWarning("the body is empty"))
    body_html = to_html(body, suffix=path.suffix)
    title = keys.text("title", max_length=MAX_TITLE)
    if not title:
        _refuse_notes(body_html, key, front.values, zone=reading.zone)
        title = (_first_heading(body) or as_plain(path.stem) or "?")[:MAX_TITLE]
        warnings.append(DocumentWarning(f"no title; {title[:60]!r} was taken from the text or the file's name"))
    summary = keys.text("summary", max_length=MAX_SUMMARY) or _summary_above_more(body, path.suffix)
    categories = keys.paths("categories", as_path=_is_path(reading, front.values))
    names = {name for branch in categories for name in branch}
    people, publisher = _split_byline(keys.texts("authors", max_length=MAX_NAME), names)
    named_source = keys.text("source", max_length=MAX_SOURCE)
    document = ArticleDocument(
        title=title,
        body_html=body_html,
        own_id=keys.text("own_id", max_length=200),
        subtitle=keys.text("subtitle", max_length=MAX_TITLE),
        kicker=keys.text("kicker", max_length=MAX_NAME),
        slug=keys.text("slug", max_length=120),
        summary=summary,
        kind=_kind(keys),
        is_draft=_is_draft(keys, path),
        published_at=_published_at(keys, key, modified_at, reading.zone, warnings),
        updated_at=keys.moment("updated", zone=reading.zone),
        expires_at=keys.moment("expires", zone=reading.zone),
        language=_language(keys),
        source_name=named_source or publisher[:MAX_SOURCE],
        is_source_publisher=bool(publisher) and not named_source,
        source_url=keys.address("source_url"),
        canonical_url=keys.address("canonical_url"),
        hero=_hero(keys, warnings),
        byline=tuple(Credit(name) for name in people),
        tags=keys.texts("tags", max_length=MAX_NAME, at_commas=True),
        categories=categories,
        extra=keys.rest,
        warnings=(*warnings, *keys.warnings),
    )
    return document


def to_html(body: str, *, suffix: str) -> str:
    """Return a body as HTML: as it stands where suffix or content say so, else rendered from Markdown."""
    if suffix.lower() in {".html", ".htm"} or looks_like_html(body):
        return body
    return render_markdown(body)


def looks_like_html(body: str) -> bool:
    """Whether a body is HTML: it begins with a block and ends with a tag, and no line is Markdown."""
    body = body.strip()
    if not _BLOCK_START.match(body):
        return False
    if body.startswith("<div") and body.endswith("</div>"):
        return True
    return body.endswith(">") and not _MARKDOWN_LINE.search(body)


def _summary_above_more(body: str, suffix: str) -> str:
    match = _MORE.search(body)
    return excerpt(plain_text(to_html(body[: match.start()], suffix=suffix)), length=MAX_SUMMARY) if match else ""


def _refuse_papers(path: PurePosixPath, values: dict[str, Any], *, source: str) -> None:
    """Tell the papers of a folder from its articles."""
    if values:
        return
    if path.stem.lower() in _PAPERS:
        raise DocumentSkipped(f"a {path.stem.lower()}, not an article")


def _refuse_notes(body_html: str, key: str, values: dict[str, Any], *, zone: tzinfo) -> None:
    """Tell a note from an article: nothing says that it is one, neither keys nor a heading, a day or its length."""
    if values or _HEADING.search(body_html) or moment_from_path(key, zone=zone):
        return
    if count_words(plain_text(body_html)) < _NOTE_WORDS:
        raise DocumentSkipped(f"no keys, no heading, no day in its name, and less than {_NOTE_WORDS} words: a note")


def _first_heading(body: str) -> str:
    underlined = _UNDERLINED.search(body)
    heading = _HEADING.search(body)
    if underlined and (heading is None or underlined.start() < heading.start()):
        return as_plain(underlined[1])
    for match in islice(_HEADING.finditer(body), 20):
        text = match[1]
        if text is None:
            end = _HEADING_END.search(body, match.end(), match.end() + 1000)
            text = body[match.end() : end.start()] if end else ""
        plain = as_plain(text.rstrip(" \t#"))
        if plain:
            return plain
    return ""


def _is_path(reading: Reading, values: dict[str, Any]) -> bool:
    if reading.categories:
        return reading.categories == "path"
    return not _SET_EVIDENCE.intersection(name.lower() for name in values)


def _split_byline(names: tuple[str, ...], categories: set[str]) -> tuple[tuple[str, ...], str]:
    """Tell people from the publisher: a name that also stands in the category path is the site that published it."""
    people = tuple(name for name in names if name not in categories)
    publisher = next((name for name in names if name in categories), "")
    return people, publisher


def _kind(keys: Keys) -> str:
    kind = keys.text("kind").lower()
    if kind and kind not in KINDS:
        keys.warn(f"{kind[:40]!r} is no kind; one of {', '.join(sorted(KINDS))}")
        return ""
    return kind


def _is_draft(keys: Keys, path: PurePosixPath) -> bool:
    status = keys.text("status").lower()
    if status and status not in {"draft", "published", "publish"}:
        keys.warn(f"{status[:40]!r} is no status that a file can give; imported as a draft")
        status = "draft"
    said = keys.flag("draft"), keys.flag("published")
    return status == "draft" or said[0] is True or said[1] is False or "_drafts" in path.parts


def _published_at(
    keys: Keys, key: str, modified_at: datetime | None, zone: tzinfo, warnings: list[DocumentWarning]
) -> datetime | None:
    moment = keys.moment("date", zone=zone)
    if moment:
        return moment
    moment = moment_from_path(key, zone=zone)
    if moment:
        warnings.append(DocumentWarning("no date among the keys; taken from the file's path"))
        return moment
    if modified_at:
        warnings.append(DocumentWarning("no date among the keys; taken from the file's time of modification"))
    return modified_at


def _language(keys: Keys) -> str:
    language = keys.text("language").lower().replace("_", "-")
    language = _LANGUAGES.get(language, language)
    if language and not _LANGUAGE.fullmatch(language):
        keys.warn(f"{language[:40]!r} is no language; write zh-hans, zh-hant, en …")
        return ""
    return language


def _hero(keys: Keys, warnings: list[DocumentWarning]) -> HeroImage | None:
    value = keys.take("cover")
    if isinstance(value, list):
        value = next((entry for entry in value if isinstance(entry, str)), None)
    alt_text = keys.text("cover_alt", max_length=300)
    caption = keys.text("cover_caption", max_length=500)
    credit = keys.text("cover_credit", max_length=200)
    if not isinstance(value, str) or not value.strip():
        return None
    address = value.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    scheme, colon, rest = address.partition("://")
    if colon and scheme.lower() in {"http", "https"}:
        address = f"https://{rest}"
    if is_filler(address):
        return None
    is_wrong = not as_address(address) if address.startswith("https://") else _SCHEME.match(address) is not None
    if is_wrong or len(address) > 2000:
        warnings.append(DocumentWarning(f"{address[:60]!r} is no address of a picture; left out", key="cover"))
        return None
    return HeroImage(address, alt_text, caption, credit)
