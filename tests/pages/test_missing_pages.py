"""The log of addresses that readers asked for in vain."""

from datetime import date
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from articles import hit_log as module
from articles.missing_pages import missing_pages
from articles.models import MissingPage, Redirect
from articles.models import missing as model
from tests.factories import make_article

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    missing_pages.flush()
    MissingPage.objects.all().delete()


def counted() -> dict[str, int]:
    missing_pages.flush()
    return dict(MissingPage.objects.values_list("path", "hits"))


def test_all_spellings_of_a_missing_address_are_counted_as_one(client: Client) -> None:
    for path in ("/2021/05/harvest.html", "/2021/05/harvest/", "/2021/05/harvest/index.html", "/2021//05/harvest"):
        assert client.get(path).status_code == 404
    client.get("/旧闻/晚稻.html")
    assert counted() == {"/2021/05/harvest": 4, "/旧闻/晚稻": 1}
    client.head("/2021/05/harvest")
    assert counted()["/2021/05/harvest"] == 5


def test_what_is_answered_is_not_in_the_log(client: Client) -> None:
    article = make_article()
    Redirect.objects.create(old_path="/old", article=article)
    for path in ("/", "/old/", article.get_absolute_url(), "/robots.txt", "/admin/nothing/"):
        client.get(path)
    client.post("/posted/")
    client.get("/gone/")
    assert counted() == {"/gone": 1}


def test_nothing_of_a_reader_is_kept(client: Client) -> None:
    headers = {"referer": "https://mail.example/?to=lin", "x-forwarded-for": "1.2.3.4", "user-agent": "secret"}
    client.get("/page/?email=lin@example.org&token=abc&p=5", headers=headers)
    client.get("/unsubscribe/lin@example.org/")
    client.get("/user/13800138000/")
    client.get("/user/11010519491231002X/")
    client.get("/a/6812345678901234567/")
    client.get("/gone/?p=123")
    assert counted() == {"/page": 1, "/a/6812345678901234567": 1, "/gone?p=123": 1}
    fields = {field.name for field in MissingPage._meta.get_fields()}
    assert fields == {"id", "path", "hits", "first_seen_on", "last_seen_on", "is_ignored"}


@pytest.mark.parametrize(
    "path",
    ["/wp-login.php", "/.env", "/.git/config", "/xmlrpc.php", "/x/backup.sql", "/a.php", "/favicon.ico", "/wp-admin/"],
)
def test_what_scanners_ask_for_is_not_noted(client: Client, path: str) -> None:
    client.get(path)
    client.get("/gone/")
    assert counted() == {"/gone": 1}


def test_a_flood_of_wrong_addresses_is_one_write_and_a_bounded_number_of_rows(
    client: Client, monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(model, "MAX_ROWS", 10)
    monkeypatch.setattr(module, "MAX_WAITING", 30)
    MissingPage.objects.add_hits({"/wanted": 7, "/second": 2}, on=DAY)
    for number in range(50):
        client.get(f"/flood-{number}/")
    assert MissingPage.objects.count() == 2
    with django_assert_max_num_queries(14):  # savepoints and pragmas included
        missing_pages.flush()
    assert MissingPage.objects.count() == 10
    assert list(MissingPage.objects.values_list("path", flat=True)[:2]) == ["/wanted", "/second"]


def test_what_nobody_asks_for_any_more_is_forgotten() -> None:
    MissingPage.objects.add_hits({"/old": 99}, on=date(2026, 8, 1))
    MissingPage.objects.add_hits({"/new": 1}, on=DAY)
    assert list(MissingPage.objects.values_list("path", flat=True)) == ["/new"]


def test_a_minute_later_the_next_reader_brings_the_counts_into_the_log(client: Client, monkeypatch: Any) -> None:
    client.get("/gone/")
    client.get("/gone/")
    assert not MissingPage.objects.exists()
    monkeypatch.setattr(module, "SECONDS", 0.0)
    client.get("/gone/")
    assert MissingPage.objects.get().hits == 3


def test_a_busy_database_keeps_no_reader_waiting_and_loses_no_count(client: Client, monkeypatch: Any) -> None:
    def busy(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(model.MissingPageQuerySet, "add_hits", busy)
        patch.setattr(module, "SECONDS", 0.0)
        assert client.get("/gone/").status_code == 404
    assert counted() == {"/gone": 1}
