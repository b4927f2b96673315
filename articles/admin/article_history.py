"""The versions of an article, what changed between them, and changes that wait to be published."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from articles.actions.comparing import FieldChange, changed_fields, compare
from articles.actions.restoring import Outdated, discard_change, pending_change, prepared_fields, publish_change, revert
from articles.actions.revising import snapshot
from articles.actions.rules import access
from articles.admin.audit import details_text
from articles.models import Article, AuditEntry, Origin, Revision, State, Verb

PER_PAGE = 40
_LABELS = {
    "sections": gettext_lazy("sections"),
    "byline": gettext_lazy("byline"),
    "hero_texts": gettext_lazy("texts of the lead image"),
    "tags": gettext_lazy("tags"),
    "title": gettext_lazy("title"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """A row of the history."""

    revision: Revision
    what: str
    is_newest: bool


def field_label(name: str) -> str:
    """Return what editors call a field of a snapshot."""
    if name in _LABELS:
        return str(_LABELS[name])
    try:
        return str(Article._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def labelled(changes: list[FieldChange]) -> list[tuple[str, FieldChange]]:
    return [(field_label(change.name), change) for change in changes]


class HistoryAdmin(admin.ModelAdmin):
    """The pages under an article's form that show and use its versions."""

    def get_urls(self) -> list[Any]:
        pages: dict[str, tuple[str, Any]] = {
            "history/<int:revision>/": ("version", require_safe(self.version_view)),
            "history/<int:revision>/restore/": ("restore", require_POST(self.restore_view)),
            "pending/": ("pending", require_safe(self.pending_view)),
            "pending/publish/": ("pending_publish", require_POST(self.publish_pending)),
            "pending/discard/": ("pending_discard", require_POST(self.discard_pending)),
        }
        own = [
            path(f"<int:number>/{address}", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for address, (name, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def _article(self, request: HttpRequest, number: int | str) -> Article:
        """Return the article, or 404 where the user may not see it."""
        if not str(number).isdigit() or int(number) >= 2**63:
            raise Http404("no such article")
        return get_object_or_404(self.get_queryset(request), pk=number)

    def _page(self, request: HttpRequest, article: Article, template: str, title: str, **context: Any) -> HttpResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "article": article, "title": title}
        return TemplateResponse(request, f"admin/articles/article/{template}", {**base, **context})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the versions, newest first, and the acts beside them."""
        article = self._article(request, object_id)
        rows = Revision.objects.filter(article=article, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
        before = request.GET.get("before", "")
        newest = rows.values_list("pk", flat=True).first()
        if before.isascii() and before.isdigit() and len(before) < 19:
            rows = rows.filter(pk__lt=before)
        found = list(rows.select_related("created_by")[: PER_PAGE + 1])
        versions = [
            Version(revision, _what(revision, older), revision.pk == newest)
            for revision, older in zip(found[:PER_PAGE], [*found[1:], None], strict=False)
        ]
        acts = AuditEntry.objects.filter(object_kind="article", object_number=article.pk)[:PER_PAGE]
        return self._page(
            request,
            article,
            "history.html",
            _("History of “%(title)s”") % {"title": article.title},
            versions=versions,
            older=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            acts=[(entry, details_text(entry)) for entry in acts],
        )

    def version_view(self, request: HttpRequest, number: int, revision: int) -> HttpResponse:
        """Show what a version changed; `?to=now` shows what has changed since."""
        article = self._article(request, number)
        shown = self._revision(article, revision)
        since = request.GET.get("to") == "now"
        before: dict[str, Any] = {}
        if since:
            before, after = shown.data, snapshot(article)
        else:
            older = Revision.objects.filter(article=article, state=State.SAVED, pk__lt=shown.pk)
            base = older.exclude(origin=Origin.AUTOSAVE).first()
            before, after = (base.data if base else {}), shown.data
        return self._page(
            request,
            article,
            "version.html",
            _("Version of %(time)s") % {"time": _time(shown)},
            revision=shown,
            since=since,
            changes=labelled(compare(before, after)),
            may_restore=access(request.user, article).may(Verb.EDIT),  # type: ignore[arg-type]
        )

    def restore_view(self, request: HttpRequest, number: int, revision: int) -> HttpResponse:
        """Bring the text of a version back, as the newest version."""
        article = self._article(request, number)
        shown = self._revision(article, revision)
        revert(article, shown, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The text of %(time)s is back, as a new version.") % {"time": _time(shown)})
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[number]))

    def _revision(self, article: Article, number: int) -> Revision:
        rows = Revision.objects.filter(article=article, state=State.SAVED).exclude(origin=Origin.AUTOSAVE)
        return get_object_or_404(rows.select_related("created_by"), pk=number)

    # --- changes that wait

    def _pending(self, article: Article) -> Revision:
        change = pending_change(article)
        if change is None:
            raise Http404("nothing waits")
        return change

    def pending_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show what the waiting change would change, and let those who may publish choose by field."""
        article = self._article(request, number)
        change = self._pending(article)
        current = snapshot(article)
        names, conflicts = prepared_fields(change, current)
        allowed = access(request.user, article)  # type: ignore[arg-type]
        return self._page(
            request,
            article,
            "pending.html",
            _("Prepared change of “%(title)s”") % {"title": article.title},
            change=change,
            changes=[
                (label, entry, entry.name in conflicts)
                for label, entry in labelled(compare(current, change.data, names))
            ],
            may_publish=allowed.may(Verb.APPLY),
            may_discard=allowed.may(Verb.APPLY) or change.created_by == request.user,
        )

    def publish_pending(self, request: HttpRequest, number: int) -> HttpResponse:
        """Publish the chosen fields of the waiting change."""
        article = self._article(request, number)
        change = self._pending(article)
        if request.POST.get("change") != str(change.pk):
            messages.error(request, _("Somebody prepared another change meanwhile. Look at it first."))
            return HttpResponseRedirect(reverse("admin:articles_article_pending", args=[number]))
        try:
            publish_change(change, by=request.user, fields=request.POST.getlist("field"))  # type: ignore[arg-type]
        except Outdated as error:
            fields = _(", ").join(field_label(name) for name in error.fields)
            messages.error(request, _("Others changed this meanwhile: %(fields)s.") % {"fields": fields})
            return HttpResponseRedirect(reverse("admin:articles_article_pending", args=[number]))
        messages.success(request, _("The prepared change is published."))
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[number]))

    def discard_pending(self, request: HttpRequest, number: int) -> HttpResponse:
        """Throw the waiting change away."""
        article = self._article(request, number)
        change = self._pending(article)
        if request.POST.get("change") != str(change.pk):
            raise PermissionDenied("another change waits")
        discard_change(change, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The prepared change is thrown away."))
        return HttpResponseRedirect(reverse("admin:articles_article_change", args=[number]))


def _time(revision: Revision) -> str:
    return f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}"


def _what(revision: Revision, older: Revision | None) -> str:
    if older is None:
        return _("first version")
    names = changed_fields(older.data, revision.data)
    return _(", ").join(field_label(name) for name in names) or _("nothing that is shown")
