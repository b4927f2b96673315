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


def place_pictures(nodes: Iterable[Node], pictures: Mapping[str, Picture]) -> list[Node]:
    """Return rendered `nodes` with their pictures completed.

    `pictures` maps addresses as they stand in the body to our own pictures; each becomes a `picture` with WebP, width
    and height. Any other picture without both of them gets the class of a box with a fixed ratio: however large it is,
    or should it never come, the lines below stay where they are. A picture behind text in its line stays in the line.
    """
    return _place(nodes, pictures, after_text=False)[0]


def _place(nodes: Iterable[Node], pictures: Mapping[str, Picture], *, after_text: bool) -> tuple[list[Node], bool]:
    """Return the nodes, and whether text stands in the line behind them."""
    placed: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            placed.append(node)
            after_text = after_text or bool(node.strip())
        elif node.tag == "img":
            placed.append(_picture(node, pictures, in_line=after_text))
        else:
            is_inline = node.tag in _INLINE
            children, text_before = _place(node.children, pictures, after_text=after_text and is_inline)
            after_text = text_before if is_inline else False
            placed.append(Element(node.tag, node.attributes, children))
    return placed, after_text


def _picture(image: Element, pictures: Mapping[str, Picture], *, in_line: bool) -> Element:
    own = pictures.get(image.attributes.get("src", ""))
    is_sized = own or {"width", "height"} <= image.attributes.keys()
    if in_line or not is_sized:
        image = Element("img", {**image.attributes, "class": IN_LINE if in_line else BOX})
    if own is None:
        return image
    size = {"width": str(own.width), "height": str(own.height)}
    if {"width", "height"} <= image.attributes.keys():
        size = {name: image.attributes[name] for name in size}
    image = Element("img", {**image.attributes, "src": own.src, **size})
    if not own.webp:
        return image
    source = Element("source", {"type": "image/webp", "srcset": own.webp, "sizes": BODY_SIZES})
    return Element("picture", {}, [source, image])
