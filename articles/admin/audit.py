"""The audit log, to read: filters that stay cheap, nothing to change."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from articles.admin.base import NewsroomAdmin
from articles.models import AuditEntry, User, Verb

MAX_PEOPLE = 200


class VerbFilter(admin.SimpleListFilter):
    title = gettext_lazy("act")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Verb.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() in Verb.values else queryset


class ActorFilter(admin.SimpleListFilter):
    title = gettext_lazy("user")
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        people = User.objects.filter(is_staff=True).order_by("username").values_list("pk", "username")
        return [(str(pk), name) for pk, name in people[:MAX_PEOPLE]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(actor=self.value()) if self.value() in known else queryset


# What the details of an act are called; ids are left out.
_DETAILS = {
    "merged": gettext_lazy("merged"),
    "articles": gettext_lazy("articles"),
    "added": pgettext_lazy("act", "added"),
    "removed": gettext_lazy("taken out"),
    "when": gettext_lazy("time"),
    "role": gettext_lazy("role"),
    "to": gettext_lazy("assigned to"),
    "held_by": gettext_lazy("taken over from"),
    "parted_from": gettext_lazy("parted from"),
    "copy_of": gettext_lazy("copy of number"),
    "bulk": gettext_lazy("bulk act"),
}
_FIELDS = {
    "aliases": gettext_lazy("other names"),
    "byline": gettext_lazy("byline"),
    "sections": gettext_lazy("sections"),
    "tags": gettext_lazy("tags"),
}


def details_text(entry: AuditEntry) -> str:
    """Return the comment of an entry, else from what to what, else the fields that changed and what else there is."""
    details = entry.details
    if comment := details.get("comment"):
        return str(comment)
    if "after" in details and details.get("before"):
        return f"{details['before']} → {details['after']}"
    known = {label: details[key] for key, label in _DETAILS.items() if details.get(key)}
    parts = [_("%(label)s: %(value)s") % {"label": label, "value": _detail(value)} for label, value in known.items()]
    fields = _(", ").join(_field_label(entry.object_kind, str(field)) for field in details.get("fields", ()))
    return _("; ").join(filter(None, [fields, *parts]))


def _detail(value: Any) -> str:
    if isinstance(value, list):
        return _(", ").join(str(each) for each in value)
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment and moment.tzinfo else str(value)


def _field_label(kind: str, name: str) -> str:
    if name in _FIELDS:
        return str(_FIELDS[name])
    try:
        return str(apps.get_model("articles", kind)._meta.get_field(name).verbose_name)
    except (LookupError, FieldDoesNotExist):
        return name


@admin.register(AuditEntry)
class AuditAdmin(NewsroomAdmin):
    list_display = ("moment", "actor_name", "act", "thing", "words")
    list_display_links = None
    list_filter = (VerbFilter, ActorFilter)
    list_per_page = 100
    ordering = ("-id",)
    search_fields = ("object_name", "actor_name")
    search_help_text = gettext_lazy("Words of the thing or the user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("time"))
    def moment(self, entry: AuditEntry) -> str:
        return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description=gettext_lazy("act"))
    def act(self, entry: AuditEntry) -> str:
        return str(Verb(entry.verb).label)

    @admin.display(description=gettext_lazy("thing"))
    def thing(self, entry: AuditEntry) -> str:
        name = entry.object_name or f"{entry.object_kind} {entry.object_number}"
        if entry.verb in (Verb.PURGE, Verb.DELETE):
            return name
        try:
            address = reverse(f"admin:articles_{entry.object_kind}_change", args=[entry.object_number])
        except NoReverseMatch:
            return name
        return format_html('<a href="{}">{}</a>', address, name)

    @admin.display(description=gettext_lazy("details"))
    def words(self, entry: AuditEntry) -> str:
        return details_text(entry)[:300]
