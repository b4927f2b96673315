"""Filters of the list of articles by what the importer remembers. None counts; each is answered by an index."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.admin.article_filters import among
from articles.models import FileMark, ImportedFile, ImportRun, Mark

MAX_CHOICES = 20


def _articles_of(rows: Any, name: str = "article") -> Any:
    """Return the articles of files or marks; a file may have lost its article."""
    return rows.filter(**{f"{name}__isnull": False}).order_by().values(name)


class RunFilter(admin.SimpleListFilter):
    title = gettext_lazy("import run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(run.pk), str(run)) for run in ImportRun.objects.order_by("-pk")[:MAX_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            return queryset
        return among(queryset, _articles_of(ImportedFile.objects.filter(run=int(value))))


class ImportSourceFilter(admin.SimpleListFilter):
    title = gettext_lazy("import source")
    parameter_name = "from"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        # From one source to the next along the index; DISTINCT would read all of it.
        sources: list[str] = []
        rows = ImportedFile.objects.order_by("source").values_list("source", flat=True)
        while len(sources) < MAX_CHOICES:
            found = rows.filter(source__gt=sources[-1]).first() if sources else rows.first()
            if found is None:
                break
            sources.append(found)
        return [(source, source[-40:]) for source in sources]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return among(queryset, _articles_of(ImportedFile.objects.filter(source=self.value())))


class MarkFilter(admin.SimpleListFilter):
    title = gettext_lazy("to look at")
    parameter_name = "mark"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Mark.choices if ImportRun.objects.exists() else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in Mark.values:
            return queryset
        return among(queryset, _articles_of(FileMark.objects.filter(mark=self.value()), "file__article"))
