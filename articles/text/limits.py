"""What is counted in HTML before anything parses it: one pass from left to right, no way back."""

import re
from collections import Counter
from dataclasses import dataclass, field

from articles.text import policy

_NAME = re.compile(r"[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_LOOSE = re.compile(r"&(?![a-zA-Z#])|<(?![a-zA-Z/!?])")
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_ADDRESSES = frozenset({"href", "src", "cite", "action", "formaction", "poster", "data", "background"})

# Elements that end when the next of their kind begins, and what keeps them apart.
_IMPLIED = {
    "p": frozenset({"p"}),
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tbody": frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"}),
    "option": frozenset({"option"}),
    "rt": frozenset({"rt", "rp"}),
    "rp": frozenset({"rt", "rp"}),
    "a": frozenset({"a"}),
}
_WALLS = frozenset({"table", "ul", "ol", "dl", "blockquote", "div", "td", "th", "li", "section", "article", "figure"})
_NO_END = policy.VOID | {"area", "base", "col", "embed", "input", "link", "meta", "param", "source", "track", "frame"}


class LimitPassed(ValueError):
    """One of the limits of the policy is passed; the text says which, in numbers."""


@dataclass(slots=True)
class Counted:
    """How often each element, each attribute of an element and each refused scheme of an address stands in HTML."""

    elements: Counter[str] = field(default_factory=Counter)
    attributes: Counter[tuple[str, str]] = field(default_factory=Counter)
    schemes: Counter[str] = field(default_factory=Counter)


def count_markup(html: str) -> Counted:
    """Return what stands in `html`; raises `LimitPassed` where a limit of the policy is passed."""
    size = len(html.encode("utf-8", "replace"))
    if size > policy.MAX_BYTES:
        raise LimitPassed(f"{size} bytes, at most {policy.MAX_BYTES} are read")
    loose = sum(1 for _mark in _LOOSE.finditer(html))
    if loose > policy.MAX_LOOSE_MARKS:
        raise LimitPassed(f"{loose} loose < or &, at most {policy.MAX_LOOSE_MARKS}")
    counted, open_elements, formatting = Counted(), [], 0
    position, total = html.find("<"), 0
    while position >= 0:
        position += 1
        if html.startswith("!--", position):
            end = html.find("-->", position + 3)
            position = html.find("<", end) if end >= 0 else -1
            continue
        closing = html.startswith("/", position)
        name = _NAME.match(html, position + closing)
        if name is None:
            position = html.find("<", position)
            continue
        tag, position = name[0].lower(), name.end()
        if closing:
            if tag in open_elements:
                while open_elements:
                    last = open_elements.pop()
                    formatting -= last in policy.FORMATTING
                    if last == tag:
                        break
            position = html.find("<", position)
            continue
        total += 1
        if total > policy.MAX_ELEMENTS:
            raise LimitPassed(f"more than {policy.MAX_ELEMENTS} elements")
        counted.elements[tag] += 1
        position = _count_attributes(html, position, tag, counted)
        if tag in _RAW:
            position = _find_end(html, tag, position)
            continue
        if tag not in _NO_END:
            formatting -= _end_implied(open_elements, tag)
            open_elements.append(tag)
            formatting += tag in policy.FORMATTING
            if len(open_elements) > policy.MAX_DEPTH:
                raise LimitPassed(f"elements stand deeper in each other than {policy.MAX_DEPTH}")
            if formatting > policy.MAX_OPEN_FORMATTING:
                raise LimitPassed(f"more than {policy.MAX_OPEN_FORMATTING} formatting elements are open at once")
        position = html.find("<", position)
    return counted


def _find_end(html: str, tag: str, position: int) -> int:
    found = re.compile(f"</{tag}", re.IGNORECASE).search(html, position)
    return found.start() if found else -1


def _count_attributes(html: str, position: int, tag: str, counted: Counted) -> int:
    number = 0
    while found := _ATTRIBUTE.match(html, position):
        position, number = found.end(), number + 1
        if number > policy.MAX_ATTRIBUTES:
            raise LimitPassed(f"<{tag[:20]}> has more than {policy.MAX_ATTRIBUTES} attributes")
        name, value = found[1].lower(), (found[2] or "").strip("\"'")
        counted.attributes[tag, name] += 1
        scheme = policy.address_scheme(value[:200]) if name in _ADDRESSES else ""
        # Pictures written into the page are dropped whole, so their size does not matter.
        if scheme != "data" and len(value.encode("utf-8", "replace")) > policy.MAX_ATTRIBUTE_BYTES:
            raise LimitPassed(
                f"the attribute {name[:40]} of <{tag[:20]}> is longer than {policy.MAX_ATTRIBUTE_BYTES} bytes"
            )
        if scheme and scheme not in policy.SCHEMES:
            counted.schemes[scheme] += 1
        elif scheme == "http" and tag == "img":
            counted.schemes["http"] += 1
    return position


def _end_implied(open_elements: list[str], tag: str) -> int:
    """Close what the start of `tag` closes; return how many formatting elements were closed."""
    ends = _IMPLIED.get(tag) or (_IMPLIED["p"] if tag in policy.BLOCKS or tag in policy.BOXES else None)
    if ends is None:
        return 0
    for index in range(len(open_elements) - 1, -1, -1):
        if open_elements[index] in ends:
            closed = open_elements[index:]
            if tag == "a" or not any(element in _WALLS for element in closed[1:]):
                # A formatting element goes on in the next paragraph until it is closed itself.
                stays = [element for element in closed if element in policy.FORMATTING and element != "a"]
                open_elements[index:] = stays
                return sum(1 for element in closed if element in policy.FORMATTING) - len(stays)
            return 0
        if open_elements[index] in _WALLS:
            return 0
    return 0
