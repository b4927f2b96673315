"""What is counted in HTML before anything parses it: one pass from left to right, no way back."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from articles.text import policy

# The tokens of HTML as a browser cuts them; what stands hidden in a comment, in a value or in raw text is no element.
_TAG = re.compile(r"<(/?)([a-zA-Z][^ \t\n\f\r/>]*+)")
_ATTRIBUTE = re.compile(
    r"""[ \t\n\f\r/]*+(=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)"""
    r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+("[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>]*+))?+"""
)
_COMMENT_END = re.compile(r"--!?>")
_LOOSE = re.compile(r"&(?![a-zA-Z#])|<(?![a-zA-Z/!?])")
_MARK = re.compile(r"<[a-zA-Z]")
# A browser repeats these in each paragraph until they are closed; a link ends where the next one begins.
_REPEATED_FORMATTING = policy.FORMATTING - {"a"}
_FORMATTING = re.compile(rf"<({'|'.join(sorted(_REPEATED_FORMATTING))})(?=[ \t\n\f\r/>])", re.IGNORECASE | re.ASCII)
_RAW = {
    tag: re.compile(rf"</{tag}(?=[ \t\n\f\r/>])", re.IGNORECASE | re.ASCII)
    for tag in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript")
}
# Inside of these a parser may take a raw element, a comment or an end tag for something else.
_DOUBTFUL = frozenset({"svg", "math", "select", "template", "frameset", "plaintext"})
_ADDRESSES = frozenset({"href", "src", "cite", "action", "formaction", "poster", "data", "background"})

# A tag whose values hold no angle brackets and whose quotes are closed; with it, every tag of plain markup is found.
_WHOLE_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^ \t\n\f\r/<>"'=]*+)(?=[ \t\n\f\r/>])((?:[^"'<>]++|"[^"<>]*+"|'[^'<>]*+')*+)>"""
)
_WHOLE_COMMENT = re.compile("<!--(?!-?>)[^<>]*+(?<=--)>")
# With fewer tags than this no depth and no number of elements can pass a limit.
_FEW_TAGS = 250
_LONGEST_REMEMBERED = 400
# The slash of an end tag, the name as it is written, the attributes.
_Tag = tuple[str, str, str]

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
_CELLS = frozenset({"td", "th", "tr", "tbody"})
_NO_END = policy.VOID | {"area", "base", "col", "embed", "input", "link", "meta", "param", "source", "track", "frame"}


class LimitPassed(ValueError):
    """One of the limits of the policy is passed; the text says which, in numbers."""


@dataclass(slots=True)
class Counted:
    """How often each element, each attribute of an element and each refused scheme of an address stands in HTML."""

    elements: Counter[str] = field(default_factory=Counter)
    attributes: Counter[tuple[str, str]] = field(default_factory=Counter)
    schemes: Counter[str] = field(default_factory=Counter)


def check_size(html: str) -> None:
    """Raise `LimitPassed` where `html` is longer than the policy allows, or holds too many marks and entities."""
    size = len(html.encode("utf-8", "replace"))
    if size > policy.MAX_BYTES:
        raise LimitPassed(f"{size} bytes, at most {policy.MAX_BYTES} are read")
    if html.count("&") + html.count("<") > policy.MAX_LOOSE_MARKS:
        loose = sum(1 for _mark in _LOOSE.finditer(html))
        if loose > policy.MAX_LOOSE_MARKS:
            raise LimitPassed(f"{loose} loose < or &, at most {policy.MAX_LOOSE_MARKS}")
    entities = html.count("&") + html.count("\xa0") + max(0, html.count(">") - html.count("<"))
    if entities > policy.MAX_ENTITIES:
        raise LimitPassed(f"{entities} characters of & > and no-break space in the text, at most {policy.MAX_ENTITIES}")


def count_tags(numbers: Mapping[str, int]) -> Counted:
    """Return what stands in whole tags of markup that hides nothing, each given with how often it stands there.

    End tags and comments count for nothing. Raises `LimitPassed` where a tag passes a limit.
    """
    counted = Counted()
    for tag, number in numbers.items():
        name, names, schemes = _remembered_tag(tag) if len(tag) <= _LONGEST_REMEMBERED else _read_tag(tag)
        if name:
            counted.elements[name] += number
        for attribute in names:
            counted.attributes[name, attribute] += number
        for scheme in schemes:
            counted.schemes[scheme] += number
    return counted


def _read_tag(tag: str) -> tuple[str, list[str], list[str]]:
    """Return the name in a start tag, "" where it is none, those of its attributes, and refused schemes in them."""
    found = _TAG.match(tag)
    if found is None or found[1]:
        return "", [], []
    name = _lower(found[2])
    _end, names, schemes = _attributes_of(tag, found.end(), name)
    return name, names, schemes


_remembered_tag = lru_cache(maxsize=4096)(_read_tag)


def count_markup(html: str) -> Counted:
    """Return what stands in `html`, whatever hides in it; raises `LimitPassed` where a limit of the policy is passed.

    Its size is checked by `check_size`.
    """
    plain = _count_plain(html)
    if plain is not None:
        return plain
    counted = Counted()
    scan = _Scan(html, counted)
    scan.run()
    kinds, total = scan.kinds, counted.elements.total()
    if scan.doubtful:
        # Nobody knows what is hidden here without parsing; so everything that could be an element counts.
        kinds, total = _formatting_kinds(html), len(_MARK.findall(html))
        _check_total(total)
    if len(kinds) * total > policy.MAX_REPEATED:
        raise LimitPassed(f"{len(kinds)} kinds of formatting among {total} elements: a browser repeats each in each")
    return counted


def _count_plain(html: str) -> Counted | None:
    """Count where all tags and comments are whole and no limit of nesting is near; else return None.

    What most articles are: then the tags can be taken as they stand, and equal ones are looked at once.
    """
    tags = _WHOLE_TAG.findall(html)
    comments = len(_WHOLE_COMMENT.findall(html)) if "<!--" in html else 0
    if len(tags) + comments != html.count("<"):
        return None
    numbers = Counter(tags)
    if not _is_harmless(tags, numbers, has_comments=comments > 0):
        return None
    return count_tags({f"<{slash}{written}{attributes}>": n for (slash, written, attributes), n in numbers.items()})


def _is_harmless(tags: list[_Tag], numbers: Counter[_Tag], *, has_comments: bool) -> bool:
    """Whether nothing hides among whole tags, and no limit of elements, depth or formatting can be passed."""
    names = {written for _slash, written, _attributes in numbers}
    lowered = set(map(_lower, names))
    has_raw = not lowered.isdisjoint(_RAW)
    if not lowered.isdisjoint(_DOUBTFUL) or (has_raw and (has_comments or lowered != names)):
        return False
    formatting = [
        number
        for (slash, written, _attributes), number in numbers.items()
        if not slash and written.lower() in _REPEATED_FORMATTING
    ]
    if len(tags) > policy.MAX_ELEMENTS or len(formatting) * len(tags) > policy.MAX_REPEATED:
        return False
    has_few = len(tags) <= _FEW_TAGS and sum(formatting) <= policy.MAX_OPEN_FORMATTING
    return (has_few and not has_raw) or _is_flat(tags)


def _is_flat(tags: list[_Tag]) -> bool:
    """Whether whole tags nest in each other, few at a time, and raw elements hold none.

    A browser ends some elements earlier (`_end_implied`), so there never stand more of them in each other.
    """
    opened: list[str] = []
    for slash, written, _attributes in tags:
        if slash:
            if not opened or opened.pop() != written:
                return False
        elif opened and opened[-1] in _RAW:
            return False
        elif written not in _NO_END:
            opened.append(written)
            if len(opened) > policy.MAX_OPEN_FORMATTING:
                return False
    return True


def _check_total(total: int) -> None:
    if total > policy.MAX_ELEMENTS:
        raise LimitPassed(f"more than {policy.MAX_ELEMENTS} elements")


def _formatting_kinds(html: str) -> set[str]:
    kinds: set[str] = set()
    for number, mark in enumerate(_FORMATTING.finditer(html)):
        _check_total(number)
        position = mark.end()
        for _attribute in range(policy.MAX_ATTRIBUTES):
            found = _ATTRIBUTE.match(html, position)
            if found is None or found.end() > mark.end() + policy.MAX_ATTRIBUTE_BYTES:
                break
            position = found.end()
        kinds.add(html[mark.start() : position].lower())
    return kinds


class _Scan:
    """One pass over the tags; what is open is kept as a browser would, in the cases that articles show."""

    def __init__(self, html: str, counted: Counted) -> None:
        self.html = html
        self.counted = counted
        self.doubtful = False
        # Each formatting start tag as it is written: a parser repeats an unclosed one at most three times.
        self.kinds: set[str] = set()
        self._open: list[str] = []
        self._formatting = 0
        self._total = 0

    def run(self) -> None:
        html, position = self.html, 0
        while (position := html.find("<", position)) >= 0:
            tag = _TAG.match(html, position)
            if tag is None:
                position = self._after_no_tag(position)
            elif tag[1]:
                self._close(_lower(tag[2]))
                position = self._after_attributes(tag.end())
            else:
                position = self._start(tag)
            if position < 0:
                return

    def _after_no_tag(self, position: int) -> int:
        html = self.html
        if html.startswith(("<!-->", "<!--->"), position):
            return html.index(">", position)
        if html.startswith("<!--", position):
            end = _COMMENT_END.search(html, position + 4)
            return end.end() if end else -1
        # A comment to a browser, up to the next >.
        return html.find(">", position + 2) if html.startswith(("<!", "<?", "</"), position) else position + 1

    def _after_attributes(self, position: int) -> int:
        while found := _ATTRIBUTE.match(self.html, position):
            position = found.end()
        return position

    def _start(self, found: re.Match[str]) -> int:
        tag = _lower(found[2])
        self._count(tag)
        self.counted.elements[tag] += 1
        position, names, schemes = _attributes_of(self.html, found.end(), tag)
        self.counted.attributes.update((tag, name) for name in names)
        self.counted.schemes.update(schemes)
        if tag in _REPEATED_FORMATTING:
            self.kinds.add(self.html[found.start() : position])
        self.doubtful = self.doubtful or tag in _DOUBTFUL
        if tag in _RAW:
            end = _RAW[tag].search(self.html, position)
            stop = end.start() if end else len(self.html)
            if tag == "script" and self.html.find("<!--", position, stop) >= 0:
                self.doubtful = True
            return stop
        if tag not in _NO_END:
            self._open_element(tag)
        return position

    def _count(self, tag: str) -> None:
        self._total += 1
        _check_total(self._total)

    def _open_element(self, tag: str) -> None:
        self._formatting -= _end_implied(self._open, tag)
        self._open.append(tag)
        self._formatting += tag in policy.FORMATTING
        if len(self._open) > policy.MAX_DEPTH:
            raise LimitPassed(f"elements stand deeper in each other than {policy.MAX_DEPTH}")
        if self._formatting > policy.MAX_OPEN_FORMATTING:
            raise LimitPassed(f"more than {policy.MAX_OPEN_FORMATTING} formatting elements are open at once")

    def _close(self, tag: str) -> None:
        if tag in self._open:
            while self._open:
                last = self._open.pop()
                self._formatting -= last in policy.FORMATTING
                if last == tag:
                    break
        elif tag in {"br", "p"}:
            # The end of what was never begun makes an element of these two.
            self._count(tag)


def _lower(name: str) -> str:
    # A Kelvin sign is no k to a browser.
    return name.lower() if name.isascii() else name


def _attributes_of(html: str, position: int, tag: str) -> tuple[int, list[str], list[str]]:
    """Return where the attributes of `tag` end that begin at `position`, their names, and refused schemes in them."""
    names: list[str] = []
    schemes: list[str] = []
    while found := _ATTRIBUTE.match(html, position):
        position = found.end()
        if len(names) == policy.MAX_ATTRIBUTES:
            raise LimitPassed(f"<{tag[:20]}> has more than {policy.MAX_ATTRIBUTES} attributes")
        name, value = found[1].lower(), (found[2] or "").strip("\"'")
        names.append(name)
        scheme = policy.address_scheme(unescape(value[:200])) if name in _ADDRESSES else ""
        # Pictures written into the page are dropped whole, so their size does not matter.
        if scheme != "data" and _is_too_long(value):
            raise LimitPassed(
                f"the attribute {name[:40]} of <{tag[:20]}> is longer than {policy.MAX_ATTRIBUTE_BYTES} bytes"
            )
        if scheme and (scheme not in policy.SCHEMES or (scheme == "http" and tag == "img")):
            schemes.append(scheme)
    return position, names, schemes


def _is_too_long(value: str) -> bool:
    # A character takes four bytes at most.
    most = policy.MAX_ATTRIBUTE_BYTES
    return 4 * len(value) > most and len(value.encode("utf-8", "replace")) > most


def _end_implied(open_elements: list[str], tag: str) -> int:
    """Close what the start of `tag` closes; return how many formatting elements were closed."""
    ends = _IMPLIED.get(tag) or (_IMPLIED["p"] if tag in policy.BLOCKS or tag in policy.BOXES else None)
    if ends is None:
        return 0
    lowest = len(open_elements)
    for index in range(len(open_elements) - 1, -1, -1):
        if open_elements[index] in ends:
            lowest = index
        elif open_elements[index] in _WALLS:
            break
    closed = [element for element in open_elements[lowest:] if element in policy.FORMATTING]
    del open_elements[lowest:]
    # A formatting element goes on in the next paragraph, not in the next cell, until it is closed itself; a parser
    # repeats the same one three times at most.
    stays = 0
    for element in closed if tag not in _CELLS else ():
        if element != "a" and open_elements.count(element) < 3:
            open_elements.append(element)
            stays += 1
    return len(closed) - stays
