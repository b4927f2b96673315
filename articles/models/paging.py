"""Pages by cursor: a page is found by walking an index from a known row, so no list is ever counted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404

PAGE_SIZE = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(-?[0-9]{1,17})-([0-9]{1,18})")

Row = TypeVar("Row")
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page: its rows, and the cursor after its last row (None on the last page)."""

    items: list[Row]
    next_cursor: str | None
    is_first: bool


def cut_page(
    rows: QuerySet[Any],
    *,
    after: str | None = None,
    size: int = PAGE_SIZE,
    time_field: str = "published_at",
    id_field: str = "article_id",
) -> Page[Any]:
    """Return the `size` rows behind the cursor `after`, newest first.

    `rows` is put into the order (-time, -id), which must be the end of an index. Raises Http404 for a cursor that
    this function did not make, so every list answers it alike.
    """
    rows = rows.order_by(f"-{time_field}", f"-{id_field}")
    if after:
        moment, number = _read_cursor(after)
        rows = rows.filter(Q(**{f"{time_field}__lt": moment}) | Q(**{time_field: moment, f"{id_field}__lt": number}))
        # The plain bound lets both databases start the index walk at the cursor.
        rows = start_walk(rows, **{f"{time_field}__lte": moment})
    found = list(rows[: size + 1])
    items = found[:size]
    more = len(found) > size
    cursor = _write_cursor(getattr(items[-1], time_field), getattr(items[-1], id_field)) if more else None
    return Page(items, cursor, is_first=not after)


def start_walk(rows: Rows, **bounds: Any) -> Rows:
    """Return those of `rows` within the `bounds` of a time, with these before all other conditions.

    Of two upper bounds on one column SQLite starts its walk of the index at the first it meets: at the clock's, which
    `live()` brings, it would pass over everything newer.
    """
    known = len(rows.query.where.children)
    rows = rows.filter(**bounds)
    conditions = rows.query.where.children
    conditions[:] = [*conditions[known:], *conditions[:known]]
    return rows


def _write_cursor(moment: datetime, number: int) -> str:
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{number}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise Http404("no such page")
    try:
        return _EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
    except OverflowError:
        raise Http404("no such page") from None
