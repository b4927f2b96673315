"""Fields that take more than one key, or a look at the path: date, draft, language, lead picture."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from pathlib import PurePosixPath
from typing import Any

from articles.documents.dates import moment_from_path, month_from_path
from articles.documents.document import DocumentWarning, HeroImage
from articles.documents.keys import KINDS, Keys, as_address, as_plain, is_filler
from articles.text.scraped import unwrap_address

_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
# The keys that a feed's generator writes, and a time without a zone: its clock.
_FEED_KEYS = frozenset({"title", "categories", "headimg", "author", "comments", "date", "thumbnail"})
_FOLDER_LANGUAGES = frozenset(
    {
        "ar",
        "bg",
        "cs",
        "de",
        "el",
        "en",
        "es",
        "fa",
        "fr",
        "he",
        "hi",
        "id",
        "it",
        "ja",
        "ko",
        "nl",
        "pl",
        "pt",
        "pt-br",
    }
    | {
        "ro",
        "ru",
        "sv",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
        "zh-cn",
        "zh-tw",
        "zh-hk",
        "zh-hans",
        "zh-hant",
        "en-us",
        "en-gb",
    }
)
_LANGUAGES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:")


def kind_of(keys: Keys) -> str:
    """Return the kind of article that the keys name, "" for none that is known."""
    kind = keys.text("kind").lower()
    if kind and kind not in KINDS:
        keys.warn(f"{kind[:40]!r} is no kind; one of {', '.join(sorted(KINDS))}")
        return ""
    return kind


def is_draft_of(keys: Keys, path: PurePosixPath) -> bool:
    """Whether the keys or the folder say that it was not published."""
    status = keys.text("status").lower()
    if status and status not in {"draft", "published", "publish", "public"}:
        keys.warn(f"{status[:40]!r} is no status that a file can give; imported as a draft")
        status = "draft"
    said = keys.flag("draft"), keys.flag("published")
    is_kept_back = keys.flag("hidden") is True or keys.take("password") is not None
    if is_kept_back:
        keys.warn("it was not shown to everybody; imported as a draft")
    is_draft = status == "draft" or said[0] is True or said[1] is False
    return is_draft or is_kept_back or "_drafts" in path.parts


@dataclass(frozen=True, slots=True)
class FileDate:
    """When the article was published, and whether somebody said so."""

    moment: datetime | None
    is_given: bool


def date_of(
    keys: Keys,
    key: str,
    *,
    updated_at: datetime | None,
    modified_at: datetime | None,
    zone: tzinfo,
    warnings: list[DocumentWarning],
) -> FileDate:
    """Return the date, by the best that there is: the keys, a day in the file's address or path, a month or a year in
    its folders, its last change by the keys, the file's own time. What stood in for the key is a warning."""
    moment = keys.moment("date", zone=zone)
    if moment:
        return FileDate(moment, is_given=True)
    address = next((value for value in keys.take_all("old_paths") if isinstance(value, str)), "")
    moment = moment_from_path(f"{address.removesuffix('/')}/", zone=zone)
    if moment:
        return FileDate(moment, is_given=True)
    moment, origin = moment_from_path(key, zone=zone), "the file's path"
    month = None if moment else month_from_path(key, zone=zone)
    if month:
        moment, origin = month[0], f"the file's path, which only says {month[1]}"
    elif not moment and updated_at:
        moment, origin = updated_at, "its last change"
    is_given = moment is not None
    # Within the year that the folder names the file's own time says more.
    if modified_at and (moment is None or (month and len(month[1]) == 4 and _is_in_year(modified_at, moment, zone))):
        moment, origin, is_given = modified_at, "the file's time of modification", False
    if moment:
        warnings.append(DocumentWarning(f"no date among the keys; taken from {origin}", reason="date"))
    return FileDate(moment, is_given=is_given)


def _is_in_year(moment: datetime, year: datetime, zone: tzinfo) -> bool:
    return moment.astimezone(zone).year == year.astimezone(zone).year


def is_clock(values: dict[str, Any]) -> bool:
    """Whether the date is the clock of the job that wrote the file: its feed gave none, and each run writes another."""
    return _FEED_KEYS.issuperset(values) and "thumbnail" in values and bool(_CLOCK.fullmatch(str(values.get("date"))))


def language_of(keys: Keys, path: PurePosixPath) -> str:
    """Return the language that the keys or the path name, "" for none."""
    language = keys.text("language").lower().replace("_", "-")
    if not language:
        # Sites in several languages keep them apart by folder (zh_cn/news/…) or by suffix (index.en.md).
        suffix = path.stem.rpartition(".")[2] if "." in path.stem else ""
        found = [part.lower().replace("_", "-") for part in (*path.parts[:2], suffix)]
        language = next((part for part in found if part in _FOLDER_LANGUAGES), "")
    language = _LANGUAGES.get(language, language)
    if language and not _LANGUAGE.fullmatch(language):
        keys.warn(f"{language[:40]!r} is no language; write zh-hans, zh-hant, en …")
        return ""
    return language


def hero_of(keys: Keys) -> HeroImage | None:
    """Return the lead picture: the first cover that is an address and no filler."""
    values = [found for value in keys.take_all("cover") if (found := _picture(value))]
    alt_text = keys.text("cover_alt", max_length=300)
    caption = keys.text("cover_caption", max_length=500)
    credit = keys.text("cover_credit", max_length=200)
    for address, texts in values:
        if address.startswith("//"):
            address = f"https:{address}"
        address = unwrap_address(address)
        scheme, colon, rest = address.partition("://")
        if colon and scheme.lower() in {"http", "https"}:
            address = f"https://{rest}"
        if is_filler(address):
            continue
        is_wrong = not as_address(address) if address.startswith("https://") else _SCHEME.match(address) is not None
        if is_wrong or len(address) > 2000:
            keys.take("cover")
            keys.warn(f"{address[:60]!r} is no address of a picture; left out")
            continue
        return HeroImage(address, alt_text or texts.get("alt", ""), caption or texts.get("caption", ""), credit)
    return None


def gallery_of(values: dict[str, Any]) -> str:
    """Return the photos of a gallery beyond the first, which is the lead picture, as HTML."""
    photos = next((value for name, value in values.items() if name.strip().lower() == "photos"), None)
    addresses = [photo.strip() for photo in photos if isinstance(photo, str)] if isinstance(photos, list) else []
    return "".join(f'\n<p><img src="{escape(address)}" alt=""></p>' for address in addresses[1:] if address)


def _picture(value: Any) -> tuple[str, dict[str, str]] | None:
    """Return the address that a cover's value holds, and its texts: a text, the first of a list, or a mapping."""
    if isinstance(value, list):
        return next((found for entry in value if (found := _picture(entry))), None)
    if isinstance(value, dict):
        texts = {name: as_plain(text)[:500] for name, text in value.items() if isinstance(text, str)}
        names = ("image", "src", "url", "path", "feature", "overlay_image", "teaser", "relative_path")
        address = next((value[name] for name in names if isinstance(value.get(name), str) and value[name].strip()), "")
        return (address.strip(), texts) if address else None
    if not isinstance(value, str) or value.strip().lower() in {"", "true", "false", "none"}:
        return None
    return value.strip(), {}
