"""The tags of plain markup: which kind of element each begins, and what is written for it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from articles.text import policy
from articles.text.html_tree import Element, parse_canonical_start, start_tag
from articles.text.rebuild import alignment_of, is_checkbox, picked_attributes

_ATTRIBUTES: Final = r"""(?:\s++[^\s=<>"'/]++(?:="[^"<>]*+")?+)*+\s*+"""
# What no page shows and no engine keeps (a comment, a script, a style sheet) if nothing odd stands in it, or a tag.
TAG: Final = re.compile(
    r"(<!--(?!-?>)[^<>]*+(?<=--)>"
    rf"|<script{_ATTRIBUTES}>[^<]*+(?:<(?!/?(?i:script)|!--)[^<]*+)*+</script>"
    rf"|<style{_ATTRIBUTES}>[^<]*+(?:<(?!/?(?i:style)|!--)[^<]*+)*+</style>"
    r'|</?[a-z][a-z0-9]*+(?:\s++[^\s=<>"/]++(?:="[^"]*+")?+)*+\s*+/?>)'
)
_UNSEEN: Final = frozenset({"meta", "link", "base"})
_LONGEST_KEPT: Final = 400  # start tags that are remembered; longer ones hardly come twice

# Kinds: what goes while its content stays; a block of running text; another block; an element in running text; one
# without content; a rule; a player; a field of a form; what goes with its content.
BOX, TEXT, PART, INLINE, SIGN, RULE, PLAYER, FIELD, GONE = range(9)

# Blocks, each with the blocks that may hold it for the quick way to be enough.
_FLOW: Final = frozenset({"", "li", "td", "th", "blockquote"})
PARENTS: Final = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"), _FLOW),
    **dict.fromkeys(("ul", "ol", "table", "figure", "blockquote", "hr"), _FLOW),
    "li": frozenset({"ul", "ol"}),
    **dict.fromkeys(("thead", "tbody", "tfoot"), frozenset({"table"})),
    "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
    **dict.fromkeys(("td", "th"), frozenset({"tr"})),
    "figcaption": frozenset({"figure"}),
}
_INLINE_ELEMENTS: Final = (
    frozenset(policy.ELEMENTS) - policy.BLOCKS - policy.VOID - {"details", "summary", "dl", "dt", "dd"}
)


@dataclass(frozen=True, slots=True)
class Start:
    """A start tag as it was read: the kind of element, its name in the policy, and the tag to write, "" for none."""

    kind: int
    name: str
    tag: str
    text: str


def start_of(piece: str) -> Start | None:
    """Return what the start tag `piece`, or what goes with its content, begins; None for what takes a tree."""
    return _remembered(piece) if len(piece) <= _LONGEST_KEPT else _read(piece)


def _read(piece: str) -> Start | None:
    if piece.startswith("<!--") or piece.endswith(("</script>", "</style>")):
        return Start(GONE, "", "", "")
    element = parse_canonical_start(piece)
    return None if element is None else start_of_element(element)


def start_of_element(element: Element) -> Start | None:
    """Return what an element begins whose start tag every parser reads in the same way; None for what takes a tree."""
    if "hidden" in element.attributes:
        return None
    tag = element.tag
    name = policy.RENAMED.get(tag, tag)
    if name in policy.ELEMENTS:
        return _start_of_known(element, name)
    if tag in policy.BOXES:
        return None if alignment_of(element) in {"center", "right"} else Start(BOX, name, tag, "")
    if tag == "input" and is_checkbox(element):
        return None
    kind = INLINE if tag in policy.INLINE_BOXES else GONE if tag in _UNSEEN else _OTHER_KINDS.get(tag)
    return None if kind is None else Start(kind, name, tag, "")


_OTHER_KINDS: Final = {"iframe": PLAYER, "input": FIELD}


def _start_of_known(element: Element, name: str) -> Start | None:
    tag = element.tag
    if name in PARENTS:
        align = alignment_of(element)
        if name in {"li", "blockquote"} and align in {"center", "right"}:
            return None
        text = start_tag(name, picked_attributes(element, name, align=align))
        kind = RULE if name == "hr" else TEXT if name in policy.TEXT_BLOCKS else PART
        return Start(kind, name, tag, text)
    if name not in _INLINE_ELEMENTS and name not in policy.VOID:
        return None
    attributes = picked_attributes(element, name, align=alignment_of(element))
    if (name == "span" and not attributes) or (name == "a" and "href" not in attributes):
        return Start(INLINE, name, tag, "")
    return Start(SIGN if name in policy.VOID else INLINE, name, tag, start_tag(name, attributes))


_remembered = lru_cache(maxsize=4096)(_read)
