"""The steps of an article: what each writes, who hears of it, and that none is taken twice."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection

from articles.actions.workflow import (
    OutOfStep,
    archive,
    publish,
    reinstate,
    restore,
    send_back,
    submit,
    trash,
    untrash,
    withdraw,
)
from articles.models import Article, AuditEntry, Listing, Revision, Status, User, Verb
from tests.factories import NOON, SECOND, make_article, make_category, make_editor, make_user

pytestmark = pytest.mark.django_db


def entries(article):
    return list(AuditEntry.objects.filter(object_number=article.pk).order_by("id").values_list("verb", flat=True))


def test_a_piece_goes_from_draft_to_the_site_and_each_step_is_noted():
    writer, chief = make_user("contributor"), make_user("chief")
    article = make_article(live=False, owner=writer)
    submit(article, by=writer, comment="请看")
    assert article.status == Status.IN_REVIEW
    send_back(article, by=chief, comment="缺一个数字")
    assert article.status == Status.DRAFT
    submit(article, by=writer)
    publish(article, by=chief, at=NOON)
    assert entries(article) == [Verb.SUBMIT, Verb.SEND_BACK, Verb.SUBMIT, Verb.PUBLISH]
    last = AuditEntry.objects.first()
    assert (last.actor, last.actor_name, last.object_name) == (chief, chief.username, article.title)
    assert AuditEntry.objects.get(verb=Verb.SEND_BACK).details["comment"] == "缺一个数字"


def test_an_embargoed_article_appears_at_its_moment_and_not_before():
    article = publish(make_article(live=False), by=make_editor(), when=NOON, at=NOON - timedelta(hours=1))
    assert article not in Article.objects.live(at=NOON - SECOND)
    assert article in Article.objects.live(at=NOON)
    assert Listing.objects.filter(article=article).exists()
    assert entries(article) == [Verb.SCHEDULE]


def test_a_scheduled_piece_that_is_sent_back_forgets_its_time():
    chief = make_user("chief")
    article = publish(make_article(live=False), by=chief, when=NOON, at=NOON - timedelta(hours=1))
    send_back(article, by=chief, comment="等等", at=NOON - timedelta(minutes=30))
    assert (article.status, article.published_at) == (Status.DRAFT, None)


def test_each_step_has_its_way_back():
    chief = make_user("chief")
    article = make_article()
    for step, back in ((archive, restore), (trash, untrash)):
        step(article, by=chief)
        assert not article.is_live()
        back(article, by=chief)
    publish(article, by=chief)
    withdraw(article, by=chief, comment="侵权")
    assert article.withdrawal_reason == "侵权"
    assert not article.is_live()
    reinstate(article, by=chief)
    assert article.is_live()
    assert article.published_at == NOON  # a way back dates nothing anew


def test_no_step_moves_the_time_of_the_update():
    chief, article = make_user("chief"), make_article()
    for step in (archive, restore, publish, trash, untrash):
        step(article, by=chief)
    assert article.updated_at is None


def test_a_second_publication_is_out_of_step():
    chief, article = make_user("chief"), make_article(live=False)
    publish(Article.objects.get(pk=article.pk), by=chief)
    with pytest.raises(OutOfStep):
        publish(article, by=chief)
    assert entries(article) == [Verb.PUBLISH]


def test_a_refused_step_leaves_nothing_behind():
    article = make_article(live=False)
    with pytest.raises(PermissionDenied):
        publish(article, by=make_user("contributor"))
    assert Article.objects.get().status == Status.DRAFT
    assert not AuditEntry.objects.exists()
    assert not Revision.objects.exists()


@pytest.mark.parametrize("step", [send_back, withdraw])
def test_sending_back_and_withdrawing_need_a_word(step):
    chief = make_user("chief")
    article = make_article() if step is withdraw else submit(make_article(live=False), by=chief)
    with pytest.raises(OutOfStep):
        step(article, by=chief, comment=" ")


def test_a_step_does_not_write_what_somebody_else_changed_meanwhile():
    article = make_article(live=False, title="旧题")
    Article.objects.filter(pk=article.pk).update(title="新题")
    publish(article, by=make_user("chief"))
    assert (article.title, Article.objects.get().title) == ("新题", "新题")


def test_four_eyes_hold_whoever_submitted(settings):
    settings.REVIEW_REQUIRED = True
    first, second = make_user("chief"), make_user("chief")
    article = make_article(live=False)
    with pytest.raises(PermissionDenied):
        publish(article, by=second)
    submit(article, by=first)
    with pytest.raises(PermissionDenied):
        publish(article, by=first)
    assert publish(article, by=second).is_live()


def test_the_editors_of_the_section_hear_of_a_submission_and_the_writer_of_its_return(
    django_capture_on_commit_callbacks,
):
    city, money = make_category("城市"), make_category("财经")
    traffic = make_category("交通", city)
    writer, near, far = (
        make_user("contributor"),
        make_user("editor", sections=[city]),
        make_user("editor", sections=[money]),
    )
    chief = make_user("chief")
    make_user("chief", is_active=False)
    article = make_article(live=False, owner=writer, categories=[traffic], title="地铁\n通车")
    with django_capture_on_commit_callbacks(execute=True):
        submit(article, by=writer, comment="请看")
    assert sorted(address for message in mail.outbox for address in message.to) == sorted([near.email, chief.email])
    assert "地铁 通车" in mail.outbox[0].subject
    assert "请看" in mail.outbox[0].body
    assert f"/admin/articles/article/{article.pk}/change/" in mail.outbox[0].body
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        send_back(article, by=near, comment="缺数字")
    assert [message.to for message in mail.outbox] == [[writer.email]]
    assert far.email not in str([message.to for message in mail.outbox])


def test_nobody_hears_of_what_was_rolled_back(django_capture_on_commit_callbacks):
    make_user("chief")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(PermissionDenied):
        submit(make_article(live=False), by=make_user("contributor"))
    assert mail.outbox == []


def test_mail_and_webhook_that_fail_do_not_fail_the_step(settings, caplog, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.NEWSROOM_WEBHOOK_URL = "http://127.0.0.1:1/"
    make_user("chief")
    with django_capture_on_commit_callbacks(execute=True):
        article = submit(make_article(live=False), by=make_editor())
    assert article.status == Status.IN_REVIEW
    assert len(caplog.records) == 2


def test_the_webhook_gets_what_chat_robots_and_programs_read(settings, django_capture_on_commit_callbacks):
    received = []

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Robot)
    threading.Thread(target=server.handle_request, daemon=True).start()
    settings.NEWSROOM_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/"
    with django_capture_on_commit_callbacks(execute=True):
        article = submit(make_article(live=False, title="题"), by=make_editor(), comment="请看")
    server.server_close()
    assert received[0]["event"] == "submit"
    assert received[0]["article"] == article.pk
    assert received[0]["msgtype"] == "text"
    assert "请看" in received[0]["text"]["content"]


@pytest.mark.parametrize("write", ["save", "delete", "update", "delete_all"])
def test_the_audit_log_is_only_added_to(write):
    submit(make_article(live=False), by=make_editor())
    entry = AuditEntry.objects.get()
    with pytest.raises(TypeError):
        {
            "save": entry.save,
            "delete": entry.delete,
            "update": lambda: AuditEntry.objects.update(actor_name="x"),
            "delete_all": AuditEntry.objects.all().delete,
        }[write]()


def test_the_audit_log_outlives_the_account():
    boss = make_editor(username="boss")
    submit(make_article(live=False), by=boss)
    User.objects.get(pk=boss.pk).delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name) == (None, "boss")


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once_and_it_happens_once():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time; PostgreSQL shows it")
    chief, article = make_user("chief"), make_article(live=False)
    results = []

    def run():
        try:
            publish(Article.objects.get(pk=article.pk), by=chief)
            results.append("done")
        except OutOfStep:
            results.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "late", "late", "late"]
    assert entries(article) == [Verb.PUBLISH]
