"""The paper's own data."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from articles.admin.base import NewsroomAdmin, PlainTexts
from articles.models import SiteProfile


@admin.register(SiteProfile)
class SiteProfileAdmin(NewsroomAdmin):
    form = PlainTexts
    autocomplete_fields = ("logo", "favicon")
    fieldsets = (
        (None, {"fields": ("name", "tagline", "description", "logo", "favicon")}),
        (
            gettext_lazy("Footer and menu"),
            {"fields": ("record_number", "contact", "corrections_email", "footer", "menu")},
        ),
        (gettext_lazy("Search engines"), {"fields": ("noindex_sources",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:articles_siteprofile_change", args=[1]))
