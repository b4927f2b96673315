"""A found file becomes a clean document: read, parsed, sanitized. Pure, so it runs in worker processes."""

import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from articles.documents.document import ArticleDocument, DocumentError, DocumentSkipped
from articles.documents.parsing import Reading, parse_document
from articles.documents.readers.files import FoundFile, read_beside, read_file
from articles.text.sanitize import HTMLRefused, Removal, sanitize

_SRC = re.compile(r'<img [^<>]{0,8000}?src="([^"<>]{1,2000})"')


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a file: a document with a clean body, an error, or the reason why it is no article.

    `images` holds the bytes of the pictures beside the file by the address that names them.
    """

    file: FoundFile
    digest: str = ""
    document: ArticleDocument | None = None
    removed: tuple[Removal, ...] = ()
    images: dict[str, bytes] = field(default_factory=dict)
    error: DocumentError | None = None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the files of a run are prepared; callable, so that a worker process can be handed it whole."""

    reading: Reading
    engines: tuple[str, ...]

    def __call__(self, file: FoundFile) -> Prepared:
        """Return what became of `file`; never raises for what the file holds."""
        digest = ""
        try:
            data, modified_at = read_file(file)
            digest = hashlib.sha256(data).hexdigest()
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
        document = replace(document, body_html=clean.html)
        return Prepared(file, digest, document, clean.removed, _images_beside(file, document))


def _not_in_future(moment: datetime) -> datetime:
    return min(moment, datetime.now(UTC))


def _images_beside(file: FoundFile, document: ArticleDocument) -> dict[str, bytes]:
    addresses = [html.unescape(address) for address in _SRC.findall(document.body_html)]
    if document.hero and not document.hero.is_remote:
        addresses.append(document.hero.address)
    found = {}
    for address in dict.fromkeys(addresses):
        if "://" not in address and not address.startswith("/"):
            data = read_beside(file, address)
            if data is not None:
                found[address] = data
    return found
