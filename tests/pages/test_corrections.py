"""Corrections that readers see, and takedowns after which they see nothing."""

from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from articles.actions.correcting import correct, withdraw_source
from articles.actions.importing import ImportOptions, import_files
from articles.actions.workflow import withdraw
from articles.models import Article, AuditEntry, ImportedFile, Status, Verb
from tests.factories import NOON, make_article, make_category, make_editor, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


def test_a_correction_stands_with_the_article_in_the_list_and_in_the_feed(client):
    article, chief = make_article(title="运量报道"), make_user("chief")
    correct(article, "运量应为 3200 万吨。<script>alert(1)</script>", by=chief)
    for address in (article.get_absolute_url(), "/corrections/", "/corrections/feed/"):
        page = client.get(address).content.decode()
        assert "运量应为 3200 万吨。" in page, address
        assert "<script>alert(1)" not in page, address
    article.refresh_from_db()
    assert article.updated_at is not None
    assert AuditEntry.objects.get().verb == Verb.CORRECT


@pytest.mark.parametrize("values", [{"status": Status.ARCHIVED}, {"withdrawn_at": NOON}, {"trashed_at": NOON}])
def test_a_correction_is_seen_as_long_as_its_article(client, values):
    article = make_article()
    correct(article, "更正的话。", by=make_editor())
    Article.objects.filter(pk=article.pk).update(**values)
    assert "更正的话" not in client.get("/corrections/").content.decode()
    assert "更正的话" not in client.get("/corrections/feed/").content.decode()


def test_the_list_comes_in_pages(client):
    chief = make_editor()
    for number in range(25):
        correct(make_article(), f"第{number}条更正", by=chief)
    first = client.get("/corrections/").content.decode()
    assert first.count('class="correction"') == 20
    cursor = first.split('rel="next" href="?after=')[1].split('"')[0]
    assert client.get(f"/corrections/?after={cursor}").content.decode().count('class="correction"') == 5
    assert client.get("/corrections/?after=x").status_code == 404


def test_only_those_who_publish_correct_and_only_what_is_published():
    section = make_category()
    article, draft = make_article(categories=[section]), make_article(live=False)
    for user, piece in (
        (make_user("contributor"), article),
        (make_user("chief"), draft),
        (make_user("editor"), article),
    ):
        with pytest.raises(PermissionDenied):
            correct(piece, "更正", by=user)
    assert correct(article, "更正", by=make_user("editor", sections=[section]))


def test_a_correction_is_published_from_the_newsroom(client):
    article, chief = make_article(), make_user("chief")
    client.force_login(chief)
    address = f"{LIST}{article.pk}/correction/"
    assert address in client.get(f"{LIST}{article.pk}/change/").content.decode()
    assert client.post(address, {"text": " "}).status_code == 200
    client.post(address, {"text": "更正的话。"})
    assert "更正的话。" in client.get(article.get_absolute_url()).content.decode()
    client.force_login(make_user("contributor"))
    assert client.post(address, {"text": "假的"}).status_code == 404


def test_an_article_with_a_correction_is_not_deleted_for_good(client):
    article, boss = make_article(), make_editor()
    correct(article, "更正的话。", by=boss)
    client.force_login(boss)
    client.post(f"{LIST}{article.pk}/delete/", {"post": "yes"})
    client.post(f"{LIST}{article.pk}/delete/", {"post": "yes"})
    assert Article.objects.get().trashed_at
    assert "更正的话。" in client.get(f"{LIST}{article.pk}/delete/").content.decode()


def test_a_takedown_is_gone_everywhere_at_once(client):
    section = make_category("城市")
    article = make_article(title="要撤下的稿", categories=[section], tags=["港口"])
    places = [
        "/",
        "/feed/",
        "/feed.json",
        section.get_absolute_url(),
        "/search/?q=撤下",
        "/news-sitemap.xml",
        "/archive/2026/11/",
    ]
    seen = [place for place in places if "要撤下的稿" in client.get(place).content.decode()]
    assert {"/", "/feed/", section.get_absolute_url()} <= set(seen)
    withdraw(article, by=make_user("chief"), comment="侵权")
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    assert "要撤下的稿" not in answer.content.decode()
    assert "侵权" not in answer.content.decode()
    assert [place for place in places if "要撤下的稿" in client.get(place).content.decode()] == []


def test_everything_of_a_source_is_taken_down_and_stays_away_when_imported_again(tmp_path, client):
    (tmp_path / "a.md").write_text("---\ntitle: 甲\ndate: 2026-11-01\n---\n正文。\n", encoding="utf-8")
    options = ImportOptions(paths=(tmp_path,), source="agency", jobs=1, zone=ZoneInfo("Asia/Shanghai"))
    import_files(options)
    named, other = make_article(source_name="agency"), make_article(source_name="别的")
    chief = make_user("chief")
    assert withdraw_source("agency", reason="授权到期", by=chief) == 2
    imported = ImportedFile.objects.get().article
    for article in (imported, named):
        assert client.get(article.get_absolute_url()).status_code == 410
    assert client.get(other.get_absolute_url()).status_code == 200
    assert AuditEntry.objects.filter(verb=Verb.WITHDRAW, actor=chief).count() == 2
    (tmp_path / "a.md").write_text("---\ntitle: 甲改\ndate: 2026-11-01\n---\n新的正文。\n", encoding="utf-8")
    import_files(options)
    imported.refresh_from_db()
    assert imported.withdrawn_at
    assert Article.objects.live().count() == 1
    assert withdraw_source("agency", reason="授权到期", by=chief) == 0


def test_a_source_is_taken_down_after_a_look_and_by_chiefs_alone(client):
    article = make_article(source_name="agency", title="来源稿")
    client.force_login(make_user("editor"))
    assert client.get(f"{LIST}takedown/").status_code == 403
    client.force_login(make_user("chief"))
    form = {"source": "agency", "reason": "授权到期"}
    assert "来源稿" in client.post(f"{LIST}takedown/", form).content.decode()
    assert article.is_live()
    client.post(f"{LIST}takedown/", form | {"_confirmed": "1"})
    assert not article.is_live()


def test_a_source_is_taken_down_from_the_command_line(capsys):
    article, chief = make_article(source_name="agency"), make_user("chief")
    options = {"source": "agency", "reason": "授权到期", "by": chief.username}
    call_command("withdraw_articles", dry_run=True, **options)
    assert article.is_live()
    call_command("withdraw_articles", **options)
    assert not article.is_live()
    assert capsys.readouterr().out == "would withdraw=1\nwithdrawn=1\n"
