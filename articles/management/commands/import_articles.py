"""Import article files: `manage.py import_articles PATH…` (docs/importing.md)."""

import os
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from articles import conf
from articles.actions.importing import Entry, ImportOptions, Outcome, import_files
from articles.documents.document import DocumentError
from articles.models import Status
from articles.models.locks import AlreadyRunning

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Import article files: front matter with an HTML or Markdown body."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="a file or a folder")
        parser.add_argument("--status", choices=[Status.DRAFT, Status.PUBLISHED], default=Status.PUBLISHED)
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, change nothing")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="worker processes")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write one JSON object a file there")
        parser.add_argument("--overwrite", action="store_true", help="also where an editor changed the article")
        parser.add_argument("--categories", choices=["path", "set"], help="what a list of categories is")
        parser.add_argument("--source", default="", metavar="NAME", help="the files' source, by default their root")
        parser.add_argument("--time-zone", default=settings.TIME_ZONE, metavar="ZONE", help="of times without one")
        parser.add_argument("--include", action="append", default=[], metavar="PATTERN", help="only these paths")
        parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="not these paths")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N files, for a trial")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._read(options)
        try:
            report_file = options["report"].open("w", encoding="utf-8") if options["report"] else nullcontext()
        except OSError as error:
            raise CommandError(f"--report: {error}", returncode=USAGE_ERROR) from error
        with report_file as stream:

            def tell(entry: Entry) -> None:
                if stream:
                    stream.write(entry.as_json() + "\n")
                if entry.outcome is Outcome.FAILED:
                    self.stderr.write(f"failed: {entry.error}")
                elif options["verbosity"] > 1:
                    self.stdout.write(f"{entry.outcome}: {entry.path} {entry.error}".rstrip())

            try:
                report = import_files(chosen, on_entry=tell)
            except AlreadyRunning as error:
                raise CommandError("another import is running; wait until it has ended") from error
            except FileNotFoundError as error:
                raise CommandError(f"there is no {str(error.filename)!r}", returncode=USAGE_ERROR) from error
            except DocumentError as error:
                raise CommandError(str(error), returncode=USAGE_ERROR) from error
        self.stdout.write(report.summary())
        if report.counts[Outcome.FAILED]:
            raise SystemExit(1)

    def _read(self, options: dict[str, Any]) -> ImportOptions:
        try:
            zone = ZoneInfo(options["time_zone"])
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(
                f"--time-zone: there is no zone {options['time_zone']!r}; write Asia/Shanghai", returncode=USAGE_ERROR
            ) from error
        for name in ("jobs", "limit"):
            if options[name] is not None and options[name] < 1:
                raise CommandError(f"--{name} must be at least 1", returncode=USAGE_ERROR)
        if len(options["source"]) > 300:
            raise CommandError("--source is longer than 300 characters", returncode=USAGE_ERROR)
        return ImportOptions(
            paths=tuple(options["paths"]),
            zone=zone,
            status=Status(options["status"]),
            source=options["source"],
            categories=options["categories"],
            jobs=options["jobs"],
            limit=options["limit"],
            include=tuple(options["include"]),
            exclude=tuple(options["exclude"]),
            overwrite=options["overwrite"],
            dry_run=options["dry_run"],
            engines=conf.sanitizers(),
        )
