"""What scraping left in a body: lazy pictures, wrapped addresses, trackers, copy buttons, the title again."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

from articles.text.hidden import MOST_HIDDEN, hidden_share, without_hidden
from articles.text.html_tree import Element, Node, text_of

_LAZY = ("data-original", "data-src", "_src", "data-actualsrc", "data-lazy-src", "data-lazy", "data-echo", "data-url")
_PLACEHOLDER = re.compile(
    r"^$|^data:|^about:|(?:^|[/_.-])(?:blank|placeholder|spacer|loading|lazy(?:load)?|transparent|pixel|grey|gray|1x1)"
    r"[^/]{0,20}\.(?:gif|png|svg|jpe?g|webp)",
    re.IGNORECASE,
)
# How a whole address begins.
_WHOLE = ("https://", "http://")
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
COPY_TEXT = frozenset({"复制代码", "复制", "copy code", "copy", "copied!"})
_PLAYED = frozenset({"video", "audio", "source", "iframe", "embed"})
_KEEPS = frozenset({"img", "iframe", "video", "audio", "embed", "object", "hr", "table", "svg", "picture"})
EMPTY = frozenset({"p", "div", "section", "span", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i"})
BLANK = " \t\r\n\f\v\xa0\u3000\u200b\ufeff"
TITLE_TAGS = frozenset({"h1", "h2", "h3"})
TITLE_BOXES = frozenset({"div", "section", "article", "header"})
_SET_ENTRY = re.compile(r"([^\s,]\S*+)(?:\s++([\d.]++)[wx])?+")


# What a browser without scripts shows in the place of a lazy picture; and pictures there that only count readers.
_SCRIPTLESS = re.compile(r"<noscript\b[^<>]{0,200}+>\s*+(<img\b[^<>]{1,4000}+>)\s*+</noscript\s*+>", re.IGNORECASE)
_SOURCE = re.compile(r"""\ssrc\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_COUNTING = re.compile(r"(?:piwik|matomo)\.php|/tr/?\?|display\s*+:\s*+none", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"<(?:img|source)\b[^<>]{1,4000}+>", re.IGNORECASE)
_ADDRESS = re.compile(r"""[^\s"'<>]++""")

# What a start tag holds, in small letters, that tidying has to look at; most hold nothing of it. The last two are what
# folding case makes of Turkish letters that an expression without case takes for an i.
_MARKS = (
    ("data-", "_src=", "srcset=", "blank", "placeholder", "spacer", "loading", "lazy", "transparent", "pixel", "grey")
    + ("gray", "1x1", "analytics", "doubleclick", "hm.baidu", "cnzz", "51.la", "stats.wp", "feedburner", "scorecard")
    + ("quantserve", "workers.dev", "juejin", "zhihu", "oschina", "weserv", "sspai", "\u0131", "\u0307")
)
_MARKED_VALUE = re.compile(r"""(?:width|height)="\s*[01](?:px)?\s*"|src="\s*(?:"|data:|about:)""")


def _never(_address: str) -> bool:
    return False


class Scrape:
    """What is known of a scraped body, and what tidying it has found: `counts` says how often each leftover went.

    `title` is the article's: a first heading that repeats it goes. `base_url`, where it is known, is the page that
    relative addresses belong to; a picture that `is_beside` knows stays relative. No text is cut but copy buttons',
    that heading's, and what a browser does not show: `hidden_texts`. Where nearly all is hidden, it stays:
    `is_hidden`.
    """

    def __init__(self, *, title: str = "", base_url: str = "", is_beside: Callable[[str], bool] = _never) -> None:
        self.folded_title = folded(title)
        self.counts: dict[str, int] = {}
        self.hidden_texts: list[str] = []
        self.is_hidden = False
        self._base_url, self._is_beside = base_url, is_beside

    def needs_a_look(self, tag: str) -> bool:
        """Whether a start tag of a link or a picture may hold something to tidy."""
        if self._base_url:
            return True
        lowered = tag.casefold()
        # Looking for each word alone is many times faster than an expression that tries all of them at each place.
        return any(map(lowered.__contains__, _MARKS)) or _MARKED_VALUE.search(lowered) is not None

    def count(self, kind: str) -> None:
        """Note that a leftover of this kind went."""
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def with_scriptless_pictures(self, html: str) -> str:
        """Return HTML in which a picture for browsers without scripts stands for itself, if no other copy is there."""
        if not _SCRIPTLESS.search(html):
            return html
        tags = "".join(_IMAGE_TAG.findall(_SCRIPTLESS.sub(" ", html)))
        shown = {unescape(address) for address in _ADDRESS.findall(tags)}

        def picture(match: re.Match[str]) -> str:
            found = _SOURCE.search(match[1])
            address = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
            if not address or address in shown or _COUNTING.search(match[1]):
                return ""
            shown.add(address)
            return match[1]

        return _SCRIPTLESS.sub(picture, html)

    def tidy(self, nodes: list[Node]) -> list[Node]:
        """Return the nodes without what scraping left in them; elements are changed in place."""
        nodes = self._drop_empty(self._tidy(nodes, in_code=False))
        self._drop_title(nodes)
        return nodes

    def drop_hidden(self, nodes: list[Node]) -> list[Node]:
        """Return the nodes without the text that a browser does not show, unless hardly any is left then."""
        self.is_hidden = hidden_share(nodes) > MOST_HIDDEN
        if self.is_hidden:
            return nodes
        nodes, self.hidden_texts = without_hidden(nodes)
        if self.hidden_texts:
            self.counts["hidden text"] = len(self.hidden_texts)
        return nodes

    def tidy_link(self, link: Element) -> None:
        """Unwrap and complete the address of a link."""
        self._tidy_address(link, "href")

    def tidy_player(self, element: Element) -> None:
        """Unwrap and complete the address of a player or of its source."""
        self._tidy_address(element, "src")

    def tidy_picture(self, image: Element) -> bool:
        """Settle the address of a picture; False for one that shows nothing."""
        source = image.attributes.get("src", "").strip()
        if _PLACEHOLDER.search(source):
            hidden = (image.attributes.get(name, "").strip() for name in _LAZY)
            lazy = next(filter(None, hidden), "") or _largest(
                image.attributes.get("data-srcset") or image.attributes.get("srcset") or ""
            )
            if lazy:
                image.attributes["src"] = lazy
                self.count("lazy picture")
        self._tidy_address(image, "src")
        if _is_tracker(image):
            self.count("tracking pixel")
            return False
        return True

    def _tidy(self, nodes: Iterable[Node], *, in_code: bool) -> list[Node]:
        kept: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                if in_code and len(node) < 40 and node.strip().lower() in COPY_TEXT:
                    self.count("copy button")
                    continue
                kept.append(node)
                continue
            if _is_copy_button(node, in_code):
                self.count("copy button")
                continue
            if node.tag == "img" and not self.tidy_picture(node):
                continue
            if node.tag == "a":
                self.tidy_link(node)
            if node.tag in _PLAYED:
                self.tidy_player(node)
            node.children = self._tidy(node.children, in_code=in_code or node.tag in {"pre", "code"})
            kept.append(node)
        return kept

    def _tidy_address(self, element: Element, name: str) -> None:
        address = element.attributes.get(name, "").strip()
        if not address:
            return
        plain = unwrap_address(address)
        if plain != address:
            self.count("wrapped address")
        if self._base_url and plain and not plain.startswith((*_WHOLE, "#")) and not self._is_beside(plain):
            try:
                plain = urljoin(self._base_url, plain)
            except ValueError:
                return
        element.attributes[name] = plain

    def _drop_empty(self, nodes: list[Node]) -> list[Node]:
        kept: list[Node] = []
        for node in nodes:
            if isinstance(node, Element):
                node.children = self._drop_empty(node.children)
                if node.tag in EMPTY and _says_nothing(node):
                    if node.tag == "p":
                        self.count("empty paragraph")
                    # A blank between two words stays a blank.
                    if node.tag not in {"p", "div", "section"} and text_of(node.children):
                        kept.append(" ")
                    continue
            kept.append(node)
        return kept

    def _drop_title(self, nodes: list[Node]) -> bool:
        """Look at the first thing that is no blank; True when the search is over."""
        if not self.folded_title:
            return True
        for index, node in enumerate(nodes):
            if isinstance(node, str):
                if node.strip(BLANK):
                    return True
                continue
            if node.tag in TITLE_TAGS:
                if folded(text_of(node.children)) == self.folded_title:
                    del nodes[index]
                    self.count("repeated title")
                return True
            return self._drop_title(node.children) if node.tag in TITLE_BOXES else True
        return False


def _is_copy_button(element: Element, in_code: bool) -> bool:
    if element.tag not in {"span", "button", "a", "div", "i", "p"}:
        return False
    text = text_of(element.children).strip().lower()
    return text in COPY_TEXT and (in_code or bool(_COPY_CLASS.search(element.attributes.get("class", ""))))


def _largest(candidates: str) -> str:
    """Return the address of the largest picture in the value of `srcset`."""
    found = [(float(size or 1), address.rstrip(",")) for address, size in _SET_ENTRY.findall(candidates[:8000])]
    return max(found, default=(0.0, ""))[1]


def _is_tracker(image: Element) -> bool:
    sizes = [image.attributes.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    if all(size in {"0", "1"} for size in sizes):
        return True
    try:
        host = urlsplit(image.attributes.get("src", "")).hostname or ""
    except ValueError:
        return False
    return bool(_TRACKERS.search(host))


def unwrap_address(address: str) -> str:
    """Return the address inside a proxy's or a redirector's; any other one as it is."""
    for prefix in _PREFIXES:
        if address.startswith(prefix) and address[len(prefix) :].startswith(_WHOLE):
            return address[len(prefix) :]
    try:
        parts = urlsplit(address)
        parameter = _REDIRECTORS.get(parts.hostname or "")
        target = parse_qs(parts.query).get(parameter, [""])[0] if parameter else ""
    except ValueError:
        return address
    return target if target.startswith(_WHOLE) else address


def _says_nothing(element: Element) -> bool:
    for child in element.children:
        if isinstance(child, str):
            if child.strip(BLANK):
                return False
        elif child.tag != "br" and (child.tag in _KEEPS or not (child.tag in EMPTY and _says_nothing(child))):
            return False
    return True


def folded(text: str) -> str:
    """Return the letters and digits of a text alone, for comparing titles."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", text)
