"""Imports in the newsroom: runs and their reports, originals one click away, filters that stay cheap."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, FileMark, ImportedFile, ImportEntry, ImportRun, Mark, User
from tests.admin.conftest import change_address
from tests.commands.imports import edit, run, write_article
from tests.factories import make_article, make_articles

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path: Path) -> Article:
    """An imported article with a file that has something to tell, and a file that failed."""
    body = '<p>正文。</p><script>alert(1)</script><p><img src="none.png"></p>'
    write_article(tmp_path / "site" / "a.md", body, mood="好", title="好邻居")
    (tmp_path / "site" / "link.md").symlink_to("/etc/passwd")
    run(tmp_path / "site", source="paper")
    return Article.objects.get()


def titles(response: Any) -> list[str]:
    return [article.title for article in response.context["cl"].result_list]


def test_the_original_is_one_click_from_its_article_and_never_runs(desk: Client, imported: Article) -> None:
    page = desk.get(change_address(imported)).content.decode()
    row = ImportedFile.objects.get()
    address = f"/admin/articles/importedfile/{row.pk}/original/"
    assert address in page
    shown = desk.get(address)
    assert b"<script>alert(1)</script>" in shown.content
    assert shown["Content-Type"] == "text/plain; charset=utf-8"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    kept = desk.get(f"{address}download/")
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept.content == shown.content


def test_the_page_of_a_file_tells_what_became_of_it(desk: Client, imported: Article) -> None:
    page = desk.get(f"/admin/articles/importedfile/{ImportedFile.objects.get().pk}/change/").content.decode()
    for text in ("a.md", "paper", "mood: 好", "none.png", "100.0 %"):
        assert text in page
    assert "<script>alert" not in page


def test_the_page_of_a_run_tells_what_it_did_and_how_to_take_it_back(desk: Client, imported: Article) -> None:
    number = ImportRun.objects.get().pk
    assert str(number) in desk.get("/admin/articles/importrun/").content.decode()
    page = desk.get(f"/admin/articles/importrun/{number}/change/").content.decode()
    for text in ("link.md", "不读取符号链接", f"undo_import {number}", f"?run={number}", "paper"):
        assert text in page
    report = desk.get(f"/admin/articles/importrun/{number}/report/")
    lines = [json.loads(line) for line in b"".join(report.streaming_content).splitlines()]  # type: ignore[attr-defined]
    assert [(line["outcome"], line["article"]) for line in lines] == [("imported", imported.pk), ("failed", None)]


def test_articles_are_filtered_by_run_source_and_mark(desk: Client, imported: Article) -> None:
    make_article(title="别的")
    number = ImportRun.objects.get().pk
    for query in (f"?run={number}", "?from=paper", "?mark=images"):
        assert titles(desk.get(LIST + query)) == ["好邻居"], query
    assert titles(desk.get(LIST + "?mark=conflict")) == []
    assert len(titles(desk.get(LIST))) == 2
    for query in ("?run=x", "?run=99999999999999999999", "?mark=nope", "?from=nope"):
        assert desk.get(LIST + query).status_code == 200


@pytest.mark.parametrize(
    ("mark", "keys", "body"),
    [
        ("sections", {"date": "2021-05-15"}, "正文"),
        ("date", {"categories": "[地方]", "date": "昨天"}, "正文"),
        ("removal", {"categories": "[地方]"}, "<p>正文。</p>" + "<svg><text>x</text></svg>" * 12),
        (
            "removal",
            {"categories": "[地方]"},
            f"<p>{'正文。' * 20}</p><p hidden>藏起来的一段话，读者在旧站上看不到，有二十多个字。</p>",
        ),
        ("images", {"categories": "[地方]"}, '<p><img src="none.png"></p>'),
        ("suggestion", {"categories": "[地方]"}, "<p>作者：林听澜，望洲大学教授，长期研究水稻</p><p>正文</p>"),
        ("review", {"categories": "[地方]"}, f"<p>正文。</p><textarea>{'没有了的话' * 20}</textarea>"),
        ("title", {"categories": "[地方]", "title": "''"}, "<p>正文</p>"),
        ("encoding", {"categories": "[地方]"}, "<p>正\x01文</p>"),
    ],
)
def test_what_an_editor_may_have_to_settle_can_be_filtered(
    desk: Client, tmp_path: Path, mark: str, keys: dict[str, str], body: str
) -> None:
    write_article(tmp_path / "in" / "odd.md", body, **keys)
    write_article(tmp_path / "in" / "good.md", title="好", categories="[地方]")
    run(tmp_path / "in")
    assert titles(desk.get(f"{LIST}?mark={mark}")) == [Article.objects.exclude(title="好").get().title]


def test_who_may_not_see_an_article_sees_neither_its_file_nor_the_runs(imported: Article) -> None:
    writer = User.objects.create_user("writer", password="long-enough-password", is_staff=True)
    writer.user_permissions.add(*Permission.objects.filter(codename__in=["view_article", "change_article"]))
    client = Client()
    client.force_login(writer)
    row, number = ImportedFile.objects.get().pk, ImportRun.objects.get().pk
    for address in (
        f"importedfile/{row}/original/",
        f"importedfile/{row}/original/download/",
        f"importedfile/{row}/change/",
        "importedfile/",
        f"importrun/{number}/change/",
        f"importrun/{number}/report/",
        "importrun/",
        "importentry/",
    ):
        assert client.get(f"/admin/articles/{address}").status_code == 403, address


def test_nothing_of_an_import_can_be_changed_here(desk: Client, imported: Article) -> None:
    row, number = ImportedFile.objects.get().pk, ImportRun.objects.get().pk
    for address in (f"importedfile/{row}", f"importrun/{number}"):
        assert desk.post(f"/admin/articles/{address}/change/", {"source": "x"}).status_code == 403
        assert desk.post(f"/admin/articles/{address}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("page", ["?run=1", "?from=paper", "?mark=date"])
def test_the_filtered_list_asks_the_same_for_10_and_500_articles_and_never_counts(desk: Client, page: str) -> None:
    work = ImportRun.objects.create(pk=1)

    def grow(number: int) -> None:
        for article in make_articles(number):
            row = ImportedFile.objects.create(
                source="paper", key=str(article.pk), digest="0" * 64, article=article, run=work
            )
            FileMark.objects.create(file=row, mark=Mark.DATE)

    def queries() -> list[str]:
        desk.get(LIST + page)
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(desk.get(LIST + page))) > 0
        return [query["sql"] for query in captured]

    grow(10)
    before = queries()
    grow(490)
    after = queries()
    assert len(before) == len(after)
    assert not [sql for sql in after if re.search(r"COUNT\(", sql) and "articles_article" in sql]


def test_the_entries_of_a_run_are_listed_by_outcome(desk: Client) -> None:
    work = ImportRun.objects.create(finished_at=None)
    for number in range(60):
        ImportEntry.objects.create(run=work, outcome="skipped", path=f"p{number}.md", text="空")
    ImportEntry.objects.create(run=work, outcome="failed", path="f.md", text="坏")
    work.finished_at = work.started_at + timedelta(seconds=75)
    work.save()
    page = desk.get(f"/admin/articles/importrun/{work.pk}/change/").content.decode()
    assert f"/admin/articles/importentry/?run={work.pk}" in page
    assert "0:01:15" in page
    listed = desk.get(f"/admin/articles/importentry/?run={work.pk}&outcome=failed")
    assert [entry.path for entry in listed.context["cl"].result_list] == ["f.md"]


def test_a_run_that_was_taken_back_says_in_chinese_what_it_left(desk: Client, imported: Article) -> None:
    edit(imported, title="编辑改的题")
    number = ImportRun.objects.get().pk
    call_command("undo_import", str(number), stdout=io.StringIO(), stderr=io.StringIO())
    page = desk.get(f"/admin/articles/importrun/{number}/change/").content.decode()
    for text in ("1 篇稿件未动", "编辑改的题", "此后编辑又改过", change_address(imported)):
        assert text in page
    entries = desk.get(f"/admin/articles/importentry/?run={number}&outcome=left").content.decode()
    assert "此后编辑又改过" in entries
    assert "link.md" not in entries.partition('id="changelist"')[2]
