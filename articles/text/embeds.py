"""Players of other sites: which hosts are known, and the page that a player's address shows.

A player is stored as a figure with a link (`docs/architecture.md`), never as a frame.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

# Each known host with the name that readers know; a host matches itself and its subdomains.
HOSTS = {
    "bilibili.com": "哔哩哔哩",
    "b23.tv": "哔哩哔哩",
    "youku.com": "优酷",
    "v.qq.com": "腾讯视频",
    "iqiyi.com": "爱奇艺",
    "douyin.com": "抖音",
    "ximalaya.com": "喜马拉雅",
    "youtube.com": "YouTube",
    "youtube-nocookie.com": "YouTube",
    "youtu.be": "YouTube",
    "vimeo.com": "Vimeo",
    "spotify.com": "Spotify",
    "soundcloud.com": "SoundCloud",
    "codepen.io": "CodePen",
    "ted.com": "TED",
}

_PLAIN_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")


# Where players may be framed from; the policy of the pages (newsportal/settings.py) names these and no other.
PLAYER_HOSTS = (
    "https://player.bilibili.com",
    "https://player.youku.com",
    "https://v.qq.com",
    "https://open.douyin.com",
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://open.spotify.com",
    "https://w.soundcloud.com",
    "https://codepen.io",
    "https://embed.ted.com",
)


@dataclass(frozen=True, slots=True)
class Embed:
    """A page of a known host: its address, the name of the host, and the player's address ("" where there is none)."""

    address: str
    host_name: str
    player: str = ""


def known_embed(address: str) -> Embed | None:
    """Return the page behind a player's address, None for an unknown host.

    Look-alikes are unknown: user names and ports in the address, a trailing dot, hosts that only contain a known name.
    """
    address = address.strip()
    if address.startswith("//"):
        address = "https:" + address
    if any(character <= " " or character == "\\" for character in address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.netloc.lower()
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _PLAIN_HOST.fullmatch(host):
        return None
    name = next((name for known, name in HOSTS.items() if host == known or host.endswith("." + known)), None)
    if name is None:
        return None
    page = _page_of(name, host, parts.path, parts.query) or f"https://{host}{_tail(parts.path, parts.query)}"
    return Embed(page, name, _player_of(name, page))


def _tail(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _page_of(name: str, host: str, path: str, query: str) -> str:
    """Return the page of a video whose player stands at this address; "" where the player's own address must do."""
    values = parse_qs(query)
    steps = [step for step in path.split("/") if step]
    last = steps[-1] if steps and _IDENTIFIER.fullmatch(steps[-1]) else ""
    if name == "YouTube" and steps[:1] == ["embed"] and last:
        return f"https://www.youtube.com/watch?v={last}"
    if host == "player.vimeo.com" and steps[:1] == ["video"] and last:
        return f"https://vimeo.com/{last}"
    if host == "player.bilibili.com":
        for key, prefix in (("bvid", ""), ("aid", "av")):
            value = values.get(key, [""])[0]
            if _IDENTIFIER.fullmatch(value):
                return f"https://www.bilibili.com/video/{prefix}{value}"
    if host == "v.qq.com":
        value = values.get("vid", [""])[0]
        if _IDENTIFIER.fullmatch(value):
            return f"https://v.qq.com/x/page/{value}.html"
    if host == "player.youku.com" and steps[:1] == ["embed"] and last:
        return f"https://v.youku.com/v_show/id_{last}.html"
    if host == "embed.ted.com":
        return f"https://www.ted.com{_tail(path, '')}"
    return ""


def _player_of(name: str, page: str) -> str:
    """Return the address of the player for the page of a video or a sound; "" where it cannot be told."""
    for known, pattern, player in _PLAYERS:
        if known == name and (found := pattern.match(page)):
            return player.format(*found.groups(), page=quote(page, safe=""))
    return ""


_PLAYERS = tuple(
    (name, re.compile(rf"https?://(?:[a-z]+\.)?{pattern}(?=[/?]|\Z)", re.ASCII), player)
    for name, pattern, player in (
        (
            "YouTube",
            r"youtube\.com/watch\?v=([\w-]{1,64})(?:&.*)?",
            "https://www.youtube-nocookie.com/embed/{}?autoplay=1",
        ),
        ("YouTube", r"youtube\.com/shorts/([\w-]{1,64})", "https://www.youtube-nocookie.com/embed/{}?autoplay=1"),
        ("YouTube", r"youtu\.be/([\w-]{1,64})", "https://www.youtube-nocookie.com/embed/{}?autoplay=1"),
        (
            "哔哩哔哩",
            r"bilibili\.com/video/(BV\w{1,20})",
            "https://player.bilibili.com/player.html?bvid={}&autoplay=1",
        ),
        (
            "哔哩哔哩",
            r"bilibili\.com/video/av([0-9]{1,20})",
            "https://player.bilibili.com/player.html?aid={}&autoplay=1",
        ),
        (
            "腾讯视频",
            r"qq\.com/x/(?:page|cover/\w{1,30})/(\w{1,30})\.html",
            "https://v.qq.com/txp/iframe/player.html?vid={}",
        ),
        ("优酷", r"youku\.com/v_show/id_([\w-]{1,30}={0,2})\.html", "https://player.youku.com/embed/{}"),
        ("抖音", r"douyin\.com/video/([0-9]{1,30})", "https://open.douyin.com/player/video?vid={}&autoplay=1"),
        ("Vimeo", r"vimeo\.com/([0-9]{1,20})", "https://player.vimeo.com/video/{}?autoplay=1"),
        (
            "Spotify",
            r"spotify\.com/(?:embed/)?((?:track|album|playlist|episode|show)/\w{1,40})",
            "https://open.spotify.com/embed/{}",
        ),
        ("SoundCloud", r"soundcloud\.com/([\w-]{1,80}/[\w-]{1,120})", "https://w.soundcloud.com/player/?url={page}"),
        ("CodePen", r"codepen\.io/([\w-]{1,60})/(?:pen|embed)/(\w{1,40})", "https://codepen.io/{}/embed/{}"),
        ("TED", r"ted\.com/talks/(\w{1,120})", "https://embed.ted.com/talks/{}"),
    )
)
