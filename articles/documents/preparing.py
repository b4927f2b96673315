"""A found file becomes a clean document: read, parsed, sanitized. Pure, so it runs in worker processes."""

import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from articles.documents.document import ArticleDocument, DocumentError, DocumentSkipped, DocumentWarning
from articles.documents.parsing import Reading, parse_document
from articles.documents.readers.files import FoundFile, read_file
from articles.text.sanitize import HTMLRefused, Removal, sanitize

MAX_IMAGES = 200
_SRC = re.compile(r'<img [^<>]{0,8000}?src="([^"<>]{1,2000})"')


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a file: a document with a clean body, an error, or the reason why it is no article.

    `is_known`: its bytes are those that were imported before, so nobody looked into it.

    `images` are the addresses of pictures beside the file; whoever stores them reads them one at a time.
    """

    file: FoundFile
    digest: str = ""
    document: ArticleDocument | None = None
    removed: tuple[Removal, ...] = ()
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
            clean = sanitize(document.body_html, engines=self.engines)
        except DocumentSkipped as reason:
            return Prepared(file, digest, skipped=str(reason))
        except DocumentError as error:
            return Prepared(file, digest, error=error)
        except HTMLRefused as error:
            return Prepared(file, digest, error=DocumentError(file.name, str(error), key="body"))
        images, warnings = _images_beside(clean.html, document)
        document = replace(document, body_html=clean.html, warnings=(*document.warnings, *warnings))
        return Prepared(file, digest, document, clean.removed, images)


def _not_in_future(moment: datetime) -> datetime:
    return min(moment, datetime.now(UTC))


def _images_beside(body: str, document: ArticleDocument) -> tuple[tuple[str, ...], list[DocumentWarning]]:
    lead = [document.hero.address] if document.hero else []
    addresses = dict.fromkeys([*lead, *(html.unescape(address) for address in _SRC.findall(body))])
    beside = [address for address in addresses if "://" not in address and not address.startswith("/")]
    more = len(beside) - MAX_IMAGES
    warnings = [DocumentWarning(f"{more} pictures beyond the first {MAX_IMAGES} were not stored")] if more > 0 else []
    return tuple(beside[:MAX_IMAGES]), warnings
