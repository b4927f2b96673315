"""Writes a document so that `documents.exported` reads an equal one."""

import json
import re
from datetime import datetime
from typing import Any

from articles.documents.document import ArticleDocument, Credit, ExportedState
from articles.documents.exported import EXTRA, MARK, OWN_KEYS, VERSION

# JSON lets these stand, YAML reads them as line ends or refuses them.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w.-]{0,99}", re.ASCII)


def write_exported(document: ArticleDocument, *, permalink: str = "") -> bytes:
    """Return the file of a document. `permalink` is where readers found it, for people and other systems."""
    state = document.exported or ExportedState(status="draft" if document.is_draft else "published")
    hero = document.hero
    values: dict[str, Any] = {
        MARK: VERSION,
        "number": str(state.number) if state.number else None,
        "id": document.own_id,
        "permalink": permalink,
        "title": document.title,
        "subtitle": document.subtitle,
        "kicker": document.kicker,
        "slug": document.slug,
        "description": document.summary,
        "kind": document.kind,
        "status": state.status,
        "date": document.published_at,
        "updated": document.updated_at,
        "expires": document.expires_at,
        "created": state.created_at,
        "trashed": state.trashed_at,
        "withdrawn": state.withdrawn_at,
        "withdrawal_reason": state.withdrawal_reason,
        "language": document.language,
        "translation_of": state.translation_of,
        "translations": state.translations,
        "source": document.source_name,
        "source_url": document.source_url,
        "canonical_url": document.canonical_url,
        "noindex": "true" if state.noindex else None,
        "internal_note": state.internal_note,
        "cover": hero.address if hero else None,
        "cover_alt": hero.alt_text if hero else None,
        "cover_caption": hero.caption if hero else None,
        "cover_credit": hero.credit if hero else None,
        "authors": [_credit(credit) for credit in document.byline],
        "author_slugs": list(state.author_slugs),
        "categories": [list(path) for path in document.categories],
        "section_paths": list(state.section_paths),
        "tags": list(document.tags),
        "old_addresses": list(document.old_paths),
    }
    lines = [_line(key, value) for key, value in values.items() if value not in (None, "", [], ())]
    unknown = {key: value for key, value in document.extra.items() if key not in OWN_KEYS}
    lines += [_line(key, value) for key, value in unknown.items()]
    clashing = {key: value for key, value in document.extra.items() if key in OWN_KEYS}
    if clashing:
        lines.append(_line(EXTRA, clashing))
    return "\n".join(["---", *lines, "---", document.body_html, ""]).encode("utf-8", "surrogatepass")


def _credit(credit: Credit) -> str | dict[str, str]:
    return credit.name if credit.role == "author" else {"name": credit.name, "role": credit.role}


def _line(key: str, value: Any) -> str:
    return f"{key if _PLAIN_KEY.fullmatch(key) else as_json(key)}: {as_json(value)}"


def as_json(value: Any) -> str:
    """Return `value` as JSON in one line that YAML reads too."""
    text = json.dumps(value, ensure_ascii=False, default=_moment)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written")
