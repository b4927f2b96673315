"""What is stored of the files of a run, looked up many at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from articles.documents.preparing import Prepared
from articles.models import Article, ImportedFile
from articles.models.imported import digest_key

Identity = tuple[str, str]  # source, digest of the key


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it is remembered: what it held, and whether its article may be written. `absence` says why not.

    `run` is the run that created or last updated its article.
    """

    pk: int
    digest: str
    essence: str
    article: int | None
    absence: str
    is_merged: bool
    path: str
    map_digest: str = ""
    run: int | None = None


@dataclass(slots=True)
class Incoming:
    """A prepared file and the source it belongs to. `identity`, of which the writer asks often, is made once."""

    source: str
    prepared: Prepared
    key: str = field(init=False)
    identity: Identity = field(init=False)

    def __post_init__(self) -> None:
        document = self.prepared.document
        self.key = f"id:{document.own_id}" if document and document.own_id else self.prepared.file.key
        self.identity = self.source, digest_key(self.key)


_COLUMNS = (
    "source",
    "key_digest",
    "pk",
    "digest",
    "essence_digest",
    "article",
    "article__trashed_at",
    "article__withdrawn_at",
    "is_merged",
    "path",
    "map_digest",
    "run",
)


def look_up(identities: Iterable[Identity]) -> dict[Identity, Known]:
    """Return what is remembered of the files with these identities: one query."""
    wanted = set(identities)
    if not wanted:
        return {}
    rows = ImportedFile.objects.filter(
        source__in={source for source, _digest in wanted}, key_digest__in=[digest for _source, digest in wanted]
    )
    return {
        (source, digest): known_from(*values)
        for source, digest, *values in rows.values_list(*_COLUMNS)
        if (source, digest) in wanted
    }


def digests_of(source: str, key_digests: Iterable[str], map_digest: str | None) -> dict[str, tuple[str, int | None]]:
    """Return what the files of a source held, and their articles, by the digests of their keys.

    Files that were imported by another map than that of `map_digest`, where one is given, are left out.
    """
    rows = ImportedFile.objects.filter(source=source, key_digest__in=list(key_digests))
    if map_digest is not None:
        rows = rows.filter(map_digest=map_digest)
    return {key: (digest, article) for key, digest, article in rows.values_list("key_digest", "digest", "article")}


def absences() -> dict[int, str]:
    """Return the articles into which nothing may be imported, each with the reason; those that are gone aside."""
    gone = Article.objects.order_by("pk").values_list("pk", "trashed_at", "withdrawn_at")
    # One after the other: each condition has an index of its own.
    rows = chain(gone.filter(trashed_at__isnull=False), gone.filter(withdrawn_at__isnull=False))
    return {pk: absence_of(pk, trashed_at, withdrawn_at) for pk, trashed_at, withdrawn_at in rows}


def known_from(
    pk: int,
    digest: str,
    essence: str,
    article: int | None,
    trashed_at: object,
    withdrawn_at: object,
    is_merged: bool,
    path: str,
    map_digest: str,
    run: int | None,
) -> Known:
    absence = absence_of(article, trashed_at, withdrawn_at)
    return Known(pk, digest, essence, article, absence, is_merged, path, map_digest, run)


def absence_of(article: int | None, trashed_at: object, withdrawn_at: object) -> str:
    """Return why nothing may be imported into an article; empty if it may."""
    if article is None:
        return "the article was deleted and stays deleted"
    if trashed_at:
        return "the article is in the trash"
    return "the article is withdrawn" if withdrawn_at else ""
