"""Old addresses: where an article stood on the site it comes from, said by its keys or worked out from a pattern."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from articles.documents.site_root import Site

MAX_PATHS = 50
MAX_LENGTH = 1000
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_DAY_IN_NAME = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}-")
_SEPARATORS = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+")
_SLASHES = re.compile(r"/{2,}")
# Programs whose pages differ by their query alone.
_PROGRAM = re.compile(r"\.(?:php|aspx?|jsp|cgi)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placed:
    """What a pattern may name: the file's key, its moment in the site's zone, and what its keys say."""

    key: str
    moment: datetime | None
    title: str = ""
    slug: str = ""
    categories: tuple[str, ...] = ()
    own_id: str = ""
    abbrlink: str = ""


def site_path(address: str, *, site: Site | None = None) -> str:
    """Return an address as a path on the old site: from "/", decoded, NFC; "" for another host's or none at all."""
    address = address.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc:
        other = site is not None and site.url and urlsplit(site.url).netloc.lower() != parts.netloc.lower()
        if parts.scheme not in {"http", "https", ""} or other:
            return ""
    path = _settled(unquote(parts.path))
    if parts.query and (path == "/" or _PROGRAM.search(path)):
        path = f"{path}?{parts.query}"
    elif path == "/":
        return ""  # the front page is nobody's old address
    return path if len(path) <= MAX_LENGTH and "\\" not in path else ""


def said_paths(values: Iterable[object], *, site: Site | None, placed: Placed) -> list[str]:
    """Return the paths that keys say (permalink, aliases …); placeholders in them are filled in."""
    found: list[str] = []
    for value in values:
        for address in value if isinstance(value, list) else [value]:
            if not isinstance(address, str):
                continue
            path = (
                computed_path(address, placed, site=None)
                if _PLACEHOLDER.search(address) and "://" not in address
                else ""
            )
            found.append(path or site_path(address, site=site))
    return found


def guessed_paths(placed: Placed, *, site: Site | None, pattern: str) -> list[str]:
    """Return the path that the pattern, or else the site's configuration, gives the file; none without either."""
    if placed.abbrlink and ":abbrlink" not in (pattern or (site.permalink if site else "")):
        # The usual patterns of the plug-in that makes these numbers.
        return [f"/posts/{placed.abbrlink}/", f"/posts/{placed.abbrlink}.html"]
    if pattern:
        return [computed_path(pattern, placed, site=site)]
    if site is None:
        return []
    section = site.below_content(placed.key).parts[0] if len(site.below_content(placed.key).parts) > 1 else ""
    path = computed_path(site.permalinks.get(section) or site.permalink, placed, site=site)
    return [site.base_path + path] if path else []


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The page of a list on the old site: its address, and the names of the section's path or of the tag."""

    old_path: str
    is_tag: bool
    names: tuple[str, ...]


def list_places(site: Site, categories: Iterable[tuple[str, ...]], tags: Iterable[str]) -> tuple[ListPlace, ...]:
    """Return the lists of a Hexo site whose addresses do not follow from their names: mapped, or in folders of its own.

    All other lists are found by their names when somebody asks for them. A section's address is below that of the
    section above it, also where that one is mapped.
    """
    found: dict[ListPlace, None] = {}
    beginnings = (names[:end] for names in categories for end in range(1, len(names) + 1))
    for path in dict.fromkeys(beginnings):
        slugs = [_mapped(name, site) for name in path]
        if site.category_folder != "categories" or slugs != [_dashed(name) for name in path]:
            found[ListPlace(_list_path(site, site.category_folder, slugs), False, path)] = None
    for tag in tags:
        slug = _dashed(site.tag_map.get(tag, tag))
        if site.tag_folder != "tags" or slug != _dashed(tag):
            found[ListPlace(_list_path(site, site.tag_folder, [slug]), True, (tag,))] = None
    return tuple(place for place in found if place.old_path)


def _list_path(site: Site, folder: str, slugs: list[str]) -> str:
    path = _settled("/".join([site.base_path, folder, *slugs, ""])) if all(slugs) else ""
    return path if len(path) <= MAX_LENGTH else ""


def unique_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Return each path once, in order, at most `MAX_PATHS`."""
    return tuple(dict.fromkeys(path for path in paths if path))[:MAX_PATHS]


def computed_path(pattern: str, placed: Placed, *, site: Site | None) -> str:
    """Fill in the placeholders of Hexo, Jekyll and Hugo; "" where the file has no value for one of them."""
    values = _values(placed, site)
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        value = values.get(match[1])
        missing = missing or value is None
        return value or ""

    path = _PLACEHOLDER.sub(fill, pattern)
    if missing or len(path) > MAX_LENGTH:
        return ""
    return _settled(path)


def _values(placed: Placed, site: Site | None) -> dict[str, str]:
    path = site.below_content(placed.key) if site else PurePosixPath(placed.key)
    if site is None:
        # Without a configuration the folders of the generators are known by their names.
        for name in ("_posts", "_drafts", "content"):
            if name in path.parts:
                path = PurePosixPath(*path.parts[path.parts.index(name) + 1 :])
    stem = path.parent.name if path.stem.lower() == "index" and path.parent.name else path.stem
    folder = path.parent.parent if path.stem.lower() == "index" else path.parent
    name = _DAY_IN_NAME.sub("", stem) if site is None or site.dates_in_names else stem
    is_hexo = site is None or site.kind == "hexo"
    title = (folder / name).as_posix() if is_hexo else name
    slug = placed.slug or name
    categories = [_mapped(entry, site) for entry in placed.categories]
    if not categories and site and site.default_category:
        categories = [_mapped(site.default_category, site)]
    values = {
        "title": title if is_hexo else slug if site and site.kind == "jekyll" else _lowered(placed.title) or name,
        "name": name,
        "slug": slug,
        "filename": name,
        "contentbasename": name,
        "slugorfilename": slug,
        "slugorcontentbasename": slug,
        "post_title": _dashed(placed.title),
        "category": "/".join(categories),
        "categories": "/".join(entry.lower() for entry in categories) if placed.categories else "",
        "section": path.parts[0] if len(path.parts) > 1 else "",
        "sections": path.parent.as_posix() if len(path.parts) > 1 else "",
        "output_ext": ".html",
        "path": _lowered((folder / slug).as_posix()),
    }
    optional = {"id": placed.own_id, "abbrlink": placed.abbrlink}
    values |= {name: value for name, value in optional.items() if value}
    if placed.moment:
        values |= _dates(placed.moment)
    return values


def _dates(moment: datetime) -> dict[str, str]:
    return {
        "year": f"{moment.year:04}",
        "short_year": f"{moment.year % 100:02}",
        "month": f"{moment.month:02}",
        "i_month": str(moment.month),
        "monthname": moment.strftime("%B").lower(),
        "short_month": moment.strftime("%b"),
        "long_month": moment.strftime("%B"),
        "day": f"{moment.day:02}",
        "i_day": str(moment.day),
        "hour": f"{moment.hour:02}",
        "minute": f"{moment.minute:02}",
        "second": f"{moment.second:02}",
        "timestamp": str(int(moment.timestamp())),
        "y_day": moment.strftime("%j"),
        "yearday": str(moment.timetuple().tm_yday),
        "week": moment.strftime("%V"),
        "short_day": moment.strftime("%a"),
    }


def _mapped(category: str, site: Site | None) -> str:
    mapped = site.category_map.get(category, category) if site else category
    return _dashed(mapped)


def _dashed(text: str) -> str:
    return _SEPARATORS.sub("-", text).strip("-")


def _lowered(text: str) -> str:
    return re.sub(r"\s+", "-", text.strip()).lower()


def _settled(path: str) -> str:
    path = unicodedata.normalize("NFC", path)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in path):
        return ""
    return _SLASHES.sub("/", f"/{path}")
