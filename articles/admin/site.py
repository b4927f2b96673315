"""The paper's own data, and the people who sign in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from articles.admin.base import NewsroomAdmin, PlainTexts, UncountedChangeList, UncountedPaginator
from articles.models import SiteProfile, User


@admin.register(SiteProfile)
class SiteProfileAdmin(NewsroomAdmin):
    form = PlainTexts
    autocomplete_fields = ("logo", "favicon")
    fieldsets = (
        (None, {"fields": ("name", "tagline", "description", "logo", "favicon")}),
        (gettext_lazy("Footer and menu"), {"fields": ("record_number", "contact", "footer", "menu")}),
        (gettext_lazy("Search engines"), {"fields": ("noindex_sources",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:articles_siteprofile_change", args=[1]))


@admin.register(User)
class NewsroomUserAdmin(UserAdmin):
    paginator = UncountedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return UncountedChangeList

    get_paginator = NewsroomAdmin.get_paginator
    get_search_results = NewsroomAdmin.get_search_results
    search_condition = NewsroomAdmin.search_condition
