"""Addresses of old sites in one spelling, so that each way to write one finds the same row."""

import re
import unicodedata
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

MAX_KEY = 650  # an index entry of PostgreSQL holds 2,700 bytes, a Hanzi takes three

_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:html?|shtml)\Z", re.IGNORECASE)
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BROKEN = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_SLASHES = re.compile(r"/{2,}")
# What mail programs, searches and social sites hang on; it never says which page is meant.
_TRACKING = frozenset(
    {"fbclid", "gclid", "from", "isappinstalled", "mc_cid", "mc_eid", "ref", "share", "source", "spm", "scene"}
)
_MAX_PAIRS = 8


def address_key(address: str) -> str:
    """Return the spelling under which an old address is remembered, or an empty text for what is no usable address.

    `address` is a path of the old site, with or without its host, percent-encoded or not. Left out are the host, the
    fragment, `index.html`, `.html`, doubled and closing slashes and what trackers hang on; the rest is decoded, in NFC.
    A query stays, its pairs in order of their names.
    """
    return _key(*_split(address))


def decoded_key(path: str) -> str:
    """Return the key of a path that is decoded already: in it `%` and `#` are text, and so is a `?` without a `=`."""
    before, mark, query = path.partition("?")
    if mark and "=" not in query:
        before, query = path, ""
    return _key(_normal(before if before.startswith("/") else f"/{before}"), query)


def _key(path: str, query: str) -> str:
    if not path:
        return ""
    pairs = _pairs(query)
    key = _path_key(path) + (f"?{'&'.join(sorted(pairs))}" if pairs else "")
    return "" if len(key) > MAX_KEY or _UNUSABLE.search(key) else key


def address_keys(path: str, query: str = "") -> list[str]:
    """Return the keys to look up for a request, the best first.

    `path` is as the server decoded it, the query is still encoded. First the whole query counts, then each of its
    pairs alone, then the path without it.
    """
    if not path.startswith("/") or len(path) > 4 * MAX_KEY:
        return []
    # Bytes that are no UTF-8 are left percent-encoded by the server: an address in GBK.
    plain = _path_key(_normal(_decoded(path) if _BROKEN.search(path) else path))
    pairs = sorted(_pairs(query))
    queries = [f"?{'&'.join(pairs)}"] if pairs else []
    if len(pairs) > 1:
        queries += [f"?{pair}" for pair in pairs]
    keys = [plain + query for query in [*queries, ""]]
    return [key for key in dict.fromkeys(keys) if len(key) <= MAX_KEY and not _UNUSABLE.search(key)]


def own_path(address: str) -> str:
    """Return `address` if it is a path on this very site that a redirect may lead to, else an empty text.

    Browsers read `//host` and `/\\host` as another site, and drop tabs and line ends before they look.
    """
    usable = address.startswith("/") and address[1:2] not in {"/", "\\"} and not _UNUSABLE.search(address)
    return address if usable and "\\" not in address and not any(char.isspace() for char in address) else ""


def _split(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return "", ""
    if parts.scheme and parts.scheme.lower() not in {"http", "https"}:
        return "", ""
    path = _normal(_decoded(parts.path))
    if (parts.scheme or parts.netloc) and not path:
        path = "/"
    return (path if path.startswith("/") else f"/{path}" if path else ""), parts.query


def _decoded(text: str) -> str:
    data = unquote_to_bytes(text)
    for encoding in ("utf-8", "gb18030"):  # old Chinese servers wrote addresses in GBK
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _normal(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _path_key(path: str) -> str:
    path = _SLASHES.sub("/", path)
    path = _INDEX.sub("/", path)
    path = path.rstrip("/")
    shorter = _SUFFIX.sub("", path)
    # "/.html" is a name and not a suffix.
    return (path if shorter.endswith("/") else shorter) or "/"


def _pairs(query: str) -> list[str]:
    try:
        found = parse_qsl(query[:2000], keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return []
    kept = [(name, value) for name, value in found if name not in _TRACKING and not name.startswith("utm_")]
    return [_normal(f"{name}={value}" if value else name) for name, value in kept[:_MAX_PAIRS]]
