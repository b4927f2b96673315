"""The stored body as readers get it: headings below the page's own, links and pictures that tell nobody who reads."""

from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from articles.text import policy
from articles.text.body_pictures import Picture, place_pictures
from articles.text.embeds import known_embed
from articles.text.html_tree import Element, Node, TooDeep, parse_clean, text_of, write_html
from articles.text.plain import plain_text

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def render_body(html: str, *, pictures: Mapping[str, Picture] | None = None, base: str | None = None) -> str:
    """Return sanitized `html` for a page whose title is its only h1.

    Headings start at h2 and skip no level; tables and code scroll in a box of their own that the keyboard reaches;
    links to other sites carry `rel`, pictures load late and send no referrer; embeds name their host. Elements and
    attributes that the policy does not know are left out, should any have reached the database by another way.

    On a page, pictures get their sizes: `pictures` are our own (see `place_pictures`). For a feed, `base` is the
    page's address: relative links and pictures become absolute, and nothing hangs on a style sheet.
    """
    try:
        nodes = parse_clean(html)
    except TooDeep:
        # Never written by the field; a page that shows its text is better than none.
        nodes = [Element("p", {}, [plain_text(html)])]
    levels = sorted({int(tag[1]) for tag in _tags(nodes) if tag in _HEADINGS})
    shift = {f"h{level}": f"h{min(6, 2 + place)}" for place, level in enumerate(levels)}
    rendered = _render(nodes, shift)
    if base is not None:
        _make_absolute(rendered, base)
        return write_html(rendered)
    return write_html(place_pictures(rendered, pictures or {}))


def _make_absolute(nodes: Iterable[Node], base: str) -> None:
    for node in nodes:
        if isinstance(node, Element):
            for name in ("href", "src", "cite"):
                if name in node.attributes:
                    node.attributes[name] = urljoin(base, node.attributes[name])
            _make_absolute(node.children, base)


def _tags(nodes: Iterable[Node]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, Element):
            yield node.tag
            yield from _tags(node.children)


def _render(nodes: Iterable[Node], shift: dict[str, str], *, boxed: bool = False) -> list[Node]:
    rendered: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            rendered.append(node)
            continue
        if node.tag not in policy.ELEMENTS:
            rendered += _render(node.children, shift, boxed=boxed)
            continue
        tag = shift.get(node.tag, node.tag)
        attributes = {
            name: value for name, value in node.attributes.items() if policy.allowed_value(node.tag, name, value)
        }
        children = _render(node.children, shift, boxed=boxed or tag in {"table", "pre"})
        if tag == "a" and attributes.get("href", "").startswith(("http:", "https:")):
            attributes["rel"] = "noopener noreferrer"
        elif tag == "img":
            attributes = {
                "alt": "",
                **attributes,
                "loading": "lazy",
                "decoding": "async",
                "referrerpolicy": "no-referrer",
            }
        elif tag == "figure" and attributes.get("class") == "embed":
            children = _embed(node, children)
        element = Element(tag, attributes, children)
        if tag in {"table", "pre"} and not boxed:
            caption = next((text_of([child]) for child in children if _is(child, "caption")), "")
            label = {"role": "region", "aria-label": " ".join(caption.split())[:100]} if caption else {}
            element = Element("div", {"class": f"scroll scroll-{tag}", "tabindex": "0", **label}, [element])
        rendered.append(element)
    return rendered


def _is(node: Node, tag: str) -> bool:
    return isinstance(node, Element) and node.tag == tag


def _embed(figure: Element, children: list[Node]) -> list[Node]:
    """The link of an embed; a known host is named behind its title."""
    link = next((child for child in figure.children if isinstance(child, Element) and child.tag == "a"), None)
    embed = known_embed(link.attributes.get("href", "")) if link else None
    if embed is None or text_of([link] if link else []).strip() == embed.host_name:
        return children
    return [*children, Element("span", {"class": "embed-host"}, [embed.host_name])]
