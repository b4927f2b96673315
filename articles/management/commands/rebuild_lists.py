"""Write every article's place in the lists anew, and the numbers of the lists with them."""

from typing import Any

from django.core.management.base import BaseCommand

from articles.models import rebuild_lists


class Command(BaseCommand):
    help = "Write the lists of all articles and their counts anew: after TIME_ZONE changed, or after a restored backup."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"articles={rebuild_lists()}")
