"""The configuration of a Hexo, Jekyll or Hugo site: where its articles are, how they are dated and addressed."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from articles.documents.dialects import load_json, load_toml
from articles.documents.document import DocumentError
from articles.documents.encoding import decode
from articles.documents.readers.files import Scope, read_below
from articles.documents.yaml_keys import load_yaml

MAX_CONFIG_BYTES = 1024 * 1024
_HUGO_CONFIGS = tuple(
    f"{folder}{name}.{suffix}"
    for folder in ("", "config/_default/")
    for name in ("hugo", "config")
    for suffix in ("toml", "yaml", "yml", "json")
)
_HEXO_OVER = ("node_modules", "public", "themes", "scaffolds")
_JEKYLL_OVER = ("_site", "_includes", "_layouts", "_sass", "_data", "_plugins", "vendor", "node_modules", "assets")
_HUGO_OVER = ("public", "themes", "archetypes", "layouts", "resources", "static", "assets", "data", "i18n")
JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What a site's configuration says: `kind` is hexo, jekyll or hugo.

    `content` are the folders of articles below the root (none: all of it), `passed_over` those that hold none, `static`
    those where addresses from "/" are looked up. `permalink` is the pattern of an article's address, `permalinks` the
    patterns by section (Hugo), `base_path` what stands in front of every address. The maps and folders of categories
    and tags tell the addresses of their lists (Hexo).
    """

    kind: str
    url: str = ""
    base_path: str = ""
    permalink: str = ""
    permalinks: dict[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    default_category: str = ""
    category_map: dict[str, str] = field(default_factory=dict)
    tag_map: dict[str, str] = field(default_factory=dict)
    category_folder: str = "categories"
    tag_folder: str = "tags"
    content: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    dates_in_names: bool = True

    @property
    def scope(self) -> Scope:
        """Where the files of the site are looked for."""
        return Scope(self.content, self.passed_over, self.static)

    def below_content(self, key: str) -> PurePosixPath:
        """Return the path of a file below the folder of articles that holds it."""
        path = self._inside(key)
        for name in ("_posts", "_drafts"):
            if name in path.parts[:-1]:
                return PurePosixPath(*path.parts[path.parts.index(name) + 1 :])
        return path

    def is_page(self, key: str, *, is_dated: bool) -> bool:
        """Whether the file is a standalone page (about, links), by its place; a dated file of Hugo is an article."""
        path = self._inside(key)
        if self.kind == "hugo":
            return len(path.parts) == 1 and not is_dated
        return not any(part.startswith("_") for part in path.parts[:-1])

    def _inside(self, key: str) -> PurePosixPath:
        path = PurePosixPath(key)
        folder = next((each for each in self.content if path.is_relative_to(each)), "")
        return path.relative_to(folder) if folder else path


def read_site(root: Path) -> Site | None:
    """Return the site whose root a folder is, None for a folder of files. What cannot be read counts as not said."""
    if not root.is_dir():
        return None
    config = _first(root, ("_config.yml", "_config.yaml"))
    if config is not None:
        folder = _text(config, "source_dir", "source")
        if (root / folder / "_posts").is_dir() or (root / "scaffolds").is_dir():
            return _hexo(config, folder)
        if (root / "_posts").is_dir() or (root / "Gemfile").is_file() or any(root.glob("*/_posts")):
            return _jekyll(config)
        return None
    if not (root / "content").is_dir():
        return None
    config = _first(root, _HUGO_CONFIGS)
    return _hugo(config) if config is not None else None


def _hexo(config: dict[str, Any], folder: str) -> Site:
    url, base = _base(config, "url", "root")
    names = _text(config, "new_post_name", ":title.md")
    return Site(
        "hexo",
        url=url,
        base_path=base,
        permalink=_text(config, "permalink", ":year/:month/:day/:title/"),
        zone=_zone(config, "timezone"),
        default_category=_text(config, "default_category", "uncategorized"),
        category_map=_texts(config, "category_map"),
        tag_map=_texts(config, "tag_map"),
        category_folder=_text(config, "category_dir", "categories").strip("/"),
        tag_folder=_text(config, "tag_dir", "tags").strip("/"),
        content=(folder,),
        passed_over=_HEXO_OVER,
        static=(folder,),
        dates_in_names=":year" in names,
    )


def _jekyll(config: dict[str, Any]) -> Site:
    url, base = _base(config, "url", "baseurl")
    permalink = _text(config, "permalink", "date")
    excluded = config.get("exclude")
    more = [entry.strip("/") for entry in excluded if isinstance(entry, str)] if isinstance(excluded, list) else []
    return Site(
        "jekyll",
        url=url,
        base_path=base,
        permalink=JEKYLL_STYLES.get(permalink, permalink),
        zone=_zone(config, "timezone"),
        passed_over=(*_JEKYLL_OVER, *more[:200]),
        static=("",),
    )


def _hugo(config: dict[str, Any]) -> Site:
    lowered = {key.lower(): value for key, value in config.items()}
    url, base = _base(lowered, "baseurl", "")
    permalinks = lowered.get("permalinks")
    if isinstance(permalinks, dict) and isinstance(permalinks.get("page"), dict):
        permalinks = permalinks["page"]
    folder = _text(lowered, "contentdir", "content")
    return Site(
        "hugo",
        url=url,
        base_path=base,
        permalink="/:path.html" if _text(lowered, "uglyurls", "") == "true" else "/:path/",
        permalinks=_texts({"permalinks": permalinks}, "permalinks"),
        zone=_zone(lowered, "timezone"),
        content=(folder,),
        passed_over=_HUGO_OVER,
        static=(_text(lowered, "staticdir", "static"), "assets", folder),
    )


def _first(root: Path, names: tuple[str, ...]) -> dict[str, Any] | None:
    name = next((name for name in names if (root / name).is_file()), None)
    return None if name is None else _load(root, name)


def _load(root: Path, name: str) -> dict[str, Any]:
    """Return the keys of a configuration, none for one that cannot be read."""
    try:
        text, _warnings = decode(read_below(os.fspath(root), name, MAX_CONFIG_BYTES), source=name)
        if name.endswith("toml"):
            return load_toml(text, 1, source=name)[0]
        if name.endswith("json"):
            return load_json(text, 1, source=name)[0]
        return load_yaml(text, source=name)
    except DocumentError:
        return {}


def _text(config: dict[str, Any], name: str, default: str) -> str:
    value = config.get(name)
    return value.strip() if isinstance(value, str) and value.strip() else default


def _texts(config: dict[str, Any], name: str) -> dict[str, str]:
    value = config.get(name)
    entries = value.items() if isinstance(value, dict) else ()
    return {str(key): entry for key, entry in entries if isinstance(entry, str)}


def _zone(config: dict[str, Any], name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(_text(config, name, "")) if _text(config, name, "") else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _base(config: dict[str, Any], url_key: str, path_key: str) -> tuple[str, str]:
    """Return the site's address without a path, and the path that stands in front of every address ("" for none)."""
    url = _text(config, url_key, "")
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    path = _text(config, path_key, "") if path_key else ""
    address = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
    base = (path or parts.path).strip("/")
    return address, f"/{base}" if base else ""
