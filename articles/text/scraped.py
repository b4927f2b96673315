"""What scraping left in a body: lazy pictures, wrapped addresses, trackers, copy buttons, the title again."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

from articles.text.html_tree import Element, Node, text_of

_LAZY = ("data-original", "data-src", "_src", "data-actualsrc", "data-lazy-src", "data-lazy", "data-echo", "data-url")
_PLACEHOLDER = re.compile(
    r"^$|^data:|^about:|(?:^|[/_.-])(?:blank|placeholder|spacer|loading|lazy(?:load)?|transparent|pixel|grey|gray|1x1)"
    r"[^/]{0,20}\.(?:gif|png|svg|jpe?g|webp)",
    re.IGNORECASE,
)
# Prefixes that were put in front of a whole address, and redirectors that carry it in a parameter.
_PREFIXES = ("https://cors.zfour.workers.dev/?",)
_REDIRECTORS = {
    "link.juejin.cn": "target",
    "link.juejin.im": "target",
    "link.zhihu.com": "target",
    "www.oschina.net": "url",
    "my.oschina.net": "url",
    "images.weserv.nl": "url",
    "sspai.com": "target",
}
_TRACKERS = re.compile(
    r"(?:^|\.)(?:google-analytics\.com|doubleclick\.net|hm\.baidu\.com|cnzz\.com|51\.la|pixel\.wp\.com|stats\.wp\.com"
    r"|feeds\.feedburner\.com|scorecardresearch\.com|quantserve\.com)$"
)
_COPY_CLASS = re.compile(r"(?:^|[\s_-])copy(?:[\s_-]|$)|copy-code|code-copy|copybtn|btn-copy", re.IGNORECASE)
_COPY_TEXT = frozenset({"复制代码", "复制", "copy code", "copy", "copied!"})
_KEEPS = frozenset({"img", "iframe", "video", "audio", "embed", "object", "hr", "table", "svg", "picture"})
_EMPTY = frozenset({"p", "div", "section", "span", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i"})
_BLANK = " \t\r\n\f\v\xa0\u3000\u200b\ufeff"


@dataclass(slots=True)
class Tidied:
    """The nodes that are left, and how often each kind of leftover went."""

    nodes: list[Node]
    counts: dict[str, int] = field(default_factory=dict)


def tidy(nodes: list[Node], *, title: str = "", base_url: str = "") -> Tidied:
    """Return the nodes without what scraping left in them.

    `title` is the article's: a first heading that repeats it goes. `base_url`, where it is known, is the page that
    relative addresses belong to. No text is cut but copy buttons' and that heading's.
    """
    tidied = Tidied([])
    tidied.nodes = _drop_empty(_tidy(nodes, tidied, base_url, in_code=False), tidied)
    _drop_title(tidied, title)
    return tidied


def _count(tidied: Tidied, kind: str) -> None:
    tidied.counts[kind] = tidied.counts.get(kind, 0) + 1


def _tidy(nodes: Iterable[Node], tidied: Tidied, base_url: str, *, in_code: bool) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
            continue
        if _is_copy_button(node, in_code):
            _count(tidied, "copy button")
            continue
        if node.tag == "img" and not _tidy_picture(node, tidied, base_url):
            continue
        if node.tag == "a":
            _tidy_address(node, "href", tidied, base_url)
        node.children = _tidy(node.children, tidied, base_url, in_code=in_code or node.tag in {"pre", "code"})
        kept.append(node)
    return kept


def _is_copy_button(element: Element, in_code: bool) -> bool:
    text = text_of(element.children).strip().lower()
    if len(text) > 12 or element.tag not in {"span", "button", "a", "div", "i", "p"}:
        return False
    return text in _COPY_TEXT and (in_code or bool(_COPY_CLASS.search(element.attributes.get("class", ""))))


def _tidy_picture(image: Element, tidied: Tidied, base_url: str) -> bool:
    """Settle the address of a picture; False for one that shows nothing."""
    source = image.attributes.get("src", "").strip()
    if _PLACEHOLDER.search(source):
        lazy = next((image.attributes[name].strip() for name in _LAZY if image.attributes.get(name, "").strip()), "")
        if lazy:
            image.attributes["src"] = lazy
            _count(tidied, "lazy picture")
    _tidy_address(image, "src", tidied, base_url)
    if _is_tracker(image):
        _count(tidied, "tracking pixel")
        return False
    return True


def _is_tracker(image: Element) -> bool:
    sizes = [image.attributes.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    if all(size in {"0", "1"} for size in sizes):
        return True
    try:
        host = urlsplit(image.attributes.get("src", "")).hostname or ""
    except ValueError:
        return False
    return bool(_TRACKERS.search(host))


def _tidy_address(element: Element, name: str, tidied: Tidied, base_url: str) -> None:
    address = element.attributes.get(name, "").strip()
    if not address:
        return
    plain = unwrap_address(address)
    if plain != address:
        _count(tidied, "wrapped address")
    if base_url and plain and not plain.startswith("#"):
        try:
            plain = urljoin(base_url, plain)
        except ValueError:
            return
    element.attributes[name] = plain


def unwrap_address(address: str) -> str:
    """Return the address inside a proxy's or a redirector's; any other one as it is."""
    for prefix in _PREFIXES:
        if address.startswith(prefix) and address[len(prefix) :].startswith(("http://", "https://")):
            return address[len(prefix) :]
    try:
        parts = urlsplit(address)
        parameter = _REDIRECTORS.get(parts.hostname or "")
        target = parse_qs(parts.query).get(parameter or "", [""])[0]
    except ValueError:
        return address
    return target if target.startswith(("http://", "https://")) else address


def _drop_empty(nodes: list[Node], tidied: Tidied) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Element):
            node.children = _drop_empty(node.children, tidied)
            if node.tag in _EMPTY and _says_nothing(node):
                if node.tag == "p":
                    _count(tidied, "empty paragraph")
                # A blank between two words stays a blank.
                if node.tag not in {"p", "div", "section"} and text_of(node.children):
                    kept.append(" ")
                continue
        kept.append(node)
    return kept


def _says_nothing(element: Element) -> bool:
    for child in element.children:
        if isinstance(child, str):
            if child.strip(_BLANK):
                return False
        elif child.tag != "br" and (child.tag in _KEEPS or not (child.tag in _EMPTY and _says_nothing(child))):
            return False
    return True


def _drop_title(tidied: Tidied, title: str) -> None:
    wanted = _folded(title)
    if not wanted:
        return

    def drop(nodes: list[Node]) -> bool:
        """Look at the first thing that is no blank; True when the search is over."""
        for index, node in enumerate(nodes):
            if isinstance(node, str):
                if node.strip(_BLANK):
                    return True
                continue
            if node.tag in {"h1", "h2", "h3"}:
                if _folded(text_of(node.children)) == wanted:
                    del nodes[index]
                    _count(tidied, "repeated title")
                return True
            if node.tag in {"div", "section", "article", "header"}:
                return drop(node.children)
            return True
        return False

    drop(tidied.nodes)


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", text)
