"""Take a step of the workflow with articles, from the command line: for whoever keeps the site, and for scripts."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.actions.workflow import STEPS, OutOfStep, perform
from articles.models import Article, User, Verb


class Command(BaseCommand):
    help = "Take a step with articles as a user would: submit, send_back, publish, archive, withdraw …"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="+", type=int, metavar="ID", help="number of an article")
        parser.add_argument("step", choices=[step.value for step in STEPS], metavar="STEP", help=", ".join(STEPS))
        parser.add_argument("--by", required=True, metavar="USER", help="the user who takes the step and may take it")
        parser.add_argument("--at", type=_moment, metavar="TIME", help="when to publish: 2026-12-01T08:00[+08:00]")
        parser.add_argument("--comment", default="", metavar="TEXT", help="needed to send back and to withdraw")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['by']!r}", returncode=2)
        step = Verb(options["step"])
        if options["at"] and step is not Verb.PUBLISH:
            raise CommandError("--at goes with publish alone", returncode=2)
        refused = 0
        for number in dict.fromkeys(options["ids"]):
            try:
                with transaction.atomic():
                    article = perform(step, Article(pk=number), by=user, comment=options["comment"], when=options["at"])
                    transaction.set_rollback(options["dry_run"])
            except (OutOfStep, PermissionDenied, Article.DoesNotExist) as error:
                refused += 1
                self.stderr.write(f"{number}: {error}")
            else:
                self.stdout.write(f"{number}: {article.status}")
        self.stdout.write(f"done={len(set(options['ids'])) - refused} refused={refused}")
        if refused:
            raise CommandError(f"{refused} articles were left as they are", returncode=1)


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(f"{text!r} is no time; write 2026-12-01T08:00")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
