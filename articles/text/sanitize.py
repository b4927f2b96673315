"""Hostile HTML in, HTML of the policy out. The only module that knows the engines nh3 and bleach.

An engine parses as a browser does and writes well-formed HTML; `rebuild` says it in the words of the policy; the
engines check the result with the policy alone. All is repeated until nothing changes.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import nh3

from articles.text import policy
from articles.text.html_tree import Node, TooDeep, parse_clean, write_html
from articles.text.limits import Counted, LimitPassed, count_markup
from articles.text.rebuild import rebuild

try:
    import bleach
    from bleach.sanitizer import Cleaner
except ModuleNotFoundError:  # the extra "bleach" is not installed
    bleach = None

Tidy = Callable[[list[Node]], list[Node]]
ENGINES: Final = ("nh3", "bleach")
_ROUNDS: Final = 6
# How many names of a kind the list of removals has, and how long each is at most.
_NAMES: Final = 40
_NAME_LENGTH: Final = 40
# Control characters that no text needs, and halves of characters that no database takes.
_UNWANTED: Final = dict.fromkeys(
    [*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
) | {0x0C: " "}


class CleanHTML(str):
    """HTML that `sanitize` returned; the field takes it as it is and cleans everything else."""

    __slots__ = ()


class HTMLRefused(ValueError):
    """The HTML passes a limit or does not come to rest; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out and how often: `kind` is element, attribute, address or character."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Sanitized:
    """The clean HTML, and what was taken out of the source."""

    html: CleanHTML
    removed: tuple[Removal, ...]


def sanitize(html: str, *, engines: tuple[str, ...] = ("nh3",), tidy: Tidy | None = None) -> Sanitized:
    """Return `html` in the policy of `articles.text.policy`; cleaning the result again changes nothing.

    `engines` names the engines that check the result, in order: nh3, bleach. `tidy` changes what was read before it is
    said in the policy's words; it sees classes and data attributes, and what it leaves is cleaned as everything is.
    Raises `HTMLRefused` where a limit of the policy is passed, and `ValueError` for an engine that is unknown or not
    installed.
    """
    _check_engines(engines)
    if type(html) is not str:
        html = str(html)
    text = html.translate(_UNWANTED)
    try:
        counted = count_markup(text)
        clean = _settle(text.replace("\r\n", "\n").replace("\r", "\n"), engines, tidy)
    except (LimitPassed, TooDeep, RecursionError) as error:
        too_deep = f"elements stand deeper in each other than {policy.MAX_DEPTH}"
        reason = str(error) if isinstance(error, LimitPassed) else too_deep
        raise HTMLRefused(f"the body passes a limit: {reason}") from error
    return Sanitized(CleanHTML(clean), _removals(counted, len(html) - len(text)))


def _check_engines(engines: tuple[str, ...]) -> None:
    if not engines or engines[-1] != "nh3" or any(name not in ENGINES for name in engines):
        raise ValueError(f"SANITIZERS must be nh3 or nh3,bleach,nh3, not {','.join(engines)!r}")
    if "bleach" in engines and bleach is None:
        raise ValueError("SANITIZERS names bleach, which is not installed: install the extra 'bleach'")


def _settle(html: str, engines: tuple[str, ...], tidy: Tidy | None) -> str:
    most = policy.MAX_GROWTH * len(html.encode()) + policy.MAX_GROWTH_BYTES
    for _round in range(_ROUNDS):
        # An entity such as &#1; is a control character only now.
        read = _within(most, _broad(with_data=tidy is not None).clean(html)).translate(_UNWANTED)
        nodes = parse_clean(read)
        if tidy is not None:
            nodes, tidy = tidy(nodes), None
        result = _within(most, write_html(rebuild(nodes)).strip())
        result = _strict("nh3").clean(result).strip()
        if result == html:
            for engine in engines:
                result = _strict(engine).clean(result).strip()
            if result == html:
                return result
        html = result
    raise HTMLRefused("the body does not come to rest: each cleaning changes it again; its markup is too broken")


def _within(most: int, html: str) -> str:
    if len(html.encode()) > most:
        raise LimitPassed("it grows too much when it is cleaned")
    return html


@cache
def _broad(*, with_data: bool) -> Any:
    """The engine that reads: everything `rebuild` understands stays, with the attributes it looks at.

    `with_data` keeps also what only tidying looks at: data attributes, and where lazy pictures hide their address.
    """
    known = set(policy.ELEMENTS) | set(policy.RENAMED) | policy.BOXES | policy.INLINE_BOXES | policy.PLAYERS
    attributes = {tag: set(names) for tag, names in policy.ELEMENTS.items()}
    attributes["*"] = {"style", "align", "class", *policy.EVERYWHERE}
    for tag in ("iframe", "embed", "video", "audio", "source", "object", "param"):
        attributes[tag] = {"src", "data", "title", "value"}
    if with_data:
        attributes["img"] = attributes["img"] | {"_src"}
    return nh3.Cleaner(
        tags=known | {"source", "param"},
        clean_content_tags=set(policy.UNSPOKEN),
        attributes=attributes,
        generic_attribute_prefixes={"data-"} if with_data else None,
        url_schemes=set(policy.SCHEMES),
        link_rel=None,
    )


@cache
def _strict(engine: str) -> Any:
    attributes = {tag: {*names, *policy.EVERYWHERE} for tag, names in policy.ELEMENTS.items()}
    if engine == "nh3":
        return nh3.Cleaner(
            tags=set(policy.ELEMENTS),
            clean_content_tags=set(policy.UNSPOKEN),
            attributes=attributes,
            attribute_filter=lambda tag, name, value: value if policy.allowed_value(tag, name, value) else None,
            url_schemes=set(policy.SCHEMES),
            link_rel=None,
        )
    return Cleaner(
        tags=frozenset(policy.ELEMENTS),
        attributes=policy.allowed_value,
        protocols=policy.SCHEMES,
        strip=True,
        strip_comments=True,
    )


def _removals(counted: Counted, characters: int) -> tuple[Removal, ...]:
    boxes = policy.BOXES | policy.INLINE_BOXES
    silent = boxes | set(policy.RENAMED) | {"html", "head", "body", "source", "param", "picture"}
    elements = {
        name: count for name, count in counted.elements.items() if name not in policy.ELEMENTS and name not in silent
    }
    attributes: Counter[str] = Counter()
    for (tag, name), count in counted.attributes.items():
        kept = {*policy.ELEMENTS.get(policy.RENAMED.get(tag, tag), {}), *policy.EVERYWHERE}
        if name not in kept and (tag in policy.ELEMENTS or tag in silent - {"source", "param"}):
            attributes[name] += count
    return (
        *_listed("element", elements),
        *_listed("attribute", attributes),
        *_listed("address", counted.schemes),
        *_listed("character", {"control": characters} if characters else {}),
    )


def _listed(kind: str, counts: Mapping[str, int]) -> list[Removal]:
    """One line for each name, by name; names are cut, and only the most frequent ones have a line of their own."""
    short: Counter[str] = Counter()
    for name, count in counts.items():
        short[name[:_NAME_LENGTH]] += count
    named = sorted(short.most_common(_NAMES))
    others = short.total() - sum(count for _name, count in named)
    return [Removal(kind, name, count) for name, count in [*named, ("…", others)] if count]
