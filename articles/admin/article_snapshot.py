"""Between an article's form and the snapshots that versions, comparisons and previews are made of."""

from typing import Any

from django.utils.dateparse import parse_datetime

from articles.actions.revising import FIELDS, PICTURE_TEXTS, picture_texts
from articles.models import Author, Role

MAX_BYLINE = 50
# The form's fields for the texts of the lead picture.
IMAGE_TEXTS = {"hero_alt_text": "alt_text", "hero_caption": "caption", "hero_credit": "credit"}


def form_snapshot(cleaned: dict[str, Any], base: dict[str, Any], byline: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Return what a form holds as a snapshot. What it does not hold is as in `base`; `byline` None is such a case."""
    data = dict(base)
    for name in FIELDS:
        if name in cleaned:
            value = cleaned[name]
            value = getattr(value, "pk", value)
            data[name] = value.isoformat() if hasattr(value, "isoformat") else value
    if "main_section" in cleaned:
        main, others = cleaned["main_section"], cleaned.get("other_sections") or ()
        entries = [(main, True)] if main else []
        entries += [(section, False) for section in others]
        data["sections"] = [{"id": section.pk, "path": section.path, "primary": first} for section, first in entries]
    if "tag_names" in cleaned:
        data["tags"] = [{"id": 0, "name": name} for name in cleaned["tag_names"]]
    if "hero_image" in cleaned:
        data[PICTURE_TEXTS] = _texts_of_picture(cleaned, base)
    if byline is not None:
        data["byline"] = byline
    return data


def _texts_of_picture(cleaned: dict[str, Any], base: dict[str, Any]) -> dict[str, str]:
    image = cleaned["hero_image"]
    if image is None:
        return {}
    typed = {name: cleaned.get(field, "") for field, name in IMAGE_TEXTS.items()}
    if image.pk == base.get("hero_image"):
        return typed
    # The texts that were in the form belong to the picture before; only what was typed is for this one.
    before = base.get(PICTURE_TEXTS, {})
    return picture_texts(image.pk) | {name: text for name, text in typed.items() if text and text != before.get(name)}


def posted_byline(posted: Any) -> list[dict[str, Any]] | None:
    """Return the byline of a posted form as a snapshot has it; None where the form does not hold one.

    A row without a number goes to the end; what is no author or no role is left out.
    """
    total = posted.get("authorships-TOTAL_FORMS", "")
    if not (total.isascii() and total.isdigit()) or int(total) == 0:
        return None
    rows = []
    for index in range(min(int(total), MAX_BYLINE)):
        author, role, position = (
            posted.get(f"authorships-{index}-{name}", "") for name in ("author", "role", "position")
        )
        is_number = author.isascii() and author.isdigit() and len(author) < 19
        if is_number and role in Role.values and not posted.get(f"authorships-{index}-DELETE"):
            rows.append((int(position) if position.isascii() and position.isdigit() else 100, int(author), role))
    names = dict(Author.objects.filter(pk__in=[author for _place, author, _role in rows]).values_list("pk", "name"))
    ordered = sorted(rows, key=lambda row: row[0])
    entries = dict.fromkeys((author, role) for _place, author, role in ordered if author in names)
    return [{"id": author, "name": names[author], "role": role} for author, role in entries]


def form_values(data: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot as the initial values of the form."""
    values = {name: data[name] for name in FIELDS if name in data}
    values.update({name: parse_datetime(values[name]) for name in ("published_at", "expires_at") if values.get(name)})
    sections = data.get("sections", [])
    values["main_section"] = next((entry["id"] for entry in sections if entry["primary"]), None)
    values["other_sections"] = [entry["id"] for entry in sections if not entry["primary"]]
    values["tag_names"] = [entry["name"] for entry in data.get("tags", [])]
    texts = data.get(PICTURE_TEXTS, {})
    values.update({field: texts.get(name, "") for field, name in IMAGE_TEXTS.items()} if texts else {})
    return values
