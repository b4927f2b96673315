"""Text that a page holds and a browser does not show: `hidden` and `display:none`."""

import re
from collections.abc import Iterable

from articles.text.html_tree import Element, Node, text_of

# A body that is hidden as a whole waited for a script to show it, and so did one of which hardly anything is left.
MOST_HIDDEN = 0.8

_MAY_HIDE = re.compile(r' hidden="| style="[^"]{0,4000}?display', re.IGNORECASE)
_NOT_DISPLAYED = re.compile(r"(?:^|;)\s*+display\s*+:\s*+none\b", re.IGNORECASE)


def may_hide(html: str) -> bool:
    """Whether something in HTML that an engine wrote may be hidden; quick."""
    return _MAY_HIDE.search(html) is not None


def without_hidden(nodes: list[Node]) -> tuple[list[Node], list[str]]:
    """Return the nodes without elements whose text a browser does not show, and those texts.

    Pictures that are hidden without any text stay: they were to appear when they had loaded. Elements are changed in
    place.
    """
    texts: list[str] = []
    return list(_shown(nodes, texts)), texts


def hidden_share(nodes: Iterable[Node]) -> float:
    """Return how much of the letters in the nodes is hidden (0 to 1)."""
    nodes = list(nodes)
    total = _letters(text_of(nodes))
    return sum(_letters(text) for text in _hidden_texts(nodes)) / total if total else 0.0


def _shown(nodes: Iterable[Node], texts: list[str]) -> Iterable[Node]:
    for node in nodes:
        if isinstance(node, Element):
            if _is_hidden(node) and _letters(text := text_of(node.children)):
                texts.append(" ".join(text.split()))
                continue
            node.children = list(_shown(node.children, texts))
        yield node


def _hidden_texts(nodes: Iterable[Node]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, Element):
            if _is_hidden(node):
                yield text_of(node.children)
            else:
                yield from _hidden_texts(node.children)


def _is_hidden(element: Element) -> bool:
    """Whether a browser shows nothing of an element. `until-found` and `details` open for readers."""
    state = element.attributes.get("hidden")
    if state is not None and state.strip().lower() != "until-found":
        return True
    return _NOT_DISPLAYED.search(element.attributes.get("style", "")) is not None


def _letters(text: str) -> int:
    return len("".join(text.split()))
