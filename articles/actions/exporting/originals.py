"""Original bytes of untouched articles: given back where importing them again gives the very same article."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.text import slugify

from articles.conf import sanitizers
from articles.documents.document import ArticleDocument, ExportedState
from articles.documents.exported import is_exported
from articles.documents.parsing import Reading
from articles.documents.preparing import Preparation, Prepared
from articles.documents.readers.files import FoundFile
from articles.models import Article, Kind, OriginalBlob, Status
from articles.models.article import default_language
from articles.models.category import MAX_DEPTH

_PLAIN = ArticleDocument("", "")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Originals:
    """Reads the kept bytes of articles as an import of the export would, and compares what comes of them."""

    def __init__(self) -> None:
        self._preparation = Preparation(Reading(ZoneInfo(settings.TIME_ZONE)), sanitizers())
        self._blobs: dict[str, OriginalBlob] = {}

    def load(self, articles: list[Article]) -> None:
        """Fetch the kept bytes of some articles, with which their files were fetched: one query."""
        digests = {file.digest for article in articles for file in list(article.imported_files.all())[:1]}
        self._blobs = OriginalBlob.objects.in_bulk(list(digests))

    def bytes_of(self, article: Article, document: ArticleDocument, path: str) -> bytes | None:
        """Return the original bytes of an article, to be written as the file `path`; None where they say less or else.

        `document` is what the article says. Not compared is what the list of the export tells beside the file: number,
        times of making and change, old addresses.
        """
        file = next(iter(article.imported_files.all()), None)
        blob = self._blobs.get(file.digest) if file and not file.is_merged else None
        if blob is None:
            return None
        try:
            data = blob.unpacked()
        except ValueError:  # damaged
            return None
        if is_exported(data):  # written anew, it is the same
            return None
        prepared = self._preparation.prepare(FoundFile("/", path, path), data, _EPOCH, is_to_be_stored=False)
        if prepared.document is None or prepared.images:
            return None
        return data if _as_imported(prepared, prepared.document) == _comparable(document) else None


def _comparable(document: ArticleDocument) -> ArticleDocument:
    state = document.exported or ExportedState()
    state = replace(state, number=None, created_at=None)
    return replace(document, exported=state, updated_at=None, old_paths=())


def _as_imported(prepared: Prepared, document: ArticleDocument) -> ArticleDocument:
    """Return what an import with nothing but the list beside it makes of a file, in the form of `_comparable`."""
    status = Status.DRAFT if document.is_draft else Status.PUBLISHED
    end, start = document.expires_at, document.published_at
    return replace(
        document,
        slug=slugify(document.slug)[:120] or prepared.slug,
        kind=str(Kind(document.kind or Kind.NEWS)),
        language=document.language or default_language(),
        expires_at=None if end and start and end <= start else end,
        byline=tuple(dict.fromkeys(document.byline)),
        categories=tuple(dict.fromkeys(path[:MAX_DEPTH] for path in document.categories if path)),
        exported=ExportedState(status=str(status)),
        # What is no part of an article.
        is_source_publisher=False,
        is_dated=_PLAIN.is_dated,
        suggestions=(),
        warnings=(),
        updated_at=None,
        old_paths=(),
    )
