"""The order of a series in a real browser: by mouse, by keyboard, and by typed numbers without JavaScript."""

import pytest

from articles.actions.series import add_to_series
from articles.models import Series
from tests.factories import PASSWORD, make_article, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def series(db):
    series = Series.objects.create(name="港口百年")
    add_to_series(series, [make_article(title=title) for title in "甲乙丙丁"], by=None)
    return series


def open_form(context, live_server, series):
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/articles/series/{series.pk}/change/")
    page.fill("#id_username", make_user("editor").username)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_selector(".order-table")
    return page


def save(page):
    with page.expect_navigation():
        page.click("[name=_continue]")


def order(series):
    return "".join(series.entries.order_by("position").values_list("article__title", flat=True))


def test_rows_move_by_mouse_and_by_keyboard(browser, live_server, settings, series):
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 1400})
    page = open_form(context, live_server, series)
    row = "tbody tr:has(th:text-is('{}'))"
    page.drag_and_drop(f"{row.format('丁')} .order-handle", f"{row.format('甲')} th", target_position={"x": 5, "y": 2})
    page.focus(f"{row.format('甲')} .order-down")
    page.keyboard.press("Enter")
    assert page.inner_text(".order-table [role=status]").endswith("3")
    assert page.eval_on_selector_all("tbody th", "rows => rows.map(row => row.innerText).join('')") == "丁乙甲丙"
    save(page)
    assert order(series) == "丁乙甲丙"
    page.fill(f"{row.format('丙')} input[type=number]", "1")
    page.keyboard.press("Tab")
    save(page)
    assert order(series) == "丙丁乙甲"
    context.close()


def test_numbers_move_rows_without_javascript(browser, live_server, settings, series):
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = open_form(context, live_server, series)
    page.fill("tbody tr:has(th:text-is('丁')) input[type=number]", "2")
    save(page)
    assert order(series) == "甲丁乙丙"
    context.close()
