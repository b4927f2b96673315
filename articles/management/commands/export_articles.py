"""Export articles as files: `manage.py export_articles DIR` (docs/importing.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.actions.exporting import ExportOptions, FolderRefused, export_articles
from articles.documents.readers.files import printable
from articles.management.ending import told_plainly

USAGE_ERROR = 2
_EVERY = 1000


class Command(BaseCommand):
    help = "Write every article into a file that import_articles reads, with the pictures beside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder, or one of an earlier export")
        parser.add_argument("--live", action="store_true", help="only what readers see now; else drafts and all")

    @told_plainly()
    def handle(self, *args: Any, **options: Any) -> None:
        count = 0

        def tell(path: str) -> None:
            nonlocal count
            count += 1
            if options["verbosity"] > 1:
                self.stdout.write(printable(path))
            elif options["verbosity"] and count % _EVERY == 0:
                self.stdout.write(f"{count} articles …")

        try:
            report = export_articles(ExportOptions(options["folder"], live_only=options["live"]), on_article=tell)
        except FolderRefused as error:
            raise CommandError(printable(str(error)), returncode=USAGE_ERROR) from error
        except OSError as error:
            raise CommandError(f"it cannot be written: {error}; run it again, it goes on") from error
        except KeyboardInterrupt as error:
            raise CommandError("broken off; run it again, it goes on", returncode=130) from error
        for text in report.failed:
            self.stderr.write(printable(f"failed: {text}"))
        self.stdout.write(report.summary())
        if report.failed:
            raise SystemExit(1)
