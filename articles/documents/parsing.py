"""One article file: text in, ArticleDocument out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from articles.documents.addresses import Placed, guessed_paths, said_paths, unique_paths
from articles.documents.dates import moment_from_path
from articles.documents.document import (
    ArticleDocument,
    Credit,
    DocumentError,
    DocumentSkipped,
    DocumentWarning,
)
from articles.documents.encoding import decode
from articles.documents.exported import is_exported, read_exported
from articles.documents.fields import date_of, gallery_of, hero_of, is_clock, is_draft_of, kind_of, language_of
from articles.documents.front_matter import FrontMatter, split_front_matter
from articles.documents.keys import TAXONOMIES, Keys, as_plain
from articles.documents.site_root import Site
from articles.documents.template_tags import render_template_tags
from articles.text.loose_tags import spell_out_loose_tags
from articles.text.markdown import NestedTooDeep, render_markdown
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
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_HEADING_END = re.compile("</h", re.IGNORECASE)
_BLOCK_START = re.compile(
    r"<(?:!--|/?(?:address|article|blockquote|center|dd|details|div|dl|figure|font|footer|h[1-6]|header|hr|img|main|ol|p"
    r"|pre|section|span|strong|style|table|ul|video|iframe)\b)",
    re.IGNORECASE,
)
_MARKDOWN_LINE = re.compile(r"^(?:#{1,6} |[-*+] |\d{1,3}\. |```|> |\|)|\]\(|\*\*", re.MULTILINE)
_PAGE_TYPES = frozenset(
    {
        "page",
        "pages",
        "about",
        "archive",
        "archives",
        "categories",
        "category",
        "tags",
        "tag",
        "link",
        "links",
        "friends",
    }
    | {"home", "search", "404", "guestbook", "contact"}
)
_NONE: frozenset[str] = frozenset()
# What the link comments of translators name: who put the translation out is no source of the text.
# An export of WordPress names by `link` the address of the article itself.
_OF_WORDPRESS = frozenset({"link"})
_OF_TRANSLATORS = frozenset({"publisher", "collector", "reviewer"})
# Keys that only Jekyll, Hugo and Zola write; there a list of categories is a set and not a path.
_SET_EVIDENCE = frozenset({"layout", "wordpress_id", "topics", "redirect_from", "weight", "aliases", TAXONOMIES})


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the files of a run.

    `zone` is that of times without one; a site's own configuration decides where the operator gave none
    (`is_zone_given`). `categories` is "path", "set", or None for by evidence. `permalink` is the pattern of the old
    addresses. `sites` holds the configuration of each root that has one.
    """

    zone: tzinfo
    categories: str | None = None
    permalink: str = ""
    is_zone_given: bool = True
    sites: Mapping[str, Site] = field(default_factory=dict)

    def zone_of(self, site: Site | None) -> tzinfo:
        """Return the zone of times that name none."""
        return site.zone if site and site.zone and not self.is_zone_given else self.zone


def parse_document(
    data: bytes,
    *,
    source: str,
    key: str,
    modified_at: datetime | None = None,
    reading: Reading,
    site: Site | None = None,
) -> ArticleDocument:
    """Return the article that the bytes of a file hold.

    `source` names the file in errors, `key` is its path below the root (folders and name are evidence for draft and
    date), `modified_at` the file's own time, the last resort for a date, `site` the site that the root is of. Raises
    DocumentError for what cannot be read and DocumentSkipped for what is no article.
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
    keys = Keys(front.values, front.lines, source=source, ignored=_ignored(front))
    warnings += front.warnings
    zone = reading.zone_of(site)

    _refuse_papers(path, front.values)
    page_type = str(keys.take("page_type") or "").lower()
    updated_at = keys.moment("updated", zone=zone)
    date = date_of(keys, key, updated_at=updated_at, modified_at=modified_at, zone=zone, warnings=warnings)
    _refuse_pages(keys, page_type, key, site, is_dated=date.is_given)
    body, tag_warnings = render_template_tags(front.body)
    warnings += tag_warnings
    size = len(body.encode())
    if size > MAX_BYTES:
        advice = "divide the article"
        raise DocumentError(source, f"{size} bytes, at most {MAX_BYTES} are read", key="body", advice=advice)
    if not body.strip():
        warnings.append(DocumentWarning("the body is empty", key="body"))
    try:
        body_html = to_html(body, suffix=path.suffix) + gallery_of(front.values)
    except NestedTooDeep as error:
        raise DocumentError(source, str(error), key="body", advice="flatten them") from None
    title = _title(keys, front, body, body_html, warnings)
    source_url = keys.address("source_url")
    if not title and source_url:
        title = source_url.partition("://")[2].strip("/")[:MAX_TITLE]
        warnings.append(DocumentWarning(f"no title; {title[:60]!r} is what the file links to", reason="title"))
    if not title:
        _refuse_notes(body_html, key, front.values, zone=zone)
        title = as_plain(path.stem)[:MAX_TITLE] or "?"
        warnings.append(DocumentWarning(f"no title; {title[:60]!r} is the file's name", reason="title"))
    summary = keys.text("summary", max_length=MAX_SUMMARY) or _summary_above_more(body, path.suffix)
    is_set = _is_set(front.values)
    categories = keys.paths("categories", as_path=reading.categories == "path" if reading.categories else not is_set)
    names = {name for branch in categories for name in branch}
    byline, publisher = _byline(keys, names)
    named_source = keys.text("source", max_length=MAX_SOURCE)
    slug = keys.text("slug", max_length=120)
    own_id = keys.text("own_id", max_length=200)
    is_draft = is_draft_of(keys, path)
    placed = Placed(
        key,
        date.moment.astimezone(zone) if date.moment else None,
        title=title,
        slug=slug,
        categories=tuple(name for branch in categories for name in branch) if is_set else (categories or ((),))[0],
        own_id=own_id,
        abbrlink=keys.text("abbrlink", max_length=100),
    )
    return ArticleDocument(
        title=title,
        body_html=body_html,
        own_id=own_id,
        subtitle=keys.text("subtitle", max_length=MAX_TITLE),
        kicker=keys.text("kicker", max_length=MAX_NAME),
        slug=slug,
        summary=summary,
        kind=kind_of(keys),
        is_draft=is_draft,
        published_at=date.moment,
        is_dated=date.is_given and not is_clock(front.values),
        updated_at=updated_at,
        expires_at=keys.moment("expires", zone=zone),
        language=language_of(keys, path),
        source_name=named_source or publisher[:MAX_SOURCE],
        is_source_publisher=bool(publisher) and not named_source,
        source_url=source_url,
        canonical_url=keys.address("canonical_url"),
        hero=hero_of(keys),
        byline=byline,
        tags=keys.words("tags", max_length=MAX_NAME, at_blanks=is_set),
        series=keys.texts("series", max_length=MAX_NAME),
        categories=categories,
        old_paths=_old_paths(keys, placed, reading, site),
        extra=keys.rest,
        warnings=(*warnings, *keys.warnings),
    )


def to_html(body: str, *, suffix: str) -> str:
    """Return a body as HTML: as it stands where suffix or content say so, else rendered from Markdown."""
    is_html = suffix.lower() in {".html", ".htm"} or looks_like_html(body)
    return spell_out_loose_tags(body if is_html else render_markdown(body))


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


def _ignored(front: FrontMatter) -> frozenset[str]:
    """Return the keys that mean something else in this file than the table of keys says."""
    if front.dialect == "links":
        return _OF_TRANSLATORS
    return _OF_WORDPRESS if "wordpress_id" in front.values else _NONE


def _refuse_papers(path: PurePosixPath, values: dict[str, Any]) -> None:
    """Tell the papers of a folder from its articles."""
    if values:
        return
    if path.stem.lower() in _PAPERS:
        raise DocumentSkipped(f"a {path.stem.lower()}, not an article")


def _refuse_pages(keys: Keys, page_type: str, key: str, site: Site | None, *, is_dated: bool) -> None:
    """Tell standalone pages, and files that only lead elsewhere, from articles."""
    target = keys.take("redirect_to")
    if target:
        raise DocumentSkipped(f"it only leads to {str(target)[:200]}")
    # Without a configuration too: Hugo's pages lie at the top of `content`, and bear no date.
    is_page = (
        site.is_page(key, is_dated=is_dated) if site else PurePosixPath(key).parent.name == "content" and not is_dated
    )
    if page_type in _PAGE_TYPES or (is_page and page_type not in {"post", "posts"}):
        raise DocumentSkipped("a standalone page of the site, not an article")


def _title(keys: Keys, front: FrontMatter, body: str, body_html: str, warnings: list[DocumentWarning]) -> str:
    """Return the title that the keys or the text give, "" where neither does."""
    title = keys.text("title", max_length=MAX_TITLE)
    if title and front.dialect != "links":
        return title
    # Link comments stand above a translation and name what was translated; the heading is the article's own.
    # A line that begins with # inside code is a comment; one that is underlined with --- is a heading if no other is.
    heading = (_first_heading(_FENCED.sub("", body)) or _first_heading(body_html))[:MAX_TITLE]
    if heading and not title:
        warnings.append(DocumentWarning(f"no title; {heading[:60]!r} is the first heading", reason="title"))
    return heading or title


def _old_paths(keys: Keys, placed: Placed, reading: Reading, site: Site | None) -> tuple[str, ...]:
    values = keys.take_all("old_paths") + ([keys.rest.get("link")] if "wordpress_id" in keys.rest else [])
    said = said_paths(values, site=site, placed=placed)
    if values and not any(said):
        keys.warn("no address of this site stands here; left out")
    return unique_paths([*said, *guessed_paths(placed, site=site, pattern=reading.permalink)])


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


def _is_set(values: dict[str, Any]) -> bool:
    """Whether a list of categories is a set, by the keys beside it."""
    return not _SET_EVIDENCE.isdisjoint(name.lower() for name in values)


def _byline(keys: Keys, categories: set[str]) -> tuple[tuple[Credit, ...], str]:
    """Return the credits of the keys, and the publisher: a name among the authors that is also a section."""
    names = (*keys.texts("authors", max_length=MAX_NAME), *keys.texts("coauthors", max_length=MAX_NAME))
    publisher = next((name for name in names if name in categories), "")
    credits = [Credit(name) for name in names if name not in categories]
    for role in ("translator", "editor", "photographer"):
        credits += [Credit(name, role) for name in keys.texts(f"{role}s", max_length=MAX_NAME)]
    return tuple(dict.fromkeys(credits)), publisher
