"""Hostile HTML in, HTML of the policy out. The only module that knows the engines nh3 and bleach.

An engine parses as a browser does and writes well-formed HTML; `rebuild` says it in the words of the policy; the
engines check the result with the policy alone. All is repeated until nothing changes.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final

import nh3

from articles.text import policy
from articles.text.hidden import may_hide, without_hidden
from articles.text.html_tree import TooDeep, parse_clean, text_of, write_html
from articles.text.ledger import Ledger, compare_texts, quoted, shown_texts
from articles.text.limits import Counted, LimitPassed, check_size, count_markup, count_tags
from articles.text.plain_markup import rewrite_pieces, rewrite_plain, split_plain
from articles.text.rebuild import rebuild
from articles.text.scraped import Scrape

try:
    import bleach
    from bleach.sanitizer import Cleaner
except ModuleNotFoundError:  # the extra "bleach" is not installed
    bleach = None

ENGINES: Final = ("nh3", "bleach")
_ROUNDS: Final = 6
# Taken out without a word: no editor misses them.
_SILENT: Final = (
    policy.BOXES | policy.INLINE_BOXES | set(policy.RENAMED) | {"html", "head", "body", "source", "param", "picture"}
)
# The attributes that each element keeps; for an element that is not here, it alone is told.
_KEPT_OF: Final = {
    tag: frozenset({*policy.ELEMENTS.get(policy.RENAMED.get(tag, tag), {}), *policy.EVERYWHERE})
    for tag in {*policy.ELEMENTS, *(_SILENT - {"source", "param"})}
}
# Gone with their text, though a browser shows it.
_SPOKEN: Final = frozenset({"textarea", "select", "option", "svg", "math", "xmp", "plaintext"})
# How many names of a kind the list of removals has, and how long each is at most.
_NAMES: Final = 40
_NAME_LENGTH: Final = 40
# Control characters that no text needs, and halves of characters that no database takes.
_UNWANTED: Final = dict.fromkeys(
    [*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F, *range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
) | {0x0C: " "}

_UNWANTED_SIGN = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class CleanHTML(str):
    """HTML that `sanitize` returned; the field takes it as it is and cleans everything else."""

    __slots__ = ()


class HTMLRefused(ValueError):
    """The HTML passes a limit or does not come to rest; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out and how often: `kind` is element, attribute, address, character or leftover."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Sanitized:
    """The clean HTML, what was taken out of the source, and how much of its visible text survived.

    `kept_text_share` (0 to 1) and `lost_texts` (runs of at least 20 characters) are told where a scrape was tidied.
    """

    html: CleanHTML
    removed: tuple[Removal, ...]
    kept_text_share: float | None = None
    lost_texts: tuple[str, ...] = ()


def sanitize(html: str, *, engines: tuple[str, ...] = ("nh3",), scrape: Scrape | None = None) -> Sanitized:
    """Return `html` in the policy of `articles.text.policy`; cleaning the result again changes nothing.

    `engines` names the engines that check the result, in order: nh3, bleach. With `scrape` the body is tidied before
    it is said in the policy's words; what tidying leaves is cleaned as everything is. Raises `HTMLRefused` where a
    limit of the policy is passed, and `ValueError` for an engine that is unknown or not installed.
    """
    _check_engines(engines)
    if type(html) is not str:
        html = str(html)
    text = _wanted(html)
    characters = len(html) - len(text)
    if scrape:
        text = scrape.with_scriptless_pictures(text)
    source = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    try:
        check_size(text)
        counted, settled = _counted_and_settled(text, source, engines, scrape)
        if scrape and not _SPOKEN.isdisjoint(counted.elements):
            settled = replace(settled, ledger=_ledger_of_forms(source, settled.html, scrape))
    except (LimitPassed, TooDeep, RecursionError) as error:
        too_deep = f"elements stand deeper in each other than {policy.MAX_DEPTH}"
        reason = str(error) if isinstance(error, LimitPassed) else too_deep
        raise HTMLRefused(f"the body passes a limit: {reason}") from error
    removed = _removals(counted, characters)
    if scrape is None:
        return Sanitized(CleanHTML(settled.html), removed)
    ledger = settled.ledger or Ledger()
    leftovers = tuple(_listed("leftover", scrape.counts))
    lost = (*ledger.lost, *quoted(scrape.hidden_texts))
    return Sanitized(CleanHTML(settled.html), (*removed, *leftovers), ledger.kept_share, lost)


def _check_engines(engines: tuple[str, ...]) -> None:
    if not engines or engines[-1] != "nh3" or any(name not in ENGINES for name in engines):
        raise ValueError(f"SANITIZERS must be nh3 or nh3,bleach,nh3, not {','.join(engines)!r}")
    if "bleach" in engines and bleach is None:
        raise ValueError("SANITIZERS names bleach, which is not installed: install the extra 'bleach'")


@dataclass(frozen=True, slots=True)
class _Settled:
    html: str
    ledger: Ledger | None = None


def _counted_and_settled(
    text: str, source: str, engines: tuple[str, ...], scrape: Scrape | None
) -> tuple[Counted, _Settled]:
    """Count what stands in `text`, and settle `source`, the same with newlines as a parser reads them."""
    plain = _plain(source, engines, scrape)
    if plain is not None:
        html, tags = plain
        return count_tags(Counter(tags)), _Settled(html)
    return count_markup(text), _settle(source, engines, scrape)


def _settle(html: str, engines: tuple[str, ...], scrape: Scrape | None) -> _Settled:
    most = policy.MAX_GROWTH * len(html.encode()) + policy.MAX_GROWTH_BYTES
    read = _read(html, most, with_data=scrape is not None)
    plain = _plain(read, engines, scrape)
    if plain is not None:
        return _Settled(plain[0])
    ledger = None
    for number in range(_ROUNDS):
        nodes = parse_clean(read)
        if scrape and number == 0:
            nodes = scrape.tidy(scrape.drop_hidden(nodes) if may_hide(read) else nodes)
            before = list(shown_texts(nodes))
        nodes = rebuild(nodes)
        if scrape and number == 0:
            ledger = compare_texts(before, text_of(nodes))
        result = _within(most, write_html(nodes).strip())
        if _is_at_rest(result) and _is_passed(result, engines):
            return _Settled(result, ledger)
        read = _read(_strict("nh3").clean(result).strip(), most, with_data=False)
    raise HTMLRefused("the body does not come to rest: each cleaning changes it again; its markup is too broken")


def _plain(html: str, engines: tuple[str, ...], scrape: Scrape | None) -> tuple[str, list[str]] | None:
    """Return what the quick way makes of `html`, and the tags of `html`, if the engines have nothing to add, else None.

    Most pages are tidy as they come: that the last engine changes nothing proves that it reads the page as we do.
    """
    pieces = None if scrape and may_hide(html) else split_plain(html)
    if pieces is None:
        return None
    plain = rewrite_pieces(pieces, scrape)
    # An entity such as &#1; may be a control character now.
    if plain is not None and not ("&#" in html and _UNWANTED_SIGN.search(plain)) and _is_passed(plain, engines):
        return plain, pieces[1::2]
    if scrape:
        scrape.counts.clear()
    return None


def _read(html: str, most: int, *, with_data: bool) -> str:
    # An entity such as &#1; is a control character only now.
    return _wanted(_within(most, _broad(with_data=with_data).clean(html)))


def _is_passed(html: str, engines: tuple[str, ...]) -> bool:
    """Whether nh3 leaves `html` as it is, so that reading it changes nothing either, and all engines in a row do."""
    result = _strict("nh3").clean(html).strip()
    if result != html:
        return False
    for engine in engines[1:] if engines[0] == "nh3" else engines:
        result = _strict(engine).clean(result).strip()
    return result == html


def _is_at_rest(html: str) -> bool:
    plain = rewrite_plain(html, None)
    if plain is not None:
        return plain == html
    return write_html(rebuild(parse_clean(html))).strip() == html


def _ledger_of_forms(source: str, clean: str, scrape: Scrape) -> Ledger:
    """The ledger where a browser shows text that the policy never keeps: fields, choices, drawings."""
    nodes = parse_clean(_shown().clean(source))
    if scrape.hidden_texts:
        nodes, _texts = without_hidden(nodes)
    return compare_texts(shown_texts(nodes), text_of(parse_clean(clean)))


def _wanted(text: str) -> str:
    return text.translate(_UNWANTED) if _UNWANTED_SIGN.search(text) else text


def _within(most: int, html: str) -> str:
    if len(html.encode()) > most:
        raise LimitPassed("it grows too much when it is cleaned")
    return html


@cache
def _broad(*, with_data: bool) -> Any:
    """The engine that reads: everything `rebuild` understands stays, with the attributes it looks at.

    `with_data` keeps also what only tidying looks at: data attributes, where lazy pictures hide their address, and
    what says that something is hidden.
    """
    known = set(policy.ELEMENTS) | set(policy.RENAMED) | policy.BOXES | policy.INLINE_BOXES | policy.PLAYERS
    attributes = {tag: set(names) for tag, names in policy.ELEMENTS.items()}
    attributes["*"] = {"style", "align", "class", *policy.EVERYWHERE}
    for tag in ("iframe", "embed", "video", "audio", "source", "object", "param"):
        attributes[tag] = {"src", "data", "title", "value"}
    attributes["input"] = {"type", "checked"}
    if with_data:
        attributes["img"] = attributes["img"] | {"_src", "srcset"}
        attributes["*"].add("hidden")
    return nh3.Cleaner(
        tags=known | {"source", "param", "input"},
        clean_content_tags=set(policy.UNSPOKEN),
        attributes=attributes,
        generic_attribute_prefixes={"data-"} if with_data else None,
        url_schemes=set(policy.SCHEMES),
        link_rel=None,
    )


@cache
def _shown() -> Any:
    return nh3.Cleaner(
        tags=set(policy.ELEMENTS) | set(policy.RENAMED) | policy.BOXES | policy.INLINE_BOXES | _SPOKEN,
        clean_content_tags=(set(policy.UNSPOKEN) | policy.PLAYERS) - _SPOKEN,
        attributes={"*": {"style", "hidden"}},
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
            attribute_filter=_allowed,
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


@lru_cache(maxsize=1024)  # what is checked are values that were written here, so they are short
def _allowed(tag: str, name: str, value: str) -> str | None:
    return value if policy.allowed_value(tag, name, value) else None


def _removals(counted: Counted, characters: int) -> tuple[Removal, ...]:
    elements = {
        name: count for name, count in counted.elements.items() if name not in policy.ELEMENTS and name not in _SILENT
    }
    attributes: Counter[str] = Counter()
    for (tag, name), count in counted.attributes.items():
        kept = _KEPT_OF.get(tag)
        if kept is not None and name not in kept:
            attributes[name] += count
    return (
        *_listed("element", elements),
        *_listed("attribute", attributes),
        *_listed("address", counted.schemes),
        *_listed("character", {"control": characters} if characters else {}),
    )


def _listed(kind: str, counts: Mapping[str, int]) -> list[Removal]:
    """One line for each name, by name; names are cut, and only the most frequent ones have a line of their own."""
    if not counts:
        return []
    short: Counter[str] = Counter()
    for name, count in counts.items():
        short[name[:_NAME_LENGTH]] += count
    named = sorted(short.most_common(_NAMES))
    others = short.total() - sum(count for _name, count in named)
    return [Removal(kind, name, count) for name, count in [*named, ("…", others)] if count]
