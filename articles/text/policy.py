"""What HTML a news article needs: the policy as data, the same for every engine; `sanitize` applies it."""

import re
from typing import Final

# Written into `Article.sanitized_with`: counts up with every change of what follows.
POLICY_VERSION: Final = 1

# Limits of what is cleaned at all (bytes, elements, characters); beyond them an article is refused by name.
MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 256
MAX_ELEMENTS: Final = 20_000
MAX_ATTRIBUTES: Final = 64
MAX_ATTRIBUTE_BYTES: Final = 4096
MAX_OPEN_FORMATTING: Final = 32
MAX_LOOSE_MARKS: Final = 10_000
# Each of & < > and no-break space is written as an entity, and entities in one text take quadratic time to parse.
MAX_ENTITIES: Final = 100_000
# Kinds of formatting tags times elements: a bound for the elements that a parser makes of unclosed formatting.
MAX_REPEATED: Final = 300_000
MAX_GROWTH: Final = 4
MAX_GROWTH_BYTES: Final = 64 * 1024

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
IMAGE_SCHEMES: Final = frozenset({"https"})

# What the value of an attribute must look like; `url` and `image` are checked by `safe_url`.
VALUES: Final = {
    "any": re.compile(r"[\s\S]*"),
    "flag": re.compile(r"[\s\S]*"),
    "count": re.compile(r"[1-9][0-9]{0,3}"),
    "pixels": re.compile(r"[1-9][0-9]{0,4}"),
    "integer": re.compile(r"-?[0-9]{1,6}"),
    "list type": re.compile(r"[1aAiI]"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "language": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "direction": re.compile(r"ltr|rtl|auto"),
    "moment": re.compile(r"[0-9A-Z:+. \-]{1,40}", re.IGNORECASE),
    "alignment": re.compile(r"align-(?:center|right)"),
    "code language": re.compile(r"language-[a-z0-9+#_-]{1,30}"),
    "embed": re.compile(r"embed"),
}

EVERYWHERE: Final = {"lang": "language", "dir": "direction"}
_ALIGNED: Final = {"class": "alignment"}
_CELL: Final = {**_ALIGNED, "colspan": "count", "rowspan": "count"}

# Each element with its own attributes and the kind of their values.
ELEMENTS: Final[dict[str, dict[str, str]]] = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"), _ALIGNED),
    **dict.fromkeys(("ul", "dl", "dt", "dd", "pre", "kbd", "samp", "var", "hr", "br"), {}),
    **dict.fromkeys(("table", "caption", "thead", "tbody", "tfoot", "tr"), {}),
    **dict.fromkeys(("strong", "em", "u", "s", "sub", "sup", "small", "mark", "cite", "bdi", "bdo"), {}),
    **dict.fromkeys(("ruby", "rt", "rp", "span", "wbr", "summary"), {}),
    "ol": {"start": "integer", "reversed": "flag", "type": "list type"},
    "li": {"value": "integer"},
    "td": _CELL,
    "th": {**_CELL, "scope": "scope"},
    "figure": {"class": "embed"},
    "img": {"src": "image", "alt": "any", "title": "any", "width": "pixels", "height": "pixels"},
    "a": {"href": "url", "title": "any"},
    "blockquote": {"cite": "url"},
    "q": {"cite": "url"},
    "del": {"cite": "url", "datetime": "moment"},
    "ins": {"cite": "url", "datetime": "moment"},
    "time": {"datetime": "moment"},
    "code": {"class": "code language"},
    "details": {"open": "flag"},
    "abbr": {"title": "any"},
    "dfn": {"title": "any"},
}

VOID: Final = frozenset({"br", "hr", "img", "wbr"})

# Older names of the same meaning.
RENAMED: Final = {"b": "strong", "i": "em", "strike": "s", "tt": "code", "acronym": "abbr", "dir": "ul", "menu": "ul"}

# Boxes that say nothing: their content stays. A box of running text is a paragraph.
BOXES: Final = frozenset(
    {"address", "article", "aside", "center", "div", "fieldset", "footer", "form", "header", "hgroup", "main", "nav"}
    | {"section"}
)
# Inline marks that say nothing: their content stays.
INLINE_BOXES: Final = frozenset(
    {"font", "big", "nobr", "button", "label", "legend", "data", "output", "picture", "blink"}
)

# Gone together with their text.
UNSPOKEN: Final = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "textarea", "select", "option", "datalist", "xmp"}
    | {"noembed", "noframes", "plaintext", "title", "canvas", "frameset", "portal", "selectedcontent"}
)

# Players: they become the embed figure of a known host, or a link.
PLAYERS: Final = frozenset({"iframe", "embed", "object", "video", "audio"})

# Elements that start on a line of their own.
BLOCKS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr", "table"}
    | {"caption", "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "details", "summary"}
)
# Blocks that hold running text and no other block.
TEXT_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})

FORMATTING: Final = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def address_scheme(address: str) -> str:
    """Return the scheme of an address as a browser reads it, in lower case; empty for a relative address."""
    if address.startswith("https://"):
        return "https"
    found = _SCHEME.match(_UNSEEN.sub("", address))
    return found[1].lower() if found else ""


def safe_url(address: str, *, schemes: frozenset[str] = SCHEMES) -> str:
    """Return `address` without surrounding blanks if its scheme is one of `schemes` or it is relative, else ""."""
    address = address.strip()
    if address.startswith("//"):
        address = "https:" + address
    scheme = address_scheme(address)
    if scheme:
        return address if scheme in schemes and address.lower().startswith(scheme + ":") else ""
    # A colon before the first slash is a scheme to somebody.
    return "" if ":" in re.split("[/?#]", address, maxsplit=1)[0] else address


def allowed_value(tag: str, name: str, value: str) -> bool:
    """Whether the policy allows the attribute `name` with this `value` on the element `tag`."""
    kind = ELEMENTS.get(tag, {}).get(name) or EVERYWHERE.get(name)
    if kind is None or len(value.encode("utf-8", "replace")) > MAX_ATTRIBUTE_BYTES:
        return False
    if kind == "url":
        return bool(value) and safe_url(value) == value
    if kind == "image":
        return bool(value) and safe_url(value, schemes=IMAGE_SCHEMES) == value
    return VALUES[kind].fullmatch(value) is not None
