"""Take the pictures of other hosts into the media library: `manage.py fetch_images` (docs/importing.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.actions.fetching import AT_ONCE, FetchOptions, fetch_images
from articles.documents.readers.files import printable
from articles.management.ending import told_plainly
from articles.models import Article
from articles.models.locks import AlreadyRunning

USAGE_ERROR = 2
MAX_AT_ONCE = 32


class Command(BaseCommand):
    help = "Fetch the pictures that articles show from other hosts, and show the library's copies instead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--media-root", type=Path, metavar="DIR", help="a folder to look into before the web")
        parser.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N", help="pictures under way at once")
        parser.add_argument("--limit", type=int, metavar="N", help="at most N pictures")
        parser.add_argument("--retry", action="store_true", help="also what failed before")

    @told_plainly()
    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["at_once"] <= MAX_AT_ONCE:
            raise CommandError(f"--at-once must be from 1 to {MAX_AT_ONCE}", returncode=USAGE_ERROR)
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit must be at least 1", returncode=USAGE_ERROR)
        if options["media_root"] and not options["media_root"].is_dir():
            raise CommandError("--media-root: there is no such folder", returncode=USAGE_ERROR)
        chosen = FetchOptions(options["media_root"], options["at_once"], options["limit"], options["retry"])

        def tell(address: str, reason: str) -> None:
            self.stderr.write(printable(f"failed: {address}: {reason}"))

        try:
            report = fetch_images(Article.objects.all(), chosen, on_failure=tell)
        except AlreadyRunning as error:
            raise CommandError("pictures are being fetched already; wait until that has ended") from error
        except OSError as error:
            raise CommandError(f"a picture cannot be stored: {error}; run it again, it goes on") from error
        except KeyboardInterrupt as error:
            raise CommandError("broken off; run it again, it goes on", returncode=130) from error
        self.stdout.write(report.summary())
        if report.failed:
            raise SystemExit(1)
