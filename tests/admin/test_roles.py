"""Role × act × state, by the requests that a browser, or somebody with a tool, would send."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Author, Authorship, PreviewLink, Status
from tests.admin.conftest import article_form, change_address
from tests.factories import make_article, make_author, make_category, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db

WHO = ("contributor", "stranger", "editor", "elsewhere", "chief", "administrator")
STATES = ("draft", "in_review", "scheduled", "published", "archived", "withdrawn", "trashed")
# Who may, by step and state. "contributor" owns the article; "stranger" is another contributor; "editor" has its
# section and "elsewhere" has another.
TOP = {"chief", "administrator"}
EDITORS = {"editor", *TOP}
ALLOWED = {
    ("edit", "draft"): {"contributor", *EDITORS},
    ("edit", "in_review"): EDITORS,
    ("edit", "scheduled"): EDITORS,
    ("edit", "published"): EDITORS,
    ("edit", "archived"): TOP,
    ("submit", "draft"): {"contributor", *EDITORS},
    ("take_back", "in_review"): {"contributor", *EDITORS},
    ("send_back", "in_review"): EDITORS,
    ("send_back", "scheduled"): EDITORS,
    ("publish", "draft"): EDITORS,
    ("publish", "in_review"): EDITORS,
    ("publish", "scheduled"): EDITORS,
    ("publish", "archived"): TOP,
    ("archive", "scheduled"): TOP,
    ("archive", "published"): TOP,
    ("restore", "archived"): TOP,
    ("trash", "draft"): {"contributor", *EDITORS},
    ("trash", "in_review"): EDITORS,
    ("trash", "scheduled"): TOP,
    ("trash", "published"): TOP,
    ("trash", "archived"): TOP,
    ("untrash", "trashed"): {"contributor", *EDITORS},
    ("delete", "trashed"): {"administrator"},
    ("withdraw", "scheduled"): TOP,
    ("withdraw", "published"): TOP,
    ("withdraw", "archived"): TOP,
    ("reinstate", "withdrawn"): TOP,
}
STEPS = sorted({step for step, _state in ALLOWED} - {"edit", "delete"})


@pytest.fixture
def section(db):
    return make_category("城市")


@pytest.fixture
def people(section):
    return {
        "contributor": make_user("contributor"),
        "stranger": make_user("contributor"),
        "editor": make_user("editor", sections=[section]),
        "elsewhere": make_user("editor", sections=[make_category("财经")]),
        "chief": make_user("chief"),
        "administrator": make_user("administrator"),
    }


def article_in(state, owner, section):
    now = timezone.now()
    values = {
        "draft": {"live": False},
        "trashed": {"live": False, "trashed_at": now},
        "in_review": {"live": False, "status": Status.IN_REVIEW},
        "scheduled": {"published_at": now + timedelta(days=1)},
        "archived": {"status": Status.ARCHIVED},
        "withdrawn": {"withdrawn_at": now},
    }
    return make_article(owner=owner, categories=[section], **values.get(state, {}))


def stored(article):
    names = ("title", "status", "published_at", "trashed_at", "withdrawn_at", "row_version")
    return Article.objects.filter(pk=article.pk).values(*names).first()


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("state", STATES)
def test_each_step_is_taken_by_those_who_may_and_by_nobody_else(people, section, state):
    for step in STEPS:
        for who, user in people.items():
            article = article_in(state, people["contributor"], section)
            before = stored(article)
            data = {"_verb": step, "comment": "理由"}
            answer = browser_of(user).post(f"{LIST}{article.pk}/move/", data)
            changed = stored(article) != before
            assert changed == (who in ALLOWED.get((step, state), ())), (step, state, who)
            assert answer.status_code in {302, 403, 404}


@pytest.mark.parametrize("state", STATES)
def test_the_form_saves_for_those_who_may_write(people, section, state):
    for who, user in people.items():
        article = article_in(state, people["contributor"], section)
        answer = browser_of(user).post(change_address(article), article_form(article, title="改过"))
        saved = stored(article)["title"] == "改过"
        assert saved == (who in ALLOWED.get(("edit", state), ())), (state, who, answer.status_code)


@pytest.mark.parametrize("state", STATES)
def test_links_for_outsiders_are_made_by_those_who_work_at_the_article(people, section, state):
    may = {"contributor", *EDITORS} if state in ("draft", "in_review", "scheduled", "published") else set()
    for who, user in people.items():
        article = article_in(state, people["contributor"], section)
        answer = browser_of(user).post(f"{LIST}{article.pk}/links/", {"days": "3"})
        assert PreviewLink.objects.filter(article=article).exists() == (who in may), (state, who)
        assert answer.status_code in {302, 403, 404}


@pytest.mark.parametrize("state", STATES)
def test_a_step_posted_with_the_form_obeys_the_same_table(people, section, state):
    for step in ("submit", "send_back", "publish"):
        for who, user in people.items():
            article = article_in(state, people["contributor"], section)
            before = stored(article)["status"], stored(article)["published_at"]
            form = article_form(article, _verb=step, comment="理由")
            browser_of(user).post(change_address(article), form)
            after = stored(article)["status"], stored(article)["published_at"]
            may = who in ALLOWED.get((step, state), ()) and who in ALLOWED.get(("edit", state), ())
            assert (before != after) == may, (step, state, who)


@pytest.mark.parametrize("state", STATES)
def test_bulk_acts_obey_the_same_table(people, section, state):
    for step in ("submit", "publish", "archive", "trash", "untrash"):
        for who, user in people.items():
            article = article_in(state, people["contributor"], section)
            before = stored(article)
            query = "?status=trash" if state == "trashed" else ""
            browser_of(user).post(LIST + query, {"action": step, "_selected_action": [article.pk]})
            may = who in ALLOWED.get((step, state), ()) and (step, state) != ("publish", "scheduled")
            assert (stored(article) != before) == may, (step, state, who)


@pytest.mark.parametrize("state", STATES)
def test_deleting_is_the_trash_or_the_right_of_administrators(people, section, state):
    for who, user in people.items():
        article = article_in(state, people["contributor"], section)
        before = stored(article)
        browser_of(user).post(f"{LIST}{article.pk}/delete/", {"post": "yes"})
        act = ("delete" if state == "trashed" else "trash", state)
        assert (stored(article) != before) == (who in ALLOWED.get(act, ())), (state, who)


@pytest.mark.parametrize("state", STATES)
def test_nobody_sees_what_is_neither_own_nor_of_the_desk(people, section, state):
    article = article_in(state, people["contributor"], section)
    for who, user in people.items():
        client, sees = browser_of(user), who in {"contributor", *EDITORS}
        pages = [f"{LIST}?status=trash" if state == "trashed" else LIST]
        pages += [f"{LIST}{article.pk}/{page}/" for page in ("change", "history")]
        pages.append("/admin/autocomplete/?app_label=articles&model_name=article&field_name=translation_of")
        pages.append(f"{LIST}{article.pk}/change/?_popup=1")
        for page in pages:
            answer = client.get(page, follow=True)
            # The page of what is not found names the newest stories of the site, to everybody.
            content = answer.content.decode("utf-8") if answer.status_code == 200 else ""
            if "autocomplete" in page:
                content = content.encode().decode("unicode_escape")
            assert (article.title in content) == sees, (state, who, page)


def test_a_contributor_sets_neither_status_nor_time_nor_byline(people, section):
    writer = people["contributor"]
    own, other = make_author("本人", user=writer), make_author("别人")
    rows = {"authorships-TOTAL_FORMS": "1", "authorships-0-author": other.pk, "authorships-0-role": "author"}
    times = {"published_at_0": "2020-01-01", "published_at_1": "00:00:00", "expires_at_0": "2030-01-01"}
    forged = {"status": "published", "owner": people["chief"].pk, "trashed_at": "2020-01-01", **times, **rows}
    client = browser_of(writer)
    client.post(f"{LIST}add/", article_form(main_section=section.pk, **forged))
    article = Article.objects.get()
    assert (article.status, article.published_at, article.expires_at) == (Status.DRAFT, None, None)
    assert (article.owner, list(article.authors)) == (writer, [own])
    client.post(change_address(article), article_form(article, **forged))
    article.refresh_from_db()
    assert (article.status, article.published_at, article.owner) == (Status.DRAFT, None, writer)
    assert list(Authorship.objects.values_list("author", flat=True)) == [own.pk]


def test_an_editor_does_not_publish_into_a_foreign_section(people):
    foreign, editor = make_category("体育"), people["editor"]
    client = browser_of(editor)
    form = article_form(main_section=foreign.pk, _verb="publish")
    answer = client.post(f"{LIST}add/", form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    assert not Article.objects.exists()
    own = editor.sections.get()
    client.post(f"{LIST}add/", form | {"main_section": own.pk})
    assert Article.objects.get().is_live()


@pytest.mark.parametrize(
    "address",
    ["category/add/", "tag/add/", "author/add/", "user/add/", "user/", "siteprofile/1/change/", "auditentry/"],
)
def test_a_contributor_manages_nothing(people, address):
    assert browser_of(people["contributor"]).get(f"/admin/articles/{address}").status_code == 403


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_forged_numbers_lead_nowhere(people, number):
    assert browser_of(people["chief"]).post(f"{LIST}{number}/move/", {"_verb": "publish"}).status_code == 404


@pytest.mark.parametrize("verb", ["", "edit", "purge", "delete", "x"])
def test_forged_steps_are_refused(people, section, verb):
    article = article_in("draft", people["contributor"], section)
    assert browser_of(people["chief"]).post(f"{LIST}{article.pk}/move/", {"_verb": verb}).status_code == 403


def test_a_step_needs_a_post_with_a_token(people, section):
    article = article_in("draft", people["contributor"], section)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["chief"])
    assert client.get(f"{LIST}{article.pk}/move/?_verb=publish").status_code == 405
    assert client.post(f"{LIST}{article.pk}/move/", {"_verb": "publish"}).status_code == 403
    assert not Article.objects.live().exists()


def test_a_role_that_is_taken_away_is_gone_at_once(people, section):
    article, chief = article_in("draft", None, section), people["chief"]
    client = browser_of(chief)
    assert client.get(change_address(article)).status_code == 200
    chief.groups.clear()
    assert client.get(change_address(article)).status_code in {302, 403}
    assert Author.objects.count() == 0


def test_the_list_asks_the_same_for_every_editor(people, section, django_assert_max_num_queries):
    for _number in range(20):
        article_in("published", people["contributor"], section)
    client = browser_of(people["editor"])
    with django_assert_max_num_queries(16):
        assert client.get(LIST).status_code == 200
