"""`manage.py article_step`: the steps of the newsroom from the command line, by the same action."""

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, AuditEntry, Status, Verb
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


def run(*args):
    call_command("article_step", *(str(arg) for arg in args))


def test_a_step_is_taken_with_several_articles_and_noted(capsys):
    chief, articles = make_user("chief"), [make_article(live=False), make_article(live=False)]
    run(*(article.pk for article in articles), "publish", "--by", chief.username)
    assert {article.status for article in Article.objects.all()} == {Status.PUBLISHED}
    assert list(AuditEntry.objects.values_list("verb", "actor")) == [(Verb.PUBLISH, chief.pk)] * 2
    assert capsys.readouterr().out.endswith("done=2 refused=0\n")


def test_a_time_schedules_in_the_site_s_zone():
    chief, article = make_user("chief"), make_article(live=False)
    run(article.pk, "publish", "--by", chief.username, "--at", "2030-01-01T08:00")
    assert Article.objects.get().published_at.isoformat() == "2030-01-01T00:00:00+00:00"
    assert AuditEntry.objects.get().verb == Verb.SCHEDULE


def test_a_dry_run_says_what_would_happen_and_tells_nobody(capsys, mailoutbox, django_capture_on_commit_callbacks):
    writer, article = make_user("contributor"), make_article(live=False)
    Article.objects.update(owner=writer)
    make_user("chief")
    with django_capture_on_commit_callbacks(execute=True):
        run(article.pk, "submit", "--by", writer.username, "--dry-run")
    assert "in_review" in capsys.readouterr().out
    assert Article.objects.get().status == Status.DRAFT
    assert not AuditEntry.objects.exists()
    assert mailoutbox == []


def test_what_the_user_may_not_do_is_refused_and_the_others_are_done(capsys):
    writer, mine, other = make_user("contributor"), make_article(live=False), make_article(live=False)
    Article.objects.filter(pk=mine.pk).update(owner=writer)
    with pytest.raises(CommandError) as caught:
        run(other.pk, mine.pk, 999_999, "submit", "--by", writer.username)
    assert caught.value.returncode == 1
    told = capsys.readouterr()
    assert told.out.endswith("done=1 refused=2\n")
    assert f"{other.pk}: " in told.err
    assert Article.objects.get(pk=mine.pk).status == Status.IN_REVIEW


@pytest.mark.parametrize(
    "args",
    [("archive",), ("withdraw", "--comment", ""), ("publish", "--at", "soon"), ("archive", "--at", "2030-01-01")],
)
def test_what_does_not_fit_is_an_error(args):
    article = make_article(live=False) if args == ("archive",) else make_article()
    with pytest.raises(CommandError):
        run(article.pk, *args, "--by", make_user("chief").username)
    assert not AuditEntry.objects.exists()


def test_an_unknown_user_is_a_usage_error():
    with pytest.raises(CommandError) as caught:
        run(make_article().pk, "archive", "--by", "nobody")
    assert caught.value.returncode == 2
