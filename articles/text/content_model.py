"""What HTML lets stand in what, where it differs from what a policy of elements and attributes can say."""

from collections.abc import Iterable

from articles.text import policy
from articles.text.html_tree import Element, Node

# What holds running text only. A link, an insertion and a deletion may stand around anything.
_PHRASING = frozenset(policy.ELEMENTS) - policy.BLOCKS - policy.VOID - {"a", "ins", "del", "figure"}
_BLOCKS = policy.BLOCKS | {"div"}
_LISTS = frozenset({"ul", "ol"})
_ROWS = frozenset({"tr"})
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})


def fit(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes of a rendered body so that each stands where HTML allows it; the text stays whole.

    A mark of running text around blocks goes, and its content stays; what stands in a list without being an item
    becomes one; rows without cells go; what nothing sums up is shown and not folded. Takes time and room in proportion
    to what it gets.
    """
    return _fit(nodes)[0]


def _fit(nodes: Iterable[Node]) -> tuple[list[Node], bool]:
    """Return the nodes as they may stand, and whether there is a block among them or in them."""
    fitted: list[Node] = []
    has_block = False
    for node in nodes:
        if isinstance(node, str):
            fitted.append(node)
            continue
        node.children, has_inner = _fit(node.children)
        pieces = _pieces(node, has_block=has_inner)
        has_block = has_block or has_inner or any(_is(piece, _BLOCKS) for piece in pieces)
        fitted += pieces
    return fitted, has_block


def _pieces(element: Element, *, has_block: bool) -> list[Node]:
    tag = element.tag
    if tag in _PHRASING and has_block:
        return element.children
    if tag in _LISTS:
        element.children = _items(element.children)
    elif tag == "details" and not any(_is(child, {"summary"}) for child in element.children):
        return element.children if has_block else [Element("p", {}, element.children)]
    elif tag == "table" and not _has_spanning(element):
        _drop_empty_rows(element)
    return [element]


def _items(nodes: Iterable[Node]) -> list[Node]:
    """Put what stands between items into items of its own."""
    items: list[Node] = []
    loose: list[Node] = []

    def settle() -> None:
        if any(not isinstance(node, str) or node.strip() for node in loose):
            items.append(Element("li", {}, list(loose)))
        else:
            items.extend(loose)
        loose.clear()

    for node in nodes:
        if _is(node, {"li"}):
            settle()
            items.append(node)
        else:
            loose.append(node)
    settle()
    return items


def _has_spanning(table: Element) -> bool:
    """Whether a cell reaches into rows below: one without cells of its own is none too many then."""
    return any(
        "rowspan" in cell.attributes
        for part in _elements(table)
        for row in ([part] if part.tag == "tr" else _elements(part))
        for cell in _elements(row)
    )


def _drop_empty_rows(part: Element) -> None:
    for inner in _elements(part):
        if inner.tag in _ROW_GROUPS:
            _drop_empty_rows(inner)
    part.children = [child for child in part.children if not _is(child, _ROWS) or _has_cells(child)]


def _has_cells(row: Node) -> bool:
    return isinstance(row, Element) and any(_is(cell, _CELLS) for cell in row.children)


def _elements(parent: Element) -> list[Element]:
    return [child for child in parent.children if isinstance(child, Element)]


def _is(node: Node, tags: Iterable[str]) -> bool:
    return isinstance(node, Element) and node.tag in tags
