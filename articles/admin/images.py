"""The picture library: the list as a grid, and the form of one picture."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.actions.rules import visible_to
from articles.admin.base import MAX_LISTED, NewsroomAdmin, PlainTexts, names_of
from articles.admin.picture_upload import PictureField, preview, store_picture
from articles.admin.picture_views import PictureViews
from articles.models import Article, Author, Image, ImageUse, SiteProfile
from articles.renditions import known_image, remake_renditions


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
            twin = known_image(upload.read())
            upload.seek(0)
            if twin is not None:
                text = _("This picture is in the library already: number %(number)d.")
                self.add_error("upload", ValidationError(text, params={"number": twin.pk}))
                return cleaned
            try:
                # The texts of the form are written onto the stored picture.
                self.instance = store_picture(upload)
            except ValidationError as error:
                self.add_error("upload", error)
        return cleaned


class TextFilter(admin.SimpleListFilter):
    """What is still to be written: alternative text, credit."""

    title = gettext_lazy("to do")
    parameter_name = "missing"
    fields = ("alt_text", "credit")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("alt_text", _("without alternative text")), ("credit", _("without credit"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        name = self.value()
        return queryset.filter(**{name: ""}) if name in self.fields else queryset


class UseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("in articles")), ("no", _("in no article"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        used = Exists(ImageUse.objects.filter(image=OuterRef("pk")))
        if self.value() == "yes":
            return queryset.filter(used)
        return queryset.filter(~used) if self.value() == "no" else queryset


@admin.register(Image)
class ImageAdmin(PictureViews, NewsroomAdmin):
    form = ImageForm
    list_display = ("picture", "title", "credit_line", "size", "used")
    list_display_links = ("picture", "title")
    list_filter = (TextFilter, UseFilter)
    list_per_page = 48
    ordering = ("-id",)
    search_fields = ("alt_text", "caption", "credit", "licence")
    search_help_text = gettext_lazy("Words of the texts and the credit; or the number of a picture.")
    readonly_fields = ("large_picture", "size", "used_in")
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
        return ((None, {"fields": (*self.texts, "size", "used_in")}), focus)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            form.base_fields.pop("upload", None)
        return form

    def get_queryset(self, request: HttpRequest) -> Any:
        uses = ImageUse.objects.filter(image=OuterRef("pk")).order_by().values("image").annotate(number=Count("pk"))
        number = Coalesce(Subquery(uses.values("number")), 0)
        return super().get_queryset(request).prefetch_related("renditions").annotate(number_of_uses=number)

    def search_condition(self, word: str) -> Q:
        condition = super().search_condition(word)
        return condition | Q(pk=int(word)) if word.isascii() and word.isdigit() and len(word) < 19 else condition

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()
        if {"focal_x", "focal_y"} & set(form.changed_data):
            remake_renditions(obj)
        if not obj.alt_text:
            messages.warning(
                request, _("The picture has no alternative text: readers who cannot see it learn nothing.")
            )

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if image := kwargs.get("obj"):
            # What somebody may not see stays unnamed here too.
            image.shown_uses = image.uses.filter(article__in=visible_to(request.user)).order_by("-article")  # type: ignore[arg-type]
        return super().render_change_form(request, context, *args, **kwargs)

    def users_of(self, objs: list[Any]) -> list[str]:
        articles = Article.objects.filter(image_uses__image__in=objs).for_lists().order_by()
        profile = SiteProfile.objects.filter(Q(logo__in=objs) | Q(favicon__in=objs))
        return names_of(articles, Author.objects.filter(portrait__in=objs).order_by(), profile)

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
        if image.alt_text:
            return image.alt_text
        return format_html('<span class="lacking">{}</span>', _("no alternative text"))

    @admin.display(description=gettext_lazy("credit"))
    def credit_line(self, image: Image) -> str:
        return image.credit

    @admin.display(description=gettext_lazy("size"))
    def size(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("used"))
    def used(self, image: Any) -> str:
        number = image.number_of_uses
        if not number:
            return _("not used")
        return ngettext("in %(count)d article", "in %(count)d articles", number) % {"count": number}

    @admin.display(description=gettext_lazy("used in"))
    def used_in(self, image: Any) -> str:
        found = list(image.shown_uses.values_list("article", "article__title", "as_lead", "in_body")[: MAX_LISTED + 1])
        if not found:
            return _("none")
        rows = []
        for pk, title, as_lead, in_body in found[:MAX_LISTED]:
            places = [_("lead image")] * as_lead + [_("in the text")] * in_body
            rows.append((reverse("admin:articles_article_change", args=[pk]), title, _(", ").join(places)))
        more = format_html("<li>{}</li>", _("and more")) if len(found) > MAX_LISTED else ""
        items = format_html_join("", '<li><a href="{}">{}</a> <span class="quiet">{}</span></li>', rows)
        return format_html('<ul class="uses">{}{}</ul>', items, more)
