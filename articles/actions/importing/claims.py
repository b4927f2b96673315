"""Old addresses that the files of a run claim: who came first keeps it, in a trial as in earnest."""

from collections.abc import Iterable, Sequence

from articles.actions.importing.known import Incoming
from articles.actions.importing.taxonomy import Taxonomy
from articles.actions.redirecting import add_old_addresses
from articles.documents.addresses import ListPlace
from articles.documents.document import DocumentWarning
from articles.documents.preparing import Prepared
from articles.models import Redirect, RedirectOrigin
from articles.text.addresses import decoded_key


class _Memory:
    """Who claimed an address: settled with the batches before, fresh in the one at hand."""

    def __init__(self) -> None:
        self._settled: dict[str, str] = {}
        self._fresh: dict[str, str] = {}

    def settle(self) -> None:
        """The batch is decided for good."""
        self._settled |= self._fresh
        self._fresh.clear()

    def forget(self) -> None:
        """The batch will be tried again."""
        self._fresh.clear()

    def _first(self, key: str) -> str | None:
        return self._settled.get(key) or self._fresh.get(key)


class Claims(_Memory):
    """Remembers which file of the run claimed an address: a trial takes its rows back, and knows all the same."""

    def keep(self, wanted: Sequence[tuple[int, Incoming, Sequence[str]]]) -> dict[int, list[DocumentWarning]]:
        """Remember the addresses of articles (id, file, addresses); return what has to be said, by article."""
        keys = {path: decoded_key(path) for _article, _incoming, paths in wanted for path in paths}
        if not keys:
            return {}
        owned = set(Redirect.objects.filter(old_path__in=set(keys.values())).values_list("old_path", flat=True))
        told: dict[int, list[DocumentWarning]] = {}
        free: dict[int, list[str]] = {}
        for article, incoming, paths in wanted:
            name = incoming.prepared.file.name
            for path in paths:
                key = keys[path]
                first = self._first(key)
                if first is not None and first != name:
                    told.setdefault(article, []).append(_taken(path, first))
                    continue
                free.setdefault(article, []).append(path)
                if key and key not in owned:
                    self._fresh[key] = name
        for article, texts in add_old_addresses(free).items():
            told.setdefault(article, []).extend(_warning(text) for text in texts)
        return told


class ListClaims(_Memory):
    """Remembers which list of the old site claimed an address, as `Claims` does for articles."""

    def keep(self, files: Iterable[tuple[int, Prepared]], taxonomy: Taxonomy) -> dict[int, list[DocumentWarning]]:
        """Remember where the old site had the lists that new files (article's id, file) name; return what to say."""
        told: dict[int, list[DocumentWarning]] = {}
        wanted: dict[str, tuple[int, str]] = {}
        pages: dict[ListPlace, str] = {}
        for article, prepared in files:
            for place in prepared.list_places:
                key = decoded_key(place.old_path)
                if place not in pages:
                    pages[place] = taxonomy.list_page(place)
                page = pages[place]
                first = self._first(key)
                if not key or not page or first == page:
                    continue
                if first is None:
                    self._fresh[key] = page
                    wanted[key] = article, page
                else:
                    told.setdefault(article, []).append(_taken(place.old_path, first))
        if wanted:
            taxonomy.note_made("redirects", self._store(wanted, told))
        return told

    @staticmethod
    def _store(wanted: dict[str, tuple[int, str]], told: dict[int, list[DocumentWarning]]) -> list[int]:
        owned = {row.old_path: row for row in Redirect.objects.filter(old_path__in=list(wanted))}
        new = []
        for key, (article, page) in wanted.items():
            row = owned.get(key)
            if row is None:
                new.append(Redirect(old_path=key, new_path=page, origin=RedirectOrigin.IMPORT))
            elif row.new_path != page:
                holder = f"article {row.article_id}" if row.article_id else row.new_path or "a redirect"
                told.setdefault(article, []).append(_taken(key, holder))
        return [row.pk for row in Redirect.objects.bulk_create(new)]


def _taken(path: str, holder: str) -> DocumentWarning:
    return _warning(f"the old address {path[:200]!r} belongs to {holder} already, which keeps it")


def _warning(text: str) -> DocumentWarning:
    return DocumentWarning(text, key="permalink", reason="address")
