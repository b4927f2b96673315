"""Merging sections, tags and authors in the newsroom: choose several, say which stays, take it back if need be."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles.actions.merging import SPECS, MergeRefused, merge, undo_merge
from articles.admin.base import NewsroomAdmin
from articles.admin.picture_views import numbers
from articles.models import ListKind, Merge, MergeKind
from articles.models.counts import count_lists

MAX_MERGED = 20
_LISTS = {MergeKind.TAG: ListKind.TAG, MergeKind.AUTHOR: ListKind.AUTHOR, MergeKind.CATEGORY: ListKind.CATEGORY}


class UnusedFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("no", _("in no article"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "no":
            return queryset
        spec = SPECS[MergeKind(queryset.model._meta.model_name)]
        return queryset.filter(~Exists(spec.link._default_manager.filter(**{spec.end: OuterRef("pk")})))


def count_live(things: Iterable[Any], kind: MergeKind) -> None:
    """Give each of the rows `live_count`, the number of its articles on the site: three queries, however many rows."""
    things = list(things)
    counts = count_lists(_LISTS[kind], [thing.pk for thing in things])
    for thing in things:
        thing.live_count = counts.get(thing.pk, 0)


class MergingAdmin(NewsroomAdmin):
    """A list with counts, whose rows can be merged by those who may change and delete them."""

    actions = ("merge_selected",)
    list_filter = (UnusedFilter,)

    @property
    def merge_kind(self) -> MergeKind:
        return MergeKind(str(self.opts.model_name))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name=f"articles_{self.opts.model_name}_merge"), *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        count_live(changelist.result_list, self.merge_kind)
        return changelist

    @admin.display(description=gettext_lazy("on the site"))
    def live_articles(self, thing: Any) -> str:
        return str(thing.live_count)

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=gettext_lazy("Merge the selected ones"), permissions=["merge"])
    def merge_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAX_MERGED + 1])
        if not 2 <= len(ids) <= MAX_MERGED:
            messages.error(request, _("Select from 2 to %(limit)d.") % {"limit": MAX_MERGED})
            return None
        address = reverse(f"admin:articles_{self.opts.model_name}_merge")
        return HttpResponseRedirect(f"{address}?ids={','.join(str(pk) for pk in ids)}")

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Ask which of them stays, and merge the others into it."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        ids = numbers(request.GET.get("ids", ""))[:MAX_MERGED]
        things = list(self.get_queryset(request).filter(pk__in=ids).order_by("pk"))
        back = reverse(f"admin:articles_{self.opts.model_name}_changelist")
        if len(things) < 2:
            return HttpResponseRedirect(back)
        count_live(things, self.merge_kind)
        if request.method == "POST":
            into = next((thing for thing in things if str(thing.pk) == request.POST.get("into")), None)
            if into is not None:
                self._merge_all([thing for thing in things if thing is not into], into, request)
                return HttpResponseRedirect(back)
            messages.error(request, _("Choose the one that stays."))
        title = _("Merge: %(kind)s") % {"kind": self.opts.verbose_name_plural}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "things": things,
            "fullest": max(things, key=lambda thing: thing.live_count),
        }
        return TemplateResponse(request, "admin/articles/merge.html", context)

    def _merge_all(self, others: list[Any], into: Any, request: HttpRequest) -> None:
        for gone in others:
            try:
                done = merge(gone, into, by=request.user)  # type: ignore[arg-type]
            except MergeRefused as error:
                messages.error(request, str(error))
                continue
            text = format_html(
                '{} <a href="{}">{}</a>',
                _("“%(gone)s” is merged into “%(kept)s”; articles: %(count)d.")
                % {"gone": done.gone_name, "kept": done.kept_name, "count": done.article_count},
                reverse("admin:articles_merge_change", args=[done.pk]),
                _("Take it back"),
            )
            messages.success(request, text)


@admin.register(Merge)
class MergeAdmin(NewsroomAdmin):
    """The merges there were. Nothing is added, changed or deleted here; a merge can be taken back."""

    list_display = ("__str__", "kind", "article_count", "merged_by", "merged_at", "undone_at")
    list_select_related = ("merged_by",)
    fields = ("kind", "gone_name", "kept_name", "article_count", "merged_by", "merged_at", "undone_at")
    readonly_fields = fields
    search_fields = ("gone_name", "kept_name")
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("record")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.undo_view))
        return [path("<int:number>/undo/", view, name="articles_merge_undo"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        kinds = [obj.kind] if obj else list(MergeKind.values)
        return any(_may_merge(request, kind) for kind in kinds)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Take a merge back."""
        merged = get_object_or_404(Merge, pk=number)
        if not _may_merge(request, merged.kind):
            raise PermissionDenied
        try:
            back = undo_merge(merged, by=request.user)  # type: ignore[arg-type]
        except MergeRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("“%(name)s” is back, with its articles.") % {"name": back})
        return HttpResponseRedirect(reverse("admin:articles_merge_change", args=[merged.pk]))


def _may_merge(request: HttpRequest, kind: str) -> bool:
    user: Any = request.user
    return user.has_perm(f"articles.change_{kind}") and user.has_perm(f"articles.delete_{kind}")
