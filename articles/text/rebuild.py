"""From whatever markup a page had to what the policy knows: names, boxes, alignment, players, paragraphs."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from articles.text import policy
from articles.text.embeds import known_embed
from articles.text.html_tree import Element, Node, has_block

_ALIGNMENT = re.compile(r"text-align\s*+:\s*+(?:-webkit-|-moz-)?(center|right|left|justify|start|end)", re.IGNORECASE)
_CODE_LANGUAGE = re.compile(r"(?:language|lang)-([A-Za-z0-9+#_-]{1,30})")
_MEDIA_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov|mp3|m4a|ogg|wav|flac|aac)\Z", re.IGNORECASE)
_BLANK = " \t\r\n\f"
_MAKES_PARAGRAPHS = frozenset({"blockquote", "details", "caption", "dt", "figcaption"})
_ONLY_TEXT = policy.TEXT_BLOCKS | {"summary"}
# A paragraph in one of these is one of its lines; a heading is no more inside another.
_TAKES_LINES = _ONLY_TEXT - {"p"}
_LINES = policy.TEXT_BLOCKS - {"pre"}
# What hands its alignment on to the paragraphs in it, as all running text does.
_HANDS_ON = frozenset({"blockquote", "li", "details"})
# Where an element means something; elsewhere it is a box. Parsers do not agree about those outside their place.
_PLACES = {
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "figcaption": frozenset({"figure"}),
    "summary": frozenset({"details"}),
}
# The place where a new line begins, until `_with_lines` finds out whether one is needed.
_LINE = Element("")
_KEPT_EMPTY = frozenset({"td", "th", "tr", "li", "dt", "dd", "rt", "rp", "tbody", "thead", "tfoot", "caption"})


@dataclass(frozen=True, slots=True)
class _Where:
    """What stands around a node: the nearest block, the alignment handed on, the formatting that is open."""

    block: str = ""
    align: str = ""
    formatting: frozenset[str] = frozenset()


def rebuild(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes in the words of the policy: loose text in paragraphs, no boxes, players as links."""
    return _paragraphs(_rebuild_all(nodes, _Where()))


def _rebuild_all(nodes: Iterable[Node], where: _Where) -> list[Node]:
    rebuilt: list[Node] = []
    for node in nodes:
        for new in [node] if isinstance(node, str) else _rebuild_element(node, where):
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


def _rebuild_element(element: Element, where: _Where) -> list[Node]:
    tag = policy.RENAMED.get(element.tag, element.tag)
    own = alignment_of(element) or where.align
    if tag == "input":  # no form stands in an article, but a list of tasks does
        return ["☑" if "checked" in element.attributes else "☐"] if is_checkbox(element) else []
    if tag in policy.PLAYERS:
        return player(element) or ([] if tag == "iframe" else _rebuild_all(element.children, where))
    if tag in policy.BOXES or where.block not in _PLACES.get(tag, {where.block}):
        return _box(_rebuild_all(element.children, replace(where, align=own)), block=where.block, align=own)
    attributes = picked_attributes(element, tag, align=own) if tag in policy.ELEMENTS else {}
    mark = f"{tag} {attributes}"
    if tag not in policy.ELEMENTS or mark in where.formatting:
        return _rebuild_all(element.children, replace(where, align=own))
    if tag in policy.BLOCKS:
        inner = replace(where, block=tag, align=own if tag in _HANDS_ON else "")
    elif tag in policy.FORMATTING:
        # A parser loses count of the same formatting inside itself, and it says nothing more.
        inner = replace(where, align=own, formatting=where.formatting | {mark})
    else:
        inner = replace(where, align=own)
    return _element(Element(tag, attributes, _rebuild_all(element.children, inner)), align=own)


def _element(element: Element, *, align: str) -> list[Node]:
    """The element, what stays of it, or the pieces that it falls into."""
    tag = element.tag
    if tag == "img":
        return [element] if element.attributes.get("src") else []
    if (tag == "span" and not element.attributes) or (tag == "a" and "href" not in element.attributes):
        return element.children
    if tag in policy.VOID:
        return [element]
    if tag in _TAKES_LINES:
        element.children = _with_lines(element, Element("", {}, ["\n"]) if tag == "pre" else Element("br"))
    if tag in _TAKES_LINES | _MAKES_PARAGRAPHS and tag != "pre":
        element.children = _trimmed(element.children)
    if not element.children and tag not in _KEPT_EMPTY:
        return []
    if tag in _ONLY_TEXT and has_block(element.children, policy.BLOCKS):
        return [piece for piece in _pieces(element) if _is_block(piece) or not _is_empty(piece)]
    if tag in _MAKES_PARAGRAPHS:
        inner = align if tag == "blockquote" and align in {"center", "right"} else ""
        if inner or has_block(element.children, policy.BLOCKS):
            element.children = _unwrapped(tag, _paragraphs(element.children, align=inner))
    return [element]


def is_checkbox(element: Element) -> bool:
    """Whether a field of a form is a box to tick."""
    return element.attributes.get("type", "").strip().lower() == "checkbox"


def alignment_of(element: Element) -> str:
    """Return center, right, another value that ends an inherited one, or "" where the element says nothing."""
    if element.tag == "center":
        return "center"
    classes = element.attributes.get("class", "").split()
    for value in ("center", "right"):
        if f"align-{value}" in classes:
            return value
    styled = _ALIGNMENT.findall(element.attributes.get("style", ""))
    return str(styled[-1] if styled else element.attributes.get("align", "")).strip().lower()


def picked_attributes(element: Element, tag: str, *, align: str = "") -> dict[str, str]:
    """Return the attributes that the policy allows on `tag`, with the values that it asks for."""
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


def _box(children: list[Node], *, block: str, align: str) -> list[Node]:
    if block in _ONLY_TEXT:
        # Running text cannot hold a paragraph: what stood on a line of its own gets a line of its own.
        return [_LINE, *children, _LINE] if block != "p" else [Element("p", {}, children)]
    return _paragraphs(children, align=align)


def _with_lines(element: Element, line: Element) -> list[Node]:
    """The content of an element of running text: each paragraph in it becomes a line, set off by `line`."""
    state = _Lines(line)
    return state.of(element.children)


class _Lines:
    """Writes a line where one is due: between two texts, not where a line or a block ends already."""

    def __init__(self, line: Element) -> None:
        self._line = line.children or [line]
        self._due = False
        self._begun = False

    def of(self, nodes: Iterable[Node]) -> list[Node]:
        result: list[Node] = []
        for node in nodes:
            if node is _LINE:
                self._due = self._begun
            elif isinstance(node, str):
                self._text(node, result)
            elif node.tag in _LINES:
                self._due = self._begun
                result += self.of(node.children)
                self._due = self._begun
            elif node.tag in {"br", "hr"} or node.tag in policy.BLOCKS:
                self._due = self._begun = False
                result.append(node)
            elif node.tag in policy.VOID:
                self._begin(result)
                result.append(node)
            else:
                result.append(Element(node.tag, node.attributes, self.of(node.children)))
        return result

    def _text(self, text: str, result: list[Node]) -> None:
        if self._line == ["\n"] and text.startswith("\n"):
            self._due = False
        if text.strip(_BLANK):
            self._begin(result)
        _append_text(result, text)
        if self._line == ["\n"] and text.endswith("\n"):
            self._begun = False

    def _begin(self, result: list[Node]) -> None:
        if self._due:
            for line in self._line:
                _append_text(result, line) if isinstance(line, str) else result.append(Element(line.tag))
        self._due, self._begun = False, True


def _unwrapped(tag: str, children: list[Node]) -> list[Node]:
    """A caption or a term that is one paragraph needs none."""
    only = children[0] if len(children) == 1 else None
    if tag in {"caption", "dt", "figcaption"} and isinstance(only, Element) and only.tag == "p" and not only.attributes:
        return only.children
    return children


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
    first, last = 0, len(run)
    while first < last and _is_blank(run[first]):
        first += 1
    while first < last and _is_blank(run[last - 1]):
        last -= 1
    return run[first:last]


def _is_blank(node: Node) -> bool:
    return not node.strip(_BLANK) if isinstance(node, str) else node.tag == "br"


def _is_block(node: Node) -> bool:
    return isinstance(node, Element) and node.tag in policy.BLOCKS


def _is_empty(node: Node) -> bool:
    return isinstance(node, Element) and all(_is_blank(child) for child in node.children)


def _pieces(element: Element) -> list[Node]:
    """The element around each run of its running text, and between them, in order, the blocks that stood in it."""
    pieces: list[Node] = []
    run: list[Node] = []

    def close() -> None:
        if run:
            pieces.append(Element(element.tag, dict(element.attributes), list(run)))
            run.clear()

    for child in element.children:
        whole = isinstance(child, str) or _is_block(child) or not has_block([child], policy.BLOCKS)
        for piece in [child] if whole or isinstance(child, str) else _pieces(child):
            if _is_block(piece):
                close()
                pieces.append(piece)
            else:
                run.append(piece)
    close()
    return pieces


def player(element: Element) -> list[Node]:
    """The figure of a player of a known host, a paragraph with a link to another one, nothing without an address."""
    addresses = [element.attributes.get(name, "") for name in ("src", "data")]
    inner = [child for child in element.children if isinstance(child, Element)]
    addresses += [
        child.attributes.get("src") or child.attributes.get("value", "")
        for child in inner
        if child.tag in {"source", "embed", "param", "iframe"}
    ]
    beside = next((found for found in map(policy.safe_url, addresses) if _MEDIA_FILE.search(found)), "")
    addresses = [address for address in (_web_address(address) for address in addresses) if address]
    if not addresses and beside and policy.allowed_value("a", "href", beside):
        # Of the old site, which is not known: a link tells at least what stood here.
        return [Element("p", {}, [Element("a", {"href": beside}, [beside.rpartition("/")[2]])])]
    title = " ".join(element.attributes.get("title", "").split())[:200]
    for address in addresses:
        embed = known_embed(address)
        if embed and policy.allowed_value("a", "href", embed.address):
            link = Element("a", {"href": embed.address}, [title or embed.host_name])
            return [Element("figure", {"class": "embed"}, [link])]
    if addresses and policy.allowed_value("a", "href", addresses[0]):
        name = title or urlsplit(addresses[0]).hostname or addresses[0]
        return [Element("p", {}, [Element("a", {"href": addresses[0]}, [name])])]
    return []


def _web_address(address: str) -> str:
    address = policy.safe_url(address)
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""
