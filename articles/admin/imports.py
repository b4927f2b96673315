"""Imports in the newsroom: the runs with their reports, and what is remembered of each file. All of it to read."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from articles.actions.importing import LEFT, Outcome
from articles.actions.rules import access
from articles.admin.base import NewsroomAdmin
from articles.admin.import_words import import_text
from articles.admin.words import removal_text
from articles.models import Article, ImportedFile, ImportEntry, ImportRun, Mark, OriginalBlob
from articles.text.sanitize import Removal

SHOWN_ENTRIES = 50
_OUTCOMES = {
    Outcome.CREATED: pgettext_lazy("articles of an import", "created"),
    Outcome.UPDATED: gettext_lazy("updated"),
    Outcome.UNCHANGED: gettext_lazy("unchanged"),
    Outcome.KEPT: gettext_lazy("kept"),
    Outcome.SKIPPED: gettext_lazy("skipped"),
    Outcome.FAILED: gettext_lazy("failed"),
}


class ReadOnlyAdmin(NewsroomAdmin):
    """Pages that show and change nothing, for those who edit every article."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return sees_imports(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees_imports(request)


def sees_imports(request: HttpRequest) -> bool:
    """Whether the user may look at runs and at files of every section."""
    user = request.user
    return user.is_active and user.is_staff and user.has_perm("articles.edit_any_article")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("number", "started", "who", "state_text", "counts", "duration")
    list_display_links = ("number", "started")
    list_select_related = ("started_by",)
    fields = ("started", "who", "state_text", "duration", "counts", "options_text", "leads", "entries_text", "undoing")
    readonly_fields = fields
    ordering = ("-id",)

    def get_urls(self) -> Any:
        report = path(
            "<int:number>/report/",
            self.admin_site.admin_view(self.report_view),
            name="articles_importrun_report",
        )
        return [report, *super().get_urls()]

    def report_view(self, request: HttpRequest, number: int) -> StreamingHttpResponse:
        """The report of a run as a file: one JSON object a line."""
        if not sees_imports(request):
            raise PermissionDenied
        run = get_object_or_404(ImportRun, pk=number)
        response = StreamingHttpResponse(_report_lines(run), content_type="application/x-ndjson; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.jsonl"'
        return response

    @admin.display(description=gettext_lazy("run"))
    def number(self, run: ImportRun) -> str:
        return str(run.pk)

    @admin.display(description=gettext_lazy("started"))
    def started(self, run: ImportRun) -> str:
        return f"{timezone.localtime(run.started_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("by"))
    def who(self, run: ImportRun) -> str:
        return run.started_by.get_username() if run.started_by else _("a command")

    @admin.display(description=gettext_lazy("state"))
    def state_text(self, run: ImportRun) -> str:
        return _("taken back") if run.undone_at else run.get_state_display()

    @admin.display(description=gettext_lazy("files"))
    def counts(self, run: ImportRun) -> str:
        numbers = ((name, getattr(run, f"{outcome.value}_count")) for outcome, name in _OUTCOMES.items())
        return _(", ").join(f"{name} {number}" for name, number in numbers if number)

    @admin.display(description=gettext_lazy("duration"))
    def duration(self, run: ImportRun) -> str:
        if run.finished_at is None:
            return ""
        minutes, seconds = divmod(round((run.finished_at - run.started_at).total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}"

    @admin.display(description=gettext_lazy("options"))
    def options_text(self, run: ImportRun) -> str:
        given = ((name, value) for name, value in run.options.items() if value not in (None, "", [], False))
        shown = ((name, ", ".join(map(str, value)) if isinstance(value, list) else value) for name, value in given)
        return format_html_join("", "<div>{}: {}</div>", shown)

    @admin.display(description=gettext_lazy("look at"))
    def leads(self, run: ImportRun) -> str:
        links = [
            (f"{reverse('admin:articles_article_changelist')}?run={run.pk}", _("its articles")),
            (reverse("admin:articles_importrun_report", args=[run.pk]), _("the report as a file")),
        ]
        if run.entries.count() > SHOWN_ENTRIES:
            links.append((f"{reverse('admin:articles_importentry_changelist')}?run={run.pk}", _("all that is below")))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description=gettext_lazy("not simply imported"))
    def entries_text(self, run: ImportRun) -> str:
        entries = run.entries.exclude(outcome=LEFT).order_by("id")[:SHOWN_ENTRIES]
        rows = ((_outcome_text(entry.outcome), entry.path, import_text(entry.text)) for entry in entries)
        return format_html_join("", "<p><strong>{}</strong> {}<br>{}</p>", rows) or _("nothing")

    @admin.display(description=gettext_lazy("taking it back"))
    def undoing(self, run: ImportRun) -> str:
        if not run.undone_at:
            return format_html("<code>manage.py undo_import {}</code>", run.pk)
        left = run.entries.filter(outcome=LEFT)
        rows = (
            (reverse("admin:articles_article_change", args=[entry.article_id]), entry.path, _(entry.text))
            for entry in left.exclude(article=None).order_by("id")[:SHOWN_ENTRIES]
        )
        moment = f"{timezone.localtime(run.undone_at):%Y-%m-%d %H:%M:%S}"
        if not (shown := format_html_join("", '<p><a href="{}">{}</a><br>{}</p>', rows)):
            return moment
        count = left.count()
        heading = ngettext(
            "%(count)d article was left as it is:", "%(count)d articles were left as they are:", count
        ) % {"count": count}
        return format_html("<div>{}</div><p><strong>{}</strong></p>{}", moment, heading, shown)


def _outcome_text(value: str) -> str:
    if value == LEFT:
        return _("left as it is")
    return str(_OUTCOMES.get(Outcome(value), value)) if value in set(Outcome) else value


def _report_lines(run: ImportRun) -> Iterator[str]:
    files = run.files.order_by("pk").values_list("source", "path", "article", "warnings")
    for source, name, article, warnings in files.iterator(chunk_size=500):
        values = {"path": f"{source}/{name}", "outcome": "imported", "article": article, "warnings": warnings}
        yield json.dumps({**values, "error": ""}) + "\n"
    entries = run.entries.order_by("pk").values_list("path", "outcome", "article", "text")
    for name, outcome, article, text in entries.iterator(chunk_size=500):
        yield json.dumps({"path": name, "outcome": outcome, "article": article, "warnings": [], "error": text}) + "\n"


class OutcomeFilter(admin.SimpleListFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        shown = (Outcome.FAILED, Outcome.KEPT, Outcome.SKIPPED)
        return [*((outcome.value, _OUTCOMES[outcome]) for outcome in shown), (LEFT, _("left as it is"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(outcome=self.value()) if self.value() in {*Outcome, LEFT} else queryset


class EntryRunFilter(admin.SimpleListFilter):
    title = gettext_lazy("import run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(run.pk), str(run)) for run in ImportRun.objects.order_by("-pk")[:20]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        number = as_number(self.value())
        return queryset.filter(run=number) if number is not None else queryset


def as_number(text: str | None) -> int | None:
    """Return the id that a text from an address names; None for none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@admin.register(ImportEntry)
class ImportEntryAdmin(ReadOnlyAdmin):
    list_display = ("outcome_text", "path", "reason", "article_link")
    list_display_links = None
    list_filter = (EntryRunFilter, OutcomeFilter)
    ordering = ("-id",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from a run

    @admin.display(description=gettext_lazy("outcome"))
    def outcome_text(self, entry: ImportEntry) -> str:
        return _outcome_text(entry.outcome)

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, entry: ImportEntry) -> str:
        return _(entry.text) if entry.outcome == LEFT else import_text(entry.text)

    @admin.display(description=gettext_lazy("article"))
    def article_link(self, entry: ImportEntry) -> str:
        if entry.article_id is None:
            return ""
        address = reverse("admin:articles_article_change", args=[entry.article_id])
        return format_html('<a href="{}">{}</a>', address, entry.article_id)


@admin.register(ImportedFile)
class ImportedFileAdmin(ReadOnlyAdmin):
    list_display = ("path", "source", "run", "article_id")
    list_select_related = ("run",)
    ordering = ("-id",)
    fields: ClassVar[Any] = (
        "source",
        "path",
        "digest",
        "imported",
        "run_link",
        "original",
        "marks_text",
        "share",
        "removed_text",
        "lost",
        "suggested",
        "warned",
        "extra_text",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("article__body")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from an article

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.article is None:
            return sees_imports(request)
        return access(request.user, obj.article).can_view  # type: ignore[arg-type]

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view
        return [
            path("<int:number>/original/", view(self.original_view), name="articles_importedfile_original"),
            path(
                "<int:number>/original/download/",
                view(self.original_view),
                {"is_download": True},
                name="articles_importedfile_download",
            ),
            *super().get_urls(),
        ]

    def original_view(self, request: HttpRequest, number: int, *, is_download: bool = False) -> HttpResponse:
        """The bytes as they were delivered: as plain text that no browser runs, or to keep."""
        row = get_object_or_404(ImportedFile.objects.select_related("article"), pk=number)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        blob = OriginalBlob.objects.filter(pk=row.digest).first()
        if blob is None:
            raise Http404("its bytes were not kept")
        kind = "application/octet-stream" if is_download else "text/plain; charset=utf-8"
        response = HttpResponse(blob.unpacked(), content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="original-{row.pk}"' if is_download else "inline"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    @admin.display(description=gettext_lazy("imported"))
    def imported(self, row: ImportedFile) -> str:
        return f"{timezone.localtime(row.imported_at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("import run"))
    def run_link(self, row: ImportedFile) -> str:
        if row.run is None:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:articles_importrun_change", args=[row.run_id]), row.run
        )

    @admin.display(description=gettext_lazy("original"))
    def original(self, row: ImportedFile) -> str:
        if not OriginalBlob.objects.filter(pk=row.digest).exists():
            return _("not kept")
        show = reverse("admin:articles_importedfile_original", args=[row.pk])
        keep = reverse("admin:articles_importedfile_download", args=[row.pk])
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', show, _("show as text"), keep, _("download"))

    @admin.display(description=gettext_lazy("to look at"))
    def marks_text(self, row: ImportedFile) -> str:
        return _(", ").join(str(Mark(mark.mark).label) for mark in row.marks.order_by("mark"))

    @admin.display(description=gettext_lazy("visible text kept"))
    def share(self, row: ImportedFile) -> str:
        return "" if row.kept_text_share is None else f"{100 * row.kept_text_share:.1f} %"

    @admin.display(description=gettext_lazy("taken out"))
    def removed_text(self, row: ImportedFile) -> str:
        return removal_text(Removal(*entry) for entry in row.removed)

    @admin.display(description=gettext_lazy("lost text"))
    def lost(self, row: ImportedFile) -> str:
        return _lines(row.lost_texts)

    @admin.display(description=gettext_lazy("suggestions"))
    def suggested(self, row: ImportedFile) -> str:
        return _lines(f"{name}: {value}" for name, value, _evidence in row.suggestions)

    @admin.display(description=gettext_lazy("warnings"))
    def warned(self, row: ImportedFile) -> str:
        return _lines(import_text(str(text)) for text in row.warnings)

    @admin.display(description=gettext_lazy("keys without a field"))
    def extra_text(self, row: ImportedFile) -> str:
        return _lines(f"{name}: {value}" for name, value in row.extra.items())


def _lines(texts: Iterable[object]) -> str:
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts))


def origin_links(article: Article) -> str:
    """Return links to what is remembered of the files an article was made from, and to their bytes."""
    rows = ImportedFile.objects.filter(article=article).only("pk", "path", "key").order_by("pk")[:5]
    links = (
        (
            reverse("admin:articles_importedfile_change", args=[row.pk]),
            row.path or row.key,
            reverse("admin:articles_importedfile_original", args=[row.pk]),
            _("original"),
        )
        for row in rows
    )
    return format_html_join("", '<div><a href="{}">{}</a> · <a href="{}">{}</a></div>', links)
