"""Import article files: `manage.py import_articles PATH…` (docs/importing.md)."""

import os
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from unicodedata import normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from articles import conf
from articles.actions.fetching import FetchOptions, fetch_images
from articles.actions.importing import (
    Entry,
    ImportOptions,
    ImportReport,
    Outcome,
    PathRefused,
    count_files,
    import_files,
)
from articles.actions.notifying import tell_of_import
from articles.actions.redirecting import check_addresses
from articles.documents.document import DocumentError
from articles.documents.mapping import read_mapping
from articles.documents.readers.files import SUFFIXES, as_key, printable
from articles.management.ending import told_plainly
from articles.management.progress import Progress
from articles.models import Article, ImportedFile, Status
from articles.models.locks import AlreadyRunning

USAGE_ERROR = 2
BROKEN_OFF = 130
_ENDING = "ending after the batch at hand; once more ends at once"
_NO_NEWS = frozenset({Outcome.UNCHANGED, Outcome.SKIPPED})
MAX_JOBS = 256


class Command(BaseCommand):
    help = "Import article files: front matter with an HTML or Markdown body."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", metavar="PATH", type=Path, help="a file or a folder")
        parser.add_argument("--status", choices=["draft", "published"], default="published")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, change nothing")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="worker processes")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write one JSON object a file there")
        parser.add_argument("--overwrite", action="store_true", help="also where an editor changed the article")
        parser.add_argument("--categories", choices=["path", "set"], help="what a list of categories is")
        parser.add_argument("--source", default="", metavar="NAME", help="the files' source, by default their root")
        parser.add_argument("--time-zone", metavar="ZONE", help="of times without one")
        parser.add_argument("--permalink", default="", metavar="PATTERN", help="where articles stood, to redirect")
        parser.add_argument("--include", action="append", default=[], metavar="PATTERN", help="only these paths")
        parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="not these paths")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N files, for a trial")
        parser.add_argument(
            "--images", choices=["link", "local"], default="link", help="local: take remote pictures in"
        )
        parser.add_argument("--map", type=Path, metavar="FILE", help="renames sections, tags and authors on the way in")
        parser.add_argument("--media-root", type=Path, metavar="DIR", help="a folder to look for pictures first")
        parser.add_argument("--check-urls", type=Path, metavar="FILE", help="tell what old addresses answer afterwards")
        parser.add_argument(
            "--notify", action="append", default=[], metavar="MAIL", help="who gets a mail when something failed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = _read_addresses(options["check_urls"]) if options["check_urls"] else None
        if not options["paths"]:
            if addresses is None:
                raise usage_error("give the files or folders to import")
            with told_plainly():
                self._tell_answers(addresses)
            return
        failures: list[str] = []
        try:
            with told_plainly():
                self._run(options, addresses, failures)
        except (CommandError, SystemExit) as error:
            if options["notify"] and getattr(error, "returncode", 1) != USAGE_ERROR:
                tell_of_import(str(error) if isinstance(error, CommandError) else "", failures, to=options["notify"])
            raise
        except Exception as error:
            if options["notify"]:
                tell_of_import(f"{type(error).__name__}: {error}", failures, to=options["notify"])
            raise

    def _run(self, options: dict[str, Any], addresses: list[str] | None, failures: list[str]) -> None:
        report = self._import(options, failures)
        if options["images"] == "local" and not options["dry_run"]:
            self._fetch_images(options["media_root"])
        if addresses is not None:
            self._tell_answers(addresses)
        is_news = any(number for outcome, number in report.counts.items() if outcome not in _NO_NEWS)
        if options["verbosity"] or is_news:
            self.stdout.write(report.summary())
        if report.is_stopped:
            raise CommandError("broken off; run it again, nothing is done twice", returncode=BROKEN_OFF)
        if report.counts[Outcome.FAILED]:
            raise SystemExit(1)

    def _import(self, options: dict[str, Any], failures: list[str]) -> ImportReport:
        chosen = self._read(options)
        is_terminal = self.stderr.isatty()
        # The error stream of a terminal is red, which is not what a bar says.
        plain = OutputWrapper(self.stderr._out)  # type: ignore[arg-type]
        progress = Progress(plain, count_files(chosen) if is_terminal and options["verbosity"] else None)
        report_file = _Report(options["report"], chosen.paths) if options["report"] else None

        def tell(entry: Entry) -> None:
            if report_file:
                report_file.write(entry)
            if options["verbosity"]:
                progress.step()
            if entry.outcome is Outcome.FAILED:
                progress.clear()
                failures.append(entry.error)
                self.stderr.write(printable(f"failed: {entry.error}"))
            elif options["verbosity"] > 1:
                progress.clear()
                self.stdout.write(printable(f"{entry.outcome}: {entry.path} {entry.error}".rstrip()))

        try:
            with _refusals_told(), _until_interrupted(lambda: self.stderr.write(_ENDING)) as should_stop:
                report = import_files(
                    chosen,
                    on_entry=tell,
                    tell=lambda text: self.stderr.write(printable(text)),
                    should_stop=should_stop,
                )
            if report_file:
                report_file.begin()
        finally:
            progress.clear()
            if report_file:
                report_file.close()
        return report

    def _fetch_images(self, media_root: Path | None) -> None:
        """Take the pictures of imported articles in. One that fails is told, remembered, and no fault of a file."""
        imported = Article.objects.filter(pk__in=ImportedFile.objects.filter(article__isnull=False).values("article"))

        def tell(address: str, reason: str) -> None:
            self.stderr.write(printable(f"picture not taken: {address}: {reason}"))

        try:
            report = fetch_images(imported, FetchOptions(media_root), on_failure=tell)
        except (AlreadyRunning, OSError, KeyboardInterrupt) as error:
            reason = "another run fetches pictures" if isinstance(error, AlreadyRunning) else str(error) or "broken off"
            raise CommandError(f"{reason}; the articles are imported; run fetch_images for the pictures") from error
        self.stdout.write(report.summary())

    def _tell_answers(self, addresses: list[str]) -> None:
        counts = check_addresses(addresses)
        known = {200: counts[200], 301: counts[301], 410: counts[410], 404: counts[404]}
        self.stdout.write(" ".join(f"{status}={number}" for status, number in known.items()))

    def _read(self, options: dict[str, Any]) -> ImportOptions:
        if options["media_root"] and (options["images"] != "local" or not options["media_root"].is_dir()):
            raise usage_error("--media-root must be a folder, and --images local must stand beside it")
        try:
            zone = ZoneInfo(options["time_zone"] or settings.TIME_ZONE)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise usage_error(f"--time-zone: there is no zone {options['time_zone']!r}; write Asia/Shanghai") from error
        for name in ("jobs", "limit"):
            if options[name] is not None and options[name] < 1:
                raise usage_error(f"--{name} must be at least 1")
        if len(options["source"]) > 300:
            raise usage_error("--source is longer than 300 characters")
        return ImportOptions(
            paths=tuple(options["paths"]),
            zone=zone,
            is_zone_given=options["time_zone"] is not None,
            permalink=_pattern(options["permalink"]),
            status=Status(options["status"]),
            source=as_key(options["source"]),
            categories=options["categories"],
            jobs=min(options["jobs"], MAX_JOBS),
            limit=options["limit"],
            include=tuple(normalize("NFC", pattern) for pattern in options["include"]),
            exclude=tuple(normalize("NFC", pattern) for pattern in options["exclude"]),
            overwrite=options["overwrite"],
            dry_run=options["dry_run"],
            engines=conf.sanitizers(),
            map_data=_read_map(options["map"]) if options["map"] else b"",
        )


class _Report:
    """The file of --report. What it held goes with the first entry, since another run may be writing it."""

    def __init__(self, path: Path, paths: tuple[Path, ...]) -> None:
        self._path, self._begun = path, False
        try:
            place, *sources = (Path(os.path.realpath(each)) for each in (path, *paths))
            if any(place == each or (each in place.parents and place.suffix in SUFFIXES) for each in sources):
                raise usage_error(f"--report: {printable(str(path))} would be read as an article; write it elsewhere")
            # By lines: a run that is killed leaves whole ones.
            self._stream: IO[str] = path.open("a", encoding="ascii", buffering=1)
        except OSError as error:
            raise usage_error(f"--report: {error}") from error

    def begin(self) -> None:
        if not self._begun:
            self._begun = True
            if self._path.is_file():
                self._stream.truncate(0)

    def write(self, entry: Entry) -> None:
        self.begin()
        try:
            self._stream.write(entry.as_json() + "\n")
        except OSError as error:
            raise CommandError(f"the report cannot be written: {error}; run again, nothing is done twice") from error

    def close(self) -> None:
        with suppress(OSError):
            self._stream.close()


def _read_map(path: Path) -> bytes:
    """Return the bytes of a map that can be read."""
    try:
        data = path.read_bytes()
        read_mapping(data, source=printable(str(path)))
    except OSError as error:
        raise usage_error(f"--map: {printable(str(path))} cannot be read ({error.strerror})") from error
    except DocumentError as error:
        raise usage_error(f"--map: {error}") from error
    return data


def _read_addresses(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise usage_error(f"--check-urls: {printable(str(path))} cannot be read ({error})") from error


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except AlreadyRunning as error:
        raise CommandError("another import is running; wait until it has ended") from error
    except DocumentError as error:
        raise CommandError(printable(str(error))) from error
    except PathRefused as error:
        raise usage_error(str(error)) from error
    except KeyboardInterrupt as error:
        raise CommandError("broken off; run it again, nothing is done twice", returncode=BROKEN_OFF) from error


@contextmanager
def _until_interrupted(say: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C (or SIGTERM) asked for an end; a second one ends at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def hear(number: int, frame: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        say()

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pattern(text: str) -> str:
    if text and (":" not in text or not text.isprintable() or len(text) > 300):
        raise usage_error("--permalink needs a pattern such as :year/:month/:day/:title/")
    return text


def usage_error(text: str) -> CommandError:
    return CommandError(text, returncode=USAGE_ERROR)
