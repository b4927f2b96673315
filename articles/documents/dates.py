"""Dates as files write them: every form becomes one aware moment; what paths say of a day, a month or a year."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

# When an article came out that nothing dates: behind all others, so that it never leads the news.
UNDATED_AT = datetime(1970, 1, 1, 12, tzinfo=UTC)

_NUMERIC_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?)?"
)
_DATE_IN_NAME = re.compile(r"(?:^|/)(\d{4})-?(\d{2})-?(\d{2})(?=[-_ ./])")
_DATE_IN_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})/")
# Where only folders tell: 2013/09/, 2013-09/, 201309/; a year alone.
_MONTH_IN_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d{2})[-/]?(\d{2})/")
_YEAR_IN_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d{2})/")
_MONTHS = {name: number for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun"), 1)} | {
    name: number for number, name in enumerate(("jul", "aug", "sep", "oct", "nov", "dec"), 7)
}
# Months by name: May 15, 2021 10:30; 15 May 2021 10:30.
_NAMED_MONTHS = tuple(
    re.compile(rf"{before},? (?P<year>\d{{4}})(?P<rest>.*)")
    for before in (
        r"(?P<month>[A-Za-z]{3})[A-Za-z]{0,6}\.? (?P<day>\d{1,2})",
        r"(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3})[A-Za-z]{0,6}\.?",
    )
)
_SECONDS = re.compile(r"\d{10}(?:\d{3})?")
# What is left of a date that is written in another way: a day, a month, a year.
_BEGINNING = re.compile(
    r"((?:19|20)\d{2})(?:[-/.年] ?(1[0-2]|0?[1-9])(?:[-/.月] ?(3[01]|[12]\d|0?[1-9])(?!\d))?(?!\d))?(?!\d)"
)
_TWELVE_HOURS = re.compile(r"(.*[T日 ])(\d{1,2})(:\d{2}(?::\d{2})?) ?([AaPp])\.?[Mm]\.?")


def parse_moment(text: str, *, zone: tzinfo) -> datetime | None:
    """Return the moment that `text` names, in UTC, or None.

    Read: RFC 1123 (`Sat, 15 May 2021 02:43:00 GMT`), ISO 8601 with or without zone, one-digit hours, up to nine
    decimals, a day alone, 2021年5月15日, May 15, 2021, 15 May 2021, 3:05 PM, seconds since 1970. A time without a zone
    is in `zone`.
    """
    text = _year_first(_narrow(text))
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    match = _NUMERIC_DATE.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
            moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
            if match[7]:
                moment = moment.replace(tzinfo=UTC)
            elif match[8]:
                offset = timedelta(hours=int(match[9]), minutes=int(match[10] or 0))
                moment = moment.replace(tzinfo=timezone(offset if match[8] == "+" else -offset))
        else:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                moment = parsedate_to_datetime(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    # Years that no newspaper has only come from mistakes, and time zones overflow at the ends of the calendar.
    return moment if 1600 <= moment.year <= 9000 else None


def _narrow(text: str) -> str:
    """Return the beginning of a text with digits and colons of full width in their usual form."""
    return unicodedata.normalize("NFKC", text.strip()[:100])


def _year_first(text: str) -> str:
    """Return a date with its month by name, or its time by half days, as numbers."""
    if halved := _TWELVE_HOURS.fullmatch(text):
        hour = int(halved[2]) % 12 + (12 if halved[4] in "Pp" else 0)
        text = f"{halved[1]}{hour}{halved[3]}"
    for pattern in _NAMED_MONTHS:
        named = pattern.fullmatch(text)
        if named and (month := _MONTHS.get(named["month"].lower())):
            return f"{named['year']}-{month}-{named['day']}{named['rest']}"
    return text


def day_of(text: str, *, zone: tzinfo) -> tuple[datetime, str] | None:
    """Return the beginning of the day, the month or the year that an unreadable date begins with, and its spelling."""
    found = _BEGINNING.match(_narrow(text))
    if found is None:
        return None
    try:
        moment = datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1), tzinfo=zone)
    except ValueError:
        return None
    return moment.astimezone(UTC), found[0]


def moment_from_path(key: str, *, zone: tzinfo) -> datetime | None:
    """Return the day that a file name (`2015-11-20-title.md`, `20180131 title.md`) or its folders name."""
    for match in (_DATE_IN_NAME.search(key), _DATE_IN_FOLDERS.search(key)):
        if match:
            try:
                day = date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
            if 1600 <= day.year <= 9000:
                return datetime.combine(day, time(), zone).astimezone(UTC)
    return None


def month_from_path(key: str, *, zone: tzinfo) -> tuple[datetime, str] | None:
    """Return the beginning of the month, else of the year, that the folders of a path name, and its spelling."""
    found = _MONTH_IN_FOLDERS.search(key)
    if found and 1 <= int(found[2]) <= 12:
        year, month, name = int(found[1]), int(found[2]), f"{found[1]}-{found[2]}"
    elif found := _YEAR_IN_FOLDERS.search(key):
        year, month, name = int(found[1]), 1, found[1]
    else:
        return None
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC), name
