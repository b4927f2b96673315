"""Pictures that come in: what is refused, what is stripped, what is made of them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image as Pillow

from articles.models import Image, Rendition
from articles.renditions import MAX_BYTES, ImageRefused, check_image, store_image

GPS, ORIENTATION = 0x8825, 0x0112


def picture(size: tuple[int, int] = (60, 40), colour: str = "#a3171d", kind: str = "PNG", **saving: Any) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", size, colour).save(buffer, kind, **saving)
    return buffer.getvalue()


def header_of(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel whose header tells of more than the file holds."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def with_place() -> bytes:
    """A JPEG on its side, with the place where it was taken, in Exif and XMP."""
    exif = Pillow.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 15.0, 0.0)})
    return picture((60, 40), kind="JPEG", exif=exif, xmp=b"<x:xmpmeta>secret place</x:xmpmeta>", comment=b"secret")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data",
    [
        header_of(13_000, 13_000),
        header_of(100_000, 100_000),
        b"<html><script>alert(1)</script></html>",
        SVG,
        b'<?xml version="1.0"?>' + SVG,
        zlib.compress(SVG),
        picture()[:60],
        b"",
        b"\0" * (MAX_BYTES + 1),
    ],
    ids=["bomb", "larger-bomb", "html", "svg", "svg-xml", "svgz", "cut", "empty", "too-large"],
)
def test_what_is_no_honest_picture_is_refused(data: bytes) -> None:
    check_image(picture())
    with pytest.raises(ImageRefused):
        check_image(data)


def test_a_bomb_is_refused_by_its_header_and_says_so() -> None:
    for size in (13_000, 100_000):
        with pytest.raises(ImageRefused, match="40"):
            check_image(header_of(size, size))


@pytest.mark.django_db
def test_a_picture_gets_two_renditions() -> None:
    image = store_image(picture((2400, 1800), kind="JPEG"))
    sizes = {rendition.spec: (rendition.width, rendition.height) for rendition in image.renditions.all()}
    assert sizes == {"fill-900x600": (900, 600), "fit-1600": (1600, 1200)}
    for rendition in image.renditions.all():
        with default_storage.open(rendition.file.name) as stream:
            assert Pillow.open(stream).size == (rendition.width, rendition.height)


@pytest.mark.django_db
def test_a_small_picture_is_not_enlarged() -> None:
    image = store_image(picture((60, 60)))
    assert {(each.width, each.height) for each in image.renditions.all()} == {(60, 40), (60, 60)}


@pytest.mark.django_db
def test_the_place_is_stripped_and_the_picture_stands_upright() -> None:
    data = with_place()
    assert Pillow.open(io.BytesIO(data)).getexif().get_ifd(GPS)
    assert b"secret" in data
    image = store_image(data)
    assert (image.width, image.height) == (40, 60)
    for file in (image.file, *(rendition.file for rendition in image.renditions.all())):
        with default_storage.open(file.name) as stream:
            stored = stream.read()
        assert b"secret" not in stored
        assert not Pillow.open(io.BytesIO(stored)).getexif()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_what_hides_behind_a_picture_is_not_kept(kind: str) -> None:
    image = store_image(picture(kind=kind) + b"<script>alert(1)</script>PK\x05\x06")
    with default_storage.open(image.file.name) as stream:
        assert b"<script>" not in stream.read()


@pytest.mark.django_db
def test_the_first_frame_of_a_film_is_the_picture() -> None:
    frames = [Pillow.new("RGB", (30, 20), colour) for colour in ("#f00", "#0f0", "#00f")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    image = store_image(buffer.getvalue())
    with default_storage.open(image.file.name) as stream:
        stored = Pillow.open(stream)
        assert getattr(stored, "n_frames", 1) == 1
        assert stored.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.django_db
def test_the_same_bytes_are_one_image() -> None:
    assert store_image(picture(), alt_text="红") == store_image(picture(), alt_text="绿")
    assert (Image.objects.get().alt_text, Rendition.objects.count()) == ("红", 2)


@pytest.mark.django_db
def test_a_full_disk_leaves_no_half_file(monkeypatch: pytest.MonkeyPatch, media_root: Path) -> None:
    save = FileSystemStorage.save

    def full(self: FileSystemStorage, name: str, content: Any, **kwargs: Any) -> str:
        save(self, name, content, **kwargs)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    with pytest.raises(OSError, match="space"):
        store_image(picture())
    assert [path for path in media_root.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    store_image(picture())
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 3
