"""Two snapshots of an article beside each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.actions.revising import FIELDS, PICTURE_TEXTS, TEXTS_OF_PICTURE
from articles.models import Category, Image
from articles.text.diff import Line, Piece, diff_lines, diff_words, reading_lines

RELATIONS = ("sections", "byline", "tags")
_PROSE = {"title", "subtitle", "kicker", "summary", "internal_note", "withdrawal_reason"}
_TIMES = {"published_at", "expires_at", "trashed_at", "withdrawn_at"}
# The order in which a reader meets them.
_ORDER = (
    "title",
    "subtitle",
    "kicker",
    "summary",
    "body",
    "byline",
    "sections",
    "tags",
    "hero_image",
    PICTURE_TEXTS,
    *FIELDS,
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field: lines for a text, else the values in words."""

    name: str
    lines: tuple[Line, ...]
    before: str = ""
    after: str = ""


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names of the fields in which two snapshots differ."""
    names = dict.fromkeys(name for name in (*_ORDER, *RELATIONS) if name in before or name in after)
    if PICTURE_TEXTS not in before or PICTURE_TEXTS not in after:
        names.pop(PICTURE_TEXTS, None)  # an early snapshot tells nothing of them
    return [name for name in names if _plain(name, before.get(name)) != _plain(name, after.get(name))]


def compare(before: dict[str, Any], after: dict[str, Any], names: Iterable[str] | None = None) -> list[FieldChange]:
    """Return the differences between two snapshots, field by field."""
    return [_change(name, before.get(name), after.get(name)) for name in names or changed_fields(before, after)]


def _plain(name: str, value: Any) -> Any:
    """Return what counts when two values are compared: a section that moved is the same section."""
    if name == "sections":
        return [(entry["id"], entry["primary"]) for entry in value or ()]
    if name == "byline":
        return [(entry["id"], entry["role"]) for entry in value or ()]
    if name == "tags":
        return sorted(entry["name"] for entry in value or ())
    if name in _TIMES and value:
        moment = parse_datetime(value)
        return moment.replace(microsecond=0) if moment else None  # a form shows whole seconds
    if name == PICTURE_TEXTS:
        return {key: text for key, text in (value or {}).items() if text}
    return value or None


def _change(name: str, before: Any, after: Any) -> FieldChange:
    if name == "body":
        lines = diff_lines(reading_lines(before or ""), reading_lines(after or ""))
        return FieldChange(name, tuple(lines), _markup(lines))
    if name == PICTURE_TEXTS:
        return FieldChange(name, tuple(_picture_lines(before or {}, after or {})))
    if name in _PROSE:
        return FieldChange(name, (Line(tuple(diff_words(before or "", after or ""))),))
    old, new = _in_words(name, before), _in_words(name, after)
    pieces = [Piece("out", old)] * bool(old) + [Piece("in", new)] * bool(new)
    return FieldChange(name, (Line(tuple(pieces)),), old, new)


def _picture_lines(before: dict[str, str], after: dict[str, str]) -> Iterator[Line]:
    """Yield a line for each text of the picture that differs, its name in front."""
    for key in TEXTS_OF_PICTURE:
        old, new = before.get(key, ""), after.get(key, "")
        if old != new:
            label = str(Image._meta.get_field(key).verbose_name)  # type: ignore[union-attr]
            yield Line((Piece("same", f"{label}: "), *diff_words(old, new)))


def _markup(lines: list[Line]) -> str:
    """Return a mark where only the markup differs, which the reading form does not show."""
    return "" if lines else "markup"


def _in_words(name: str, value: Any) -> str:
    if value in (None, "", [], False):
        return ""
    if name in _TIMES:
        moment = parse_datetime(value)
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
    if name == "sections":
        names = dict(Category.objects.filter(pk__in=[entry["id"] for entry in value]).values_list("pk", "name"))
        return "、".join(names.get(entry["id"], entry["path"]) for entry in value)
    if name in RELATIONS:
        return "、".join(entry["name"] for entry in value)
    if name == "hero_image":
        image = Image.objects.filter(pk=value).first()
        return f"#{value} {image}" if image else f"#{value}"
    return "✓" if value is True else str(value)
