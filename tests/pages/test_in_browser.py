"""Readers' pages in a real Chromium: nothing is blocked, nothing overflows, no other host is asked."""

from typing import Any

import pytest

from tests.factories import make_article, make_articles, make_author, make_category

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_ask_nobody_and_break_no_policy(
    browser: Any, live_server: Any, settings: Any, width: int, scheme: str
) -> None:
    settings.SITE_URL = live_server.url
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
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.route("**/*", lambda route: route.abort() if "pictures.example" in route.request.url else route.continue_())
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    paths = ["/", "/sections/cheng-shi/", "/tags/di-tie/", "/authors/lin/", article.get_absolute_url()]
    for path in paths:
        assert page.goto(live_server.url + path).status == 200
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 253, 249)" if scheme == "light" else "rgb(22, 22, 20)"
        )
    context.close()
    others = [url for url in asked if not url.startswith(live_server.url)]
    assert set(others) <= {"https://pictures.example/a.jpg"}
    assert [text for text in problems if "ERR_FAILED" not in text] == []


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
