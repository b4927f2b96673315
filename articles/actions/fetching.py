"""Pictures of other hosts into the media library: fetched a few at once, remembered, put in their articles' place."""

import html
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from articles.documents.readers.files import FileRefused, FoundFile, read_beside
from articles.documents.readers.web import FetchFailed, WebReader
from articles.models import Article, ArticleQuerySet, Image, RemoteImage
from articles.models.locks import exclusively
from articles.models.remote import digest_address
from articles.renditions import ImageRefused, store_image

LOCK = "fetch_images"
AT_ONCE = 4
_CHUNK = 50
_TRIES = 3
_IMAGE = re.compile(r'(<img [^<>]{0,8000}?src=")([^"<>]{1,2000})(")')


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How pictures are fetched. `media_root`: a folder that is looked into before the web, and for paths without host.

    `retry`: also what failed for good, or is to wait. `pause` sleeps between the tries for one picture.
    """

    media_root: Path | None = None
    at_once: int = AT_ONCE
    limit: int | None = None
    retry: bool = False
    reader: WebReader = field(default_factory=WebReader)
    pause: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class FetchReport:
    """Counts: pictures fetched (or found in the folder) and failed, articles changed."""

    fetched: int = 0
    failed: int = 0
    articles: int = 0

    def summary(self) -> str:
        """Return the last line of the command's output."""
        return f"fetched={self.fetched} failed={self.failed} articles={self.articles}"


def fetch_images(
    articles: ArticleQuerySet,
    options: FetchOptions,
    *,
    on_failure: Callable[[str, str], None] = lambda address, reason: None,
) -> FetchReport:
    """Fetch the remote pictures of `articles` and let bodies and leads show the library's copies.

    Readers see the same, so `updated_at` stays. What was fetched or failed is remembered: a run that was broken off is
    simply repeated. Raises AlreadyRunning while another one is at work.
    """
    with exclusively(LOCK):
        run = _Run(options, on_failure)
        numbers = articles.filter(_has_remote(options), trashed_at=None, withdrawn_at=None).order_by("pk")
        waiting = numbers.values_list("pk", flat=True).iterator(chunk_size=2000)
        while (chunk := list(islice(waiting, _CHUNK))) and not run.is_full:
            run.take(chunk)
        return run.report


def _has_remote(options: FetchOptions) -> Q:
    found = Q(body__contains='src="http') | ~Q(hero_image_url="")
    return found | Q(body__contains='src="/') if options.media_root else found


class _Run:
    def __init__(self, options: FetchOptions, on_failure: Callable[[str, str], None]) -> None:
        self._options, self._on_failure = options, on_failure
        self.report = FetchReport()

    @property
    def is_full(self) -> bool:
        return self._options.limit is not None and self.report.fetched + self.report.failed >= self._options.limit

    def take(self, numbers: list[int]) -> None:
        """Fetch what a few articles need, then change them."""
        rows = Article.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "body", "hero_image_url")
        wanted = {
            pk: addresses_in(body, hero, with_paths=self._options.media_root is not None) for pk, body, hero in rows
        }
        addresses = list(dict.fromkeys(address for found in wanted.values() for address in found))
        known = known_images(addresses)
        self._fetch([address for address in addresses if address not in known], known)
        for pk, found in wanted.items():
            if any(address in known for address in found):
                self.report.articles += _show_local(pk, known)

    def _fetch(self, addresses: list[str], known: dict[str, Image]) -> None:
        rows = {row.address_digest: row for row in RemoteImage.objects.filter(
            address_digest__in=[digest_address(address) for address in addresses])}  # fmt: skip
        now = timezone.now()
        due = []
        for address in addresses:
            row = rows.get(digest_address(address)) or RemoteImage(address=address)
            failed = bool(row.failure)
            if not failed or self._options.retry or (row.next_try_at and row.next_try_at <= now):
                due.append(row)
        if self._options.limit is not None:
            due = due[: max(0, self._options.limit - self.report.fetched - self.report.failed)]
        for row, result in _results(due, self._read, self._options.at_once):
            self._keep(row, result, known)

    def _read(self, row: RemoteImage) -> bytes | FetchFailed:
        """Return the bytes or the failure; runs in a thread and touches no database."""
        local = _from_folder(self._options.media_root, row.address)
        if local is not None:
            return local
        if row.address.startswith("/"):
            return FetchFailed("it is not in the folder that was given", is_final=False)
        for attempt in range(1, _TRIES + 1):
            try:
                return self._options.reader.read(row.address)
            except FetchFailed as failure:
                if failure.is_final or attempt == _TRIES:
                    return failure
                self._options.pause(4.0 ** (attempt - 1))
        raise AssertionError("a try ends by bytes or by a failure")

    def _keep(self, row: RemoteImage, result: bytes | FetchFailed, known: dict[str, Image]) -> None:
        now = timezone.now()
        if isinstance(result, bytes):
            try:
                source = row.address if row.address.startswith("http") else ""
                row.image = store_image(result, source_url=source)
            except ImageRefused as error:
                result = FetchFailed(str(error), is_final=True)
        if isinstance(result, FetchFailed):
            row.note_failure(str(result), is_final=result.is_final, at=now)
            self.report.failed += 1
            self._on_failure(row.address, str(result))
            return
        row.failure, row.tried_at, row.next_try_at = "", now, None
        row.save()
        self.report.fetched += 1
        if row.image:
            known[row.address] = row.image


def known_images(addresses: Iterable[str]) -> dict[str, Image]:
    """Return the library's copy of each address that has one."""
    digests = [digest_address(address) for address in addresses]
    rows = RemoteImage.objects.filter(address_digest__in=digests, image__isnull=False).select_related("image")
    return {row.address: row.image for row in rows if row.image}


def with_local_images(body: str, known: dict[str, Image]) -> str:
    """Return a body in which the pictures of `known` are the library's."""

    def local(match: re.Match[str]) -> str:
        image = known.get(html.unescape(match[2]))
        return f"{match[1]}{html.escape(image.file.url)}{match[3]}" if image else match[0]

    return _IMAGE.sub(local, body)


def addresses_in(body: str, hero: str, *, with_paths: bool = False) -> list[str]:
    """Return the addresses of pictures elsewhere in a body and a lead, each once; also paths without host if wanted."""
    found = [hero] if hero else []
    for match in _IMAGE.finditer(body):
        address = html.unescape(match[2])
        is_path = address.startswith("/") and not address.startswith(("//", settings.MEDIA_URL))
        if address.startswith(("https://", "http://")) or (with_paths and is_path):
            found.append(address)
    return list(dict.fromkeys(found))


@transaction.atomic
def _show_local(number: int, known: dict[str, Image]) -> int:
    """Change an article as it is now, whoever saved it meanwhile; return 1 if there was anything to change."""
    article = Article.objects.select_for_update().filter(pk=number).first()
    if article is None:
        return 0
    values: dict[str, object] = {}
    body = with_local_images(article.body, known)
    if body != article.body:
        values["body"] = body
    hero = known.get(article.hero_image_url)
    if hero is not None:
        values.update(hero_image=hero, hero_image_url="")
    return Article.objects.filter(pk=number).update(**values) if values else 0


def _results(
    rows: list[RemoteImage], read: Callable[[RemoteImage], bytes | FetchFailed], at_once: int
) -> Iterator[tuple[RemoteImage, bytes | FetchFailed]]:
    """Yield each row with its bytes or failure; no more than `at_once` pictures are under way or in memory."""
    fresh = iter(rows)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        running: dict[Future[bytes | FetchFailed], RemoteImage] = {}
        while True:
            for row in islice(fresh, at_once - len(running)):
                running[pool.submit(read, row)] = row
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()


def _from_folder(folder: Path | None, address: str) -> bytes | FetchFailed | None:
    """Return the bytes that a folder holds for an address, or why they cannot be used: by its whole path, or by an end.

    `https://old.example/wp-content/uploads/2020/a.jpg` is found as `wp-content/uploads/2020/a.jpg`, as
    `uploads/2020/a.jpg` and so on. The name alone is no evidence: at least one folder must fit where there is one.
    """
    if folder is None:
        return None
    try:
        parts = [part for part in urlsplit(address).path.split("/") if part]
    except ValueError:
        return None
    file = FoundFile(str(folder), "any", "any")
    refusal: FetchFailed | None = None
    for start in range(max(1, len(parts) - 1)):
        try:
            data = read_beside(file, "/".join(parts[start:])) if parts else None
        except FileRefused as error:
            refusal = refusal or FetchFailed(error.cause, is_final=True)
            continue
        if data is not None:
            return data
    return refusal
