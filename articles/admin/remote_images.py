"""Pictures of other hosts: what was fetched, and what could not be."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.base import NewsroomAdmin
from articles.admin.import_words import import_text
from articles.models import Image, RemoteImage


class OutcomeFilter(admin.SimpleListFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("failed", _("not taken")), ("fetched", _("in the library"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "failed":
            return queryset.filter(image=None)
        return queryset.filter(image__isnull=False) if self.value() == "fetched" else queryset


@admin.register(RemoteImage)
class RemoteImageAdmin(NewsroomAdmin):
    """Nothing to edit: the command `fetch_images` writes it. Deleting an entry lets its address be tried afresh."""

    list_display = ("address", "image", "failure_text", "attempts", "tried_at", "next_try_at")
    list_filter = (OutcomeFilter,)
    ordering = ("-id",)
    search_fields = ("address", "failure")
    readonly_fields = fields = ("address", "image", "failure_text", "attempts", "tried_at", "next_try_at")

    @admin.display(description=gettext_lazy("failure"), ordering="failure")
    def failure_text(self, row: RemoteImage) -> str:
        return import_text(row.failure)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        names = Prefetch("image", Image.objects.only("alt_text", "caption", "file"))
        return super().get_queryset(request).prefetch_related(names)
