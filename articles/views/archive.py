"""The archive: years, months and days with their numbers, each with its articles by cursor."""

from calendar import monthcalendar, monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from articles.models import Listing, ListKind
from articles.models.counts import count_days, count_months, moment_of
from articles.models.paging import cut_page, start_walk


@dataclass(frozen=True, slots=True)
class Period:
    """A year, month or day of the archive: its first day, its address and how many articles it has (0 is possible)."""

    first: date
    address: str
    number: int = 0


def year_address(year: int) -> str:
    return reverse("articles:archive_year", args=[f"{year:04d}"])


def month_address(year: int, month: int) -> str:
    return reverse("articles:archive_month", args=[f"{year:04d}", f"{month:02d}"])


def day_address(day: date) -> str:
    return reverse("articles:archive_day", args=[f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"])


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """All years, newest first, each with its months."""
    months = count_months()
    years = []
    for year in sorted({key // 100 for key in months}, reverse=True):
        numbers = _months_of(year, months)
        years.append((Period(date(year, 1, 1), year_address(year), sum(month.number for month in numbers)), numbers))
    return render(request, "articles/archive.html", {"years": years})


@require_safe
def archive_year(request: HttpRequest, year: str) -> HttpResponse:
    first = _day(year)
    months = count_months()
    years = sorted({key // 100 for key in months})
    context = {
        "months": _months_of(first.year, months),
        "number": sum(number for key, number in months.items() if key // 100 == first.year),
        "older": next((Period(date(y, 1, 1), year_address(y)) for y in reversed(years) if y < first.year), None),
        "newer": next((Period(date(y, 1, 1), year_address(y)) for y in years if y > first.year), None),
    }
    return _stretch(request, "year", first, date(first.year, 12, 31), context)


@require_safe
def archive_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    first = _day(year, month)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    days = count_days(first, last)
    months = count_months()
    here = first.year * 100 + first.month
    context = {
        "weeks": [
            [_day_period(first, number, days) if number else None for number in week]
            for week in monthcalendar(first.year, first.month)
        ],
        "weekdays": [(_short(number), WEEKDAYS[number]) for number in range(7)],
        "number": sum(days.values()),
        "older": next((_month_period(key) for key in sorted(months, reverse=True) if key < here), None),
        "newer": next((_month_period(key) for key in sorted(months) if key > here), None),
    }
    return _stretch(request, "month", first, last, context)


@require_safe
def archive_day(request: HttpRequest, year: str, month: str, day: str) -> HttpResponse:
    first = _day(year, month, day)
    begin, end = moment_of(first), moment_of(first + timedelta(days=1))
    rows = Listing.objects.of(ListKind.HOME).live()
    before = start_walk(rows, published_at__lt=begin).order_by("-published_at", "-article_id")
    behind = start_walk(rows, published_at__gte=end).order_by("published_at", "article_id")
    near = [query.values_list("published_at", flat=True).first() for query in (before, behind)]
    older, newer = (timezone.localtime(moment).date() if moment else None for moment in near)
    number = count_days(first, first).get(first.year * 10000 + first.month * 100 + first.day, 0)
    context = {
        "number": number,
        "older": Period(older, day_address(older)) if older else None,
        "newer": Period(newer, day_address(newer)) if newer else None,
    }
    return _stretch(request, "day", first, first, context)


def _day(year: str, month: str = "1", day: str = "1") -> date:
    """Return the day of an address; raises Http404 for one that no calendar has."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise Http404("no such day") from None
    if not 2 <= found.year < MAXYEAR:  # the zone may move its ends out of what a datetime holds
        raise Http404("no such day")
    return found


def _stretch(request: HttpRequest, unit: str, first: date, last: date, context: dict[str, Any]) -> HttpResponse:
    """Return a page of the articles from `first` to `last`. Where nothing was published there is no page: the dates of
    the calendar have no end, and crawlers would follow them."""
    rows = start_walk(
        Listing.objects.of(ListKind.HOME).live().with_cards(),
        published_at__gte=moment_of(first),
        published_at__lt=moment_of(last + timedelta(days=1)),
    )
    page = cut_page(rows, after=request.GET.get("after"))
    if page.is_first and not page.items:
        raise Http404("nothing was published then")
    context = {
        **context,
        "unit": unit,
        "first": first,
        "year": Period(first.replace(month=1, day=1), year_address(first.year)),
        "month": Period(first.replace(day=1), month_address(first.year, first.month)),
        "page": page,
        "articles": [row.article for row in page.items],
    }
    return render(request, "articles/archive_period.html", context)


def _short(weekday: int) -> str:
    return "一二三四五六日"[weekday] if (get_language() or "").startswith("zh") else str(WEEKDAYS_ABBR[weekday])


def _months_of(year: int, months: dict[int, int]) -> list[Period]:
    return [_month_period(key, number) for key, number in sorted(months.items()) if key // 100 == year]


def _month_period(key: int, number: int = 0) -> Period:
    year, month = divmod(key, 100)
    return Period(date(year, month, 1), month_address(year, month), number)


def _day_period(first: date, day: int, days: dict[int, int]) -> Period:
    found = first.replace(day=day)
    return Period(found, day_address(found), days.get(found.year * 10000 + found.month * 100 + found.day, 0))
