"""The archive by year, month and day."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from articles.models import Status
from tests.factories import make_article, make_articles

pytestmark = pytest.mark.django_db


def main_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    html = response.content.decode()
    return html[html.index("<main") : html.index("</main>")]


@pytest.fixture
def pieces() -> None:
    # In Shanghai the first one is of the first of May already.
    make_article(title="五一凌晨", published_at=datetime(2021, 4, 30, 16, 30, tzinfo=UTC))
    make_article(title="五月中", published_at=datetime(2021, 5, 15, 2, 0, tzinfo=UTC))
    make_article(title="五月中之二", published_at=datetime(2021, 5, 15, 3, 0, tzinfo=UTC))
    make_article(title="前年", published_at=datetime(2019, 12, 31, 2, 0, tzinfo=UTC))
    make_article(title="草稿", live=False, published_at=datetime(2021, 5, 16, 2, 0, tzinfo=UTC), status=Status.DRAFT)


@pytest.mark.usefixtures("pieces")
def test_years_months_and_days_lead_down_with_their_numbers(client: Client) -> None:
    top = main_of(client, "/archive/")
    assert re.findall(r'href="(/archive/\d{4}/)"', top) == ["/archive/2021/", "/archive/2019/"]
    assert re.search(r'href="/archive/2021/05/">5月 <span class="number">3</span>', top)
    assert 'href="/archive/2021/05/"' in main_of(client, "/archive/2021/")
    month = main_of(client, "/archive/2021/05/")
    assert re.search(r'href="/archive/2021/05/01/"[^>]*>1 <span class="number" aria-hidden="true">1</span>', month)
    assert re.search(r'href="/archive/2021/05/15/"[^>]*>15 <span class="number" aria-hidden="true">2</span>', month)
    assert "/archive/2021/05/16/" not in month
    day = main_of(client, "/archive/2021/05/15/")
    assert "五月中" in day
    assert "五月中之二" in day
    assert "五一凌晨" not in day


@pytest.mark.usefixtures("pieces")
def test_each_stretch_names_its_neighbours(client: Client) -> None:
    assert 'href="/archive/2021/05/01/"' in main_of(client, "/archive/2021/05/15/")
    assert 'href="/archive/2021/05/15/"' in main_of(client, "/archive/2021/05/01/")
    assert 'href="/archive/2019/12/"' in main_of(client, "/archive/2021/05/")
    assert 'href="/archive/2021/"' in main_of(client, "/archive/2019/")


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize(
    "path",
    [
        "/archive/2021/13/",
        "/archive/2021/00/",
        "/archive/2021/02/30/",
        "/archive/2021/05/16/",
        "/archive/0000/",
        "/archive/0001/01/01/",
        "/archive/9999/12/31/",
        "/archive/20211/",
        "/archive/2021/6/",
        "/archive/2021/05/15/?after=x",
    ],
)
def test_dates_without_articles_and_dates_of_no_calendar_are_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_full_month_pages_by_cursor(client: Client) -> None:
    make_articles(45, published_at=datetime(2021, 5, 15, 2, 0, tzinfo=UTC))
    path, seen = "/archive/2021/05/", []
    while path:
        html = main_of(client, path)
        seen += re.findall(r'class="headline"[^>]*><a href="/articles/(\d+)/', html)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        path = f"/archive/2021/05/{found[1]}" if found else ""
    assert len(seen) == len(set(seen)) == 45


def test_an_empty_archive_says_so(client: Client) -> None:
    assert "还没有稿件" in main_of(client, "/archive/")
