"""The neutral form between any source of articles and the models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """Something in a file that had to be guessed or left out; the file is imported all the same."""

    text: str
    line: int | None = None
    key: str = ""

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
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    language: str = ""
    source_name: str = ""
    source_url: str = ""
    canonical_url: str = ""
    hero: HeroImage | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[DocumentWarning, ...] = ()
