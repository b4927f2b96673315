"""Names of exported files: the path an article came from, else one made of its day and slug; safe on any disk."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.utils import timezone

from articles.documents.readers.files import SUFFIXES
from articles.models import Article, ImportedFile

_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f<>:"|?*\\\\\ud800-\udfff]')
_MAX_BYTES = 180  # of 255, since a half-written file has a longer name
_MAX_DEPTH = 30
# Folders and names that importers pass over, or that we need ourselves.
_RESERVED = frozenset({"media", "node_modules", "public", "themes", "scaffolds", "_index", "readme", "license"})


def safe_path(key: str) -> str:
    """Return a relative path of an article file that is safe to make below a folder; two keys may give the same."""
    parts = [part.strip(" ") for part in key.split("/")]
    *folders, last = [part for part in parts if part not in {"", ".", ".."}][-_MAX_DEPTH:] or ["article"]
    if PurePosixPath(last).suffix.lower() not in SUFFIXES:
        last += ".md"
    name = PurePosixPath(_safe_part(last))
    stem = f"{name.stem}_" if name.stem.lower() in _RESERVED else name.stem
    return "/".join([*map(_safe_part, folders), stem + name.suffix])


def _safe_part(part: str) -> str:
    safe = _UNSAFE.sub("_", part).strip(" ")
    if safe.startswith(".") or not safe:
        safe = f"_{safe[1:]}"
    if safe.lower() in _RESERVED:
        safe = f"{safe}_"
    if len(safe.encode()) <= _MAX_BYTES:
        return safe
    stem, dot, suffix = safe.rpartition(".")
    mark = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    tail = f"-{mark}.{suffix}" if dot and len(suffix) < 10 else f"-{mark}"
    start = (stem if dot and len(suffix) < 10 else safe).encode()[: _MAX_BYTES - len(tail.encode())]
    return start.decode("utf-8", "ignore") + tail


class Names:
    """The file name of each article, by its number. Names differ also where a disk ignores case."""

    def __init__(self, numbers: Iterable[int]) -> None:
        """Name the articles of `numbers`, in their order."""
        self._by_number: dict[int, str] = {}
        used: set[str] = set()
        prefixes = _prefixes()
        for chunk in _chunks(numbers, 500):
            keys = _keys_of(chunk)
            rows = Article.objects.filter(pk__in=chunk).order_by("pk").values_list("pk", "slug", "published_at")
            for pk, slug, moment in rows:
                source, key = keys.get(pk, ("", ""))
                if not key:
                    day = timezone.localtime(moment).strftime("%Y/%m/%d-") if moment else "drafts/"
                    wanted = f"{day}{slug}.md"
                elif key.startswith("id:"):
                    wanted = f"{prefixes[source]}ids/{safe_path(key[3:].replace('/', '_'))}"
                else:
                    wanted = prefixes[source] + safe_path(key)
                self._by_number[pk] = _unused(wanted, used)

    def __getitem__(self, number: int) -> str:
        return self._by_number[number]

    def get(self, number: int | None) -> str:
        """Return the name of an article, empty for one that is not exported."""
        return self._by_number.get(number, "") if number is not None else ""


def _chunks(numbers: Iterable[int], size: int) -> Iterable[list[int]]:
    chunk: list[int] = []
    for number in numbers:
        chunk.append(number)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _keys_of(numbers: list[int]) -> dict[int, tuple[str, str]]:
    """Return source and path of the file that each article came from; of several the first."""
    rows = ImportedFile.objects.filter(article__in=numbers).order_by("-pk")
    values = rows.values_list("article", "source", "path", "key")
    return {article: (source, path or key) for article, source, path, key in values if article}


def _prefixes() -> dict[str, str]:
    """Return a folder for each source; none where all files came from one."""
    sources = sorted(set(ImportedFile.objects.values_list("source", flat=True).distinct()))
    if len(sources) < 2:
        return dict.fromkeys(sources, "")
    used: set[str] = set()
    prefixes = {}
    for source in sources:
        stem = _safe_part(PurePosixPath(source).name or "source")
        folder, number = stem, 2
        while folder.casefold() in used:
            folder, number = f"{stem}-{number}", number + 1
        used.add(folder.casefold())
        prefixes[source] = f"{folder}/"
    return prefixes


def _unused(wanted: str, used: set[str]) -> str:
    path = PurePosixPath(wanted)
    name, number = wanted, 2
    while name.casefold() in used:
        name, number = str(path.with_name(f"{path.stem}-{number}{path.suffix}")), number + 1
    used.add(name.casefold())
    return name
