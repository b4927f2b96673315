"""A small tree of HTML: read from what a sanitizing engine wrote (all closed, all quoted), and written back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import TypeAlias

from articles.text.policy import MAX_DEPTH, VOID

# Only the form that html5ever's and html5lib's writers give; possessive, so that no text makes it go back.
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?:\s++[^\s=<>"/]++(?:="[^"]*+")?+)*+)\s*+/?>|([^<]++)|(<)')
_ATTRIBUTE = re.compile(r'([^\s=<>"/]++)(?:="([^"]*+)")?+')
# A start tag as most writers give it: small letters, one blank between attributes.
_CANONICAL = re.compile(r'<([a-z][a-z0-9]*+)((?: [a-z_][a-z0-9_:.-]*+(?:="[^"]*+")?+)*+)\s*+/?>')
_NEEDED = {"&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&nbsp;": "\xa0", "&amp;": "&"}


@dataclass(slots=True)
class Element:
    """An element with its attributes and content, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)


Node: TypeAlias = "Element | str"


class TooDeep(ValueError):
    """The elements stand deeper in each other than `MAX_DEPTH`."""


def parse_clean(html: str) -> list[Node]:
    """Return the nodes of HTML that a sanitizing engine wrote.

    Raises `TooDeep` beyond `MAX_DEPTH`: what walks the tree calls itself at most twice for each level.
    """
    root = Element("")
    stack = [root]
    for token in _TOKEN.finditer(html):
        closing, tag, attributes, text, loose = token.groups()
        if text is not None or loose is not None:
            stack[-1].children.append(unescape(text or loose))
        elif not closing:
            element = Element(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})
            stack[-1].children.append(element)
            if tag not in VOID and tag not in _OTHER_VOID:
                stack.append(element)
                if len(stack) > MAX_DEPTH + 1:
                    raise TooDeep
        elif stack[-1].tag == tag or any(element.tag == tag for element in stack[1:]):
            while stack.pop().tag != tag:
                pass
    return root.children


_OTHER_VOID = frozenset({"area", "base", "col", "embed", "input", "link", "meta", "param", "source", "track"})


def parse_start(tag: str) -> Element:
    """Return the element, without content, of a start tag that a sanitizing engine wrote."""
    found = _TOKEN.match(tag)
    if found is None or not found[2]:
        raise ValueError("this is no start tag")
    return Element(found[2], {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[3])})


def parse_canonical_start(tag: str) -> Element | None:
    """Return the element, without content, of a start tag that every parser reads in the same way, else None.

    Names stand in small letters and once; of entities in values there are those that a writer needs, since parsers do
    not agree about others: `?a=b&copy=c`.
    """
    found = _CANONICAL.fullmatch(tag)
    if found is None:
        return None
    attributes = _ATTRIBUTE.findall(found[2])
    element = Element(found[1], {name: unescape(value) for name, value in attributes})
    is_plain = len(element.attributes) == len(attributes) and all(
        "&" not in value or element.attributes[name] == _with_needed(value) for name, value in attributes
    )
    return element if is_plain else None


def _with_needed(value: str) -> str:
    for entity, character in _NEEDED.items():
        value = value.replace(entity, character)
    return value


def start_tag(tag: str, attributes: dict[str, str]) -> str:
    """Return a start tag as `write_html` writes it."""
    if not attributes:
        return f"<{tag}>"
    written = "".join(f' {name}="{_escape(value).replace(chr(34), "&quot;")}"' for name, value in attributes.items())
    return f"<{tag}{written}>"


def write_html(nodes: Iterable[Node]) -> str:
    """Return the nodes as HTML."""
    parts: list[str] = []
    _write(nodes, parts)
    return "".join(parts)


def _write(nodes: Iterable[Node], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            parts.append(_escape(node))
            continue
        parts.append(start_tag(node.tag, node.attributes))
        if node.tag not in VOID and node.tag not in _OTHER_VOID:
            _write(node.children, parts)
            parts.append(f"</{node.tag}>")


def rewritten_text(text: str) -> str:
    """Return text between tags, its entities written as `write_html` writes them."""
    return _escape(unescape(text))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")


def text_of(nodes: Iterable[Node]) -> str:
    """Return all text in the nodes, as it stands."""
    return "".join(node if isinstance(node, str) else text_of(node.children) for node in nodes)


def has_block(nodes: Iterable[Node], blocks: frozenset[str]) -> bool:
    """Whether one of `blocks` stands among the nodes or in them."""
    return any(isinstance(node, Element) and (node.tag in blocks or has_block(node.children, blocks)) for node in nodes)
