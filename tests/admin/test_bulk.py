"""Acts on many articles: by the rules of one, in steps, told in full, and taken back as far as nobody touched them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.actions import bulk
from articles.actions.bulk import BulkRefused, advance, choose, start, take_back
from articles.actions.presence import be_present
from articles.models import (
    Article,
    AuditEntry,
    BulkItem,
    BulkJob,
    BulkKind,
    BulkState,
    FileMark,
    ImportedFile,
    ItemState,
    Listing,
    Mark,
    Revision,
    Status,
    Verb,
)
from tests.factories import NOON, make_article, make_articles, make_author, make_category, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def job_page(job, name="change"):
    return f"/admin/articles/bulkjob/{job.pk}/{name}/"


def run(kind, articles, by, **options):
    """Choose, start and work off a job; return it."""
    job = start(choose(kind, articles, by=by), options, by=by)
    while job.state in (BulkState.RUNNING, BulkState.UNDOING):
        job = advance(job, by=by)
    return job


def undo(job, by):
    job = take_back(job)
    while job.state == BulkState.UNDOING:
        job = advance(job, by=by)
    return job


def states(job):
    return dict(job.items.values_list("article", "state"))


def test_a_move_changes_the_section_and_the_lists_but_dates_no_article():
    old, new, other = make_category("城市"), make_category("财经"), make_category("图片")
    moved = make_article(categories=[old, other])
    there = make_article(categories=[new])
    chief = make_user("chief")
    job = run(BulkKind.MOVE, Article.objects.all(), chief, section=new.pk)
    assert states(job) == {moved.pk: ItemState.DONE, there.pk: ItemState.UNCHANGED}
    moved.refresh_from_db()
    assert (moved.category, set(moved.categories.all()), moved.updated_at) == (new, {new, other}, None)
    assert Listing.objects.filter(article=moved, kind=1, key=new.pk).exists()
    assert not Listing.objects.filter(article=moved, kind=1, key=old.pk).exists()
    assert Revision.objects.filter(article=moved, created_by=chief).exists()
    entry = AuditEntry.objects.get(object_number=moved.pk)
    assert (entry.verb, entry.details["fields"], entry.details["bulk"]) == (Verb.EDIT, ["sections"], job.pk)


def test_tags_are_added_and_removed_whatever_their_case():
    article, chief = make_article(tags=["GPU", "芯片"]), make_user("chief")
    run(BulkKind.ADD_TAGS, Article.objects.all(), chief, tags=["gpu", "大雾"])
    assert set(article.tags.names()) == {"GPU", "芯片", "大雾"}
    job = run(BulkKind.REMOVE_TAGS, Article.objects.all(), chief, tags=["gpu"])
    assert set(article.tags.names()) == {"芯片", "大雾"}
    undo(job, chief)
    assert set(article.tags.names()) == {"GPU", "芯片", "大雾"}


def test_somebody_is_put_in_charge_and_an_author_is_added():
    first, second = make_author("林听澜"), make_author("苏")
    article, chief, writer = make_article(authors=[first], live=False), make_user("chief"), make_user("contributor")
    charge = run(BulkKind.ASSIGN, Article.objects.all(), chief, user=writer.pk)
    sign = run(BulkKind.SIGN, Article.objects.all(), chief, author=second.pk)
    article.refresh_from_db()
    assert (article.owner, list(article.authors)) == (writer, [first, second])
    assert AuditEntry.objects.get(verb=Verb.ASSIGN).details == {"to": writer.username}
    undo(sign, chief)
    assert list(article.authors) == [first]
    # The article was touched since it was assigned.
    undo(charge, chief)
    article.refresh_from_db()
    assert article.owner == writer


def test_warnings_of_the_import_are_ticked_off_and_come_back():
    article, bare, chief = make_article(), make_article(), make_user("chief")
    file = ImportedFile.objects.create(source="s", key="a.md", article=article)
    for mark in (Mark.DATE, Mark.TITLE):
        FileMark.objects.create(file=file, mark=mark)
    version = article.row_version
    job = run(BulkKind.TICK_OFF, Article.objects.all(), chief)
    assert states(job) == {article.pk: ItemState.DONE, bare.pk: ItemState.UNCHANGED}
    article.refresh_from_db()
    assert (FileMark.objects.count(), article.row_version) == (0, version)
    undo(job, chief)
    assert set(FileMark.objects.values_list("file", "mark")) == {(file.pk, "date"), (file.pk, "title")}


def test_nobody_outside_the_newsroom_is_put_in_charge():
    make_article()
    for person in (make_user("editor", is_staff=False), make_user("editor", is_active=False)):
        with pytest.raises(BulkRefused):
            run(BulkKind.ASSIGN, Article.objects.all(), make_user("chief"), user=person.pk)


def test_what_may_not_be_done_is_told_and_the_rest_goes_on():
    here, elsewhere = make_category("城市"), make_category("财经")
    editor = make_user("editor", sections=[here])
    mine, foreign = make_article(categories=[here]), make_article(categories=[elsewhere])
    archived = make_article(categories=[here], status=Status.ARCHIVED)
    below = make_category("交通", here)
    job = run(BulkKind.MOVE, Article.objects.all(), editor, section=below.pk)
    assert states(job) == {mine.pk: ItemState.DONE, foreign.pk: ItemState.REFUSED, archived.pk: ItemState.REFUSED}
    assert all(job.items.filter(state=ItemState.REFUSED).values_list("reason", flat=True))


def test_nobody_moves_an_article_to_where_they_could_not_write_it():
    here, elsewhere = make_category("城市"), make_category("财经")
    article = make_article(categories=[here])
    job = run(BulkKind.MOVE, Article.objects.all(), make_user("editor", sections=[here]), section=elsewhere.pk)
    assert states(job) == {article.pk: ItemState.REFUSED}


def test_an_article_that_somebody_writes_is_left_to_them():
    article, chief, other = make_article(), make_user("chief"), make_user("chief", first_name="听澜")
    be_present(article, by=other)
    job = run(BulkKind.ARCHIVE, Article.objects.all(), chief)
    assert "听澜" in job.items.get().reason
    assert Article.objects.live().exists()


def test_two_jobs_never_work_at_one_article():
    make_articles(3)
    chief = make_user("chief")
    first = start(choose(BulkKind.ARCHIVE, Article.objects.all(), by=chief), {}, by=chief)
    second = run(BulkKind.TRASH, Article.objects.all(), chief)
    assert set(states(second).values()) == {ItemState.REFUSED}
    # What nobody has worked at for a while keeps nothing from others.
    BulkJob.objects.filter(pk=first.pk).update(worked_at=timezone.now() - timedelta(hours=1))
    third = run(BulkKind.TRASH, Article.objects.all(), chief)
    assert set(states(third).values()) == {ItemState.DONE}
    assert set(states(advance(first, by=chief)).values()) == {ItemState.REFUSED}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (BulkKind.PUBLISH, {"live": False}),
        (BulkKind.PUBLISH, {"status": Status.ARCHIVED}),
        (BulkKind.ARCHIVE, {}),
        (BulkKind.SUBMIT, {"live": False}),
        (BulkKind.TRASH, {}),
        (BulkKind.UNTRASH, {"trashed_at": NOON}),
    ],
)
def test_a_step_is_taken_back_to_where_the_article_stood(kind, values):
    article, chief = make_article(**values), make_user("chief")
    names = ("status", "published_at", "trashed_at", "updated_at")
    before = Article.objects.values(*names).get()
    listed = Listing.objects.count()
    job = run(kind, Article.objects.all(), chief)
    assert Article.objects.values(*names).get() != before
    assert states(undo(job, chief)) == {article.pk: ItemState.RETURNED}
    assert (Article.objects.values(*names).get(), Listing.objects.count()) == (before, listed)
    assert AuditEntry.objects.first().verb == Verb.REVERT


def test_what_somebody_touched_since_stays_and_is_told():
    kept, returned = make_article(title="改过"), make_article(title="没动")
    old, new, chief = make_category("城市"), make_category("财经"), make_user("chief")
    run(BulkKind.MOVE, Article.objects.all(), chief, section=old.pk)
    job = run(BulkKind.MOVE, Article.objects.all(), chief, section=new.pk)
    Article.objects.filter(pk=kept.pk).update(title="改过了")
    assert states(undo(job, chief)) == {kept.pk: ItemState.KEPT, returned.pk: ItemState.RETURNED}
    assert job.items.get(article=kept).reason
    assert (Article.objects.get(pk=kept.pk).category, Article.objects.get(pk=returned.pk).category) == (new, old)


def test_a_job_is_taken_back_for_a_day_and_once():
    article, chief = make_article(), make_user("chief")
    job = run(BulkKind.ARCHIVE, Article.objects.all(), chief)
    with pytest.raises(BulkRefused):
        take_back(job, at=timezone.now() + timedelta(hours=25))
    undo(job, chief)
    article.refresh_from_db()
    version = article.row_version
    undo(job, chief)
    article.refresh_from_db()
    assert (article.status, article.row_version) == (Status.PUBLISHED, version)


def test_an_article_that_is_gone_is_told():
    article, chief = make_article(title="走了", live=False), make_user("chief")
    job = start(choose(BulkKind.ADD_TAGS, Article.objects.all(), by=chief), {"tags": ["大雾"]}, by=chief)
    article.delete()
    job = advance(job, by=chief)
    assert (job.state, job.items.get().state, job.items.get().article_title) == ("finished", "refused", "走了")


def test_a_job_goes_on_where_it_stood_and_does_nothing_twice():
    make_articles(4)
    chief = make_user("chief")
    job = start(choose(BulkKind.ARCHIVE, Article.objects.all(), by=chief), {}, by=chief)
    for left in (3, 2, 1):
        advance(job, by=chief, seconds=0)
        assert job.items.filter(state=ItemState.WAITING).count() == left
    assert advance(job, by=chief).state == BulkState.FINISHED
    assert advance(job, by=chief).state == BulkState.FINISHED
    assert AuditEntry.objects.filter(verb=Verb.ARCHIVE).count() == 4


def test_the_cost_of_an_article_does_not_depend_on_the_job():
    def cost():
        with CaptureQueriesContext(connection) as captured:
            advance(job, by=chief, seconds=0)
        return len(captured)

    chief, section = make_user("chief"), make_category("财经")
    costs = []
    for number in (3, 300):
        make_articles(number, category=make_category(f"城市{number}"))
        articles = Article.objects.exclude(category=section)
        job = start(choose(BulkKind.MOVE, articles, by=chief), {"section": section.pk}, by=chief)
        cost()
        costs.append(cost())
        bulk.stop(job)
    assert costs[0] == costs[1]


# --- in the newsroom


def test_a_few_ticked_articles_are_done_at_once(client):
    chief, articles = make_user("chief"), make_articles(3)
    client.force_login(chief)
    answer = client.post(LIST, {"action": "archive", "_selected_action": [a.pk for a in articles[:2]]}, follow=True)
    assert Article.objects.live().count() == 1
    assert job_page(BulkJob.objects.get()) in answer.content.decode()


def test_all_that_the_list_finds_are_asked_about_first_and_no_others(client):
    section = make_category("城市")
    make_articles(60, category=section)
    others = make_articles(2)
    chief = make_user("chief")
    client.force_login(chief)
    data = {"action": "archive", "select_across": "1"}
    answer = client.post(f"{LIST}?section={section.path}", {**data, "_selected_action": ["0"]}, follow=True)
    assert "60" in answer.content.decode()
    assert Article.objects.live().count() == 62
    job = BulkJob.objects.get()
    client.post(job_page(job, "start"))
    while BulkJob.objects.get().state == BulkState.RUNNING:
        client.post(job_page(job, "step"))
    assert set(Article.objects.live()) == set(others)
    assert client.get(job_page(job)).status_code == 200


def test_a_selection_that_is_too_long_is_cut_and_says_so(client, monkeypatch):
    monkeypatch.setattr(bulk, "MAX_ARTICLES", 10)
    make_articles(60)
    client.force_login(make_user("chief"))
    data = {"action": "archive", "select_across": "1", "_selected_action": ["0"]}
    answer = client.post(LIST, data, follow=True)
    assert BulkItem.objects.count() == 10
    assert 'class="notice-line"' in answer.content.decode()


def test_the_page_asks_for_a_section_and_begins(client):
    article, section = make_article(), make_category("财经")
    client.force_login(make_user("chief"))
    page = client.post(f"{LIST}?kind=news", {"action": "move", "_selected_action": [article.pk]}, follow=True)
    job = BulkJob.objects.get()
    assert page.redirect_chain[-1][0] == f"{job_page(job)}?list=kind%3Dnews"
    assert f'href="{LIST}?kind=news"' in page.content.decode()
    assert client.post(job_page(job, "start"), {"section": ""}).context["form"].errors
    client.post(job_page(job, "start"), {"section": section.pk})
    article.refresh_from_db()
    assert article.category == section
    client.post(job_page(job, "undo"))
    article.refresh_from_db()
    assert article.category is None


def test_a_script_is_told_how_far_it_is(client):
    make_articles(2)
    chief = make_user("chief")
    client.force_login(chief)
    job = start(choose(BulkKind.ARCHIVE, Article.objects.all(), by=chief), {}, by=chief)
    answer = client.post(job_page(job, "step"), headers={"Accept": "application/json"})
    assert answer.json() == {"total": 2, "done": 2, "is_going": False}


@pytest.mark.parametrize("name", ["change", "start", "step", "stop", "undo"])
def test_the_job_of_somebody_else_is_not_there(name):
    article = make_article(live=False)
    job = choose(BulkKind.TRASH, Article.objects.all(), by=make_user("chief"))
    other = browser_of(make_user("editor", sections=[make_category()]))
    ask = other.get if name == "change" else other.post
    assert ask(job_page(job, name)).status_code == 404
    assert Client().post(job_page(job, name)).status_code == 302
    article.refresh_from_db()
    assert (article.trashed_at, BulkJob.objects.get().state) == (None, BulkState.CHOOSING)


def test_a_contributor_acts_on_own_drafts_only():
    writer = make_user("contributor")
    own, foreign = make_article(live=False, owner=writer), make_article(live=False)
    client = browser_of(writer)
    names = {"action": "trash", "_selected_action": [own.pk, foreign.pk]}
    client.post(LIST, names)
    assert set(Article.objects.filter(trashed_at=None)) == {foreign}
    for kind in ("publish", "archive", "assign", "sign"):
        client.post(LIST, {"action": kind, "_selected_action": [own.pk]})
    assert not BulkJob.objects.exclude(kind="trash").exists()


@pytest.mark.parametrize("value", ["", "x", "²", "9" * 30, "0"])
def test_forged_selections_do_nothing(client, value):
    make_article()
    client.force_login(make_user("chief"))
    assert client.post(LIST, {"action": "archive", "_selected_action": [value]}).status_code in {200, 302}
    assert client.get(f"/admin/articles/bulkjob/{value or 1}/change/").status_code in {302, 404}
    assert not BulkJob.objects.exists()


def test_old_jobs_are_forgotten():
    make_article()
    chief = make_user("chief")
    old = run(BulkKind.ARCHIVE, Article.objects.all(), chief)
    unstarted = choose(BulkKind.TRASH, Article.objects.all(), by=chief)
    now = timezone.now()
    choose(BulkKind.TRASH, Article.objects.all(), by=chief, at=now + timedelta(days=2))
    assert set(BulkJob.objects.filter(pk__in=[old.pk, unstarted.pk])) == {old}
    choose(BulkKind.TRASH, Article.objects.all(), by=chief, at=now + timedelta(days=91))
    assert BulkJob.objects.count() == 1
