"""The picture library."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.base import MAX_LISTED, NewsroomAdmin, PlainTexts
from articles.models import Article, Image
from articles.renditions import MAX_BYTES, ImageRefused, remake_renditions, store_image

ACCEPTED = "image/jpeg,image/png,image/gif,image/webp,image/avif"


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


def preview(image: Image | None) -> str:
    """Return a small picture with its shape, for lists and forms."""
    if image is None or not image.file:
        return ""
    renditions = {rendition.spec: rendition for rendition in image.renditions.all()}
    small = renditions.get("fill-900x600", image)
    return format_html(
        '<img class="preview" src="{}" width="{}" height="{}" alt="{}">',
        small.file.url,
        small.width,
        small.height,
        image.alt_text,
    )


class ImageForm(PlainTexts):
    upload = PictureField(
        label=gettext_lazy("file"),
        required=False,
        help_text=gettext_lazy("JPEG, PNG, GIF, WebP or AVIF, up to 20 MB. Places and other hidden data are removed."),
    )

    class Meta:
        widgets = {
            "focal_x": forms.NumberInput(attrs={"step": "0.01", "min": 0, "max": 1}),
            "focal_y": forms.NumberInput(attrs={"step": "0.01", "min": 0, "max": 1}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "upload" in self.fields:
            self.fields["upload"].required = self.instance.pk is None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        upload = cleaned.get("upload")
        if upload and not self.errors:
            newest = Image.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            try:
                image = store_picture(upload)
            except ValidationError as error:
                self.add_error("upload", error)
                return cleaned
            if image.pk <= newest:
                self.add_error(
                    "upload",
                    ValidationError(
                        _("This picture is in the library already: number %(number)d."), params={"number": image.pk}
                    ),
                )
            else:
                self.instance = image  # the texts of the form are written onto the stored picture
        return cleaned


@admin.register(Image)
class ImageAdmin(NewsroomAdmin):
    form = ImageForm
    list_display = ("picture", "title", "credit", "size", "is_used", "created_at")
    list_display_links = ("picture", "title")
    ordering = ("-id",)
    search_fields = ("alt_text", "caption", "credit")
    readonly_fields = ("large_picture", "size", "used_by")
    texts = ("alt_text", "caption", "credit", "licence", "source_url")

    class Media:
        js = ("js/admin/focal_point.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("upload", *self.texts)}),)
        focus = (
            _("Focal point"),
            {
                "fields": ("large_picture", ("focal_x", "focal_y")),
                "description": _("Click into the picture at what crops must keep."),
            },
        )
        return ((None, {"fields": (*self.texts, "size", "used_by")}), focus)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            form.base_fields.pop("upload", None)
        return form

    def get_queryset(self, request: HttpRequest) -> Any:
        lead = Article.objects.filter(hero_image=OuterRef("pk")).order_by()
        return super().get_queryset(request).prefetch_related("renditions").annotate(leads=Exists(lead))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()
        if {"focal_x", "focal_y"} & set(form.changed_data):
            remake_renditions(obj)
        if not obj.alt_text:
            messages.warning(
                request, _("The picture has no alternative text: readers who cannot see it learn nothing.")
            )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        objs = list(objs)
        names, counts, perms, protected = super().get_deleted_objects(objs, request)
        titles = list(
            Article.objects.filter(hero_image__in=objs).order_by().values_list("title", flat=True)[:MAX_LISTED]
        )
        if titles:
            names += [_("These articles, and maybe more, lose their lead image:"), titles]
        return names, counts, perms, protected

    @admin.display(description=gettext_lazy("image"))
    def picture(self, image: Image) -> str:
        return preview(image)

    @admin.display(description=gettext_lazy("image"))
    def large_picture(self, image: Image) -> str:
        if not image.file:
            return ""
        shape = (image.file.url, image.width, image.height, image.alt_text)
        return format_html('<span class="focal"><img src="{}" width="{}" height="{}" alt="{}"></span>', *shape)

    @admin.display(description=gettext_lazy("alternative text"))
    def title(self, image: Image) -> str:
        return image.alt_text or image.caption or _("(none)")

    @admin.display(description=gettext_lazy("size"))
    def size(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("used"), boolean=True)
    def is_used(self, image: Any) -> bool:
        return image.leads

    @admin.display(description=gettext_lazy("lead image of"))
    def used_by(self, image: Image) -> str:
        articles = list(
            Article.objects.filter(hero_image=image).order_by().values_list("pk", "title")[: MAX_LISTED + 1]
        )
        rows = [(reverse("admin:articles_article_change", args=[pk]), title) for pk, title in articles[:MAX_LISTED]]
        more = _(" and more") if len(articles) > MAX_LISTED else ""
        return format_html("{}{}", format_html_join(_(", "), '<a href="{}">{}</a>', rows), more) if rows else _("none")
