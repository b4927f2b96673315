"""Files that editors hand in as pictures: one at a time in a form, or many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.base import PlainTexts, plain
from articles.models import Image
from articles.renditions import MAX_BYTES, ImageRefused, known_image, store_image

ACCEPTED = "image/jpeg,image/png,image/gif,image/webp,image/avif"
MAX_FILES = 50


class PictureField(forms.FileField):
    """A file that must be a picture; its content is looked at by `store_picture`, its name is not believed."""

    widget = forms.FileInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> Any:
        data = super().clean(data, initial)
        if data and data.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)d MB."), params={"limit": MAX_BYTES // 1024 // 1024}
            )
        return data


def store_picture(upload: UploadedFile, **texts: str) -> Image:
    """Store an uploaded picture; raises ValidationError with the reason where it is refused."""
    try:
        return store_image(upload.read(), **texts)
    except ImageRefused as error:
        raise ValidationError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file: a new picture, one that was there already, or none, with the reason."""

    name: str
    image: Image | None = None
    is_new: bool = False
    error: str = ""


def receive(upload: UploadedFile, **texts: str) -> Received:
    """Store one file; it never raises for what is in the file. The texts are for a picture that is new."""
    name = str(upload.name or "")
    if (upload.size or 0) > MAX_BYTES:
        return Received(name, error=_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024})
    data = upload.read()
    twin = known_image(data)
    if twin is not None:
        return Received(name, twin)
    try:
        return Received(name, store_image(data, **texts), is_new=True)
    except ImageRefused as error:
        return Received(name, error=str(error))


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Up to `MAX_FILES` files in one field; each is looked at by `receive`."""

    widget = _ManyFiles(attrs={"accept": ACCEPTED, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise ValidationError(self.error_messages["required"], code="required")
        return files


class UploadForm(forms.Form):
    """Many files, and the texts that all of them share."""

    pictures = PicturesField(
        label=gettext_lazy("files"),
        help_text=gettext_lazy(
            "JPEG, PNG, GIF, WebP or AVIF, each up to 20 MB. Places and other hidden data are removed."
        ),
    )
    credit = forms.CharField(label=gettext_lazy("credit"), required=False, max_length=200)
    licence = forms.CharField(label=gettext_lazy("licence"), required=False, max_length=200)

    def texts(self) -> dict[str, str]:
        """Return the texts for the pictures, without control characters."""
        return {name: plain(self.cleaned_data.get(name) or "") for name in ("credit", "licence")}


class DescriptionForm(PlainTexts):
    """The texts of one picture in a page of several."""

    class Meta:
        model = Image
        fields = ("alt_text", "caption", "credit")
        widgets = {
            "alt_text": forms.TextInput(attrs={"class": "vTextField"}),
            "caption": forms.TextInput(attrs={"class": "vTextField"}),
            "credit": forms.TextInput(attrs={"class": "vTextField"}),
        }


def descriptions(data: Any, images: Iterable[Image]) -> list[DescriptionForm]:
    """Return a form for each picture, its fields named by the picture's id."""
    return [DescriptionForm(data, instance=image, prefix=f"image-{image.pk}") for image in images]


def preview(image: Image | None) -> str:
    """Return a small picture with its shape, for lists and forms."""
    if image is None or not image.file:
        return ""
    small = thumbnail(image)
    return format_html(
        '<img class="preview" src="{}" width="{}" height="{}" alt="{}">',
        small.file.url,
        small.width,
        small.height,
        image.alt_text,
    )


def thumbnail(image: Image) -> Any:
    """Return the smallest of the renditions in the shape of lists that were fetched before, else the image itself."""
    small = [each for each in image.renditions.all() if each.spec.startswith("fill-")]
    return min(small, key=lambda each: each.width) if small else image
