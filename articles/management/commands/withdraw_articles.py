"""Take everything of a source down, from the command line."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.actions.correcting import articles_of_source, withdraw_source
from articles.models import User


class Command(BaseCommand):
    help = "Withdraw every article of a source: 410, gone from lists, feeds, search and sitemaps."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", required=True, help="the source's name, or that of the import")
        parser.add_argument("--reason", required=True, help="kept with each article and in the log")
        parser.add_argument("--by", required=True, metavar="USER", help="the user name of whoever answers for it")
        parser.add_argument("--dry-run", action="store_true", help="count and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['by']!r}", returncode=2)
        if options["dry_run"]:
            self.stdout.write(f"would withdraw={articles_of_source(options['source']).count()}")
            return
        try:
            count = withdraw_source(options["source"], reason=options["reason"], by=user)
        except PermissionDenied as error:
            raise CommandError(str(error), returncode=1) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages), returncode=2) from error
        self.stdout.write(f"withdrawn={count}")
