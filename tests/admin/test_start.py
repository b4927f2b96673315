"""The start page shows what waits, to those it waits for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.admin.start import trays
from articles.models import Status
from tests.factories import make_article, make_articles, make_category, make_user

pytestmark = pytest.mark.django_db


def shown_to(user):
    """Return what the trays hold, by the query of their list, and how many questions the page asks."""
    client = Client()
    client.force_login(user)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/admin/").content.decode()
    found = {tray.query: [article.title for article in tray.articles] for tray in trays(user)}
    assert all(title in page for titles in found.values() for title in titles)
    return found, len(captured)


def test_each_sees_what_waits_for_them_and_nobody_else_s_drafts():
    section, now = make_category(), timezone.now()
    writer, chief = make_user("contributor"), make_user("chief")
    make_article(live=False, title="我的草稿", owner=writer, categories=[section])
    make_article(live=False, title="待审稿", owner=writer, status=Status.IN_REVIEW, categories=[section])
    make_article(live=False, title="别人的草稿", owner=chief)
    make_article(title="已排期", published_at=now + timedelta(hours=30), categories=[section])
    make_article(title="回收站", live=False, owner=writer, trashed_at=now)
    assert shown_to(writer)[0] == {"?status=draft": ["我的草稿"], "?status=in_review": ["待审稿"]}
    shown = shown_to(make_user("editor", sections=[section]))[0]
    assert (shown["?status=draft"], shown["?status=in_review"], shown["?status=scheduled"]) == (
        [],
        ["待审稿"],
        ["已排期"],
    )
    assert shown_to(make_user("editor", sections=[make_category("财经")]))[0]["?status=in_review"] == []


def test_the_start_page_asks_the_same_for_few_and_many():
    chief = make_user("chief")
    make_articles(5, published_at=timezone.now())
    before = shown_to(chief)[1]
    make_articles(200, published_at=timezone.now())
    assert shown_to(chief)[1] == before
