"""Take an import run back: `manage.py undo_import RUN` (docs/importing.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.actions.importing import UndoReport, undo_run
from articles.management.ending import told_plainly
from articles.models import ImportRun
from articles.models.locks import AlreadyRunning

USAGE_ERROR = 2


class Command(BaseCommand):
    help = "Take an import run back, except what an editor or a later run touched since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the run, as the admin shows it")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, change nothing")

    @told_plainly()
    def handle(self, *args: Any, **options: Any) -> None:
        run = ImportRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"there is no run {options['run']}", returncode=USAGE_ERROR)

        def tell(report: UndoReport) -> None:
            if options["verbosity"] > 1:
                self.stdout.write(report.summary())

        try:
            report = undo_run(run, dry_run=options["dry_run"], on_batch=tell)
        except AlreadyRunning as error:
            raise CommandError("an import is running; wait until it has ended") from error
        except KeyboardInterrupt as error:
            raise CommandError("broken off; run it again, it goes on", returncode=130) from error
        for number, reason in report.kept:
            self.stderr.write(f"kept: article {number}: {reason}")
        self.stdout.write(report.summary())
