"""The stored body as readers get it: headings below the page's own, links and pictures that tell nobody who reads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from articles.text import policy
from articles.text.body_pictures import Picture, place_pictures
from articles.text.content_model import fit
from articles.text.embeds import known_embed
from articles.text.foreign import chinese_runs, language_of
from articles.text.html_tree import Element, Node, TooDeep, parse_clean, text_of, write_html
from articles.text.plain import plain_text

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What is read as a passage of its own; a box of such passages is not marked, they are.
_PASSAGES = frozenset({*_HEADINGS, "p", "li", "dt", "dd", "figcaption", "caption", "td", "th", "summary"})
# No passage in a language: nobody reads it aloud as prose.
_NO_PROSE = frozenset({"pre", "code", "kbd", "samp", "var"})
_NOT_IN_ANCHOR = re.compile(r"[^\w]+")
_ANCHOR_LENGTH = 40
_LONGEST_SUBTAG = 3  # ISO 639 has two or three letters


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a rendered body: its level (2 to 6), its anchor and its text."""

    level: int
    anchor: str
    text: str


def render_body(
    html: str,
    *,
    language: str = "",
    pictures: Mapping[str, Picture] | None = None,
    whole: str = "",
    base: str | None = None,
) -> str:
    """Return sanitized `html` for a page whose title is its only h1.

    Headings start at h2, skip no level and carry an anchor; each element stands where HTML allows it; tables and code
    scroll in a box of their own that the keyboard reaches; links to other sites carry `rel`, pictures load late, send
    no referrer and have the caption as alternative text where they have none; embeds name their host and their player.
    With the `language` of the text, passages in another one are marked. Elements and attributes that the policy does
    not know are left out, should any have reached the database by another way.

    On a page, pictures get their sizes: `pictures` are our own, `whole` names a link to a picture (`place_pictures`).
    For a feed, `base` is the page's address: relative links and pictures become absolute, and nothing hangs on a style
    sheet.
    """
    rendered = fit(_Renderer(language).render(_parse(html)))
    if base is not None:
        _make_absolute(rendered, base)
        return write_html(rendered)
    return write_html(place_pictures(rendered, pictures or {}, whole=whole))


def _make_absolute(nodes: Iterable[Node], base: str) -> None:
    for node in nodes:
        if isinstance(node, Element):
            for name in ("href", "src", "cite"):
                if name in node.attributes:
                    node.attributes[name] = urljoin(base, node.attributes[name])
            _make_absolute(node.children, base)


def outline(html: str) -> list[Heading]:
    """Return the headings of the body with the levels and anchors that `render_body` gives them."""
    renderer = _Renderer("")
    renderer.render(_parse(html))
    return renderer.headings


def _parse(html: str) -> list[Node]:
    try:
        return parse_clean(html)
    except TooDeep:
        # Never written by the field; a page that shows its text is better than none.
        return [Element("p", {}, [plain_text(html)])]


@dataclass(slots=True)
class _Renderer:
    language: str
    headings: list[Heading] = field(default_factory=list)
    _above: list[int] = field(default_factory=list)
    _anchors: set[str] = field(default_factory=set)

    def render(
        self, nodes: Iterable[Node], *, boxed: bool = False, marked: bool = False, caption: str = ""
    ) -> list[Node]:
        """Return the nodes as readers get them.

        `boxed`: a box that scrolls stands around them; `marked`: an element around them has a language of its own, or
        none; `caption`: what stands below the picture among them.
        """
        rendered: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                rendered += [node] if marked else self._mark_runs(node)
            elif node.tag not in policy.ELEMENTS:
                rendered += self.render(node.children, boxed=boxed, marked=marked, caption=caption)
            else:
                element = self._element(node, boxed=boxed, marked=marked, caption=caption)
                rendered += [] if element is None else [element]
        return rendered

    def _element(self, node: Element, *, boxed: bool, marked: bool, caption: str) -> Element | None:
        tag = node.tag
        attributes = {name: value for name, value in node.attributes.items() if policy.allowed_value(tag, name, value)}
        if tag in _NO_PROSE or len(attributes.get("lang", "").split("-")[0]) > _LONGEST_SUBTAG:
            attributes.pop("lang", None)  # a language of programmers
        if tag in _HEADINGS:
            text = " ".join(text_of([node]).split())
            if not text:
                # Nothing that a reader could go to: a picture stays, as a paragraph.
                children = self.render(node.children, boxed=boxed, marked=marked)
                return Element("p", attributes, children) if children else None
            tag, attributes = self._heading(int(tag[1]), text, attributes)
        if tag == "em" and self.language.startswith("zh") and not any(h for h, _text in chinese_runs(text_of([node]))):
            # Dots stand under Hanzi; Latin letters slant.
            attributes["class"] = "latin"
        if tag == "p" and _is_blank(node):
            return None
        if not marked and self.language and tag in _PASSAGES and "lang" not in attributes:
            language = language_of(text_of([node]), self.language)
            if language != self.language:
                attributes["lang"] = language
        marked = marked or "lang" in attributes or tag in _NO_PROSE
        if tag == "figure":
            caption = " ".join(
                next((text_of([child]) for child in node.children if _is(child, "figcaption")), "").split()
            )
        children = self.render(node.children, boxed=boxed or tag in {"table", "pre"}, marked=marked, caption=caption)
        if tag == "figure" and attributes.get("class") == "embed":
            return _embed(node, attributes, children)
        element = _named(Element(tag, attributes, children), caption)
        return element if element is None or boxed or tag not in {"table", "pre"} else _box(element)

    def _heading(self, level: int, text: str, attributes: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Return tag and attributes of a heading: one level below the nearest heading before it that was higher."""
        while self._above and self._above[-1] >= level:
            self._above.pop()
        self._above.append(level)
        shown = min(6, 1 + len(self._above))
        # The prefix keeps the names of the text apart from those of the page.
        stem = "s-" + _NOT_IN_ANCHOR.sub("-", text).strip("-")[:_ANCHOR_LENGTH].strip("-").lower()
        anchor, number = stem, 1
        while anchor in self._anchors:
            number += 1
            anchor = f"{stem}-{number}"
        self._anchors.add(anchor)
        self.headings.append(Heading(shown, anchor, text))
        return f"h{shown}", {"id": anchor, **attributes}

    def _mark_runs(self, text: str) -> list[Node]:
        """Mark Chinese words in a Latin text, or their characters come from a font of another language."""
        if not self.language or self.language.split("-")[0] in {"zh", "ja", "ko"}:
            return [text]
        return [
            Element("span", {"lang": "zh"}, [piece]) if is_chinese else piece
            for is_chinese, piece in chinese_runs(text)
        ]


def _is_blank(node: Element) -> bool:
    """Whether a paragraph shows nothing: editors make room with such, and the page has its own."""
    return all(
        not child.strip() if isinstance(child, str) else child.tag != "img" and _is_blank(child)
        for child in node.children
    )


def _named(element: Element, caption: str) -> Element | None:
    """Return the element with what screen readers call it by; None for one that nobody could name."""
    if element.tag == "a":
        return _link(element.attributes, element.children)
    if element.tag == "img":
        element.attributes = _picture(element.attributes, caption)
    elif element.tag == "th" and _says_nothing(element.children):
        # A heading cell without words is a cell.
        kept = {name: value for name, value in element.attributes.items() if name != "scope"}
        return Element("td", kept, element.children)
    return element


def _link(attributes: dict[str, str], children: list[Node]) -> Element | None:
    """Return a link that has a name: one without any goes, one around a picture that says nothing is called by its
    address, and a picture does not repeat the words of its link."""
    address = attributes.get("href", "")
    if address.count("#") > 1:
        page, fragment = address.split("#", 1)
        address = f"{page}#{fragment.replace('#', '%23')}"
        attributes = {**attributes, "href": address}
    if address.startswith(("http:", "https:")):
        attributes = {**attributes, "rel": "noopener noreferrer"}
    text = " ".join(text_of(children).split())
    pictures = list(_pictures(children))
    if not text and not pictures:
        return None
    if not text and not any(picture.attributes.get("alt") for picture in pictures) and address:
        parts = address.split("#")[0].split("?")[0].rstrip("/").split("/")
        attributes = {**attributes, "aria-label": parts[2] if "rel" in attributes else parts[-1] or address}
    for picture in pictures:
        if text and picture.attributes.get("alt", "").strip() == text:
            picture.attributes["alt"] = ""
    return Element("a", attributes, children)


def _pictures(nodes: Iterable[Node]) -> Iterable[Element]:
    for node in nodes:
        if isinstance(node, Element):
            if node.tag == "img":
                yield node
            yield from _pictures(node.children)


def _says_nothing(nodes: Iterable[Node]) -> bool:
    nodes = list(nodes)
    return not text_of(nodes).strip() and not any(picture.attributes.get("alt") for picture in _pictures(nodes))


def _is(node: Node, tag: str) -> bool:
    return isinstance(node, Element) and node.tag == tag


def _picture(attributes: dict[str, str], caption: str) -> dict[str, str]:
    alt = attributes.get("alt", "").strip() or attributes.get("title", "").strip() or caption
    return {**attributes, "alt": alt, "loading": "lazy", "decoding": "async", "referrerpolicy": "no-referrer"}


def _box(element: Element) -> Element:
    """Put a table or code into a box that scrolls by itself and that the keyboard reaches."""
    caption = next((text_of([child]) for child in element.children if _is(child, "caption")), "")
    label = {"role": "region", "aria-label": " ".join(caption.split())[:100]} if caption else {}
    return Element("div", {"class": f"scroll scroll-{element.tag}", "tabindex": "0", **label}, [element])


def _embed(figure: Element, attributes: dict[str, str], children: list[Node]) -> Element:
    """The link of an embed; a known host is named behind its title, and a script may put the player in its place."""
    link = next((child for child in figure.children if isinstance(child, Element) and child.tag == "a"), None)
    embed = known_embed(link.attributes.get("href", "")) if link else None
    if embed is None:
        return Element("figure", attributes, children)
    if embed.player:
        attributes = {**attributes, "data-player": embed.player}
    if text_of([link] if link else []).strip() != embed.host_name:
        children = [*children, Element("span", {"class": "embed-host"}, [embed.host_name])]
    return Element("figure", attributes, children)
