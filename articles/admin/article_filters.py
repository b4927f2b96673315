"""The filters of the list of articles. None of them counts; the years come from the two ends of an index."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.base import UncountedPaginator
from articles.models import Article, Category, Kind, Placement, Status

MAX_YEARS = 40


class ArticlePaginator(UncountedPaginator):
    """Finds the numbers of a page by an index alone, and reads the rows of these only: bodies make rows wide."""

    def rows(self, start: int, end: int) -> list[Any]:
        listed: Any = self.object_list
        ids = list(listed.values_list("pk", flat=True)[start:end])
        rows = Article.objects.for_lists().select_related("category__parent").prefetch_related("authorships__author")
        found = rows.in_bulk(ids)
        return [found[number] for number in ids if number in found]


def among(queryset: Any, numbers: Any) -> Any:
    """Narrow the list to the articles whose numbers a query gives.

    The sum keeps SQLite from looking each of them up and sorting them: it walks the index of times and stops when the
    page is full.
    """
    return queryset.alias(number=F("pk") + 0).filter(number__in=numbers)


class StatusFilter(admin.SimpleListFilter):
    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        words = [("live", _("on the site")), ("scheduled", _("scheduled")), ("expired", _("expired"))]
        rest = [(value, label) for value, label in Status.choices if value != Status.PUBLISHED]
        return [*words, *rest, ("withdrawn", _("withdrawn")), ("trash", _("in the trash"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow the list; what lies in the trash is shown there only."""
        now, value = timezone.now(), self.value()
        if value == "trash":
            return queryset.filter(trashed_at__isnull=False)
        # By the small index of the trash: the column itself stands behind the body in the row.
        queryset = queryset.exclude(pk__in=Article.objects.filter(trashed_at__isnull=False).order_by().values("pk"))
        if value == "live":
            return queryset.filter(Article.live_condition(now))
        if value == "scheduled":
            return queryset.filter(status=Status.PUBLISHED, published_at__gt=now, withdrawn_at=None)
        if value == "expired":
            return queryset.filter(status=Status.PUBLISHED, published_at__lte=now, expires_at__lte=now)
        if value == "withdrawn":
            return queryset.filter(withdrawn_at__isnull=False)
        return queryset.filter(status=value) if value in Status.values else queryset


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Kind.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() in Kind.values else queryset


class SectionFilter(admin.SimpleListFilter):
    """The sections at the root, and below the chosen one its children."""

    title = gettext_lazy("section")
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        self.chosen = Category.objects.filter(path=(self.value() or "").replace("\0", "")[:820]).first()
        shown = Q(parent=None)
        if self.chosen:
            parts = self.chosen.path.split("/")
            shown |= Q(path__in=["/".join(parts[: end + 1]) for end in range(len(parts))]) | Q(parent=self.chosen)
        sections = Category.objects.filter(shown).order_by("path")[:60]
        return [(section.path, "\u2003" * (section.depth - 1) + section.name) for section in sections]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        if self.chosen is None:
            return queryset.none()
        path = self.chosen.path
        below = Q(category__path=path) | Q(category__path__gt=f"{path}/", category__path__lt=f"{path}0")
        return among(queryset, Placement.objects.filter(below).order_by().values("article"))


class TimeFilter(admin.SimpleListFilter):
    """Years from the newest story to the oldest, and the months of the chosen year."""

    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        dated = Article.objects.filter(published_at__isnull=False).values_list("published_at", flat=True)
        # Two walks of one row each; MIN and MAX in one statement would read the whole index on SQLite.
        newest, oldest = dated.order_by("-published_at").first(), dated.order_by("published_at").first()
        if newest is None or oldest is None:
            return []
        first, last = timezone.localtime(oldest), timezone.localtime(newest)
        chosen = _span(self.value())
        choices = []
        # A story that is scheduled for long after the others adds its year, not all between.
        soon = min(last.year, timezone.localdate().year + 1)
        years = [last.year] if last.year > soon else []
        for year in [*years, *range(soon, max(first.year, soon - MAX_YEARS) - 1, -1)]:
            choices.append((f"{year:04}", str(year)))
            if chosen and chosen[0].year == year:
                months = range(12, 0, -1)
                known = [m for m in months if (first.year, first.month) <= (year, m) <= (last.year, last.month)]
                choices += [(f"{year:04}-{month:02}", f"\u2003{year}-{month:02}") for month in known]
        return choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        span = _span(self.value())
        return queryset.filter(published_at__gte=span[0], published_at__lt=span[1]) if span else queryset


def _span(value: str | None) -> tuple[datetime, datetime] | None:
    """Return the beginning and the end of a year or a month in the site's zone; None for anything else."""
    year, _hyphen, month = (value or "").partition("-")
    if not (len(year) == 4 and year.isascii() and year.isdigit() and (not month or month.isdigit())):
        return None
    zone = timezone.get_current_timezone()
    try:
        start = datetime(int(year), int(month or 1), 1, tzinfo=zone)
        end = (
            start.replace(month=start.month + 1)
            if month and start.month < 12
            else start.replace(year=start.year + 1, month=1)
        )
        # The ends of the calendar have no moment in UTC.
        return (start, end) if start.year > 1 else None
    except (ValueError, OverflowError):
        return None
