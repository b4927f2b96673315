"""What all pages of the newsroom share: lists that are never counted, texts without control characters."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest

from articles.actions.auditing import note
from articles.models import Verb

MAX_PAGES = 200  # behind it a search or a month leads faster
MAX_LISTED = 10

# Control characters that no line of text needs; U+0000 the form field itself refuses.
UNWANTED = dict.fromkeys([*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])
UNWANTED |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def plain(text: str) -> str:
    """Return a text of the newsroom without control characters: feeds and terminals choke on them."""
    return text.translate(UNWANTED)


class UncountedPage(Page):
    """A page that knows whether another one follows."""

    follows = False

    def has_next(self) -> bool:
        return self.follows


class UncountedPaginator(Paginator):
    """Pages by offset without a total: each asks for one row more than it shows."""

    @cached_property
    def count(self) -> int:
        return MAX_PAGES * self.per_page

    def page(self, number: int | str) -> UncountedPage:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = self.rows(start, start + self.per_page + 1)
        page = UncountedPage(rows[: self.per_page], number, self)
        page.follows = len(rows) > self.per_page and number < MAX_PAGES
        return page

    def rows(self, start: int, end: int) -> list[Any]:
        return list(self.object_list[start:end])


class UncountedChangeList(ChangeList):
    """A list that shows "newer" and "older" instead of how many there are."""

    def get_results(self, request: HttpRequest) -> None:
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            self.page = self.paginator.page(self.page_num)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        self.result_list: Any = self.page.object_list
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = bool(self.result_list)
        self.can_show_all, self.multi_page = False, False

    def newer_link(self) -> str:
        """The address of the page before this one; empty on the first."""
        return self.get_query_string({"p": self.page.number - 1}) if self.page.number > 1 else ""

    def older_link(self) -> str:
        """The address of the page after this one; empty on the last."""
        return self.get_query_string({"p": self.page.number + 1}) if self.page.has_next() else ""


class _Numbers:
    """A choice by id: what is no id is no choice, and never reaches the database."""

    def optgroups(self, name: str, value: Sequence[Any], attrs: dict[str, Any] | None = None) -> Any:
        numbers = [str(entry) for entry in value if str(entry).isascii() and str(entry).isdigit()]
        return super().optgroups(name, [number for number in numbers if len(number) < 19], attrs)  # type: ignore[misc]


class Choice(_Numbers, AutocompleteSelect):
    """One row of another table, found by typing."""


class Choices(_Numbers, AutocompleteSelectMultiple):
    """Several rows of another table, found by typing."""


class PlainTexts(forms.ModelForm):
    """A form whose texts lose their control characters."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if type(value) is str:
                cleaned[name] = plain(value)
        return cleaned


class ChoosesByTyping:
    """Foreign keys named in `autocomplete_fields` get the choice that takes any input."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", Choice(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class Audited:
    """What is added, changed or deleted here gets an entry in the audit log."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        note(Verb.ADD, obj, by=request.user)  # type: ignore[arg-type]
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        fields = [name for part in message for name in part.get("changed", {}).get("fields", ())] if message else []
        note(Verb.CHANGE, obj, by=request.user, fields=[str(name) for name in fields])  # type: ignore[arg-type]
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            note(Verb.DELETE, obj, by=request.user)  # type: ignore[arg-type]
        return super().log_deletions(request, queryset)  # type: ignore[misc]


class NewsroomAdmin(Audited, ChoosesByTyping, admin.ModelAdmin):
    """Lists without a count, a search that takes any input, a question before deleting that stays short."""

    form = PlainTexts
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    paginator = UncountedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[Any] = ()
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UncountedChangeList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> Any:
        # The history pages through the log by number, as Django draws it.
        kind = Paginator if getattr(queryset, "model", None) is LogEntry else self.paginator
        return kind(queryset, per_page)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the filters that the list shows and no other: an address is not a query language."""
        named = self.get_list_filter(request) if request is not None else self.list_filter
        return lookup in {getattr(entry, "parameter_name", entry) for entry in named}

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        for word in search_term.translate(UNWANTED).replace("\0", " ").split()[:8]:
            queryset = queryset.filter(self.search_condition(word[:100]))
        return queryset, False

    def search_condition(self, word: str) -> Q:
        """Return what a row must fulfil to be found by `word`; no join, so no row is found twice."""
        condition = Q()
        for name in self.search_fields:
            condition |= Q(**{f"{name}__icontains": word})
        return condition

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name what is to be deleted, and a few of those that keep it from being deleted: never whole tables."""
        objs = list(objs)
        names = [str(obj) for obj in objs]
        return names, {self.opts.verbose_name_plural: len(objs)}, set(), self.users_of(objs)

    def users_of(self, objs: list[Any]) -> list[str]:
        """Return the names of up to `MAX_LISTED` rows that need `objs` to stay."""
        return []


def names_of(*rows: Iterable[models.Model]) -> list[str]:
    """Return the first names of several querysets, each cut by the database."""
    return [str(row) for queryset in rows for row in queryset[:MAX_LISTED]][:MAX_LISTED]  # type: ignore[index]
