"""The neutral form between any source of articles and the models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# What a warning is about, so that editors can filter by it.
REASONS = frozenset(
    {"encoding", "front_matter", "title", "date", "sections", "byline", "images", "template_tag", "removal", "address"}
    | {"other"}
)


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """Something in a file that had to be guessed or left out; the file is imported all the same.

    `reason` is one of `REASONS`, for filters; the other fields are for people.
    """

    text: str
    line: int | None = None
    key: str = ""
    reason: str = "other"

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.key) if part)
        return f"{place}: {self.text}" if place else self.text


class DocumentError(Exception):
    """A file that cannot be imported: where, why, and what to do about it."""

    def __init__(self, source: str, cause: str, *, advice: str = "", line: int | None = None, key: str = "") -> None:
        super().__init__(source, cause, advice, line, key)
        self.source, self.cause, self.advice, self.line, self.key = source, cause, advice, line, key

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}" if self.line else self.source
        parts = [place, self.key, self.cause] if self.key else [place, self.cause]
        return ": ".join(parts) + (f"; {self.advice}" if self.advice else "")

    def __reduce__(self) -> Any:
        # Errors travel from the worker that parses to the process that writes.
        return _rebuild_error, (self.source, self.cause, self.advice, self.line, self.key)


def _rebuild_error(source: str, cause: str, advice: str, line: int | None, key: str) -> DocumentError:
    return DocumentError(source, cause, advice=advice, line=line, key=key)


class DocumentSkipped(Exception):
    """A file that is no article (a section page, an empty file); the argument is the reason."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A name in the byline and what it did: author, translator, photographer, editor or illustrator."""

    name: str
    role: str = "author"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A byline or source seen in the text with too little evidence; `evidence` is the line it stands in."""

    field: str
    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class HeroImage:
    """The lead picture: a remote address, or a path relative to the file."""

    address: str
    alt_text: str = ""
    caption: str = ""
    credit: str = ""

    @property
    def is_remote(self) -> bool:
        return self.address.startswith("https://")


@dataclass(frozen=True, slots=True)
class ExportedState:
    """What only an export of such a site says of an article; the body of such a document is final.

    `number` is the id it had. `translation_of` and `translations` are keys of other files of the same export. Where
    several authors or sections bear one of the names, `author_slugs` has a slug for each entry of the byline, and
    `section_paths` a path for each section.
    """

    status: str = "published"
    number: int | None = None
    created_at: datetime | None = None
    trashed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str = ""
    noindex: bool = False
    internal_note: str = ""
    translation_of: str = ""
    translations: tuple[str, ...] = ()
    author_slugs: tuple[str, ...] = ()
    section_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleDocument:
    """What a file says about its article. `body_html` is as found: hostile until it is sanitized."""

    title: str
    body_html: str
    own_id: str = ""
    subtitle: str = ""
    kicker: str = ""
    slug: str = ""
    summary: str = ""
    kind: str = ""
    is_draft: bool = False
    published_at: datetime | None = None
    is_dated: bool = True  # somebody gave the date; a job's clock or a file's time only stands in for one
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    language: str = ""
    source_name: str = ""
    is_source_publisher: bool = False  # the source is the site that delivered the file; the text may name a better one
    source_url: str = ""
    canonical_url: str = ""
    hero: HeroImage | None = None
    byline: tuple[Credit, ...] = ()
    tags: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    old_paths: tuple[str, ...] = ()  # addresses on the old site: from "/", decoded, NFC, without host
    suggestions: tuple[Suggestion, ...] = ()
    exported: ExportedState | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[DocumentWarning, ...] = ()

    @property
    def authors(self) -> tuple[str, ...]:
        """The names of those who wrote it, in the order of the byline."""
        return tuple(credit.name for credit in self.byline if credit.role == "author")
