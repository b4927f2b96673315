"""Sections and tags from the list, without opening the article; and a new draft that begins as a copy."""

import pytest
from django.test import Client

from articles.models import Article, AuditEntry, Status, Verb
from tests.factories import NOON, make_article, make_author, make_category, make_user

LIST = "/admin/articles/article/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def filing(article):
    return f"{LIST}{article.pk}/filing/"


def fields(client, article, **values):
    form = client.get(filing(article)).context["form"]
    return {"mark": form.initial["mark"], **values}


def test_a_row_leads_to_a_small_form_that_files_the_article_and_leads_back():
    old, new, other = make_category("城市"), make_category("财经"), make_category("图片")
    article = make_article(categories=[old], tags=["旧"], body="<p>正文</p>")
    client = browser_of(make_user("chief"))
    assert f'href="{filing(article)}?list=kind%3Dnews"' in client.get(f"{LIST}?kind=news").content.decode()
    data = fields(client, article, main_section=new.pk, other_sections=[other.pk], tag_names=["旧", "新，大雾"])
    answer = client.post(f"{filing(article)}?list=kind%3Dnews", data)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?kind=news")
    article.refresh_from_db()
    assert (article.category, set(article.categories.all())) == (new, {new, other})
    assert (set(article.tags.names()), article.updated_at) == ({"旧", "新", "大雾"}, None)
    assert AuditEntry.objects.get().details == {"fields": ["sections", "tags"]}


def test_a_script_is_told_the_section_as_the_list_shows_it():
    section, article = make_category("交通", make_category("城市")), make_article()
    client = browser_of(make_user("chief"))
    data = fields(client, article, main_section=section.pk)
    answer = client.post(filing(article), data, headers={"Accept": "application/json"})
    assert answer.json() == {"section": "城市 › 交通"}


def test_who_was_slower_is_told_and_decides():
    mine, theirs, article = make_category("城市"), make_category("财经"), make_article()
    first, second = browser_of(make_user("chief")), browser_of(make_user("chief"))
    late = fields(first, article, main_section=mine.pk)
    second.post(filing(article), fields(second, article, main_section=theirs.pk))
    answer = first.post(filing(article), late)
    assert answer.status_code == 422
    assert "财经" in answer.context["form"].non_field_errors()[0]
    assert Article.objects.get().category == theirs
    first.post(filing(article), late | {"mark": answer.context["form"]["mark"].value()})
    assert Article.objects.get().category == mine


def test_a_change_of_the_text_is_no_collision():
    section, article = make_category("城市"), make_article()
    client = browser_of(make_user("chief"))
    data = fields(client, article, main_section=section.pk)
    Article.objects.filter(pk=article.pk).update(title="别的题目")
    client.post(filing(article), data)
    assert (Article.objects.get().category, Article.objects.get().title) == (section, "别的题目")


@pytest.mark.parametrize(("where", "status"), [("own", 302), ("foreign", 422), ("unseen", 404)])
def test_an_editor_files_within_the_own_sections(where, status):
    own, foreign = make_category("城市"), make_category("财经")
    article = make_article(categories=[foreign if where == "unseen" else own])
    client = browser_of(make_user("editor", sections=[own]))
    below = make_category("交通", own)
    target = foreign if where == "foreign" else below
    data = {"mark": f"{article.category_id}*;", "main_section": target.pk}
    assert client.post(filing(article), data).status_code == status
    assert (Article.objects.get().category == below) == (status == 302)


def test_what_one_may_not_write_one_may_not_file():
    writer = make_user("contributor")
    article = make_article(owner=writer)
    client = browser_of(writer)
    assert client.get(filing(article)).status_code == 403
    assert client.post(filing(article), {"mark": ";", "tag_names": ["大雾"]}).status_code == 403
    assert not article.tags.exists()
    assert client.get(f"{LIST}99999999999999999999/filing/").status_code == 404


# --- copies


def copy_of(client, article):
    answer = client.post(f"{LIST}{article.pk}/copy/")
    assert answer.status_code == 302
    return Article.objects.order_by("-pk").first()


def test_a_copy_is_a_draft_with_all_but_the_times_and_the_address():
    section, author = make_category("城市"), make_author("林听澜")
    article = make_article(
        title="周报", summary="一句", body="<p>正文</p>", categories=[section], authors=[author], tags=["大雾"],
        source_name="新华社", expires_at="2099-01-01T00:00Z", internal_note="机密", kind="brief",
    )  # fmt: skip
    chief = make_user("chief")
    copy = copy_of(browser_of(chief), article)
    for name in ("title", "summary", "body", "category", "source_name", "kind"):
        assert getattr(copy, name) == getattr(article, name)
    assert (list(copy.authors), list(copy.tags.names())) == ([author], ["大雾"])
    assert (copy.status, copy.published_at, copy.expires_at, copy.owner) == (Status.DRAFT, None, None, chief)
    assert copy.slug != article.slug
    assert str(article.pk) in copy.internal_note
    assert AuditEntry.objects.get().details == {"copy_of": article.pk}
    assert AuditEntry.objects.get().verb == Verb.CREATE


def test_a_contributor_copies_own_pieces_under_the_own_name_and_no_others():
    writer = make_user("contributor")
    own = make_author("本人", user=writer)
    published = make_article(owner=writer, authors=[make_author("别人")], published_at=NOON)
    client = browser_of(writer)
    copy = copy_of(client, published)
    assert (list(copy.authors), copy.is_live()) == ([own], False)
    assert client.post(f"{LIST}{make_article().pk}/copy/").status_code == 404
    assert client.get(f"{LIST}{published.pk}/copy/").status_code == 405
    assert Article.objects.count() == 3
