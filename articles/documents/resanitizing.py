"""Today's policy over a stored body: from the original file where it can say the same, else over the body itself.

Pure, so it runs in worker processes.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from articles.documents.parsing import parse_document
from articles.documents.preparing import Preparation
from articles.documents.readers.files import FoundFile
from articles.text.plain import plain_text
from articles.text.sanitize import HTMLRefused, Removal, sanitize

_SRC = re.compile(r'(<img [^<>]{0,8000}?src=")([^"<>]{1,2000})(")')
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """An article's body; `original` holds the bytes of its file where the body is as it was imported from them."""

    number: int
    row_version: int
    body: str
    original: bytes = b""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Resanitized:
    """What a body becomes. `error` tells why it stays as it is; the ledger is told where the original was read."""

    number: int
    row_version: int
    html: str = ""
    is_changed: bool = False
    is_from_original: bool = False
    removed: tuple[Removal, ...] = ()
    kept_text_share: float | None = None
    lost_texts: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Resanitizing:
    """How bodies are cleaned anew. `media_url`: where the library's pictures stand."""

    preparation: Preparation
    media_url: str

    def __call__(self, stored: StoredBody) -> Resanitized:
        """Return what the body becomes; never raises for what it holds."""
        result = Resanitized(stored.number, stored.row_version)
        try:
            found = self._from_original(stored) if stored.original else None
            if found is not None:
                return replace(found, is_changed=found.html != stored.body)
            clean = sanitize(stored.body, engines=self.preparation.engines)
        except HTMLRefused as error:
            return replace(result, error=str(error))
        return replace(result, html=clean.html, is_changed=clean.html != stored.body, removed=clean.removed)

    def _from_original(self, stored: StoredBody) -> Resanitized | None:
        """Return the body that the original gives today, None where that cannot be compared with the stored one."""
        file = FoundFile("/", stored.path, stored.path)
        prepared = self.preparation.prepare(file, stored.original, _EPOCH, is_to_be_stored=False)
        if prepared.document is None:
            return None
        fresh = self._with_library(str(prepared.document.body_html), stored.body)
        if fresh is None or (fresh != stored.body and self._says_more(stored, fresh)):
            return None
        return Resanitized(
            stored.number,
            stored.row_version,
            sanitize(fresh, engines=self.preparation.engines).html,
            is_from_original=True,
            removed=prepared.removed,
            kept_text_share=prepared.kept_text_share,
            lost_texts=prepared.lost_texts,
        )

    def _says_more(self, stored: StoredBody, fresh: str) -> bool:
        """Whether the stored body has text that neither the file nor its clean form has: somebody wrote it here."""
        raw = parse_document(stored.original, source="", key=stored.path, reading=self.preparation.reading)
        known = (_letters(plain_text(fresh)), _letters(plain_text(raw.body_html)))
        lines = {_letters(line) for line in plain_text(stored.body).split("\n")}
        return any(line not in known[0] and line not in known[1] for line in lines)

    def _with_library(self, fresh: str, stored: str) -> str | None:
        """Return the fresh body with the library's pictures where the stored one has them, None if that is not clear.

        The file names its pictures by their old addresses; which library picture each became is told by their order.
        """
        sources = [match[2] for match in _SRC.finditer(stored)]
        if not any(source.startswith(self.media_url) for source in sources):
            return fresh
        if len(_SRC.findall(fresh)) != len(sources):
            return None
        following = iter(sources)

        def local(match: re.Match[str]) -> str:
            source = next(following)
            return f"{match[1]}{source if source.startswith(self.media_url) else match[2]}{match[3]}"

        return _SRC.sub(local, fresh)


def _letters(text: str) -> str:
    return "".join(text.split())


def lost(stored: StoredBody, cause: str) -> Resanitized:
    """Return the result for a body whose worker was lost."""
    return Resanitized(stored.number, stored.row_version, error=cause)
