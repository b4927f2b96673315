"""The start page shows what waits, to those it waits for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.admin.start import missed_words, pointers, trays
from articles.models import FileMark, ImportedFile, ImportRun, Mark, MissedSearch, MissingPage, RemoteImage, Status
from tests.factories import make_article, make_articles, make_category, make_user

pytestmark = pytest.mark.django_db


def shown_to(user):
    """Return what the trays hold, by the query of their list."""
    client = Client()
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    found = {tray.query: [article.title for article in tray.articles] for tray in trays(user)}
    assert all(title in page for titles in found.values() for title in titles)
    return found


def test_each_sees_what_waits_for_them_and_nobody_else_s_drafts():
    section, now = make_category(), timezone.now()
    writer, chief = make_user("contributor"), make_user("chief")
    make_article(live=False, title="我的草稿", owner=writer, categories=[section])
    make_article(live=False, title="待审稿", owner=writer, status=Status.IN_REVIEW, categories=[section])
    make_article(live=False, title="别人的草稿", owner=chief)
    make_article(title="已排期", published_at=now + timedelta(hours=30), categories=[section])
    make_article(title="回收站", live=False, owner=writer, trashed_at=now)
    assert shown_to(writer) == {"?status=draft": ["我的草稿"], "?status=in_review": ["待审稿"]}
    shown = shown_to(make_user("editor", sections=[section]))
    assert (shown["?status=draft"], shown["?status=in_review"], shown["?status=scheduled"]) == (
        [],
        ["待审稿"],
        ["已排期"],
    )
    assert shown_to(make_user("editor", sections=[make_category("财经")]))["?status=in_review"] == []


def test_what_needs_attention_leads_to_the_list_that_shows_as_many():
    run = ImportRun.objects.create()
    for number, trashed in enumerate((None, None, timezone.now())):
        article = make_article(trashed_at=trashed)
        file = ImportedFile.objects.create(source="s", key=f"{number}.md", article=article, run=run)
        FileMark.objects.create(file=file, mark=Mark.DATE)
    RemoteImage.objects.create(address="https://a.example/x.jpg", failure="404")
    MissingPage.objects.add_hits({"/gone": 3}, on=timezone.localdate())
    client, chief = Client(), make_user("chief")
    client.force_login(chief)
    found = {pointer.address: pointer.number for pointer in pointers(chief)}
    assert set(found.values()) == {"1", "2"}
    assert len(found) == 3
    page = client.get("/admin/").content.decode()
    for address, number in found.items():
        assert f'href="{address}"' in page
        assert str(len(client.get(address).context["cl"].result_list)) == number
    assert pointers(make_user("contributor")) == []


def test_much_that_needs_attention_is_not_counted_to_its_end(monkeypatch):
    monkeypatch.setattr("articles.admin.start.MAX_COUNTED", 5)
    run = ImportRun.objects.create()
    files = ImportedFile.objects.bulk_create(
        ImportedFile(source="s", key=str(n), key_digest=str(n), article=article, run=run)
        for n, article in enumerate(make_articles(9))
    )
    FileMark.objects.bulk_create(FileMark(file=file, mark=Mark.TITLE) for file in files)
    assert [pointer.number for pointer in pointers(make_user("chief"))] == ["5+"]


def test_the_words_that_readers_miss_lead_to_a_search_in_the_newsroom():
    MissedSearch.objects.add_hits({"量子 通信": 7, "<b>": 2, "广告": 9}, on=timezone.localdate())
    MissedSearch.objects.filter(words="广告").update(is_ignored=True)
    client = Client()
    client.force_login(make_user("chief"))
    page = client.get("/admin/").content.decode()
    assert "/admin/articles/article/?q=%E9%87%8F%E5%AD%90%20%E9%80%9A%E4%BF%A1" in page
    assert ("<b>" in page.split("pointers")[1], "广告" in page) == (False, False)
    rows = client.get("/admin/articles/missedsearch/").context["cl"].result_list
    assert [row.words for row in rows] == ["量子 通信", "<b>"]
    client.post("/admin/articles/missedsearch/", {"action": "ignore_selected", "_selected_action": [rows[0].pk]})
    assert [row.words for row in missed_words(make_user("chief"))] == ["<b>"]
    assert missed_words(make_user("editor")) == []
