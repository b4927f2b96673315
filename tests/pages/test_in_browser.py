"""Readers' pages in a real Chromium: nothing is blocked, nothing overflows, no other host is asked."""

from typing import Any

import pytest

from tests.factories import make_article, make_articles, make_author, make_category

BEYOND = "document.documentElement.scrollWidth - window.innerWidth"
FOCUS = """() => {
  const element = document.activeElement;
  const name = element.localName + (element.className && "." + element.className);
  return {name, outline: parseFloat(getComputedStyle(element).outlineWidth) || 0};
}"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (360, "dark"), (768, "light"), (1440, "dark")])
def test_pages_fit_ask_nobody_and_break_no_policy(
    browser: Any, live_server: Any, settings: Any, width: int, scheme: str
) -> None:
    settings.SITE_URL = live_server.url
    paths = make_pages()
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.route("**/*", lambda route: route.abort() if "pictures.example" in route.request.url else route.continue_())
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    for path in paths:
        assert page.goto(live_server.url + path).status == (404 if "no-such" in path else 200)
        assert page.evaluate(BEYOND) <= 0, path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 253, 249)" if scheme == "light" else "rgb(22, 22, 20)"
        )
    context.close()
    others = [url for url in asked if not url.startswith(live_server.url)]
    assert set(others) <= {"https://pictures.example/a.jpg"}
    assert [text for text in problems if "ERR_FAILED" not in text and "404" not in text] == []


@pytest.mark.parametrize("width", [360, 640])
def test_pages_fit_where_the_text_is_twice_as_large(browser: Any, live_server: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    page.route("**/*", lambda route: route.abort() if "pictures.example" in route.request.url else route.continue_())
    for path in make_pages():
        page.goto(live_server.url + path)
        before = page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
        page.add_style_tag(content="html { font-size: 200% }")
        assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)") == 2 * before
        assert page.evaluate(BEYOND) <= 0, path
    context.close()


def test_forced_colours_keep_the_borders_and_the_focus(browser: Any, live_server: Any) -> None:
    paths = make_pages()
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.route("**/*", lambda route: route.abort() if "pictures.example" in route.request.url else route.continue_())
    page.goto(live_server.url + paths[-1])
    for part in (".sections [aria-current]", ".scroll-pre"):
        assert page.evaluate(f"parseFloat(getComputedStyle(document.querySelector('{part}')).borderBottomWidth)") > 0
    reached = set()
    for _step in range(40):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        reached.add(focus["name"])
        assert focus["outline"] >= 2, focus["name"]
        if focus["name"].startswith("div.scroll"):
            break
    assert {"a.skip", "input", "div.scroll scroll-pre"} <= reached
    context.close()


def test_the_first_section_can_be_read_where_the_menu_is_too_wide(browser: Any, live_server: Any) -> None:
    for number in range(8):
        make_category(f"Announcements of the {number}th kind", in_menu=True, position=number)
    context = browser.new_context(viewport={"width": 768, "height": 800})
    page = context.new_page()
    page.goto(live_server.url)
    ends = "[...document.querySelectorAll('.sections a')].map(link => link.getBoundingClientRect().left)"
    assert page.evaluate(ends)[0] >= 0
    assert page.evaluate(ends)[-1] > 768
    context.close()


def make_pages() -> list[str]:
    """Make a site of what is too wide, and return the paths of its pages, the article's last."""
    long = "Donaudampfschifffahrtsgesellschaft" * 4
    section = make_category("城市")
    article = make_article(
        title=f"很长的标题{long}",
        body=f"<h2>{long}</h2><p>{long}</p><pre>{long * 3}</pre>"
        f"<table><tbody><tr>{'<td>很宽的格子</td>' * 20}</tr></tbody></table>"
        '<p><img src="https://pictures.example/a.jpg" width="4000" height="20" alt="图"></p>',
        categories=[section],
        authors=[make_author("林")],
        tags=["地铁"],
    )
    make_articles(30, category=section)
    return ["/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/", "/archive/", "/archive/2026/11/"] + [
        "/search/?q=%E6%96%B0%E9%97%BB",
        "/corrections/",
        "/no-such-page/",
        article.get_absolute_url(),
    ]


def test_the_page_works_by_keyboard(browser: Any, live_server: Any) -> None:
    make_article(title="第一条")
    context = browser.new_context()
    page = context.new_page()
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")
    context.close()
