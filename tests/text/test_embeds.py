"""Which player addresses are known, and the page each becomes."""

import pytest

from articles.text.embeds import HOSTS, known_embed
from articles.text.sanitize import sanitize

PAGES = {
    "//player.bilibili.com/player.html?bvid=BV1xx&page=1": "https://www.bilibili.com/video/BV1xx",
    "https://player.bilibili.com/player.html?aid=123": "https://www.bilibili.com/video/av123",
    "https://www.youtube.com/embed/abc?start=3": "https://www.youtube.com/watch?v=abc",
    "https://www.youtube-nocookie.com/embed/abc": "https://www.youtube.com/watch?v=abc",
    "https://player.vimeo.com/video/123": "https://vimeo.com/123",
    "https://v.qq.com/txp/iframe/player.html?vid=x1": "https://v.qq.com/x/page/x1.html",
    "https://player.youku.com/embed/XMg": "https://v.youku.com/v_show/id_XMg.html",
    "https://embed.ted.com/talks/x": "https://www.ted.com/talks/x",
    "http://open.spotify.com/embed/track/1?a=b#c": "https://open.spotify.com/embed/track/1?a=b",
    "HTTPS://CODEPEN.IO/x/embed/y": "https://codepen.io/x/embed/y",
    "https://youtube.youku.com/embed/abc": "https://youtube.youku.com/embed/abc",
    "https://player.bilibili.com/player.html?bvid=../x": "https://player.bilibili.com/player.html?bvid=../x",
}

LOOK_ALIKES = (
    "https://youtube.com.evil.example/embed/a",
    "https://youtube.com@evil.example/embed/a",
    "https://evil.example@youtube.com/embed/a",
    "https://user:word@youtube.com/embed/a",
    "https://youtube.com:8443/embed/a",
    "https://youtube.com./embed/a",
    "https://evilyoutube.com/embed/a",
    "https://youtube.co/embed/a",
    "https://youtu.be.evil.example/a",
    "https://xn--youtub-xva.com/embed/a",
    "https://youtubе.com/embed/a",
    "https://ｙoutube.com/embed/a",
    "https://youtube。com/embed/a",
    "https://youtube.com%2eevil.example/a",
    "https://youtube.com\\@evil.example/a",
    "https:\\\\youtube.com/a",
    "https:///youtube.com/a",
    "https:youtube.com/a",
    "//evil.example//youtube.com/a",
    "///youtube.com/a",
    "/youtube.com/a",
    "youtube.com/embed/a",
    "https://evil.example/?https://youtube.com/a",
    "https://evil.example#youtube.com",
    "https://[::1]/youtube.com",
    "https://[youtube.com/a",
    "https://you tube.com/a",
    "https://youtube.com\n.evil.example/a",
    "javascript://youtube.com/%0aalert(1)",
    "data:text/html,youtube.com",
    "ftp://youtube.com/a",
    "",
)


@pytest.mark.parametrize(("address", "page"), PAGES.items())
def test_a_player_of_a_known_host_leads_to_its_page(address, page):
    embed = known_embed(address)
    assert embed is not None
    assert embed.address == page


@pytest.mark.parametrize("host", HOSTS)
def test_each_host_and_its_subdomains_are_known_by_name(host):
    for address in (f"https://{host}/a", f"https://player.{host}/a"):
        embed = known_embed(address)
        assert embed is not None
        assert embed.host_name == HOSTS[host]


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_look_alike_is_unknown(address):
    assert known_embed(address) is None


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_frame_of_a_look_alike_never_becomes_a_figure(address):
    clean = sanitize(f'<iframe src="{address}"></iframe>').html
    assert "figure" not in clean
    assert "iframe" not in clean
