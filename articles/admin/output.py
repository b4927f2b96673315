"""How much each author published in each month of a year, as a table to download."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article, Authorship, Role
from articles.text.csv_cells import write_csv


def output_of(year: int) -> list[tuple[str, str, str, str, int, int]]:
    """Return (author, slug, month, role, articles, words) of what is on the site from `year`: one query.

    An article of two authors counts for both, with all its words.
    """
    zone = timezone.get_default_timezone()
    within = {
        "article__published_at__gte": datetime(year, 1, 1, tzinfo=zone),
        "article__published_at__lt": datetime(year + 1, 1, 1, tzinfo=zone),
    }
    live = Article.live_condition(timezone.now(), prefix="article__")
    month = TruncMonth("article__published_at", tzinfo=zone)
    rows = (
        Authorship.objects.filter(live, **within)
        .annotate(month=month)
        .order_by("author__name", "author__slug", "month", "role")
        .values_list("author__name", "author__slug", "month", "role")
        .annotate(Count("article"), Sum("article__word_count"))
    )
    return [
        (name, slug, f"{start:%Y-%m}", str(Role(role).label), articles, words or 0)
        for name, slug, start, role, articles, words in rows
    ]


class OutputViews:
    """Mixed into the admin of authors. The table is for those who see every article."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_safe(self.output_view))  # type: ignore[attr-defined]
        return [path("output/<int:year>.csv", view, name="articles_author_output"), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        year = timezone.localtime().year
        shown = {"output_years": (year, year - 1) if _sees_output(request) else ()}
        return super().changelist_view(request, {**(extra_context or {}), **shown})  # type: ignore[misc]

    def output_view(self, request: HttpRequest, year: int) -> HttpResponse:
        """Return the table of a year as CSV."""
        if not _sees_output(request):
            raise PermissionDenied
        if not 1900 <= year <= 9000:
            raise Http404("no such year")
        head = (_("author"), _("slug"), _("month"), _("role"), _("articles"), _("words"))
        response = HttpResponse(write_csv([head, *output_of(year)]), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="output-{year}.csv"'
        return response


def _sees_output(request: HttpRequest) -> bool:
    user: Any = request.user
    return user.has_perm("articles.view_author") and user.has_perm("articles.edit_any_article")
