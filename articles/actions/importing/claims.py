"""Old addresses that the files of a run claim: who came first keeps it, in a trial as in earnest."""

from collections.abc import Sequence

from articles.actions.importing.known import Incoming
from articles.actions.redirecting import add_old_addresses
from articles.documents.document import DocumentWarning
from articles.models import Redirect
from articles.text.addresses import decoded_key


class Claims:
    """Remembers which file of the run claimed an address: a trial takes its rows back, and knows all the same."""

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
                first = self._settled.get(key) or self._fresh.get(key)
                if first is not None and first != name:
                    text = f"the old address {path[:200]!r} belongs to {first} already, which keeps it"
                    told.setdefault(article, []).append(_warning(text))
                    continue
                free.setdefault(article, []).append(path)
                if key and key not in owned:
                    self._fresh[key] = name
        for article, texts in add_old_addresses(free).items():
            told.setdefault(article, []).extend(_warning(text) for text in texts)
        return told


def _warning(text: str) -> DocumentWarning:
    return DocumentWarning(text, key="permalink", reason="address")
