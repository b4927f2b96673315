"""Proves that the search index and the articles agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.search import check

MOST_SHOWN = 50


class Command(BaseCommand):
    help = "Compare the search index with every article; exit status 1 if they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for number, fault in enumerate(check(), start=1):
            if number <= MOST_SHOWN:
                self.stdout.write(fault)
        if number:
            raise CommandError(f"{number} faults; rebuild_search --from-scratch writes the index anew.")
        self.stdout.write(self.style.SUCCESS("The index and the articles agree."))
