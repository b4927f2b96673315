"""Which player addresses are known, and the page each becomes."""

import pytest

from articles.text.embeds import HOSTS, PLAYER_HOSTS, known_embed
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

PLAYERS = {
    "https://www.youtube.com/watch?v=ab-c_1&t=3": "https://www.youtube-nocookie.com/embed/ab-c_1?autoplay=1",
    "https://youtu.be/abc?si=x": "https://www.youtube-nocookie.com/embed/abc?autoplay=1",
    "https://www.bilibili.com/video/BV1xx/": "https://player.bilibili.com/player.html?bvid=BV1xx&autoplay=1",
    "https://player.bilibili.com/player.html?aid=123": "https://player.bilibili.com/player.html?aid=123&autoplay=1",
    "https://v.qq.com/x/cover/mzc1/x12.html": "https://v.qq.com/txp/iframe/player.html?vid=x12",
    "https://v.youku.com/v_show/id_XMg==.html": "https://player.youku.com/embed/XMg==",
    "https://vimeo.com/123": "https://player.vimeo.com/video/123?autoplay=1",
    "http://open.spotify.com/track/1": "https://open.spotify.com/embed/track/1",
    "https://soundcloud.com/a/b-c": "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fa%2Fb-c",
    "https://codepen.io/x/pen/yZ": "https://codepen.io/x/embed/yZ",
    "https://www.ted.com/talks/x_y": "https://embed.ted.com/talks/x_y",
    "https://www.douyin.com/video/42": "https://open.douyin.com/player/video?vid=42&autoplay=1",
    "https://www.youtube.com/@channel": "",
    'https://www.youtube.com/watch?v=a"b': "",
    "https://space.bilibili.com/1": "",
    "https://www.iqiyi.com/v_1.html": "",
    "https://v.qq.com/x/page/../a.html": "",
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


@pytest.mark.parametrize(("page", "player"), PLAYERS.items())
def test_a_page_has_its_player_where_the_policy_lets_players_stand(page, player):
    embed = known_embed(page)
    assert embed
    assert embed.player == player
    assert not player or player.startswith(tuple(f"{host}/" for host in PLAYER_HOSTS))
