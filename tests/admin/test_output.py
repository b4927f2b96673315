"""The output of authors as a table: right numbers, for those who see every article, and never a formula."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Authorship, Role
from articles.text.csv_cells import safe_cell
from tests.factories import make_article, make_author, make_user

ADDRESS = "/admin/articles/author/output/2026.csv"


def rows(client):
    text = client.get(ADDRESS).content.decode()
    assert text.startswith("\ufeff")
    return [row[:3:2] + row[4:] for row in list(csv.reader(io.StringIO(text[1:])))[1:]]


@pytest.mark.django_db
def test_the_table_counts_what_is_on_the_site_by_author_and_month(desk):
    lin, su = make_author("林听澜"), make_author("苏")
    make_article(authors=[lin, su], body="<p>一二三</p>", published_at=datetime(2026, 4, 30, 16, 30, tzinfo=UTC))
    make_article(authors=[lin], body="<p>一二</p>", published_at=datetime(2026, 5, 2, tzinfo=UTC))
    photo = make_article(published_at=datetime(2026, 5, 3, tzinfo=UTC), body="<p>一</p>")
    Authorship.objects.create(article=photo, author=lin, role=Role.PHOTOGRAPHER)
    make_article(authors=[lin], published_at=datetime(2025, 5, 2, tzinfo=UTC))
    make_article(authors=[lin], live=False)
    # 16:30 in London is the first of May in Shanghai.
    assert sorted(rows(desk)) == sorted(
        [["林听澜", "2026-05", "2", "5"], ["林听澜", "2026-05", "1", "1"], ["苏", "2026-05", "1", "3"]]
    )


@pytest.mark.django_db
def test_a_name_like_a_formula_stays_text(desk):
    make_article(
        authors=[make_author('=HYPERLINK("https://evil.example")')], published_at=datetime(2026, 5, 2, tzinfo=UTC)
    )
    assert rows(desk)[0][0] == '\'=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1"])
def test_what_spreadsheets_run_is_marked(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"a{text}") == f"a{text}"


@pytest.mark.django_db
def test_the_table_asks_the_same_for_1_and_20_articles(desk):
    author, counts = make_author(), []
    for number in (1, 20):
        for _index in range(number):
            make_article(authors=[author], published_at=datetime(2026, 5, 2, tzinfo=UTC))
        desk.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            desk.get(ADDRESS)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("contributor", 403), ("editor", 403), ("chief", 200)])
def test_only_who_sees_every_article_gets_the_table(role, status):
    client = Client()
    client.force_login(make_user(role))
    assert client.get(ADDRESS).status_code == status
    assert ("output/" in client.get("/admin/articles/author/").content.decode()) == (status == 200)


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["0", "9999", "99999999999999999999"])
def test_a_year_that_is_none_is_not_found(desk, year):
    assert desk.get(f"/admin/articles/author/output/{year}.csv").status_code == 404
