"""Whose words a quotation is, and what a code sample is called, by what stands in their template tags."""

import re
from collections.abc import Mapping
from html import escape

_LINK = re.compile(r"https?://[^\s\"'<>]{1,2000}")
_QUOTES = "\"'“”"


def attribution(rest: str, named: Mapping[str, str]) -> str:
    """Return the line below a quotation as HTML, "" where the tag names nobody.

    Hexo writes `author, source link title`, each of them may be missing; Hugo's themes name their values.
    """
    author = named.get("author") or named.get("by") or ""
    source = named.get("source") or named.get("cite") or named.get("title") or ""
    link = _link_in(named.get("link") or named.get("url") or named.get("href") or "")
    label = ""
    if not (author or source or link):
        found = _LINK.search(rest)
        link = found[0] if found else ""
        words, label = (rest[: found.start()], rest[found.end() :]) if found else (rest, "")
        author, _comma, source = (_plain(part) for part in words.partition(","))
    if link:
        label = _plain(label) or source or link.partition("://")[2].rstrip("/")
        work = f'<a href="{escape(link)}">{escape(label)}</a>'
        if source and label != source:
            work = f"{escape(source)}, {work}"
    else:
        work = escape(source)
    parts = [escape(author), f"<cite>{work}</cite>" if work else ""]
    line = ", ".join(part for part in parts if part)
    return f"<p>— {line}</p>" if line else ""


_OPTION = re.compile(r"[a-z_]{1,30}:[^\s/]\S*|[a-z_]{1,30}=\S+")


def code_caption(name: str, rest: str) -> str:
    """Return what stands above a code sample as HTML: Hexo's `codeblock title link title-of-the-link`, "" for nothing.

    One word alone is mostly meant as the language.
    """
    words = _OPTION.sub(" ", rest).split() if name in {"codeblock", "code"} else []
    if not words or (len(words) == 1 and words[0].isalnum()):
        return ""
    link = next((word for word in words if _LINK.fullmatch(word)), "")
    title, label = " ".join(words), ""
    if link:
        title, _link, label = (part.strip() for part in title.partition(link))
        label = f'<a href="{escape(link)}">{escape(label or link.partition("://")[2])}</a>'
    return " ".join(part for part in (escape(title), label) if part)


def _link_in(text: str) -> str:
    found = _LINK.search(text)
    return found[0] if found else ""


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(_QUOTES).strip()
