"""Make the renditions of pictures that are missing; what is there stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.models import Image
from articles.renditions import ImageRefused, repair_renditions


class Command(BaseCommand):
    help = "Make the picture files that pages need and that are missing, for example after an upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        images = made = failed = 0
        for image in Image.objects.order_by("pk").prefetch_related("renditions").iterator(chunk_size=200):
            images += 1
            try:
                made += repair_renditions(image)
            except (ImageRefused, OSError) as error:
                failed += 1
                self.stderr.write(f"{image.file.name}: {error}")
        self.stdout.write(f"images={images} made={made} failed={failed}")
        if failed:
            raise CommandError(f"{failed} pictures have no renditions: their files are damaged or gone")
