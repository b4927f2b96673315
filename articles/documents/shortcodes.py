"""Shortcodes of WordPress in bodies, `[name …]`: players and captions become markup, of others the content stays."""

import re
from html import escape, unescape
from typing import Final

_PLAYERS: Final = "youtube|vimeo|dailymotion|soundcloud|audio|video"
_WITH_CONTENT: Final = "caption|embed|audio|video|sourcecode|wp_caption"
_VALUES: Final = r"[^\[\]\n]{0,500}"
# A word in brackets may be anybody's text; the end of a shortcode, or a value in it, is none.
_ANY = re.compile(rf"\[(?:/(?:{_WITH_CONTENT})|gallery|playlist|(?:{_PLAYERS})[ \t=])")
_PLAYER = re.compile(
    rf"\[(?P<name>{_PLAYERS})(?P<values>[ \t=]{_VALUES})\](?!\(|\[(?!/))(?:[ \t\n]{{0,9}}\[/(?P=name)\])?"
)
_EMBED = re.compile(r"\[embed(?:[ \t][^\[\]\n]{0,200})?\]\s{0,9}(https?://[^\s\[\]]{1,2000})\s{0,9}\[/embed\]")
_CAPTION = re.compile(
    rf"""\[(?:wp_)?caption(?=[ \t]{_VALUES}[ \t]caption=(?P<quote>["'])(?P<text>[^"\[\]\n]{{1,500}}?)(?P=quote))"""
    rf"[ \t]{_VALUES}\](?P<content>[^\[]{{0,200}}+(?:\[(?!/?(?:wp_)?caption\b)[^\[]{{0,2000}}+){{0,20}}+)"
    r"\[/(?:wp_)?caption\]"
)
_LEFT = re.compile(rf"\[/?(?:{_WITH_CONTENT}|gallery|playlist)(?:[ \t]+[\w-]+=[^\[\]\n]{{0,500}})?\](?!\()")
# Editors of that time wrote typographic quotes, or entities of them, around values.
_ADDRESS = re.compile(r"""https?://[^\s"'<>“”″‘’]{1,2000}""")
_FILE = re.compile(r"""\b(?:src|mp4|m4v|webm|ogv|mp3|m4a|ogg|wav)=["'“”″]([^\s"'“”″]{1,2000})["'“”″]""")
_VIMEO = re.compile(r"[ \t=]+(\d{4,12})\b")


def has_shortcodes(text: str) -> bool:
    """Whether something in `text` looks like a shortcode; quick."""
    return _ANY.search(text) is not None


def render_shortcodes(text: str) -> str:
    """Return `text` with players for `[youtube …]`, `[audio …]` and their like, figures for captions, and no other tag.

    A word in brackets that is no shortcode, and a link (`[video](…)`), stay.
    """
    text = _PLAYER.sub(_player, _EMBED.sub(lambda match: player_frame(unescape(match[1])), text))
    text = _CAPTION.sub(_figure, text)
    return _LEFT.sub("", text)


def player_frame(address: str) -> str:
    """Return the frame of a player, as a block of its own; the sanitizer knows which hosts play."""
    return f'\n\n<iframe src="{escape(address)}"></iframe>\n\n'


def _player(match: re.Match[str]) -> str:
    values = unescape(match["values"])
    found = _FILE.search(values) or _ADDRESS.search(values)
    if found:
        return player_frame(unescape(found[found.lastindex or 0]))
    video = _VIMEO.match(values) if match["name"] == "vimeo" else None
    return player_frame(f"https://vimeo.com/{video[1]}") if video else match[0]


def _figure(match: re.Match[str]) -> str:
    caption = escape(unescape(match["text"]), quote=False)
    return f"\n\n<figure>\n\n{match['content'].strip()}\n\n<figcaption>{caption}</figcaption>\n\n</figure>\n\n"
