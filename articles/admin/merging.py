"""Merging, renaming, moving and removing sections, tags, authors and series, each with a way back."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles.actions.merging import ChangeRefused, merge
from articles.actions.rearranging import remove, remove_unused, save_changed, undo, unused
from articles.admin.base import NewsroomAdmin
from articles.admin.picture_views import numbers
from articles.models import Act, ListKind, Series, TaxonKind, TaxonomyChange
from articles.models.counts import count_lists

MAX_MERGED = 20
KEEPS = (Act.RENAME, Act.MOVE)
_LISTS = {TaxonKind.TAG: ListKind.TAG, TaxonKind.AUTHOR: ListKind.AUTHOR, TaxonKind.CATEGORY: ListKind.CATEGORY}


class UnusedFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("no", _("unused"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return unused(queryset) if self.value() == "no" else queryset


def count_live(things: Iterable[Any], kind: TaxonKind) -> None:
    """Give each of the rows `live_count`, the number of its articles on the site: three queries, however many rows."""
    things = list(things)
    if kind is TaxonKind.SERIES:
        ids = [thing.pk for thing in things]
        counted: Any = Series.objects.filter(pk__in=ids).with_live_count()
        live = {series.pk: series.live_count for series in counted}
        for thing in things:
            thing.live_count = live.get(thing.pk, 0)
        return
    counts = count_lists(_LISTS[kind], [thing.pk for thing in things])
    for thing in things:
        thing.live_count = counts.get(thing.pk, 0)


class MergingAdmin(NewsroomAdmin):
    """A list with counts, whose rows can be merged and removed by those who may change and delete them.

    A rename, a move and a deletion leave a record too, by which they are taken back.
    """

    actions = ("merge_selected", "remove_unused_ones")
    list_filter = (UnusedFilter,)

    @property
    def merge_kind(self) -> TaxonKind:
        return TaxonKind(str(self.opts.model_name))

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

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # the unused ones go together, what is used one at a time
        return actions

    @admin.action(description=gettext_lazy("Remove the unused ones among them"), permissions=["merge"])
    def remove_unused_ones(self, request: HttpRequest, queryset: Any) -> None:
        user: Any = request.user
        chosen = queryset.order_by().count()
        gone = remove_unused(queryset.model._default_manager.filter(pk__in=queryset.values("pk")), by=user)
        if gone:
            text = _("Removed: %(count)d. Each can be brought back.") % {"count": len(gone)}
            address = f"{reverse('admin:articles_taxonomychange_changelist')}?act=remove"
            messages.success(request, format_html('{} <a href="{}">{}</a>', text, address, _("To the list")))
        if chosen > len(gone):
            messages.warning(request, _("In use, so they stay: %(count)d.") % {"count": chosen - len(gone)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        user: Any = request.user
        record = save_changed(obj, by=user)
        if record is not None:
            obj.is_noted = True
            text = format_html(
                '{} <a href="{}">{}</a>',
                _("“%(before)s” is now “%(after)s”; the old address leads on.")
                % {"before": record.before, "after": record.after},
                reverse("admin:articles_taxonomychange_change", args=[record.pk]),
                _("Take it back"),
            )
            messages.success(request, text)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        # The action wrote the log already, with the names.
        return None if getattr(obj, "is_noted", False) else super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The action writes the log."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove(obj, by=request.user)  # type: ignore[arg-type]

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
            except ChangeRefused as error:
                messages.error(request, str(error))
                continue
            text = format_html(
                '{} <a href="{}">{}</a>',
                _("“%(gone)s” is merged into “%(kept)s”; articles: %(count)d.")
                % {"gone": done.before, "kept": done.after, "count": done.article_count},
                reverse("admin:articles_taxonomychange_change", args=[done.pk]),
                _("Take it back"),
            )
            messages.success(request, text)


@admin.register(TaxonomyChange)
class TaxonomyChangeAdmin(NewsroomAdmin):
    """What was merged, renamed, moved and removed. Nothing is added or changed here; each can be taken back."""

    list_display = ("words", "kind", "act", "article_count", "by", "at", "undone_at")
    list_select_related = ("by",)
    list_filter = ("kind", "act")
    fields = ("kind", "act", "before", "after", "article_count", "by", "at", "undone_at")
    readonly_fields = fields
    search_fields = ("before", "after")
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("record")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.undo_view))
        return [path("<int:number>/undo/", view, name="articles_taxonomychange_undo"), *super().get_urls()]

    @admin.display(description=gettext_lazy("change"))
    def words(self, change: TaxonomyChange) -> str:
        return str(change)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        kinds = [obj.kind] if obj else list(TaxonKind.values)
        return any(request.user.has_perm(f"articles.change_{kind}") for kind in kinds)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        change = kwargs.get("obj")
        context["can_undo"] = change is not None and not change.undone_at and _may_undo(request, change)
        return super().render_change_form(request, context, *args, **kwargs)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Take a change back."""
        change = get_object_or_404(TaxonomyChange, pk=number)
        if not _may_undo(request, change):
            raise PermissionDenied
        try:
            back = undo(change, by=request.user)  # type: ignore[arg-type]
        except ChangeRefused as error:
            messages.error(request, str(error))
        else:
            text = _("“%(name)s” is as it was before.") if change.act in KEEPS else _("“%(name)s” is back.")
            messages.success(request, text % {"name": back})
        return HttpResponseRedirect(reverse("admin:articles_taxonomychange_change", args=[change.pk]))


def _may_undo(request: HttpRequest, change: TaxonomyChange) -> bool:
    """A rename is taken back by those who may rename; what was deleted, by those who may delete."""
    user: Any = request.user
    may_change = user.has_perm(f"articles.change_{change.kind}")
    return may_change and (change.act in KEEPS or user.has_perm(f"articles.delete_{change.kind}"))
