"""Writes the search index anew while the site serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models.locks import AlreadyRunning
from articles.search import rebuild


class Command(BaseCommand):
    help = "Write the search index anew, newest articles first; the site may serve and be edited meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from-scratch", action="store_true", help="Empty the index first; readers find what is done so far."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        try:
            for number in rebuild(from_scratch=options["from_scratch"]):
                if number % 1000 == 0:
                    self.stdout.write(f"{number} articles")
        except AlreadyRunning:
            raise CommandError("The index is being rebuilt by another process.") from None
        self.stdout.write(self.style.SUCCESS(f"{number} articles are in the index."))
