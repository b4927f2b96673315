"""Clean every stored body by today's policy: `manage.py resanitize_articles` (docs/importing.md)."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.actions.resanitizing import ResanitizeOptions, ResanitizeReport, resanitize_articles
from articles.documents.readers.files import printable
from articles.documents.resanitizing import Resanitized
from articles.management.ending import told_plainly
from articles.models.locks import AlreadyRunning

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Clean every stored article by today's policy, from the original bytes where they are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what would change")
        parser.add_argument("--after", type=int, default=0, metavar="NUMBER", help="go on behind this article")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="worker processes")

    @told_plainly()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["jobs"] < 1 or options["after"] < 0:
            raise CommandError("--jobs must be at least 1, --after at least 0", returncode=USAGE_ERROR)
        chosen = ResanitizeOptions(options["dry_run"], options["after"], options["jobs"])
        report = ResanitizeReport(last=options["after"])

        def tell(result: Resanitized) -> None:
            if result.error:
                self.stderr.write(printable(f"failed: article {result.number}: {result.error}"))
            elif options["verbosity"] > 1:
                origin = "from its original" if result.is_from_original else "as it stands"
                removed = ", ".join(f"{each.name} {each.count}" for each in result.removed)
                self.stdout.write(printable(f"article {result.number} ({origin}): {removed}"))

        try:
            resanitize_articles(chosen, report, on_change=tell)
        except AlreadyRunning as error:
            raise CommandError("an import or another such run is at work; wait until it has ended") from error
        except KeyboardInterrupt as error:
            self.stdout.write(report.summary())
            raise CommandError(f"broken off; go on with --after {report.last}", returncode=130) from error
        self.stdout.write(report.summary())
        if report.failed:
            raise SystemExit(1)
