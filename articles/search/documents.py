"""From articles to documents and entries of the index: written in the transaction that changes the article."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from django.db import transaction

from articles.models import Article, ArticleTag, Authorship, NameKind, Placement, SearchDocument, Status
from articles.models.bulk import insert_rows
from articles.models.locks import exclusively
from articles.search.index import CatchUp, Entry, get_index
from articles.search.keys import key_of
from articles.search.names import name_faults, remember_all_names, remember_names
from articles.text.searchable import ArticleTexts, SearchText, prepare_text, text_tokens, unpack
from articles.text.tokens import FACET, VERSION

BATCH = 500
_FIELDS = ("title", "subtitle", "kicker", "summary", "source_name", "body")
_COLUMNS = tuple(field.attname for field in SearchDocument._meta.concrete_fields)
_STATE = ("status", "published_at", "expires_at", "trashed_at", "withdrawn_at")

_prepared: ContextVar[Mapping[bytes, SearchText] | None] = ContextVar("prepared_search_texts", default=None)


@contextmanager
def with_prepared(texts: Iterable[SearchText]) -> Iterator[None]:
    """Index the articles written in the block with these texts, where one of them is exactly an article's own.

    Other articles are folded and cut here; so a caller that prepared too little loses time and nothing else.
    """
    token = _prepared.set({text.digest: text for text in texts})
    try:
        yield
    finally:
        _prepared.reset(token)


def filling() -> AbstractContextManager[CatchUp]:
    """Let the index put off, while many articles are written, what is cheaper for many of them at once.

    The function that it gives is to be called between the transactions; it does what is due by then.
    """
    return get_index().filling()


def entry_of(document: SearchDocument, text: SearchText | None = None) -> Entry:
    """Return what the index holds of a document; it depends on nothing but the document's row."""
    tokens = text.tokens if text else text_tokens(*unpack(document.text), document.pinyin)
    words = " ".join([tokens, *(FACET + facet for facet in document.facets.split())]).strip()
    return Entry(document.key, words, document.published_at, document.expires_at)


def _recall(keys: Iterable[int]) -> list[Entry]:
    return [entry_of(document) for document in SearchDocument.objects.filter(key__in=list(keys))]


def index_articles(ids: Iterable[int]) -> int:
    """Bring the index up to date with these articles, deleted ones included; return how many entries changed.

    The cost of an article does not depend on the size of the site. Call it inside the transaction of the change.
    """
    ordered = sorted(set(ids))
    changed = 0
    for start in range(0, len(ordered), BATCH):
        changed += _index_batch(ordered[start : start + BATCH])
    return changed


@transaction.atomic(savepoint=False)
def _index_batch(ids: list[int], *, anew: bool = False) -> int:
    # The lock makes two writers of one article take turns: the later one sees what the earlier one wrote.
    articles = Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").only(*_FIELDS, *_STATE)
    found = {article.pk: article for article in articles}
    facets = _facets(list(found))
    stored = SearchDocument.objects.in_bulk(ids)
    stale: list[SearchDocument] = []
    fresh: list[tuple[SearchDocument, SearchText | None]] = []
    for pk in ids:
        old, article = stored.get(pk), found.get(pk)
        new = _document(article, facets[pk], None if anew else old) if article else None
        is_settled = old is not None and new is not None and not anew and not _differs(old, new[0])
        if old is not None and not is_settled:
            stale.append(old)
        if new is not None and not is_settled:
            fresh.append(new)
    index = get_index()
    if stale:
        index.remove(entry_of(document) for document in stale)
        SearchDocument.objects.filter(pk__in=[document.pk for document in stale]).delete()
    if fresh:
        insert_rows(SearchDocument, _COLUMNS, ([getattr(document, n) for n in _COLUMNS] for document, _text in fresh))
        index.add([entry_of(document, text) for document, text in fresh], _recall)
    return len({document.pk for document in (*stale, *(document for document, _text in fresh))})


def _facets(ids: list[int]) -> dict[int, str]:
    """Return what the articles belong to, and see to it that the search knows the names."""
    of: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for kind, rows in (
        (NameKind.CATEGORY, Placement.objects.filter(article__in=ids).values_list("article", "category")),
        (NameKind.TAG, ArticleTag.objects.filter(content_object__in=ids).values_list("content_object", "tag")),
        (NameKind.AUTHOR, Authorship.objects.filter(article__in=ids).values_list("article", "author")),
    ):
        for article, key in rows:
            of[article].add((kind.value, key))
    remember_names(set().union(*of.values()))
    return defaultdict(str, {pk: " ".join(f"{kind}{key}" for kind, key in sorted(facets)) for pk, facets in of.items()})


def _document(article: Article, facets: str, old: SearchDocument | None) -> tuple[SearchDocument, SearchText | None]:
    """Return the document of an article, and its text where that had to be made or was handed in."""
    is_public = article.status == Status.PUBLISHED and article.trashed_at is None and article.withdrawn_at is None
    published_at = article.published_at if is_public else None
    texts = ArticleTexts(**{name: str(getattr(article, name)) for name in _FIELDS})
    digest = texts.digest()
    text = None
    if old is not None and old.version == VERSION and bytes(old.source_digest) == digest:
        pinyin, packed = old.pinyin, bytes(old.text)
    else:
        text = (_prepared.get() or {}).get(digest) or prepare_text(texts)
        pinyin, packed = text.pinyin, text.packed
    document = SearchDocument(
        article_id=article.pk,
        key=key_of(article.pk, published_at),
        published_at=published_at,
        expires_at=article.expires_at,
        source_digest=digest,
        version=VERSION,
        facets=facets,
        pinyin=pinyin,
        text=packed,
    )
    return document, text


def _differs(old: SearchDocument, new: SearchDocument) -> bool:
    names = ("key", "published_at", "expires_at", "version", "facets")
    return bytes(old.source_digest) != new.source_digest or any(getattr(old, n) != getattr(new, n) for n in names)


def rebuild(*, from_scratch: bool = False) -> Iterator[int]:
    """Write the index anew, newest articles first; yield the number of articles done after each batch.

    Each batch is a transaction of its own, so the site serves and is edited meanwhile, and readers find everything all
    along. The index is emptied first, and readers find what is done so far, with `from_scratch`; where documents were
    cut by older rules; and where entries were lost: what the index holds of them cannot be taken out one by one.
    Raises `AlreadyRunning` if another process is at it.
    """
    with exclusively("search-rebuild"):
        documents = SearchDocument.objects.all()
        if from_scratch or documents.exclude(version=VERSION).exists() or documents.count() != get_index().size():
            with transaction.atomic():
                documents.delete()
                get_index().clear()
        remember_all_names()
        gone = SearchDocument.objects.exclude(pk__in=Article.objects.values("pk"))
        index_articles(gone.values_list("pk", flat=True))
        done = 0
        last = None
        with filling() as catch_up:
            while True:
                # By id from the newest: what is written meanwhile is indexed by its own transaction.
                rows = Article.objects.order_by("-pk").values_list("pk", flat=True)
                batch = list((rows.filter(pk__lt=last) if last else rows)[:BATCH])
                if not batch:
                    break
                last = batch[-1]
                _index_batch(batch, anew=True)
                catch_up()
                done += len(batch)
                yield done
        get_index().settle()


def check() -> Iterator[str]:
    """Tell in words how index and articles differ: nothing, if every change was followed."""
    last = 0
    while True:
        articles = list(Article.objects.filter(pk__gt=last).order_by("pk").only(*_FIELDS, *_STATE)[:BATCH])
        if not articles:
            break
        last = articles[-1].pk
        ids = [article.pk for article in articles]
        facets = _facets(ids)
        stored = SearchDocument.objects.in_bulk(ids)
        for article in articles:
            old = stored.get(article.pk)
            new, _text = _document(article, facets[article.pk], None)
            if old is None:
                yield f"article {article.pk} is not in the index"
            elif _differs(old, new) or unpack(old.text) != unpack(new.text) or old.pinyin != new.pinyin:
                yield f"article {article.pk} stands in the index with other contents"
    for pk in SearchDocument.objects.exclude(pk__in=Article.objects.values("pk")).values_list("pk", flat=True):
        yield f"article {pk} is gone, its document is not"
    yield from name_faults()
    yield from get_index().faults(_all_entries())


def _all_entries() -> Iterator[Entry]:
    last = -1
    while True:
        documents = list(SearchDocument.objects.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not documents:
            return
        last = documents[-1].pk
        yield from map(entry_of, documents)


def forget_all() -> None:
    """Empty the index where no document is left: tables flushed by Django do not take it along."""
    if not SearchDocument.objects.exists():
        get_index().clear()
