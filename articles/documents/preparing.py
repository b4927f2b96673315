"""A found file becomes a clean document: read, parsed, sanitized. Pure, so it runs in worker processes."""

import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from articles.documents.document import ArticleDocument, Credit, DocumentError, DocumentSkipped, DocumentWarning
from articles.documents.parsing import Reading, parse_document
from articles.documents.readers.files import FoundFile, read_file
from articles.text.code_markup import spell_out_code
from articles.text.credits import Credits, find_credits
from articles.text.html_tree import Node, text_lines
from articles.text.sanitize import HTMLRefused, Removal, sanitize
from articles.text.scraped import tidy

MAX_IMAGES = 200
_SRC = re.compile(r'<img [^<>]{0,8000}?src="([^"<>]{1,2000})"')


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a file: a document with a clean body, an error, or the reason why it is no article.

    `is_known`: its bytes are those that were imported before, so nobody looked into it.

    `digest` is the SHA-256 of the bytes and `packed` the bytes themselves, deflated; `essence` is a SHA-256 over what
    matters, without what a generator makes up anew each time. `kept_text_share` (0 to 1) and `lost_texts` tell how
    much of the visible text the body still has, and quote what it lost. `images` are the addresses of pictures beside
    the file; whoever stores them reads them one at a time.
    """

    file: FoundFile
    digest: str = ""
    essence: str = ""
    packed: bytes = b""
    document: ArticleDocument | None = None
    removed: tuple[Removal, ...] = ()
    kept_text_share: float | None = None
    lost_texts: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    error: DocumentError | None = None
    skipped: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the files of a run are prepared; callable, so that a worker process can be handed it whole.

    `known` holds for each root the digests of what was imported from there, by key.
    """

    reading: Reading
    engines: tuple[str, ...]
    known: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, file: FoundFile) -> Prepared:
        """Return what became of `file`; never raises for what the file holds."""
        digest = ""
        try:
            data, modified_at = read_file(file)
            digest = hashlib.sha256(data).hexdigest()
            if self.known.get(file.root, {}).get(file.key) == digest:
                return Prepared(file, digest, is_known=True)
            document = parse_document(
                data, source=file.name, key=file.key, modified_at=_not_in_future(modified_at), reading=self.reading
            )
            tidying = _Tidying(document)
            if document.exported:  # its body was tidied before, and an editor may have written what tidying takes out
                clean = sanitize(document.body_html, engines=self.engines)
            else:
                clean = sanitize(tidying.spelled, engines=self.engines, tidy=tidying)
        except DocumentSkipped as reason:
            return Prepared(file, digest, skipped=str(reason))
        except DocumentError as error:
            return Prepared(file, digest, error=error)
        except HTMLRefused as error:
            return Prepared(file, digest, error=DocumentError(file.name, str(error), key="body"))
        document = with_credits(document, tidying.credits)
        images, warnings = _images_beside(clean.html, document)
        warnings += tidying.warnings()
        document = replace(document, body_html=clean.html, warnings=(*document.warnings, *warnings))
        return Prepared(file, digest, document=document, removed=clean.removed, images=images)


class _Tidying:
    """What happens to a scraped body before the policy does: code is spelled out, leftovers go, credits are read."""

    def __init__(self, document: ArticleDocument) -> None:
        self.spelled, self._turned = spell_out_code(document.body_html)
        self.credits = Credits()
        self._title, self._base_url = document.title, document.source_url

    def __call__(self, nodes: list[Node]) -> list[Node]:
        nodes = tidy(nodes, title=self._title, base_url=self._base_url).nodes
        self.credits = find_credits(text_lines(nodes))
        return nodes

    def warnings(self) -> list[DocumentWarning]:
        """What an editor should look at: code that was live markup, and lines that look like a byline."""
        found = [DocumentWarning(f"this looks like a byline: {line}") for line in self.credits.suggestions]
        if self._turned:
            found.append(DocumentWarning(f"{self._turned} tags inside code became the text that was meant"))
        return found


def with_credits(document: ArticleDocument, credits: Credits) -> ArticleDocument:
    """Fill authors and source from the text where the keys name nobody but the publisher."""
    changes: dict[str, Any] = {}
    if credits.authors and not document.authors:
        changes["byline"] = (*document.byline, *(Credit(name) for name in credits.authors))
    if credits.source and (not document.source_name or document.is_source_publisher):
        changes["source_name"] = credits.source
    return replace(document, **changes) if changes else document


def _not_in_future(moment: datetime) -> datetime:
    return min(moment, datetime.now(UTC))


def _images_beside(body: str, document: ArticleDocument) -> tuple[tuple[str, ...], list[DocumentWarning]]:
    lead = [document.hero.address] if document.hero else []
    addresses = dict.fromkeys([*lead, *(html.unescape(address) for address in _SRC.findall(body))])
    beside = [address for address in addresses if "://" not in address and not address.startswith("/")]
    more = len(beside) - MAX_IMAGES
    warnings = [DocumentWarning(f"{more} pictures beyond the first {MAX_IMAGES} were not stored")] if more > 0 else []
    return tuple(beside[:MAX_IMAGES]), warnings
