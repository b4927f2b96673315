"""A found file becomes a clean document: read, parsed, sanitized. Pure, so it runs in worker processes."""

import hashlib
import html
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from articles.documents.addresses import ListPlace, list_places
from articles.documents.document import (
    ArticleDocument,
    Credit,
    DocumentError,
    DocumentSkipped,
    DocumentWarning,
    Suggestion,
)
from articles.documents.mapping import Mapping
from articles.documents.parsing import Reading, parse_document
from articles.documents.readers.files import FoundFile, is_beside, read_file
from articles.documents.site_root import Site
from articles.text.code_markup import spell_out_code
from articles.text.credits import Credits, edge_lines, find_credits
from articles.text.deflating import deflate
from articles.text.language import detect_language
from articles.text.plain import count_words, plain_text
from articles.text.sanitize import HTMLRefused, Removal, sanitize
from articles.text.scraped import Scrape
from articles.text.searchable import ArticleTexts, SearchText, prepare_text
from articles.text.slugs import make_slug

MAX_IMAGES = 200
_COPIED = timedelta(days=30)
_SRC = re.compile(r'<img [^<>]{0,8000}?src="([^"<>]{1,2000})"')


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a file: a document with a clean body, an error, or the reason why it is no article.

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
    # Where the old site had its sections and tags, by their names here.
    list_places: tuple[ListPlace, ...] = ()
    error: DocumentError | None = None
    skipped: str = ""
    # Derived here, where there are several processes, rather than where there is one.
    slug: str = ""
    word_count: int = 0
    map_digest: str = ""
    search_text: SearchText | None = None


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the files of a run are prepared; callable, so that a worker process can be handed it whole."""

    reading: Reading
    engines: tuple[str, ...]
    mapping: Mapping | None = None
    map_digest: str = ""  # of the file that `mapping` stands in

    def __call__(self, file: FoundFile) -> Prepared:
        """Return what became of `file`; never raises for what the file holds."""
        try:
            data, modified_at = read_file(file)
        except DocumentError as error:
            return Prepared(file, error=error)
        return self.prepare(file, data, modified_at)

    def prepare(self, file: FoundFile, data: bytes, modified_at: datetime, *, is_to_be_stored: bool = True) -> Prepared:
        """Return what becomes of the bytes `data` that stood in `file`.

        What only a new row needs (packed bytes, texts for the search) is left out where it is not `is_to_be_stored`.
        """
        digest = hashlib.sha256(data).hexdigest()
        try:
            site = self.reading.sites.get(file.root)
            document = parse_document(
                data,
                source=file.name,
                key=file.key,
                modified_at=_if_evidence(modified_at),
                reading=self.reading,
                site=site,
            )
            body, turned, scrape = document.body_html, 0, None
            # What was exported is tidy, and an editor may have written what tidying takes out.
            if document.exported is None:
                body, turned = spell_out_code(body)
                base_url = document.source_url or _address_on(site, document)
                scrape = Scrape(title=document.title, base_url=base_url, is_beside=partial(is_beside, file))
            clean = sanitize(body, engines=self.engines, scrape=scrape)
        except DocumentSkipped as reason:
            return Prepared(file, digest, skipped=str(reason))
        except DocumentError as error:
            return Prepared(file, digest, error=error)
        except HTMLRefused as error:
            return Prepared(file, digest, error=DocumentError(file.name, str(error), key="body"))
        if document.exported is None:
            document = with_credits(document, find_credits(edge_lines(clean.html)))
        places = self._list_places(site, document)
        if self.mapping:
            document = self.mapping.apply(document)
        images, warnings = _images_beside(clean.html, document)
        if turned:
            text = f"{turned} tags inside code became the text that was meant"
            warnings.append(DocumentWarning(text, key="body", reason="removal"))
        if scrape:
            warnings += _hidden_warnings(scrape)
        document = replace(document, body_html=clean.html, warnings=(*document.warnings, *warnings))
        essence = essence_of(document)
        if document.exported is None and not document.language:
            document = with_language(document)
        return Prepared(
            file,
            digest,
            essence=essence,
            packed=deflate(data) if is_to_be_stored else b"",
            document=document,
            removed=clean.removed,
            kept_text_share=clean.kept_text_share,
            lost_texts=clean.lost_texts,
            images=images,
            list_places=places,
            slug=make_slug(document.title, max_length=80),
            word_count=count_words(plain_text(clean.html)),
            map_digest=self.map_digest,
            search_text=_search_text(document, clean.html) if is_to_be_stored else None,
        )

    def _list_places(self, site: Site | None, document: ArticleDocument) -> tuple[ListPlace, ...]:
        if site is None or site.kind != "hexo" or document.exported is not None:
            return ()
        places = list_places(site, document.categories, document.tags)
        if not self.mapping:
            return places
        mapped = (
            replace(
                place,
                names=(self.mapping.tag_of(*place.names),) if place.is_tag else self.mapping.section_of(place.names),
            )
            for place in places
        )
        return tuple(place for place in mapped if place.names and all(place.names))


def _search_text(document: ArticleDocument, body: str) -> SearchText:
    above = (document.subtitle, document.kicker, document.summary, document.source_name)
    return prepare_text(ArticleTexts(document.title, body, *above))


def _address_on(site: Site | None, document: ArticleDocument) -> str:
    """Return the article's address on its old site, to which relative addresses in it belong; "" for none."""
    return site.url + quote(document.old_paths[0]) if site and site.url and document.old_paths else ""


def with_credits(document: ArticleDocument, credits: Credits) -> ArticleDocument:
    """Fill byline and source from the text where the keys name nobody but the publisher."""
    changes: dict[str, Any] = {}
    named = {credit.role for credit in document.byline}
    found = tuple(Credit(name, role) for name, role in credits.people if role not in named)
    if found:
        changes["byline"] = (*document.byline, *found)
    if credits.source and (not document.source_name or document.is_source_publisher):
        changes["source_name"] = credits.source
    if credits.source_url and not document.source_url:
        changes["source_url"] = credits.source_url
    if credits.suggestions:
        changes["suggestions"] = tuple(Suggestion(*suggestion) for suggestion in credits.suggestions)
        lines = dict.fromkeys(line for _role, _value, line in credits.suggestions)
        warnings = [DocumentWarning(f"this looks like a byline: {line}", reason="byline") for line in lines]
        changes["warnings"] = (*document.warnings, *warnings)
    return replace(document, **changes) if changes else document


def with_language(document: ArticleDocument) -> ArticleDocument:
    """Give a document without a language that of its text; where the text proves none, it is left to the site."""
    language = detect_language(f"{document.title}\n{document.summary}", document.body_html)
    if language == "other":
        text = "the text is in a language that is not recognised; it gets the site's, unless a key `lang` names it"
        return replace(document, warnings=(*document.warnings, DocumentWarning(text, key="language")))
    return document if language in {"", "zh"} else replace(document, language=language)


def _hidden_warnings(scrape: Scrape) -> list[DocumentWarning]:
    text = ""
    if scrape.is_hidden:
        text = "nearly all of the text is hidden; it was kept: look whether it is the article"
    elif scrape.hidden_texts:
        text = f"{sum(map(len, scrape.hidden_texts))} characters that a browser does not show were left out"
    return [DocumentWarning(text, key="body", reason="removal")] if text else []


def _if_evidence(modified_at: datetime) -> datetime | None:
    """Return a file's own time unless it is so young that it tells of the copying rather than of the writing."""
    return modified_at if modified_at < datetime.now(UTC) - _COPIED else None


def _images_beside(body: str, document: ArticleDocument) -> tuple[tuple[str, ...], list[DocumentWarning]]:
    lead = [document.hero.address] if document.hero else []
    addresses = dict.fromkeys([*lead, *(html.unescape(address) for address in _SRC.findall(body))])
    beside = [address for address in addresses if "://" not in address and not address.startswith("//")]
    more = len(beside) - MAX_IMAGES
    text = f"{more} pictures beyond the first {MAX_IMAGES} were not stored"
    warnings = [DocumentWarning(text, reason="images")] if more > 0 else []
    return tuple(beside[:MAX_IMAGES]), warnings


def essence_of(document: ArticleDocument) -> str:
    """Return a SHA-256 over what matters of a clean document: a re-delivery that only differs in noise has the same.

    Noise is what a generator makes up anew each time: fillers for a missing cover and framework attributes are gone
    already; a job's clock and a file's time of modification stand in for a date that nobody gave.
    """
    values = [getattr(document, name) for name in _ESSENTIAL]
    values.append(document.published_at if document.is_dated else None)
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).hexdigest()


_ESSENTIAL = tuple(
    name for name in ArticleDocument.__dataclass_fields__ if name not in {"published_at", "is_dated", "warnings"}
)
