"""Pictures that come in: what is refused, what is stripped, what is made of them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from PIL import Image as Pillow

from articles.models import Image, Rendition
from articles.renditions import MAX_BYTES, ImageRefused, check_image, remake_renditions, store_image

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
def test_a_picture_gets_its_renditions_for_every_browser_and_in_webp() -> None:
    image = store_image(picture((2400, 1800), kind="JPEG"))
    sizes = {rendition.spec: (rendition.width, rendition.height) for rendition in image.renditions.all()}
    assert sizes == {
        "fill-360x240-webp": (360, 240),
        "fill-900x600": (900, 600),
        "fill-900x600-webp": (900, 600),
        "fill-1500x1000-webp": (1500, 1000),
        "fit-480-webp": (480, 360),
        "fit-960-webp": (960, 720),
        "fit-1600": (1600, 1200),
        "fit-1600-webp": (1600, 1200),
    }
    for rendition in image.renditions.all():
        with default_storage.open(rendition.file.name) as stream:
            stored = Pillow.open(stream)
            assert stored.size == (rendition.width, rendition.height)
            assert stored.format == ("WEBP" if rendition.spec.endswith("webp") else "JPEG")


@pytest.mark.django_db
def test_crops_keep_the_focal_point() -> None:
    canvas = Pillow.new("RGB", (1800, 600), "#ffffff")
    canvas.paste("#a3171d", (1500, 0, 1800, 600))
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG")
    image = store_image(buffer.getvalue())
    Image.objects.filter(pk=image.pk).update(focal_x=1.0)
    for focus, colour in (("the middle", (255, 255, 255)), ("the edge", (163, 23, 29))):
        for rendition in image.renditions.filter(spec__startswith="fill-"):
            with default_storage.open(rendition.file.name) as stream:
                right = Pillow.open(stream).convert("RGB").getpixel((rendition.width - 2, 100))
            assert right == pytest.approx(colour, abs=6), (focus, rendition.spec)
        remake_renditions(Image.objects.get())


@pytest.mark.django_db
def test_the_command_makes_what_is_missing_and_names_what_it_cannot_make(capsys: Any) -> None:
    whole, broken = store_image(picture()), store_image(picture(colour="#123456"))
    Rendition.objects.filter(image=whole, spec="fit-1600-webp").delete()
    default_storage.delete(whole.renditions.get(spec="fill-900x600").file.name)
    Rendition.objects.filter(image=broken).delete()
    default_storage.delete(broken.file.name)
    with pytest.raises(CommandError, match="1"):
        call_command("make_renditions")
    out = capsys.readouterr()
    assert out.out.splitlines()[-1] == "images=2 made=2 failed=1"
    assert str(broken.file.name) in out.err
    assert all(default_storage.exists(made.file.name) for made in whole.renditions.all())
    assert whole.renditions.count() == 4
    broken.delete()
    call_command("make_renditions")
    assert capsys.readouterr().out.splitlines()[-1] == "images=1 made=0 failed=0"


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
    assert (Image.objects.get().alt_text, Rendition.objects.count()) == ("红", 4)


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
    assert len([path for path in media_root.rglob("*") if path.is_file()]) == 5
