"""Image files: what comes in is decoded, cleaned and encoded anew; what readers load is made once and kept.

The bytes that somebody sent are never served: nothing but the pixels of the first frame survives, so metadata, places
and whatever else hides behind a valid header are gone.
"""

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from articles.models import Author, Image, Rendition
from articles.text.picture_bytes import is_bare_picture

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_EDGE = 4096
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")

# Recipe: width, height, whether the picture is cropped to them (around its focal point) or fitted into them. The two
# without a format are for every browser and for social cards, in the format that suits the picture.
SPECS: dict[str, tuple[int, int, bool]] = {
    "fill-900x600": (900, 600, True),  # lists and the lead story, 3:2
    "fill-360x240-webp": (360, 240, True),
    "fill-900x600-webp": (900, 600, True),
    "fill-1500x1000-webp": (1500, 1000, True),
    "square-240": (240, 240, True),  # portraits
    "square-240-webp": (240, 240, True),
    "fit-1600": (1600, 1600, False),  # the article's own page
    "fit-480-webp": (480, 480, False),
    "fit-960-webp": (960, 960, False),
    "fit-1600-webp": (1600, 1600, False),
}
_ALWAYS = frozenset({"fill-900x600", "fill-900x600-webp", "fit-1600", "fit-1600-webp"})
_OF_PORTRAITS = frozenset({"square-240", "square-240-webp"})
_SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_PNG_BYTES = 1_500_000  # a larger picture without transparency is a photograph


class ImageRefused(ValueError):
    """These bytes do not become a picture; the text says why, in the editor's language."""


def store_image(
    data: bytes, *, alt_text: str = "", caption: str = "", credit: str = "", licence: str = "", source_url: str = ""
) -> Image:
    """Return the image of these bytes, with its renditions: the one that is there already, or a new one.

    Raises ImageRefused. The texts are for a new image; one that is there keeps its own.
    """
    digest = hashlib.sha256(data).hexdigest()
    known = Image.objects.filter(digest=digest).first()
    if known is None:
        picture = _decode(data)
        content, suffix = _encode(picture)
        name = _write(f"images/{digest[:2]}/{digest[:32]}.{suffix}", content)
        known, _created = Image.objects.get_or_create(
            digest=digest,
            defaults={
                "file": name,
                "width": picture.width,
                "height": picture.height,
                "alt_text": alt_text,
                "caption": caption,
                "credit": credit,
                "licence": licence,
                "source_url": source_url,
            },
        )
    make_renditions(known)
    return known


def adopt_image(data: bytes, *, digest: str, **texts: object) -> Image:
    """Return the image that another site of this kind stored as these very bytes, under its name and `digest`.

    Encoding it anew would lose quality and change its address. So it must be what that site wrote: pixels and nothing
    else. Raises ImageRefused. The texts are for a new image; one that is there keeps its own.
    """
    known = Image.objects.filter(digest=digest).first()
    if known is None:
        if not re.fullmatch("[0-9a-f]{64}", digest) or not is_bare_picture(data):
            raise ImageRefused(_("The file is damaged, or it is not a picture."))
        picture = _decode(data)
        suffix = _SUFFIXES.get(picture.format or "")
        if suffix is None:
            raise ImageRefused(_("The file is damaged, or it is not a picture."))
        name = _write(f"images/{digest[:2]}/{digest[:32]}.{suffix}", data)
        size = {"width": picture.width, "height": picture.height}
        known, _created = Image.objects.get_or_create(digest=digest, defaults={"file": name, **size, **texts})
    make_renditions(known)
    return known


def known_image(data: bytes) -> Image | None:
    """Return the image that was stored from exactly these bytes."""
    return Image.objects.filter(digest=hashlib.sha256(data).hexdigest()).first()


def check_image(data: bytes) -> None:
    """Raise ImageRefused where `store_image` would; nothing is written."""
    _decode(data)


def wanted_specs(image: Image) -> set[str]:
    """Return the recipes that make sense for an image of this size and use: it is never enlarged."""
    unused = frozenset() if Author.objects.filter(portrait=image).exists() else _OF_PORTRAITS
    return {
        spec
        for spec, (width, height, is_crop) in SPECS.items()
        if spec in (_ALWAYS | _OF_PORTRAITS) - unused
        or spec not in _OF_PORTRAITS
        and (image.width >= width and image.height >= height if is_crop else max(image.width, image.height) > width)
    }


def make_renditions(image: Image) -> int:
    """Make the renditions that the image does not have yet; returns how many. Raises ImageRefused for a damaged file
    and OSError where it cannot be read.
    """
    missing = wanted_specs(image) - set(image.renditions.values_list("spec", flat=True))
    if not missing:
        return 0
    with image.file.storage.open(str(image.file.name)) as stream, _quiet_errors():
        picture = Pillow.open(stream, formats=FORMATS)
        picture.load()
    for spec in sorted(missing):
        derived = _derive(picture, spec, (image.focal_x, image.focal_y))
        content, suffix = _encode_webp(derived) if spec.endswith("-webp") else _encode(derived)
        mark = hashlib.sha256(content).hexdigest()[:8]
        name = _write(f"renditions/{image.digest[:2]}/{image.digest[:32]}.{spec}.{mark}.{suffix}", content)
        Rendition.objects.get_or_create(
            image=image, spec=spec, defaults={"file": name, "width": derived.width, "height": derived.height}
        )
    return len(missing)


def repair_renditions(image: Image) -> int:
    """Make the renditions that are missing, those whose file is gone too; returns how many. Raises as above."""
    gone = [made.pk for made in image.renditions.all() if not made.file.storage.exists(str(made.file.name))]
    if gone:
        image.renditions.filter(pk__in=gone).delete()
    return make_renditions(image)


def remake_renditions(image: Image) -> None:
    """Make all renditions anew, after the focal point moved; the files of the old ones go after the commit."""
    old = list(image.renditions.all())
    names = [(rendition.file.storage, rendition.file.name) for rendition in old]
    with transaction.atomic():
        image.renditions.all().delete()
        make_renditions(image)
        kept = set(image.renditions.values_list("file", flat=True))
        for storage, name in names:
            if name not in kept:
                transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]


@contextmanager
def _quiet_errors() -> Iterator[None]:
    """Turn whatever a decoder throws at hostile bytes into ImageRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            yield
    except ImageRefused:
        raise
    except Exception as error:
        raise ImageRefused(_("The file is damaged, or it is not a picture.")) from error


def _decode(data: bytes) -> Pillow.Image:
    if len(data) > MAX_BYTES:
        raise ImageRefused(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024})
    too_many = _("The picture has more than %(limit)d million pixels.") % {"limit": MAX_PIXELS // 1_000_000}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit is lower than the one that Pillow warns about
            picture: Pillow.Image = Pillow.open(io.BytesIO(data), formats=FORMATS)
    except Pillow.DecompressionBombError as error:
        raise ImageRefused(too_many) from error
    except Exception as error:
        raise ImageRefused(_("This is no JPEG, PNG, GIF, WebP or AVIF picture. SVG is not accepted.")) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise ImageRefused(too_many)
    if picture.width < 1 or picture.height < 1:
        raise ImageRefused(_("The file is damaged, or it is not a picture."))
    source_format = picture.format
    with _quiet_errors():
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        picture = _as_srgb(picture)
        picture.thumbnail((MAX_EDGE, MAX_EDGE), Pillow.Resampling.LANCZOS)
    # Only pixels go on; the format is remembered, since drawings stay lossless.
    bare = Pillow.new(picture.mode, picture.size)
    bare.paste(picture)
    bare.format = source_format
    return bare


def _as_srgb(picture: Pillow.Image) -> Pillow.Image:
    profile = picture.info.get("icc_profile")
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    if profile and picture.mode in {"RGB", "CMYK", "L"} and not has_alpha:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: the colours as they are
        if converted is not None:
            return converted
    return picture.convert("RGBA" if has_alpha else "RGB")


def _encode(picture: Pillow.Image) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    if picture.mode == "RGBA" or picture.format in {"PNG", "GIF"}:
        picture.save(buffer, "PNG", optimize=True)
        if picture.mode == "RGBA" or buffer.tell() <= _PNG_BYTES:
            return buffer.getvalue(), _SUFFIXES["PNG"]
        buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    return buffer.getvalue(), _SUFFIXES["JPEG"]


def _encode_webp(picture: Pillow.Image) -> tuple[bytes, str]:
    """A drawing stays lossless where that is no larger; everything else is a photograph."""
    lossy, lossless = io.BytesIO(), io.BytesIO()
    picture.save(lossy, "WEBP", quality=80, method=4)
    if picture.format in {"PNG", "GIF"}:
        picture.save(lossless, "WEBP", lossless=True, method=4)
        if lossless.tell() <= lossy.tell():
            lossy = lossless
    return lossy.getvalue(), _SUFFIXES["WEBP"]


def _derive(picture: Pillow.Image, spec: str, focus: tuple[float, float]) -> Pillow.Image:
    width, height, is_crop = SPECS[spec]
    if is_crop:
        # A small picture is cropped to the shape and not enlarged.
        scale = min(1.0, picture.width / width, picture.height / height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        derived = ImageOps.fit(picture, size, Pillow.Resampling.LANCZOS, centering=focus)
    else:
        derived = picture.copy()
        derived.thumbnail((width, height), Pillow.Resampling.LANCZOS)
    derived.format = picture.format
    return derived


def _write(name: str, content: bytes) -> str:
    """Write a file whose name tells its content; one that a broken run left half-written is replaced."""
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return name
        default_storage.delete(name)
    try:
        return default_storage.save(name, ContentFile(content))
    except OSError:
        # A full disk leaves the beginning of the file.
        default_storage.delete(name)
        raise
