"""Template tags of static generators in bodies: Hexo's and Jekyll's `{% … %}`, Hugo's `{{< … >}}`, kramdown's `{: … }`,
and the shortcodes of WordPress that were carried over into them.

Known ones become markup, unknown ones leave what stands between them. Nothing is run, and none is shown raw.
"""

import re
from collections.abc import Callable, Collection, Iterator
from html import escape
from typing import Final

from articles.documents.document import DocumentWarning
from articles.documents.quotations import attribution, code_caption
from articles.documents.shortcodes import has_shortcodes, player_frame, render_shortcodes

# A tag ends in its own paragraph, soon, and before the next one begins: a flood of stray `{%` costs nothing.
_INSIDE: Final = r"(?:[^\n{]|\{(?!%|\{[<%]))"
_REST: Final = rf"{_INSIDE}{{0,1000}}?(?:\n(?![ \t]*(?:\n|\{{[{{%])){_INSIDE}{{0,500}}?){{0,20}}?"
_LIQUID: Final = rf"\{{%-?\s{{0,9}}(?P<liquid>/?[A-Za-z][\w-]*+)(?P<liquid_rest>{_REST})-?%\}}"
_HUGO: Final = rf"\{{\{{[<%]\s{{0,9}}(?P<hugo>/?[ \t]*+[A-Za-z][\w./-]*+)(?P<hugo_rest>{_REST})/?[>%]\}}\}}"
_VALUE: Final = r"\{\{-?[ \t]*+(?P<value>[^{}\n]{1,300}+)\}\}"
_KRAMDOWN: Final = r"(?:^|(?<=[\w)*_\]`]))\{:[ \t]*(?:[.#][\w-]+|[\w-]+=\"[^\"\n]{0,200}\")(?:[ \t]++[^{}\n]{0,200})?\}"
_TAG = re.compile(f"{_LIQUID}|{_HUGO}|{_VALUE}|(?P<kramdown>{_KRAMDOWN})", re.MULTILINE)
# Code stays code: fences, `pre`, and spans of code.
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_CODE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})|(?P<pre><pre\b)|(?P<ticks>`+)", re.MULTILINE | re.IGNORECASE)
_PRE_END = re.compile(r"</pre>", re.IGNORECASE)
_RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_ARGUMENT = re.compile(r"""([\w-]+)\s*[=:]\s*("[^"]*"|'[^']*'|[^\s"']+)|("[^"]*"|'[^']*'|[^\s"']+)""")

# Nobody was meant to read these: what stands in a comment, and where kramdown writes the table of contents.
_COMMENT = re.compile(r"\{%-?\s{0,9}(end)?comment\s{0,9}-?%\}|\{\{/\*[^{}]{0,2000}\*/\}\}")
_CONTENTS = re.compile(
    r"^(?:[ \t]{0,3}(?:[*+-]|\d\.)[ \t][^\n]{0,80}\n)?[ \t]{0,3}\{:[ \t]{0,9}toc[^{}\n]{0,80}\}[ \t]*$", re.MULTILINE
)
# A shortcode that Hugo shows instead of running it: {{</* figure */>}}.
_SHOWN = re.compile(r"\{\{([<%])/\*([^{}\n]{0,500}?)\*/([>%])\}\}")

_CODE_BLOCKS = frozenset({"codeblock", "code", "highlight", "prism", "literal"})
_CODE_ENDS = re.compile(
    r"\{%-?\s*+end(codeblock|code|highlight|prism|literal)\s*+-?%\}"
    r"|\{\{[<%]\s*+/\s*+(codeblock|code|highlight|prism|literal)\s*+[>%]\}\}"
)
_QUOTES = frozenset({"blockquote", "quote", "quote-block", "pullquote", "cq", "centerquote"})
_QUOTE_ENDS = frozenset(prefix + name for name in _QUOTES for prefix in ("end", "/"))
_PICTURES = frozenset(
    {
        "image",
        "img",
        "asset_img",
        "image_with_class",
        "figure",
        "legacy-img",
        "legacy-img-right",
        "img-right",
        "img-left",
    }
    | {"legacy-img-left", "responsive_image", "picture", "asset_image", "lightgallery"}
)
_VIDEOS = {
    "bilibili_video": "https://www.bilibili.com/video/{}",
    "youku": "https://v.youku.com/v_show/id_{}.html",
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "gist": "https://gist.github.com/{}",
    "jsfiddle": "https://jsfiddle.net/{}",
}
_LINKS = frozenset({"link", "button", "btn", "asset-static", "legacy-file", "asset_link", "url_for", "link_to"})
_ADDRESSES = frozenset({"ref", "relref", "asset_path", "post_url", "post_path", "page_url", "asset_url"})
# Markers that say nothing to readers: their going is no loss and needs no warning.
_SILENT = frozenset(
    {"raw", "endraw", "note", "endnote", "box", "accordion", "ring", "comment", "endcomment", "more", "toc", "cut"}
    | {"assign", "end", "summary", "katex"}
    | {"endkatex", "mathjax", "endmathjax", "capture", "endcapture", "include_relative"}
)
_ROOTS = frozenset({"site.baseurl", "site.url", "site.root", "config.root", "page.root", "baseurl", "root"})
_VALUE_PATH = re.compile(r"[A-Za-z_]\w*+(?:[.\[][\w'\"\]-]++)++")
_MAX_WARNINGS = 5


# An address in angle brackets that only the old site's data held: `<{{ release.url.gz }}>`.
_BRACKETED = re.compile(r"<(\{\{-?[^{}\n<>]{1,300}\}\})>")
# The name of a heading, as Hugo and kramdown take it: `## Why {#why}`.
_NAMED_HEADING = re.compile(
    r"[ \t]{1,8}\{[#.][\w.:\-]{1,100}(?:[ \t][.#][\w\-]{1,60}){0,5}[ \t]?\}(?=[ \t]{0,8}$)", re.MULTILINE
)


def render_template_tags(body: str) -> tuple[str, list[DocumentWarning]]:
    """Return a body in which template tags are markup, and a warning for each kind of tag that is not known."""
    if "{%" not in body and "{{" not in body and "{:" not in body and "{#" not in body and not has_shortcodes(body):
        return body, []
    renderer = _Renderer()
    result = "".join(renderer.render(part, is_code) for part, is_code in _parts(renderer.code_blocks(body)))
    return result, renderer.warnings()


def _parts(body: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a body and whether each is code."""
    position = 0
    searched = 0
    lost: set[str] = set()  # ends that do not come any more: nobody looks for them twice
    while opening := _CODE.search(body, searched):
        end = _end_of_code(body, opening, lost)
        searched = max(end, opening.end())
        if end > opening.end():
            yield body[position : opening.start()], False
            yield body[opening.start() : end], True
            position = end
    yield body[position:], False


def _end_of_code(body: str, opening: re.Match[str], lost: set[str]) -> int:
    """Return where the code that begins here ends; -1 where it does not end."""
    if opening["fence"]:
        mark = opening["fence"]
        for closing in _FENCE.finditer(body, body.find("\n", opening.end()) + 1 or len(body)):
            if closing[1].startswith(mark):
                return closing.end()
        return len(body)  # as in CommonMark: a fence that is not closed goes on to the end
    if opening["pre"]:
        if "pre" in lost:
            return -1
        end = _PRE_END.search(body, opening.end())
        if end is None:
            lost.add("pre")
            return -1
        return end.end()
    ticks = opening["ticks"]
    line_end = body.find("\n", opening.end())
    end_of_span = body.find(ticks, opening.end(), line_end if line_end >= 0 else len(body))
    return end_of_span + len(ticks) if end_of_span >= 0 else -1


def _without_comments(text: str) -> str:
    parts: list[str] = []
    position, opened = 0, -1
    for tag in _COMMENT.finditer(text):
        if not tag[1] and "%" in tag[0]:
            opened = tag.start() if opened < 0 else opened
            continue
        start = opened if tag[1] and opened >= 0 else tag.start()
        parts.append(text[position:start] if start >= position else "")
        position, opened = tag.end(), -1
    return "".join([*parts, text[position:]])


class _Renderer:
    def __init__(self) -> None:
        self._unknown: dict[str, int] = {}
        self._attributions: list[str] = []  # of the quotations that are open

    def warnings(self) -> list[DocumentWarning]:
        shown = sorted(self._unknown)[:_MAX_WARNINGS]
        found = [
            DocumentWarning(
                f"the template tag {name!r} is not known and was left out ({self._unknown[name]} times)",
                reason="template_tag",
            )
            for name in shown
        ]
        more = len(self._unknown) - len(shown)
        rest = DocumentWarning(f"{more} more template tags are not known", reason="template_tag")
        return [*found, rest] if more > 0 else found

    def code_blocks(self, body: str) -> str:
        """Turn `{% codeblock lang:js %}…{% endcodeblock %}` and its like into `pre`, before anything else is read."""
        parts: list[str] = []
        position = 0
        lost: set[str] = set()  # as in _parts
        for match in _TAG.finditer(body):
            name = _name(match)
            if match.start() < position or name not in _CODE_BLOCKS or name in lost:
                continue
            closing = next((end for end in _CODE_ENDS.finditer(body, match.end()) if name in end.groups()), None)
            if closing is None:
                lost.add(name)
                continue
            language, caption = _language(_rest(match)), code_caption(name, _rest(match))
            code = _RAW.sub("", body[match.end() : closing.start()]).strip("\n")
            attribute = f' class="language-{language}"' if language else ""
            # A blank line inside would end the block for Markdown, so line ends are written as entities there.
            inner = escape(code, quote=False).replace("\n\n", "\n&#10;")
            block = f"<pre><code{attribute}>{inner}</code></pre>"
            if caption:
                block = f"<figure><figcaption>{caption}</figcaption>{block}</figure>"
            parts += [body[position : match.start()], f"\n\n{block}\n\n"]
            position = closing.end()
        return "".join([*parts, body[position:]])

    def render(self, text: str, is_code: bool) -> str:
        if is_code:
            return _RAW.sub("", text)
        text = _NAMED_HEADING.sub("", _BRACKETED.sub(r"\1", text))
        if has_shortcodes(text):
            text = render_shortcodes(text)
        text = _TAG.sub(self._tag, _CONTENTS.sub("", _without_comments(text)))
        return _SHOWN.sub(lambda match: f"<code>{{{{{escape(match[1] + match[2] + match[3])}}}}}</code>", text)

    def _tag(self, match: re.Match[str]) -> str:
        if match["kramdown"] is not None:
            return ""
        if match["value"] is not None:
            return self._value(match)
        name, rest = _name(match), _rest(match)
        words, named = _arguments(rest)
        if name in _QUOTES:
            return self._quote_begins(name, rest, named)
        if name in _QUOTE_ENDS:
            return f"\n\n{self._attributions.pop() if self._attributions else ''}\n\n</blockquote>\n\n"
        for names, handler in _HANDLERS:
            if name in names:
                return _in_place(match, handler(name, words, named), is_picture=names is _PICTURES)
        if name.removeprefix("/") not in _SILENT:
            self._unknown[name] = self._unknown.get(name, 0) + 1
        return _in_place(match, "")

    def _quote_begins(self, name: str, rest: str, named: dict[str, str]) -> str:
        # What a pull quote says of itself is where it stands.
        below = "" if name in {"pullquote", "cq", "centerquote"} else attribution(rest, named)
        if named.get("text"):  # it ends here
            return f"\n\n<blockquote><p>{escape(named['text'])}</p>{below}</blockquote>\n\n"
        self._attributions.append(below)
        return "\n\n<blockquote>\n\n"

    def _value(self, match: re.Match[str]) -> str:
        value = match["value"].strip().removesuffix("-").strip()
        path = value.split("|")[0].strip()
        if path in _ROOTS:
            return ""
        if path[:1] in {'"', "'"} and "|" in value:
            return path.strip("\"'")
        if "|" in value or _VALUE_PATH.fullmatch(value):
            self._unknown[path[:40]] = self._unknown.get(path[:40], 0) + 1
            return ""
        return match[0]  # a word in double braces is somebody's text


def _in_place(match: re.Match[str], markup: str, *, is_picture: bool = False) -> str:
    """Return what a tag becomes, fit for where it stands: a link without an address, a picture in a line of its own."""
    text, start, end = match.string, match.start(), match.end()
    if not markup and text.endswith("](", 0, start):
        return "<>"
    if (
        is_picture
        and markup
        and text[end : end + 1] == "\n"
        and not text[text.rfind("\n", 0, start) + 1 : start].strip()
    ):
        return f"{markup}\n"  # or Markdown takes the lines below it for HTML
    return markup


def _name(match: re.Match[str]) -> str:
    return (match["liquid"] or match["hugo"] or "").replace(" ", "").replace("\t", "")


def _rest(match: re.Match[str]) -> str:
    return match["liquid_rest"] or match["hugo_rest"] or ""


def _arguments(rest: str) -> tuple[list[str], dict[str, str]]:
    """Return the words of a tag and its named values, without quotes."""
    words: list[str] = []
    named: dict[str, str] = {}
    for name, value, word in _ARGUMENT.findall(rest.replace("\\_", "_")):
        if name and not value.startswith("//"):
            named[name.lower()] = value.strip("\"'")
        else:
            words.append((word or f"{name}:{value}").strip("\"'"))
    return words, named


def _language(rest: str) -> str:
    words, named = _arguments(rest)
    language = named.get("lang") or next((word for word in words if re.fullmatch(r"[A-Za-z0-9+#-]{1,20}", word)), "")
    return language.lower() if re.fullmatch(r"[A-Za-z0-9+#_-]{1,30}", language) else ""


def _picture(name: str, words: list[str], named: dict[str, str]) -> str:
    paths = [word for word in words if "." in word or "/" in word]
    source = named.get("src") or named.get("file") or (paths[0] if paths else words[0] if words else "")
    others = [word for word in words if word != source and not word.isdigit()]
    alt = named.get("alt") or named.get("title") or " ".join(others if name != "img" or not paths else others[-1:])
    caption = named.get("caption") or (named.get("title", "") if name == "figure" else "")
    image = f'<img src="{escape(source)}" alt="{escape(alt)}">' if source else ""
    if caption:
        return f"\n\n<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>\n\n"
    return image


def _video(name: str, words: list[str], named: dict[str, str]) -> str:
    key = named.get("id") or (words[0] if words else "")
    if name == "gist" and len(words) > 1 and "." not in words[1]:  # else the second is a file of it
        key = f"{words[0]}/{words[1]}"
    if not re.fullmatch(r"[\w/-]{1,100}", key):
        return ""
    return player_frame(_VIDEOS[name].format(key))


def _link(name: str, words: list[str], named: dict[str, str]) -> str:
    if words and words[0].endswith(","):  # {% btn address, text, icon %}
        parts = " ".join(words).split(",")
        words = [part.strip() for part in parts[:2] if part.strip()]
    addresses = [word for word in words if "://" in word or word.startswith("/") or "." in word]
    address = named.get("href") or named.get("file") or named.get("url") or (addresses[0] if addresses else "")
    label = named.get("text") or named.get("label") or " ".join(word for word in words if word != address)
    if label or not address:
        return f'<a href="{escape(address)}">{escape(label or address)}</a>' if address else escape(label)
    return address  # `[text]({% link _posts/x.md %})`: only the address is asked for


def _address(name: str, words: list[str], named: dict[str, str]) -> str:
    return words[0].removesuffix(".md") if words else ""


def _post_link(name: str, words: list[str], named: dict[str, str]) -> str:
    return escape(" ".join(words[1:]) or (words[0] if words else ""))


def _label(name: str, words: list[str], named: dict[str, str]) -> str:
    text = next((word for word in words if word.startswith("@")), words[-1] if words else "")
    return escape(" ".join([text.lstrip("@"), *words[words.index(text) + 1 :]])) if text else ""


def _frame(name: str, words: list[str], named: dict[str, str]) -> str:
    address = named.get("src") or named.get("url") or (words[0] if words else "")
    return player_frame(address) if "//" in address else ""


_Handler = Callable[[str, list[str], dict[str, str]], str]
_HANDLERS: tuple[tuple[Collection[str], _Handler], ...] = (
    (_PICTURES, _picture),
    (_VIDEOS, _video),
    (_LINKS, _link),
    (_ADDRESSES, _address),
    ({"post_link"}, _post_link),
    ({"label", "emp", "kbd", "u", "mark"}, _label),
    ({"iframe", "video", "dplayer"}, _frame),
)
