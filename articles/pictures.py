"""Our own pictures for pages: which files of an image a browser may choose from. Nothing is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from articles.conf import site_url
from articles.models import Article, Image
from articles.models.image_use import digest_begins
from articles.text.body_pictures import Picture, own_files

_MAX_IN_BODY = 200
_WEBP = "-webp"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body needs beside itself to be shown: its language, and our own pictures by the addresses in it."""

    language: str = ""
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def cropped_picture(image: Image | None) -> Picture | None:
    """Return the picture in the shape of lists, 3:2, cropped around its focal point."""
    return _picture(image, "fill-")


def square_picture(image: Image | None) -> Picture | None:
    """Return a portrait, square around its focal point; in the shape of lists where that is not made yet."""
    is_made = image is not None and any(made.spec.startswith("square-") for made in image.renditions.all())
    return _picture(image, "square-" if is_made else "fill-")


def large_picture(image: Image | None) -> Picture | None:
    """Return the whole picture."""
    return _picture(image, "fit-")


def _picture(image: Image | None, family: str) -> Picture | None:
    """Return a picture from the renditions that were fetched before; the stored file where none are made yet."""
    if image is None or not image.file:
        return None
    made = [each for each in image.renditions.all() if each.spec.startswith(family)]
    plain = next((each for each in made if not each.spec.endswith(_WEBP)), None)
    if plain is None:
        return Picture(image.file.url, image.width, image.height)
    by_width = {each.width: each.file.url for each in made if each.spec.endswith(_WEBP)}
    webp = ", ".join(f"{url} {width}w" for width, url in sorted(by_width.items()))
    return Picture(plain.file.url, plain.width, plain.height, webp)


def body_pictures(body: str) -> dict[str, Picture]:
    """Return our own pictures in a body by the addresses that stand there: two queries, none without a picture."""
    found = own_files(body, media=settings.MEDIA_URL, site=site_url())
    digests = dict(list(found.items())[:_MAX_IN_BODY])
    if not digests:
        return {}
    wanted = Q()
    for digest in set(digests.values()):
        wanted |= digest_begins(digest)
    images = {image.digest[:32]: image for image in Image.objects.filter(wanted).prefetch_related("renditions")}
    pictures = {address: large_picture(images.get(digest)) for address, digest in digests.items()}
    return {address: picture for address, picture in pictures.items() if picture}


def stands_in_body(article: Article) -> bool:
    """Whether the body shows the lead picture: scraped posts name their first picture as the cover too."""
    names = [article.hero_image_url]
    if article.hero_image:
        files = [article.hero_image.file, *(made.file for made in article.hero_image.renditions.all())]
        names = [str(file.name) for file in files]
    return any(name and name in article.body for name in names)
