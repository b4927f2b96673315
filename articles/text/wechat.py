"""The body for the editor of a WeChat public account (公众号): all styles inline, no classes, links as notes.

That editor drops style sheets, classes and ids, and readers of most accounts cannot follow a link to another site: such
a link stays as its text with a number, and its address stands at the end.
"""

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from articles.text.embeds import known_embed
from articles.text.html_tree import Element, Node, TooDeep, parse_clean, text_of, write_html
from articles.text.plain import plain_text

_INK, _META, _LINE, _ACCENT, _TINT = "#1b1b1a", "#5e5b55", "#ddd7cb", "#a3171d", "#f4efe6"
_TEXT = f"font-size:16px;line-height:1.8;color:{_INK};"
_MONO = "font-family:Menlo,Consolas,monospace;"
_CELL = f"border:1px solid {_LINE};padding:4px 8px;font-size:15px;line-height:1.6;"
_LIST = f"margin:0 0 16px;padding-left:2em;{_TEXT}"

_STYLES = {
    "p": f"margin:0 0 16px;text-align:justify;{_TEXT}",
    "blockquote": f"margin:0 0 16px;padding:4px 0 4px 12px;border-left:3px solid {_LINE};color:{_META};",
    "ul": f"{_LIST}list-style-type:disc;",
    "ol": f"{_LIST}list-style-type:decimal;",
    "li": "margin:0 0 4px;",
    "dt": f"font-weight:bold;{_TEXT}",
    "dd": f"margin:0 0 8px 2em;{_TEXT}",
    "pre": f"margin:0 0 16px;padding:12px;background:{_TINT};font-size:14px;line-height:1.6;"
    f"white-space:pre-wrap;{_MONO}",
    "code": f"{_MONO}font-size:14px;background:{_TINT};",
    "table": "margin:0 0 16px;border-collapse:collapse;width:100%;",
    "td": _CELL,
    "th": f"{_CELL}font-weight:bold;background:{_TINT};",
    "caption": f"padding:4px 0;font-size:13px;color:{_META};",
    "figcaption": f"margin:4px 0 0;text-align:center;font-size:13px;line-height:1.6;color:{_META};",
    "figure": "margin:0 0 16px;",
    "img": "display:block;max-width:100%;height:auto;margin:0 auto;",
    "hr": f"margin:24px 0;border:0;border-top:1px solid {_LINE};",
    "em": "font-style:normal;text-emphasis:filled dot;text-emphasis-position:under right;",
    "mark": "background:#f8eecb;",
    "summary": f"margin:0 0 8px;font-weight:bold;{_TEXT}",
    "details": "margin:0 0 16px;",
}
_HEADINGS = {
    "h1": f"margin:24px 0 12px;font-size:20px;line-height:1.4;font-weight:bold;color:{_INK};",
    "h2": f"margin:24px 0 12px;font-size:20px;line-height:1.4;font-weight:bold;color:{_INK};",
    "h3": f"margin:20px 0 8px;font-size:18px;line-height:1.4;font-weight:bold;color:{_ACCENT};",
}
# What the editor over there does not keep, and what stands for it.
_RENAMED = {"figure": "section", "figcaption": "p", "details": "section", "summary": "p", "dl": "section"}
_RENAMED |= {"dt": "p", "dd": "p", "h1": "h2", "h5": "h4", "h6": "h4"}
_KEPT = frozenset({"colspan", "rowspan", "start", "type", "value", "alt", "src"})
_UNWRAPPED = frozenset({"span", "abbr", "dfn", "time", "bdi", "bdo", "cite", "var", "samp", "kbd", "ins", "wbr"})
_ALIGN = {"align-center": "text-align:center;", "align-right": "text-align:right;"}
_INLINE = frozenset({"strong", "em", "u", "s", "sub", "sup", "small", "mark", "code", "a", "br", "q", "del", "ruby"})
_OWN_LINKS = frozenset({"mp.weixin.qq.com"})


def render_for_wechat(html: str, *, base: str, notes_title: str, language: str = "zh-hans") -> str:
    """Return a sanitized body as HTML whose look needs no style sheet.

    `base` is the site's address: relative links and pictures become absolute. `notes_title` stands over the addresses
    of the links. In English stressed words keep the browser's italics.
    """
    try:
        nodes = parse_clean(html)
    except TooDeep:
        nodes = [Element("p", {}, [plain_text(html)])]
    writer = _Writer(base, is_chinese=language.startswith("zh"))
    blocks = _paragraphs(writer.render(nodes))
    return write_html([*blocks, *writer.notes(notes_title)])


class _Writer:
    def __init__(self, base: str, *, is_chinese: bool) -> None:
        self.base = base
        self.is_chinese = is_chinese
        self.addresses: list[str] = []

    def render(self, nodes: Iterable[Node]) -> list[Node]:
        rendered: list[Node] = []
        for node in nodes:
            if isinstance(node, str):
                rendered.append(node)
            elif node.tag in _UNWRAPPED:
                rendered += self.render(node.children)
            elif node.tag == "a":
                rendered += self._link(node)
            elif node.tag == "figure" and node.attributes.get("class") == "embed":
                rendered.append(self._embed(node))
            else:
                rendered.append(self._element(node))
        return rendered

    def notes(self, title: str) -> list[Node]:
        """Return the addresses of the links, numbered."""
        if not self.addresses:
            return []
        style = f"margin:0 0 4px;font-size:13px;line-height:1.6;color:{_META};word-break:break-all;"
        head = Element("p", {"style": f"margin:24px 0 8px;font-size:14px;font-weight:bold;color:{_META};"}, [title])
        lines = (f"[{number}] {address}" for number, address in enumerate(self.addresses, 1))
        return [head, *(Element("p", {"style": style}, [line]) for line in lines)]

    def _element(self, node: Element) -> Element:
        tag = node.tag
        attributes = {name: value for name, value in node.attributes.items() if name in _KEPT}
        style = _HEADINGS.get(tag) or (_HEADINGS["h3"] if tag in {"h4", "h5", "h6"} else _STYLES.get(tag, ""))
        if tag == "em" and not self.is_chinese:
            style = ""
        style += _ALIGN.get(node.attributes.get("class", ""), "")
        if "src" in attributes:
            attributes["src"] = urljoin(self.base, attributes["src"])
        children = self.render(node.children)
        if tag == "pre":
            # A code in a code block has the block's look.
            children = [
                Element("code", {}, each.children) if isinstance(each, Element) and each.tag == "code" else each
                for each in children
            ]
        if style:
            attributes["style"] = style
        return Element(_RENAMED.get(tag, tag), attributes, children)

    def _link(self, node: Element) -> list[Node]:
        address = urljoin(self.base, node.attributes.get("href", ""))
        children = self.render(node.children)
        try:
            parts = urlsplit(address)
        except ValueError:
            return children
        if parts.scheme not in {"http", "https"}:
            return children
        if parts.netloc in _OWN_LINKS:
            return [Element("a", {"href": address}, children)]
        if not text_of(children).strip():
            return children  # a linked picture
        return [*children, *self._mark(address, text_of(children))]

    def _mark(self, address: str, text: str) -> list[Node]:
        if text.strip() == address:
            return []  # it is printed already
        if address not in self.addresses:
            self.addresses.append(address)
        number = self.addresses.index(address) + 1
        return [Element("sup", {"style": f"font-size:12px;color:{_META};"}, [f"[{number}]"])]

    def _embed(self, node: Element) -> Element:
        """A player cannot be pasted: its title and its address."""
        link = next((each for each in node.children if isinstance(each, Element) and each.tag == "a"), None)
        address = link.attributes.get("href", "") if link else ""
        embed = known_embed(address)
        title = text_of(node.children).strip()
        if embed and embed.host_name not in title:
            title = f"{title} ({embed.host_name})" if title else embed.host_name
        style = f"margin:0 0 16px;padding:8px 12px;border:1px solid {_LINE};{_TEXT}"
        return Element("p", {"style": style}, [f"▶ {title}", *(self._mark(address, title) if address else [])])


def _is(node: Node, tag: str) -> bool:
    return isinstance(node, Element) and node.tag == tag


def _paragraphs(nodes: Iterable[Node]) -> list[Node]:
    """Return the blocks; running text beside them becomes a paragraph of its own."""
    blocks: list[Node] = []
    run: list[Node] = []

    def flush() -> None:
        if text_of(run).strip() or any(_is(node, "img") for node in run):
            blocks.append(Element("p", {"style": _STYLES["p"]}, list(run)))
        run.clear()

    for node in nodes:
        if isinstance(node, str) or node.tag in _INLINE or node.tag == "img":
            run.append(node)
        else:
            flush()
            blocks.append(node)
    flush()
    return blocks
