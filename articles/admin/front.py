"""The front page's pinned stories, and the standing pages."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.article_form import BodyField
from articles.admin.base import NewsroomAdmin, PlainTexts
from articles.admin.taxonomy import SectionChoice, SectionField
from articles.models import Article, Pin, StandingPage
from articles.text.slugs import make_slug, unique_slug


@admin.register(Pin)
class PinAdmin(NewsroomAdmin):
    list_display = ("place", "story", "state", "begin", "end")
    list_display_links = ("story",)
    ordering = ("-ends_at", "slot", "position", "-id")
    search_fields = ("article__title",)
    autocomplete_fields = ("article",)
    fields = ("article", "slot", "category", "position", "starts_at", "ends_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        live = Article.objects.live().filter(pk=OuterRef("article_id"))
        rows = super().get_queryset(request).select_related("article", "category")
        return rows.defer("article__body", "article__internal_note").annotate(readers_see_it=Exists(live))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "category":
            kwargs.update(widget=SectionChoice(db_field, self.admin_site), form_class=SectionField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("place"))
    def place(self, pin: Pin) -> str:
        return f"{pin.get_slot_display()} · {pin.category}" if pin.category else pin.get_slot_display()

    @admin.display(description=gettext_lazy("title"))
    def story(self, pin: Pin) -> str:
        return pin.article.title

    @admin.display(description=gettext_lazy("status"))
    def state(self, pin: Any) -> str:
        now = timezone.now()
        if pin.ends_at <= now:
            word = _("ended")
        elif pin.starts_at and pin.starts_at > now:
            word = _("waits for its time")
        elif not pin.readers_see_it:
            word = _("readers do not see this article")
        else:
            return format_html("<strong>{}</strong>", _("shown"))
        return word

    @admin.display(description=gettext_lazy("from"))
    def begin(self, pin: Pin) -> str:
        return _minute(pin.starts_at)

    @admin.display(description=gettext_lazy("until"))
    def end(self, pin: Pin) -> str:
        return _minute(pin.ends_at)


def _minute(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


class StandingPageForm(PlainTexts):
    body = BodyField(label=gettext_lazy("body"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("slug") and cleaned.get("title"):
            taken = StandingPage.objects.exclude(pk=self.instance.pk)
            cleaned["slug"] = unique_slug(make_slug(cleaned["title"]), lambda slug: taken.filter(slug=slug).exists())
        return cleaned


@admin.register(StandingPage)
class StandingPageAdmin(NewsroomAdmin):
    form = StandingPageForm
    list_display = ("title", "address", "in_footer", "is_public", "position")
    ordering = ("position", "slug")
    search_fields = ("title", "slug")
    fields = ("title", "body", "slug", "language", "in_footer", "is_public", "position")

    @admin.display(description=gettext_lazy("address"))
    def address(self, page: StandingPage) -> str:
        return page.get_absolute_url()

    def view_on_site(self, page: StandingPage) -> str | None:
        return page.get_absolute_url() if page.is_public else None

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        # One by one: each forgets the footer that is cached.
        for page in queryset:
            page.delete()
