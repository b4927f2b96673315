"""Pictures in a body as readers get them: sizes to choose from, and a box where the size is not known."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from articles.text.html_tree import Element, Node

# As wide as the column of text (static/css/site.css), on a phone as wide as the screen.
BODY_SIZES = "(min-width: 760px) 684px, 100vw"
BOX = "boxed"
IN_LINE = "in-line"
_INLINE = frozenset({"a", "strong", "em", "u", "s", "span", "small", "mark"})
_ADDRESS = re.compile(r'\s(?:src|href)="([^"]+)"')
# The name of a file tells its image: the beginning of the digest.
_OWN_FILE = re.compile(r"(?:images|renditions)/[0-9a-f]{2}/([0-9a-f]{32})\.[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own: the file for every browser with its size in pixels, and `srcset` values ("" for none)."""

    src: str
    width: int
    height: int
    webp: str = ""


def own_files(html: str, *, media: str, site: str) -> dict[str, str]:
    """Return the addresses in a clean body that are pictures of our own, each with the beginning of its digest.

    `media` is the path (or address) below which our files stand, `site` the scheme and host that may stand before it.
    """
    found = {}
    for address in _ADDRESS.findall(html):
        name = address.removeprefix(site)
        match = _OWN_FILE.fullmatch(name.removeprefix(media)) if name.startswith(media) else None
        if match:
            found[address] = match[1]
    return found


def place_pictures(nodes: Iterable[Node], pictures: Mapping[str, Picture], *, whole: str = "") -> list[Node]:
    """Return rendered `nodes` with their pictures completed.

    `pictures` maps addresses as they stand in the body to our own pictures; each becomes a `picture` with WebP, width
    and height. Any other picture without both of them gets the class of a box with a fixed ratio: however large it is,
    or should it never come, the lines below stay where they are. A picture behind text in its line stays in the line.
    A long picture is small in its box, so the box links to it: `whole` is the name of that link where the picture has
    no alternative text ("" makes no links).
    """
    return _Placer(pictures, whole).place(nodes, after_text=False, in_link=False)[0]


@dataclass(frozen=True, slots=True)
class _Placer:
    pictures: Mapping[str, Picture]
    whole: str

    def place(self, nodes: Iterable[Node], *, after_text: bool, in_link: bool) -> tuple[list[Node], bool]:
        """Return the nodes, and whether text stands in the line behind them."""
        placed: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                placed.append(node)
                after_text = after_text or bool(node.strip())
            elif node.tag == "img":
                placed.append(self._picture(node, in_line=after_text, in_link=in_link))
            else:
                is_inline = node.tag in _INLINE
                children, text_before = self.place(
                    node.children, after_text=after_text and is_inline, in_link=in_link or node.tag == "a"
                )
                after_text = text_before if is_inline else False
                placed.append(Element(node.tag, node.attributes, children))
        return placed, after_text

    def _picture(self, image: Element, *, in_line: bool, in_link: bool) -> Element:
        source = image.attributes.get("src", "")
        own = self.pictures.get(source)
        is_sized = own or {"width", "height"} <= image.attributes.keys()
        if in_line:
            image = Element("img", {**image.attributes, "class": IN_LINE})
        if own is not None:
            return _own_picture(image, own)
        if is_sized or in_line:
            return image
        boxed = Element("img", {**image.attributes, "class": BOX})
        if in_link or not self.whole or not source:
            return boxed
        label = {} if image.attributes.get("alt") else {"aria-label": self.whole}
        return Element("a", {"class": "whole", "href": source, "rel": "noopener noreferrer", **label}, [boxed])


def _own_picture(image: Element, own: Picture) -> Element:
    size = {"width": str(own.width), "height": str(own.height)}
    if {"width", "height"} <= image.attributes.keys():
        size = {name: image.attributes[name] for name in size}
    image = Element("img", {**image.attributes, "src": own.src, **size})
    if not own.webp:
        return image
    source = Element("source", {"type": "image/webp", "srcset": own.webp, "sizes": BODY_SIZES})
    return Element("picture", {}, [source, image])
