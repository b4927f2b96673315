"""Previews in the newsroom, and links that show one text to somebody outside."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from articles.actions.previewing import share, withdraw_link
from articles.actions.restoring import pending_change
from articles.actions.workflow import publish, submit, trash, withdraw
from articles.conf import site_url
from articles.models import Article, AuditEntry, MissingPage, PreviewLink, Revision, Verb
from articles.renditions import store_image
from tests.admin.conftest import article_form, change_address, picture_bytes
from tests.factories import make_article, make_author, make_category, make_editor, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def framed(response):
    """The page that stands in both frames of a preview."""
    assert response.status_code == 200
    phone, desktop = html.document_fromstring(response.content.decode()).xpath("//iframe/@srcdoc")
    assert phone == desktop
    assert phone.rstrip().endswith("</html>")
    return phone


def link_to(article, by=None, **options):
    return share(article, by=by or make_editor(), **{"days": 3} | options)


# --- in the newsroom


def test_what_is_typed_is_shown_as_readers_would_see_it_and_not_stored(desk):
    city, author, picture = make_category("城市"), make_author("林听澜"), store_image(picture_bytes())
    article = make_article(title="旧题", live=False)
    form = article_form(
        article,
        title="新题",
        summary="新摘要",
        body='<p>新的<script>x()</script>正文。</p><figure class="embed"><a href="/">x</a></figure>',
        main_section=city.pk,
        tag_names=["港口"],
        hero_image=picture.pk,
    )
    form |= {"authorships-TOTAL_FORMS": "1", "authorships-0-author": author.pk, "authorships-0-role": "author"}
    page = framed(desk.post(f"{LIST}{article.pk}/preview/", form))
    for text in ("新题", "新摘要", "<p>新的正文。</p>", "城市", "林听澜", "港口", picture.digest[:16], 'class="hero"'):
        assert text in page, text
    assert "x()" not in page
    article.refresh_from_db()
    assert (article.title, Revision.objects.count(), list(article.authors)) == ("旧题", 0, [])


def test_a_new_article_is_previewed_before_it_is_saved_with_the_writer_s_own_name(db):
    writer = make_user("contributor")
    make_author("记者甲", user=writer)
    upload = SimpleUploadedFile("a.jpg", picture_bytes(), "image/jpeg")
    page = framed(browser_of(writer).post(f"{LIST}0/preview/", article_form(title="", hero_file=upload)))
    assert "记者甲" in page
    assert 'class="hero"' in page
    assert not Article.objects.exists()


def test_a_preview_speaks_the_language_of_the_article(desk):
    article = make_article(language="en", title="Fog", body="<p>Text.</p>", live=False)
    assert '<html lang="en">' in framed(desk.get(f"{LIST}{article.pk}/preview/"))


def test_a_form_that_would_be_refused_is_shown_with_a_word_about_it(desk):
    article = make_article(body="<p>存下的正文。</p>")
    answer = desk.post(f"{LIST}{article.pk}/preview/", article_form(article, title="新题", body="<p>" * 20_001))
    assert "存下的正文。" in framed(answer)
    assert answer.context["wrong"]


def test_each_version_and_a_prepared_change_have_a_preview(desk):
    article = make_article(title="旧题")
    desk.post(change_address(article), article_form(article, title="新题"))
    oldest = Revision.objects.last()
    assert "旧题" in framed(desk.get(f"{LIST}{article.pk}/history/{oldest.pk}/preview/"))
    desk.post(change_address(article), article_form(article, title="预备的题", _prepare="1"))
    assert "预备的题" in framed(desk.get(f"{LIST}{article.pk}/pending/preview/"))
    assert "新题" in framed(desk.get(f"{LIST}{article.pk}/preview/"))


def test_contributors_preview_and_share_their_own_articles_alone(desk):
    writer, stranger = make_user("contributor"), make_user("contributor")
    article = make_article(live=False, owner=writer)
    desk.post(change_address(article), article_form(article, title="改"))
    revision, link = Revision.objects.first(), link_to(article)
    for method, address in (
        ("get", "preview/"),
        ("post", "preview/"),
        ("get", f"history/{revision.pk}/preview/"),
        ("get", "pending/preview/"),
        ("get", "links/"),
        ("post", "links/"),
        ("post", f"links/{link.pk}/withdraw/"),
    ):
        assert getattr(browser_of(stranger), method)(f"{LIST}{article.pk}/{address}").status_code == 404, address
    with pytest.raises(PermissionDenied):
        share(article, by=stranger, days=3)
    assert browser_of(writer).post(f"{LIST}{article.pk}/links/", {"days": "7"}).status_code == 302
    assert PreviewLink.objects.filter(created_by=writer).exists()


def test_a_preview_runs_nothing_and_reaches_nothing(desk):
    """The frames have no origin, and the page's own policy, which allows no frame but players."""
    article = make_article(title='"><script>alert(1)</script>')
    answer = desk.get(f"{LIST}{article.pk}/preview/")
    assert "<script>alert" not in answer.content.decode()
    assert 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"' in answer.content.decode()
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


# --- links for outsiders


def test_a_link_is_made_copied_opened_and_counted(desk, client):
    article = make_article(title="草稿题", live=False)
    desk.cookies["lang"] = "en"
    desk.post(f"{LIST}{article.pk}/links/", {"days": "3"})
    link = PreviewLink.objects.get()
    assert f'{site_url()}{link.get_absolute_url()}"' in desk.get(f"{LIST}{article.pk}/links/").content.decode()
    page = client.get(link.get_absolute_url())
    assert page.status_code == 200
    assert "草稿题" in page.content.decode()
    assert "preview-banner" in page.content.decode()
    desk.get(link.get_absolute_url())  # the newsroom's own look does not count
    link.refresh_from_db()
    assert (link.openings, link.opened_at is not None) == (1, True)
    assert "once, " in desk.get(f"{LIST}{article.pk}/links/").content.decode()
    assert AuditEntry.objects.get().verb == Verb.SHARE


@pytest.mark.parametrize("status", ["draft", "in_review", "published"])
def test_a_link_opens_while_the_article_is_in_work_scheduled_or_published(client, status):
    later = timezone.now() + timedelta(days=1) if status == "published" else None
    article = make_article(live=False, status=status, published_at=later)
    assert client.get(link_to(article).get_absolute_url()).status_code == 200


def test_a_link_shows_its_own_text_whatever_is_changed_later(desk, client):
    article = make_article(title="第一稿", live=False)
    desk.post(change_address(article), article_form(article, title="第二稿"))
    first = Revision.objects.last()
    desk.post(f"{LIST}{article.pk}/links/", {"days": "1", "revision": first.pk})
    now = link_to(article)
    desk.post(change_address(article), article_form(article, title="第三稿", internal_note="内部的话"))
    Revision.objects.all().delete()
    assert "第一稿" in client.get(PreviewLink.objects.last().get_absolute_url()).content.decode()
    page = client.get(now.get_absolute_url()).content.decode()
    assert "第二稿" in page
    assert "内部的话" not in page


def test_a_link_of_a_prepared_change_shows_it(desk, client):
    article = make_article(title="旧题")
    desk.post(change_address(article), article_form(article, title="预备的题", _prepare="1"))
    desk.post(f"{LIST}{article.pk}/links/", {"days": "1", "revision": pending_change(article).pk})
    assert "预备的题" in client.get(PreviewLink.objects.get().get_absolute_url()).content.decode()


def test_no_cache_crawler_or_other_site_learns_of_a_link(client):
    link = link_to(make_article(live=False))
    for path in (link.get_absolute_url(), "/preview/1-forged/"):
        answer = client.get(path)
        assert answer["Cache-Control"] == "private, no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in answer
        page = answer.content.decode()
        assert 'content="noindex' in page
        assert "canonical" not in page
        assert "og:" not in page
        assert "application/ld+json" not in page


def test_a_draft_with_a_link_stands_nowhere_else(client):
    link_to(make_article(title="密稿甲乙", live=False))
    for path in ("/", "/feed/", "/feed.json", "/sitemap.xml", "/news-sitemap.xml", "/search/?q=密稿甲乙"):
        page = client.get(path).content.decode()
        assert "/preview/" not in page
        assert "密稿甲乙</a>" not in page


def ended(link, how):
    boss = make_editor()
    if how == "expired":
        PreviewLink.objects.update(expires_at=timezone.now())
    elif how == "withdrawn":
        withdraw_link(link, by=boss)
    elif how == "taken down":
        publish(link.article, by=boss)
        withdraw(link.article, by=boss, comment="理由")
    elif how == "trashed":
        trash(link.article, by=boss)
    elif how == "maker left":
        link.created_by.is_active = False
        link.created_by.save()
    elif how == "maker has no role":
        link.created_by.groups.clear()


@pytest.mark.parametrize("how", ["expired", "withdrawn", "taken down", "trashed", "maker left", "maker has no role"])
def test_a_link_that_has_ended_answers_410_and_tells_nothing(client, how):
    link = link_to(make_article(title="密稿", live=False), by=make_user("chief"))
    ended(link, how)
    answer = client.get(link.get_absolute_url())
    assert answer.status_code == 410
    assert "密稿" not in answer.content.decode()
    assert PreviewLink.objects.get().openings == 0


def test_a_forged_link_answers_404_and_tells_nothing(client, settings):
    article = make_article(title="密稿", live=False)
    link, other = link_to(article), link_to(article)
    good = link.token
    forged = [f"{other.pk}-{good.partition('-')[2]}", good[:-1], f"{good}A", good.lower(), f"{link.pk}-", f"{link.pk}"]
    forged += ["x", "-", "9" * 30, f"{2**63}-{good}", "0-0"]
    settings.SECRET_KEY = "another key, as somebody with a copy of the database would have to guess it"
    forged.append(link.token)
    settings.SECRET_KEY = "k" * 60
    for token in forged:
        answer = client.get(f"/preview/{token}/")
        assert answer.status_code == 404, token
        assert "密稿" not in answer.content.decode()
    assert not MissingPage.objects.exists()


def test_withdrawing_ends_a_link_at_once_and_forgets_its_text(desk, client):
    article = make_article(live=False)
    link = link_to(article)
    assert client.get(link.get_absolute_url()).status_code == 200
    desk.post(f"{LIST}{article.pk}/links/{link.pk}/withdraw/")
    assert client.get(link.get_absolute_url()).status_code == 410
    assert PreviewLink.objects.get().data == {}
    assert AuditEntry.objects.first().verb == Verb.UNSHARE
    page = desk.get(f"{LIST}{article.pk}/links/").content.decode()
    assert link.token not in page


def test_a_link_of_another_article_is_not_withdrawn(desk):
    article, other = make_article(), make_article()
    link = link_to(other)
    assert desk.post(f"{LIST}{article.pk}/links/{link.pk}/withdraw/").status_code == 404
    assert desk.get(f"{LIST}{article.pk}/links/{link.pk}/withdraw/").status_code == 405
    assert PreviewLink.objects.get().withdrawn_at is None


def test_a_foreign_version_an_unsaved_text_or_a_made_up_time_is_not_shared(desk, editor):
    article, other = make_article(), make_article()
    desk.post(change_address(other), article_form(other, title="改"))
    desk.post(f"{LIST}{article.pk}/autosave/", {"title": "打字中"})
    foreign, typed = Revision.objects.filter(article=other).first(), Revision.objects.get(origin="autosave")
    for revision in (foreign.pk, typed.pk, "x", "9" * 30):
        assert desk.post(f"{LIST}{article.pk}/links/", {"days": "3", "revision": revision}).status_code == 404
    for revision in (foreign, typed):
        with pytest.raises(PermissionDenied):
            share(article, by=editor, days=3, revision=revision)
    for days in ("", "400", "x", "-1"):
        assert desk.post(f"{LIST}{article.pk}/links/", {"days": days}).status_code == 403
    assert not PreviewLink.objects.exists()


def test_the_number_of_open_links_is_bounded(desk, editor, monkeypatch):
    monkeypatch.setattr("articles.actions.previewing.MAX_OPEN", 2)
    article = make_article()
    first = link_to(article, by=editor)
    link_to(article, by=editor)
    with pytest.raises(ValidationError):
        share(article, by=editor, days=3)
    assert desk.post(f"{LIST}{article.pk}/links/", {"days": "3"}).status_code == 302
    withdraw_link(first, by=editor)
    link_to(article, by=editor)
    assert PreviewLink.objects.count() == 3


def test_a_writer_whose_piece_went_to_review_still_shares_it(client):
    writer = make_user("contributor")
    article = make_article(live=False, owner=writer)
    submit(article, by=writer)
    assert client.get(link_to(article, by=writer).get_absolute_url()).status_code == 200


def test_a_longer_list_of_links_takes_no_more_queries(desk, django_assert_num_queries):
    section = make_category()
    article, editor = make_article(categories=[section]), make_user("editor", sections=[section])
    link_to(article, by=editor)
    address = f"{LIST}{article.pk}/links/"
    desk.get(address)
    with CaptureQueriesContext(connection) as one:
        desk.get(address)
    for _number in range(9):
        link_to(article, by=editor)
    with django_assert_num_queries(len(one)):
        assert len(desk.get(address).context["rows"]) == 10
