"""From whatever markup a page had to what the policy knows: names, boxes, alignment, players, paragraphs."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from articles.text import policy
from articles.text.embeds import known_embed
from articles.text.html_tree import Element, Node, has_block, text_of

_ALIGNMENT = re.compile(r"text-align\s*:\s*(center|right|left|justify|start|end)", re.IGNORECASE)
_CODE_LANGUAGE = re.compile(r"(?:language|lang)-([A-Za-z0-9+#_-]{1,30})")
_BLANK = " \t\r\n\f"
_MAKES_PARAGRAPHS = frozenset({"blockquote", "details"})
_ONLY_TEXT = policy.TEXT_BLOCKS | {"summary", "caption", "dt", "figcaption"}
_KEPT_EMPTY = frozenset({"td", "th", "tr", "li", "dt", "dd", "rt", "rp", "tbody", "thead", "tfoot", "caption"})


def rebuild(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes in the words of the policy: loose text stands in paragraphs, boxes are gone, players are links."""
    return _paragraphs(_rebuild_all(nodes, parent="", align=""))


def _rebuild_all(nodes: Iterable[Node], *, parent: str, align: str) -> list[Node]:
    rebuilt: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            _append_text(rebuilt, node)
        else:
            for new in _rebuild_element(node, parent=parent, align=align):
                if isinstance(new, str):
                    _append_text(rebuilt, new)
                else:
                    rebuilt.append(new)
    return rebuilt


def _append_text(nodes: list[Node], text: str) -> None:
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] += text
    else:
        nodes.append(text)


def _rebuild_element(element: Element, *, parent: str, align: str) -> list[Node]:
    tag = policy.RENAMED.get(element.tag, element.tag)
    if tag in policy.PLAYERS:
        return _player(element, parent=parent)
    if tag in policy.BOXES:
        return _box(element, parent=parent, align=_alignment(element) or align)
    if tag not in policy.ELEMENTS:
        return _rebuild_all(element.children, parent=parent, align=align)
    own = _alignment(element) or align
    children = _rebuild_all(element.children, parent=tag, align=own if tag in {"blockquote", "li"} else "")
    attributes = _attributes(element, tag, align=own)
    if tag == "img":
        return [Element(tag, attributes)] if attributes.get("src") else []
    if (tag == "span" and not attributes) or (tag == "a" and "href" not in attributes):
        return children
    if tag in policy.VOID:
        return [Element(tag, attributes)]
    if tag in _ONLY_TEXT and tag not in {"p", "pre"}:
        children = _trimmed(children)
    if not children and tag not in _KEPT_EMPTY:
        return []
    if tag in _ONLY_TEXT and has_block(children, policy.BLOCKS):
        return _split(Element(tag, attributes, children))
    if tag in _MAKES_PARAGRAPHS and has_block(children, policy.BLOCKS):
        children = _paragraphs(children)
    return [Element(tag, attributes, children)]


def _alignment(element: Element) -> str:
    """Return center, right, another value that ends an inherited one, or "" where the element says nothing."""
    if element.tag == "center":
        return "center"
    classes = element.attributes.get("class", "").split()
    for value in ("center", "right"):
        if f"align-{value}" in classes:
            return value
    styled = _ALIGNMENT.findall(element.attributes.get("style", ""))
    return str(styled[-1] if styled else element.attributes.get("align", "")).strip().lower()


def _attributes(element: Element, tag: str, *, align: str) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name in (*policy.ELEMENTS[tag], *policy.EVERYWHERE):
        value = _converted(element, tag, name, align)
        if value is not None and policy.allowed_value(tag, name, value):
            kept[name] = value
    return kept


def _converted(element: Element, tag: str, name: str, align: str) -> str | None:
    if name == "class":
        return _class(element, tag, align)
    value = element.attributes.get(name)
    if value is None:
        return None
    kind = policy.ELEMENTS[tag].get(name) or policy.EVERYWHERE[name]
    return _CONVERTERS.get(kind, str)(value)


def _class(element: Element, tag: str, align: str) -> str | None:
    if tag == "code":
        found = _CODE_LANGUAGE.search(element.attributes.get("class", ""))
        return f"language-{found[1].lower()}" if found else None
    if tag == "figure":
        return "embed" if "embed" in element.attributes.get("class", "").split() else None
    return f"align-{align}" if align in {"center", "right"} else None


def _secure(address: str) -> str:
    address = policy.safe_url(address)
    return "https:" + address[5:] if address[:5].lower() == "http:" else address


def _pixels(value: str) -> str:
    return value.strip().lower().removesuffix("px").split(".")[0]


_CONVERTERS: dict[str, Callable[[str], str]] = {
    "url": policy.safe_url,
    "image": _secure,
    "pixels": _pixels,
    "flag": lambda _value: "",
    "language": lambda value: value.strip().replace("_", "-"),
    "direction": lambda value: value.strip().lower(),
    "scope": lambda value: value.strip().lower(),
    "moment": str.strip,
}


def _box(element: Element, *, parent: str, align: str) -> list[Node]:
    children = _rebuild_all(element.children, parent="", align=align)
    if parent in _ONLY_TEXT:
        # Running text cannot hold a paragraph: what stood on a line of its own gets a line of its own.
        return [Element("br"), *children, Element("br")] if text_of(children).strip() else children
    return _paragraphs(children, align=align)


def _paragraphs(nodes: list[Node], *, align: str = "") -> list[Node]:
    """Put each run of loose text among the nodes into a paragraph."""
    result: list[Node] = []
    run: list[Node] = []
    for node in [*nodes, None]:
        if node is not None and (isinstance(node, str) or not has_block([node], policy.BLOCKS)):
            run.append(node)
            continue
        result.extend(_paragraph(run, align))
        run = []
        if node is not None:
            result.append(node)
    return result


def _paragraph(run: list[Node], align: str) -> list[Node]:
    if all(isinstance(node, str) and not node.strip(_BLANK) for node in run):
        return run
    run = _trimmed(run)
    if not run:
        return []
    if isinstance(run[0], str):
        run[0] = run[0].lstrip(_BLANK)
    if isinstance(run[-1], str):
        run[-1] = run[-1].rstrip(_BLANK)
    return [Element("p", {"class": f"align-{align}"} if align in {"center", "right"} else {}, run)]


def _trimmed(run: list[Node]) -> list[Node]:
    while run and _is_blank(run[0]):
        run = run[1:]
    while run and _is_blank(run[-1]):
        run = run[:-1]
    return run


def _is_blank(node: Node) -> bool:
    return not node.strip(_BLANK) if isinstance(node, str) else node.tag == "br"


def _split(element: Element) -> list[Node]:
    """A block of running text in which another block stands becomes its text before, the block, its text after."""
    result: list[Node] = []
    run: list[Node] = []
    moved: list[Node] = []

    def close() -> None:
        if any(not _is_blank(node) for node in run):
            result.append(Element(element.tag, dict(element.attributes), list(run)))
        run.clear()
        result.extend(moved)
        moved.clear()

    for child in element.children:
        if isinstance(child, Element) and child.tag in policy.BLOCKS:
            close()
            result.append(child)
        else:
            if isinstance(child, Element) and has_block([child], policy.BLOCKS):
                child = _without_blocks(child, moved)
            run.append(child)
    close()
    return result


def _without_blocks(element: Element, moved: list[Node]) -> Element:
    kept: list[Node] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag in policy.BLOCKS:
            moved.append(child)
        else:
            kept.append(_without_blocks(child, moved) if isinstance(child, Element) else child)
    return Element(element.tag, element.attributes, kept)


def _player(element: Element, *, parent: str) -> list[Node]:
    """The figure of a player of a known host, a paragraph with a link to another one, or what stands inside."""
    addresses = [element.attributes.get(name, "") for name in ("src", "data")]
    inner = [child for child in element.children if isinstance(child, Element)]
    addresses += [
        child.attributes.get("src") or child.attributes.get("value", "")
        for child in inner
        if child.tag in {"source", "embed", "param", "iframe"}
    ]
    addresses = [address for address in (_web_address(address) for address in addresses) if address]
    title = " ".join(element.attributes.get("title", "").split())[:200]
    for address in addresses:
        embed = known_embed(address)
        if embed and policy.allowed_value("a", "href", embed.address):
            link = Element("a", {"href": embed.address}, [title or embed.host_name])
            return [Element("figure", {"class": "embed"}, [link])]
    if addresses and policy.allowed_value("a", "href", addresses[0]):
        name = title or urlsplit(addresses[0]).hostname or addresses[0]
        return [Element("p", {}, [Element("a", {"href": addresses[0]}, [name])])]
    if element.tag == "iframe":
        return []
    return _rebuild_all(element.children, parent=parent, align="")


def _web_address(address: str) -> str:
    address = policy.safe_url(address)
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""
